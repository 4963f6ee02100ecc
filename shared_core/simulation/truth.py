"""What is true of a simulated view."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask
from shared_core.simulation.annotation_bands import Run, calcified_runs, paint_band
from shared_core.simulation.arteries import Tube
from shared_core.simulation.deposits import Deposit
from shared_core.simulation.patient import CalcifiedArtery
from shared_core.simulation.placement import Placement
from shared_core.simulation.projected_view import Map, Pattern, VesselTruth
from shared_core.simulation.randomness import Floats
from shared_core.simulation.ribbon import Ribbon
from shared_core.simulation.wall import MG_PER_G_CM2_MM2, calcium_of

SMOOTH_PX = 3
"""Points of the centre line this near to calcium count as calcified."""


@dataclass(frozen=True, eq=False)
class DrawnPart:
    """The calcium of one tube in one view, and where along the tube it lies."""

    curve: Floats
    """(n, 2) (row, column) px of the whole centre line."""
    radius_mm: Floats
    runs: tuple[Run, ...]
    mass_mg: float
    """Inside the image."""
    length_mm: float


def draw_artery(
    artery: CalcifiedArtery,
    placement: Placement,
    *,
    years: float,
    calcium: Map,
    bands: NDArray[np.uint8],
) -> VesselTruth | None:
    """Add an artery's calcium to a map and its bands to a mask, in place.

    None where all of its calcium lies outside the image.
    """
    parts = [
        _draw_part(tube, deposit, placement, years=years, calcium=calcium, bands=bands)
        for tube, deposit in artery.parts
    ]
    mass = sum(part.mass_mg for part in parts)
    if mass == 0:
        return None
    main = parts[0]
    seen = [part for part in parts if part.runs]
    first = min((run[0] for run in main.runs), default=0)
    last = max((run[1] for run in main.runs), default=0)
    # A point every half millimetre says all that a centre line has to say.
    points = [*main.curve[first:last:5], main.curve[last - 1]] if last else [*seen[0].curve[::5]]
    places = np.asarray(points) * placement.spacing_mm
    weights = [sum(end - start for start, end in part.runs) for part in seen]
    calibres = [
        2 * np.mean(np.concatenate([part.radius_mm[start:end] for start, end in part.runs])) for part in seen
    ]
    return VesselTruth(
        number=artery.number,
        pattern=artery.pattern,
        mass_mg=mass,
        length_mm=sum(part.length_mm for part in parts),
        calibre_mm=float(np.average(calibres, weights=weights)),
        centre_line_mm=tuple((float(row), float(column)) for row, column in places),
        segments=sum(len(part.runs) for part in parts),
    )


def _draw_part(
    tube: Tube,
    deposit: Deposit,
    placement: Placement,
    *,
    years: float,
    calcium: Map,
    bands: NDArray[np.uint8],
) -> DrawnPart:
    """Draw the calcium of one tube, and follow it along the centre line."""
    ribbon, amount = calcium_of(deposit, tube, placement, years=years)
    keep = ribbon.inside(calcium.shape) & (amount > 0)
    rows, columns = ribbon.rows[keep], ribbon.columns[keep]
    calcium[rows, columns] += amount[keep]
    pixel_mg = MG_PER_G_CM2_MM2 * placement.spacing_mm**2
    curve = placement.pixels(tube.points_mm)
    steps = np.linalg.norm(np.diff(curve, axis=0), axis=1) * placement.spacing_mm
    along = np.concatenate([[0.0], np.cumsum(steps)])
    runs = calcified_runs(_calcified_points(ribbon, keep, len(curve)), along)
    for start, end in runs:
        paint_band(bands, curve[start:end], tube.radius_mm[start:end], placement.spacing_mm)
    return DrawnPart(
        curve=curve,
        radius_mm=tube.radius_mm,
        runs=runs,
        mass_mg=float(amount[keep].sum(dtype=np.float64)) * pixel_mg,
        length_mm=sum(float(along[end - 1] - along[start]) for start, end in runs),
    )


def _calcified_points(ribbon: Ribbon, keep: Mask, count: int) -> NDArray[np.bool_]:
    """Which points of the centre line have calcium beside them."""
    beside = np.bincount(ribbon.nearest[keep], minlength=count) > 0
    return np.convolve(beside, np.ones(2 * SMOOTH_PX + 1), "same") > 0.5


def csbi_grade(patterns: Iterable[Pattern]) -> int:
    """Grade calcified arteries by the rule of the Canadian Society of Breast Imaging.

    0: none; 1: a few punctate calcifications; 2: coarse or tram-track in fewer than three arteries; 3: in
    three or more.
    """
    found = list(patterns)
    severe = sum(pattern != "punctate" for pattern in found)
    if severe >= 3:
        return 3
    return 2 if severe else int(bool(found))
