"""From a patient to what the X-rays of one view meet."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.mammogram import Laterality, Mask, View
from shared_core.simulation.choices import LookAlike
from shared_core.simulation.look_alikes import PAINTERS, checked_look_alikes
from shared_core.simulation.patient import Breast, Patient
from shared_core.simulation.placement import Placement, draw_positioning, place
from shared_core.simulation.projected_view import Map, ProjectedView, VesselTruth, ViewTruth
from shared_core.simulation.randomness import stream
from shared_core.simulation.stamps import Layer, Scene, lay_stamp
from shared_core.simulation.tissue import SKIN_MM, lay, make_plate, thickness
from shared_core.simulation.truth import csbi_grade, draw_artery
from shared_core.simulation.wall import add_soft_tube

_SKIN_ROUGH_MM = 0.4


def project(
    patient: Patient,
    laterality: Laterality,
    view: View,
    *,
    spacing_mm: float = 0.07,
    shape: tuple[int, int] | None = None,
    years: float = 0.0,
    positioning_seed: int = 0,
    magnification: float = 1.07,
    compressed_mm: float | None = None,
    look_alikes: tuple[str, ...] | None = None,
) -> ProjectedView:
    """Project one breast of a patient as CC or MLO; equal arguments give equal arrays.

    Parameters
    ----------
    spacing_mm
        Of the square pixels, in the plane of the breast.
    shape
        (rows, columns) of the image; by default the smallest that holds the breast. The chest wall is at the
        left edge of left views and at the right edge of right views.
    years
        Since the first exam: deposits have grown.
    positioning_seed
        0 is the reference; others turn, roll, shift and compress the breast a little differently.
    magnification
        Recorded for whoever makes the exposure.
    compressed_mm
        Thickness between the paddles; by default the patient's, a little changed by positioning.
    look_alikes
        By default the patient's.

    Raises
    ------
    UsageError
        If an argument is out of range.
    """
    breast = patient.breast(laterality)
    names = checked_look_alikes(patient.settings.look_alikes if look_alikes is None else look_alikes)
    _check(view, spacing_mm, shape, years, positioning_seed, compressed_mm, magnification)
    positioning = draw_positioning(positioning_seed, view, laterality.value)
    compressed = compressed_mm or breast.shape.compressed_mm * positioning.thickness_factor
    placement = place(
        breast.shape, view, positioning, spacing_mm=spacing_mm, shape=shape, compressed_mm=compressed
    )
    maps, masks = _rays(patient, breast, placement, names)
    bands = np.zeros(placement.shape, np.uint8)
    calcium = maps["calcium_g_cm2"]
    drawn = [draw_artery(a, placement, years=years, calcium=calcium, bands=bands) for a in breast.arteries]
    vessels = [vessel for vessel in drawn if vessel is not None]
    masks["band_mask"] = bands.view(np.bool_)
    del calcium, bands
    if laterality is Laterality.RIGHT:
        # Made with the chest wall at the left; one array after the other, so that few lie double.
        maps = {name: mirrored(maps.pop(name)) for name in tuple(maps)}
        masks = {name: mirrored(masks.pop(name)) for name in tuple(masks)}
        width_mm = (placement.shape[1] - 1) * spacing_mm
        vessels = [_mirrored_vessel(vessel, width_mm) for vessel in vessels]
    truth = ViewTruth(
        mass_mg=sum(vessel.mass_mg for vessel in vessels),
        vessels=tuple(vessels),
        calcium_mask=maps["calcium_g_cm2"] > 0,
        band_mask=masks["band_mask"],
        breast_mask=maps["tissue_mm"] > 0,
        csbi_grade=csbi_grade(vessel.pattern for vessel in vessels),
        look_alikes=names,
    )
    return ProjectedView(
        view=view,
        laterality=laterality,
        spacing_mm=spacing_mm,
        magnification=magnification,
        compressed_mm=compressed,
        tissue_mm=maps["tissue_mm"],
        glandular_mm=maps["glandular_mm"],
        calcium_g_cm2=maps["calcium_g_cm2"],
        mineral_g_cm2=maps["mineral_g_cm2"],
        metal_mm=maps["metal_mm"],
        opaque=masks["opaque"],
        collimated=masks["collimated"],
        truth=truth,
    )


def mirrored(array: NDArray[Any]) -> NDArray[Any]:
    """An array with its columns reversed."""
    return np.ascontiguousarray(array[:, ::-1])


def _mirrored_vessel(vessel: VesselTruth, width_mm: float) -> VesselTruth:
    """A vessel of the mirrored view, whose first and last columns are `width_mm` apart."""
    line = tuple((row, width_mm - column) for row, column in vessel.centre_line_mm)
    return replace(vessel, centre_line_mm=line)


def _rays(
    patient: Patient, breast: Breast, placement: Placement, names: tuple[LookAlike, ...]
) -> tuple[dict[str, Map], dict[str, Mask]]:
    """Maps and masks of a `ProjectedView` by name; no calcium of arteries yet."""
    tissue, glandular = _tissue(patient, breast, placement)
    layers, masks = _stamped(patient.seed, breast, placement, names)
    soft = layers["soft"]
    calcified = (part[0] for artery in breast.arteries for part in artery.parts)
    for tube in (*breast.plain_vessels, *calcified):
        add_soft_tube(soft, tube, placement)
    glandular += soft
    np.minimum(glandular, tissue, out=glandular)
    maps = {
        "tissue_mm": tissue,
        "glandular_mm": glandular,
        "calcium_g_cm2": np.zeros(placement.shape, np.float32),
        "mineral_g_cm2": np.maximum(layers["mineral"], 0, out=layers["mineral"]),
        "metal_mm": layers["metal"],
    }
    return maps, {"opaque": masks["opaque"], "collimated": masks["collimated"]}


def _tissue(patient: Patient, breast: Breast, placement: Placement) -> tuple[Map, Map]:
    """Length of the rays in tissue, and the part of it in gland, muscle, ligaments and skin, in mm."""
    plate = make_plate(
        breast.shape,
        placement.view,
        density=patient.density,
        seed=patient.seed,
        side=breast.laterality.value,
    )
    edge = lay(plate, plate.edge_mm, placement)
    edge *= np.float32(placement.spread)
    tissue = thickness(edge, placement.compressed_mm)
    # What lies within the skin is a breast that is thinner by the skin on all sides.
    edge -= np.float32(SKIN_MM)
    within = thickness(edge, placement.compressed_mm - 2 * SKIN_MM)
    del edge
    glandular = lay(plate, plate.gland, placement)
    glandular *= within
    fibres = lay(plate, plate.fibres_mm, placement)
    # Fibres run within the breast: less of them where it is thin.
    fibres *= within
    fibres *= np.float32(1 / placement.compressed_mm)
    glandular += fibres
    # Skin; its inner side is no mirror.
    within -= tissue
    rough = cv2.GaussianBlur(within, (0, 0), _SKIN_ROUGH_MM / placement.spacing_mm)
    glandular -= np.asarray(rough, np.float32)
    return tissue, glandular


def _stamped(
    seed: int, breast: Breast, placement: Placement, names: tuple[LookAlike, ...]
) -> tuple[dict[Layer, Map], dict[Layer, Mask]]:
    """Maps (soft, mineral, metal) and masks (opaque, collimated) with the look-alikes on them."""
    maps: dict[Layer, Map] = {
        "soft": np.zeros(placement.shape, np.float32),
        "mineral": np.zeros(placement.shape, np.float32),
        "metal": np.zeros(placement.shape, np.float32),
    }
    masks: dict[Layer, Mask] = {
        "opaque": np.zeros(placement.shape, np.bool_),
        "collimated": np.zeros(placement.shape, np.bool_),
    }
    scene = Scene(breast.shape, placement, breast.laterality)
    for index, name in enumerate(names):
        # No view in the name: what lies in the breast lies there in CC and in MLO.
        rng = stream(seed, "look-alike", breast.laterality.value, name, index)
        for stamp in PAINTERS[name](scene, rng):
            target = masks[stamp.layer] if stamp.layer in masks else maps[stamp.layer]
            lay_stamp(target, stamp)
    return maps, masks


def _check(
    view: View,
    spacing_mm: float,
    shape: tuple[int, int] | None,
    years: float,
    positioning_seed: int,
    compressed_mm: float | None,
    magnification: float,
) -> None:
    """Refuse what no exposure can be."""
    if view not in (View.CC, View.MLO):
        raise UsageError(f"A simulated view is CC or MLO, not {view.value}.")
    for name, value, low, high in (
        ("spacing_mm", spacing_mm, 0.02, 0.5),
        ("years", years, 0.0, 50.0),
        ("magnification", magnification, 1.0, 2.5),
        ("compressed_mm", compressed_mm, 15.0, 120.0),
    ):
        if value is not None and not (math.isfinite(value) and low <= value <= high):
            raise UsageError(f"{name} must lie between {low:g} and {high:g}, not {value:g}.")
    if positioning_seed < 0:
        raise UsageError(f"positioning_seed must be 0 or more, not {positioning_seed}.")
    if shape is not None and not all(64 <= size <= 8192 for size in shape):
        raise UsageError(f"An image has 64 to 8192 rows and columns, not {shape[0]} x {shape[1]}.")
