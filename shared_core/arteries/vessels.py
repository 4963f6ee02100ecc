"""From the mask of one view to its calcified arteries: how many, how long, how wide, where.

The parts of the mask are followed one by one, and what goes on in each other is joined to arteries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.centre_line import polyline_length, resampled
from shared_core.arteries.connected_groups import Groups
from shared_core.arteries.connected_parts import bounding_box
from shared_core.arteries.followed_parts import FollowedPart, followed_parts
from shared_core.arteries.joining import (
    ARTERY_GAP_MM,
    SEGMENT_GAP_MM,
    Segment,
    branches,
    chains_of_segments,
    runs_of,
)
from shared_core.arteries.morphology import calcium_pattern
from shared_core.arteries.skeleton import Points
from shared_core.arteries.vessel_map import Morphology, Vessel, VesselMap
from shared_core.mammogram import Mask, PixelSpacing
from shared_core.notices import Notice
from shared_core.notices.of_results import (
    ARTERIES_TOO_MANY,
    ARTERY_SPACING_ASSUMED,
    ARTERY_SPOTS_NOT_COUNTED,
)

ASSUMED_SPACING_MM: Final = 0.07
"""For the rules in mm where the spacing is not known; no result in mm is made from it."""
SHORTEST_MM: Final = 3.0
"""A shorter finding has no course that could be followed, so it does not count as a vessel."""
MOST_VESSELS: Final = 255


@dataclass(frozen=True, eq=False)
class _Piece:
    """One line of one part, in mm."""

    part: int
    line: int
    tree: int
    branch_points: int
    segment: Segment


@dataclass(frozen=True, eq=False)
class _Course:
    """What became one artery."""

    pieces: list[_Piece]
    runs_mm: list[Points]
    """Lines of its calcified segments, those of branches included."""
    trunk_mm: Points
    """The longest way through it, gaps bridged."""
    branch_points: int

    @property
    def length_mm(self) -> float:
        """Calcified, gaps of less than 1 cm included."""
        return sum(polyline_length(run) for run in self.runs_mm)


def find_vessels(
    mask: Mask,
    *,
    spacing: PixelSpacing | None,
    intensity_u8: NDArray[np.uint8] | None = None,
    artery_gap_mm: float = ARTERY_GAP_MM,
    one_artery: bool = False,
) -> VesselMap:
    """Follow the calcified arteries of one view.

    Parameters
    ----------
    mask
        (rows, columns) bool, True where BAC, made of vessel bands. On a mask of the calcium alone the
        two walls of an artery are two lines: fill the vessel first.
    spacing
        Pixel spacing in the plane of the breast. None: lengths are in pixels only, and the rules in mm
        (gap, shortest vessel) take 0.07 mm a pixel; a warning says so.
    intensity_u8
        (rows, columns) display values, not filtered: decides the morphology; None leaves it unknown.
    artery_gap_mm
        Pieces in line with each other are one artery over gaps shorter than this. Whatever it is, a gap
        of 1 cm ends a calcified segment, and only shorter ones are part of the length.
    one_artery
        Whether it is known that all of the mask is one artery, however far apart its pieces lie.

    Returns
    -------
    VesselMap
        Longest vessel first.

    Raises
    ------
    ValueError
        If `intensity_u8` does not have the shape of the mask.
    """
    if intensity_u8 is not None and intensity_u8.shape != mask.shape:
        raise ValueError(f"intensity has shape {intensity_u8.shape}, the mask has {mask.shape}")
    labels = np.zeros(mask.shape, np.uint8)
    if bounding_box(mask) is None:
        return VesselMap((), labels, 0.0, 0.0 if spacing is not None else None)
    mm = steps_mm(spacing)
    parts = followed_parts(mask, mm)
    courses, specks = _courses(_pieces(parts, mm), artery_gap_mm, one_artery=one_artery)
    kept = courses[:MOST_VESSELS]
    owners = {
        (piece.part, piece.line): number
        for number, course in enumerate(kept, start=1)
        for piece in course.pieces
    }
    areas_px = _paint(labels, parts, owners)
    vessels = tuple(
        _vessel(number, course, area_px=int(areas_px[number]), spacing=spacing, intensity_u8=intensity_u8)
        for number, course in enumerate(kept, start=1)
    )
    return VesselMap(
        vessels,
        labels,
        total_length_px=sum(vessel.length_px for vessel in vessels),
        total_length_mm=sum(course.length_mm for course in kept) if spacing is not None else None,
        notices=_notices(spacing, specks=specks, found=len(courses)),
    )


def steps_mm(spacing: PixelSpacing | None) -> NDArray[np.float64]:
    """(2,) distance of neighbouring rows and columns, assumed where the spacing is not known."""
    if spacing is None:
        return np.array([ASSUMED_SPACING_MM, ASSUMED_SPACING_MM])
    return np.array([spacing.row_mm, spacing.column_mm])


def _notices(spacing: PixelSpacing | None, *, specks: int, found: int) -> tuple[Notice, ...]:
    notices = []
    if spacing is None:
        gap_px = round(SEGMENT_GAP_MM / ASSUMED_SPACING_MM)
        notices.append(ARTERY_SPACING_ASSUMED.notice(spacing_mm=ASSUMED_SPACING_MM, gap_px=gap_px))
    if specks:
        spots = f"{specks} {'spot' if specks == 1 else 'spots'}"
        notices.append(ARTERY_SPOTS_NOT_COUNTED.notice(spots=spots, shortest_mm=f"{SHORTEST_MM:g}"))
    if found > MOST_VESSELS:
        notices.append(ARTERIES_TOO_MANY.notice(found=found, kept=MOST_VESSELS))
    return tuple(notices)


def _pieces(parts: list[FollowedPart], mm: NDArray[np.float64]) -> list[_Piece]:
    pieces = []
    for number, part in enumerate(parts):
        pixel_mm = float(np.sqrt(part.grid.row_step * part.grid.column_step * mm.prod()))
        for place, line in enumerate(part.lines):
            segment = Segment(part.grid.in_view(line.points) * mm, line.width * pixel_mm, line.free)
            pieces.append(_Piece(number, place, line.tree, line.branch_points, segment))
    return pieces


def _courses(pieces: list[_Piece], artery_gap_mm: float, *, one_artery: bool) -> tuple[list[_Course], int]:
    """Arteries, longest first, and the number of findings too short to be one."""
    segments = [piece.segment for piece in pieces]
    chains = chains_of_segments(segments, gap_mm=artery_gap_mm)
    chain_of = {n: place for place, chain in enumerate(chains) for n, _ in chain}
    attached = branches(segments, chains)
    groups = Groups(len(chains))
    first_of_tree: dict[tuple[int, int], int] = {}
    for n, piece in enumerate(pieces):
        groups.join(chain_of[n], first_of_tree.setdefault((piece.part, piece.tree), chain_of[n]))
    for branch, trunk in attached:
        groups.join(branch, trunk)
    if one_artery:
        for place in range(1, len(chains)):
            groups.join(0, place)
    attached_branches = {branch for branch, _ in attached}
    courses, specks = [], 0
    for group in groups.members():
        own = [pieces[n] for place in group for n, _ in chains[place]]
        # The way through a chain bridges every gap; its runs are what is calcified.
        ways = [runs_of(segments, chains[place], gap_mm=np.inf)[0] for place in group]
        runs = [run for place in group for run in runs_of(segments, chains[place], gap_mm=SEGMENT_GAP_MM)]
        joints = sum(piece.branch_points for piece in own) + len(attached_branches.intersection(group))
        course = _Course(own, runs, max(ways, key=polyline_length), joints)
        if course.length_mm < SHORTEST_MM:
            specks += 1
        else:
            courses.append(course)
    return sorted(courses, key=lambda course: -course.length_mm), specks


def _paint(
    labels: NDArray[np.uint8], parts: list[FollowedPart], owners: dict[tuple[int, int], int]
) -> NDArray[np.int64]:
    """Give every pixel of a part the number of the vessel whose centre line is nearest; count them."""
    areas_px = np.zeros(MOST_VESSELS + 1, np.int64)
    lines_of: dict[int, dict[int, int]] = {}
    for (number, place), vessel in owners.items():
        lines_of.setdefault(number, {})[place] = vessel
    for number, lines in lines_of.items():
        part = parts[number]
        window = labels[part.box.slices]
        painted: NDArray[np.uint8]
        if len(set(lines.values())) == 1:
            painted = np.full(np.count_nonzero(part.inside), next(iter(lines.values())), np.uint8)
        else:
            painted = _nearest_line(part, lines)[part.inside]
        window[part.inside] = painted
        areas_px += np.bincount(painted, minlength=MOST_VESSELS + 1)
    return areas_px


def _nearest_line(part: FollowedPart, lines: dict[int, int]) -> NDArray[np.uint8]:
    """(rows, columns) of the part's box: the vessel with the nearest centre line."""
    grid = part.grid
    shape = (round(grid.box.rows / grid.row_step), round(grid.box.columns / grid.column_step))
    drawn = np.zeros(shape, np.uint8)
    for place, vessel in sorted(lines.items(), reverse=True):
        at = np.rint(resampled(part.lines[place].points, 0.5)).astype(int)
        at = np.clip(at, 0, np.array(shape) - 1)
        drawn[at[:, 0], at[:, 1]] = vessel
    _, seeds = cv2.distanceTransformWithLabels(
        (drawn == 0).view(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    vessel_of_seed = np.zeros(int(seeds.max()) + 1, np.uint8)
    vessel_of_seed[seeds[drawn > 0]] = drawn[drawn > 0]
    coarse = vessel_of_seed[seeds]
    fine = cv2.resize(coarse, (grid.box.columns, grid.box.rows), interpolation=cv2.INTER_NEAREST)
    top, left = part.box.top - grid.box.top, part.box.left - grid.box.left
    return np.asarray(fine[top : top + part.box.rows, left : left + part.box.columns], np.uint8)


def _vessel(
    number: int,
    course: _Course,
    *,
    area_px: int,
    spacing: PixelSpacing | None,
    intensity_u8: NDArray[np.uint8] | None,
) -> Vessel:
    mm = steps_mm(spacing)
    segments = [piece.segment for piece in course.pieces]
    lengths_mm = [segment.length_mm for segment in segments]
    calibre_mm = float(np.average([segment.width_mm for segment in segments], weights=lengths_mm))
    trunk_mm = course.trunk_mm
    chord_mm = float(np.hypot(*(trunk_mm[-1] - trunk_mm[0])))
    morphology: Morphology = "unknown"
    if intensity_u8 is not None:
        lines_mm = [segment.points_mm for segment in segments]
        pattern = calcium_pattern(lines_mm, intensity_u8, step_mm=mm, width_mm=calibre_mm)
        morphology = pattern.morphology
    return Vessel(
        number=number,
        length_px=sum(polyline_length(run / mm) for run in course.runs_mm),
        length_mm=course.length_mm if spacing is not None else None,
        mean_calibre_px=calibre_mm / float(np.sqrt(mm.prod())),
        mean_calibre_mm=calibre_mm if spacing is not None else None,
        area_px=area_px,
        segments=len(course.runs_mm),
        branch_points=course.branch_points,
        tortuosity=max(polyline_length(trunk_mm) / chord_mm, 1.0) if chord_mm > 0 else 1.0,
        morphology=morphology,
        centre_line=tuple((float(row), float(column)) for row, column in trunk_mm / mm),
    )
