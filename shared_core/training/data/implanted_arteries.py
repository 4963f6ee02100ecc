"""Arteries of a simulated patient, laid into a given breast: calcium and bands on that breast's pixels.

Centre lines are moved so that the simulated and the given breast fill the same box; arteries keep their
width in mm. Calcium and band are then drawn on the given grid, so that they lie on each other exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from shared_core.errors import UsageError
from shared_core.mammogram import Laterality, Mask, View
from shared_core.simulation.patient import Patient
from shared_core.simulation.placement import Placement, draw_positioning, place
from shared_core.simulation.projected_view import Map
from shared_core.simulation.projection import project
from shared_core.simulation.randomness import Floats
from shared_core.simulation.truth import draw_artery

_COARSE_MM = 0.5


@dataclass(frozen=True, eq=False)
class ImplantedArteries:
    """What is to be put into a mammogram, and the label that it then has."""

    calcium_g_cm2: Map
    """(rows, columns) hydroxyapatite, inside the breast."""
    band: Mask
    """(rows, columns): Guo's rule."""


def implant_arteries(
    patient: Patient,
    laterality: Laterality,
    view: View,
    *,
    breast: Mask,
    spacing_mm: float,
    positioning_seed: int = 0,
) -> ImplantedArteries:
    """Lay the calcified arteries of one simulated breast, as CC or MLO shows it, into another.

    Parameters
    ----------
    breast
        (rows, columns) bool: the breast that is given, chest wall at the left or at the right.
    spacing_mm
        Of its pixels, in the plane of the breast.

    Raises
    ------
    UsageError
        If the mask is empty.
    """
    if not breast.any():
        raise UsageError("No calcium can be put where there is no breast; give the breast's mask.")
    mirror = wall_at_right(breast)
    given = breast[:, ::-1] if mirror else breast
    placement = _fitted(patient, laterality, view, given, spacing_mm, positioning_seed)
    calcium = np.zeros(given.shape, np.float32)
    bands = np.zeros(given.shape, np.uint8)
    for artery in patient.breast(laterality).arteries:
        # One by one: an artery whose calcium lies beside the breast must not leave a band inside of it.
        own, band = np.zeros_like(calcium), np.zeros_like(bands)
        draw_artery(artery, placement, years=0.0, calcium=own, bands=band)
        own *= given
        if own.any():
            calcium += own
            bands |= band
    band_mask = bands.astype(np.bool_) & given
    if mirror:
        calcium, band_mask = calcium[:, ::-1], band_mask[:, ::-1]
    return ImplantedArteries(np.ascontiguousarray(calcium), np.ascontiguousarray(band_mask))


def wall_at_right(breast: Mask) -> bool:
    """Whether the chest wall is at the right: there the breast is tallest."""
    columns = np.flatnonzero(breast.any(axis=0))
    heights = breast[:, columns[0] : columns[-1] + 1].sum(axis=0)
    part = max(len(heights) // 8, 1)
    return bool(heights[-part:].sum() > heights[:part].sum())


def _fitted(
    patient: Patient,
    laterality: Laterality,
    view: View,
    given: Mask,
    spacing_mm: float,
    positioning_seed: int,
) -> Placement:
    """From breast coordinates to pixels of the given breast."""
    shape = patient.breast(laterality).shape
    positioning = draw_positioning(positioning_seed, view, laterality.value)
    coarse = place(
        shape,
        view,
        positioning,
        spacing_mm=_COARSE_MM,
        shape=None,
        compressed_mm=shape.compressed_mm * positioning.thickness_factor,
    )
    outline = project(
        patient, laterality, view, spacing_mm=_COARSE_MM, positioning_seed=positioning_seed
    ).truth.breast_mask
    if laterality is Laterality.RIGHT:
        outline = outline[:, ::-1]
    start, size = _box(given)
    from_start, from_size = _box(outline)
    scale = size / from_size
    offset = start - scale * from_start
    origin = scale * np.asarray(coarse.origin) + offset
    return replace(
        coarse,
        spacing_mm=spacing_mm,
        shape=(given.shape[0], given.shape[1]),
        matrix=scale[:, None] * coarse.matrix,
        plane=scale[:, None] * coarse.plane,
        origin=(float(origin[0]), float(origin[1])),
    )


def _box(mask: Mask) -> tuple[Floats, Floats]:
    """(row, column) of the first pixel, and rows and columns, of the smallest box around a mask."""
    places = [np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0)]
    start = np.array([line[0] for line in places], np.float64)
    return start, np.array([line[-1] + 1 for line in places]) - start
