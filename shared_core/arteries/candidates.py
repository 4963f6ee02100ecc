"""From a probability map to a mask whose parts look like arteries.

A threshold decides pixel by pixel. What a reader does comes after: a short spot, a broad blot, the edge of
the film and a wire are not arteries, however bright. Each connected part is described once, and a
`CandidateRule` keeps or refuses it whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.centre_line import CentreLine, polyline_length
from shared_core.arteries.connected_parts import Box
from shared_core.arteries.followed_parts import SPECK_MM2, FollowedPart, OutlinedPart, follow, outlined_parts
from shared_core.arteries.joining import Segment, chains_of_segments
from shared_core.arteries.judged_image import Judged
from shared_core.arteries.judged_parts import JudgedParts
from shared_core.arteries.skeleton import Points
from shared_core.distance import distance_from_outside
from shared_core.mammogram import Mask
from shared_core.weights.candidate_rule import CandidateRule

Refusal = Literal[
    "weak", "small", "short", "stubby", "wide", "border", "wire", "other calcification", "neither"
]
"""Why a part is left out: no certain pixel or a low mean; area; length; length to width; width; runs along
the border of the valid area; metal; or what a classifier took it for."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """One connected part of a thresholded map, described."""

    box: Box
    inside: Mask
    """(rows, columns) of the box."""
    area_mm2: float
    peak_probability: float
    mean_probability: float
    length_mm: float
    """Of its longest centre line; 0 of a speck too small to be followed."""
    course_length_mm: float
    """With the pieces that it goes on in."""
    width_mm: float
    border_distance_mm: float
    """Median along the centre line to where BAC may not be reported, or to the edge of the image."""
    bend: float
    """Largest distance of the centre line from the straight line between its ends / length."""
    width_variation: float
    """SD / mean of its width."""
    level: float | None
    """Mean display value along the centre line; None without an image."""

    @property
    def elongation(self) -> float:
        """Length, with the pieces that it goes on in / width."""
        return self.course_length_mm / self.width_mm if self.width_mm > 0 else 0.0


@dataclass(frozen=True, eq=False)
class Decision:
    """A mask, and what was taken out of it."""

    mask: Mask
    """(rows, columns) bool, True where BAC."""
    kept: int = 0
    """Parts; 0 where no rule was asked."""
    refused: tuple[tuple[Refusal, int], ...] = ()
    """(why, parts), by the words."""
    judged: Judged | None = None
    """Every part with its class and probability, or the view as a whole; None where nothing judged."""

    @property
    def other(self) -> Mask | None:
        """(rows, columns) bool: calcium that does not run along an artery; None where nothing tells it."""
        if not isinstance(self.judged, JudgedParts):
            return None
        return self.judged.mask("other calcification", self.mask.shape)


def decide(
    probability: NDArray[np.float32],
    *,
    threshold: float,
    rule: CandidateRule | None,
    valid: Mask,
    spacing_mm: tuple[float, float],
    display_u8: NDArray[np.uint8] | None = None,
) -> Decision:
    """Threshold a map, and keep the parts that a rule takes for arteries.

    Parameters
    ----------
    probability
        (rows, columns) in [0, 1].
    threshold
        BAC where the probability lies above it.
    rule
        None keeps every part.
    valid
        (rows, columns) bool: where BAC may be reported.
    spacing_mm
        (row, column).
    display_u8
        (rows, columns) display values, to tell metal.
    """
    mask = np.asarray(probability > threshold)
    if rule is None:
        return Decision(mask)
    parts = outlined_parts(mask)
    refused: Counter[Refusal] = Counter()
    likely: list[OutlinedPart] = []
    for part in parts:
        # Cheap questions first: only what passes them is followed, and only that can support others.
        why = _faint(*_peak_and_mean(part, probability), _area_mm2(part, spacing_mm), rule)
        if why is None and _surely_short(part, rule, spacing_mm):
            why = "short"
        if why is None:
            likely.append(part)
        else:
            refused[why] += 1
    kept = np.zeros_like(mask)
    described = describe(
        likely,
        probability,
        valid=valid,
        spacing_mm=spacing_mm,
        gap_mm=rule.gap_mm,
        display_u8=display_u8,
    )
    for candidate in described:
        why = refusal(candidate, rule)
        if why is None:
            kept[candidate.box.slices] |= candidate.inside
        else:
            refused[why] += 1
    return Decision(kept, len(parts) - refused.total(), tuple(sorted(refused.items())))


def describe(
    parts: Sequence[OutlinedPart],
    probability: NDArray[np.float32],
    *,
    valid: Mask,
    spacing_mm: tuple[float, float],
    gap_mm: float = 0.0,
    display_u8: NDArray[np.uint8] | None = None,
) -> tuple[Candidate, ...]:
    """Measure what a rule asks for, part by part of one thresholded map; see `outlined_parts` and `decide`.

    Pieces in line with each other are one course over gaps shorter than `gap_mm`; 0 takes each alone.
    """
    if not parts:
        return ()
    mm = np.array(spacing_mm, dtype=np.float64)
    # The edge of the image is a border too, so an empty rim goes around it.
    room = np.pad(valid.astype(np.uint8), 1)
    distance = cv2.distanceTransform(room, cv2.DIST_L2, cv2.DIST_MASK_5)[1:-1, 1:-1]
    border_px = np.asarray(distance, np.float32)
    followed = [follow(part, mm) if _area_mm2(part, spacing_mm) >= SPECK_MM2 else None for part in parts]
    courses_mm = _course_lengths_mm(followed, mm, gap_mm)
    return tuple(
        _described(part, lines, course_mm, probability, border_px, display_u8, mm)
        for part, lines, course_mm in zip(parts, followed, courses_mm, strict=True)
    )


def refusal(candidate: Candidate, rule: CandidateRule) -> Refusal | None:
    """Why a rule leaves a part out; None where it is kept."""
    faint = _faint(candidate.peak_probability, candidate.mean_probability, candidate.area_mm2, rule)
    if faint is not None:
        return faint
    conditions: tuple[tuple[Refusal, bool], ...] = (
        ("short", candidate.course_length_mm < rule.least_length_mm),
        ("stubby", candidate.elongation < rule.least_elongation),
        ("wide", 0 < rule.most_width_mm < candidate.width_mm),
        ("border", candidate.border_distance_mm < rule.least_border_distance_mm),
        ("wire", _is_wire(candidate, rule)),
    )
    return next((why for why, holds in conditions if holds), None)


def _is_wire(candidate: Candidate, rule: CandidateRule) -> bool:
    return (
        0 < rule.wire_length_mm <= candidate.length_mm
        and candidate.bend <= rule.wire_bend
        and candidate.width_variation <= rule.wire_width_variation
        and candidate.level is not None
        and candidate.level >= rule.wire_level
    )


def _faint(peak: float, mean: float, area_mm2: float, rule: CandidateRule) -> Refusal | None:
    """What can be said without following the part."""
    if peak <= rule.seed_probability or mean < rule.least_mean_probability:
        return "weak"
    return "small" if area_mm2 < rule.least_area_mm2 else None


def _surely_short(part: OutlinedPart, rule: CandidateRule, spacing_mm: tuple[float, float]) -> bool:
    """Whether no line in a part that stands alone can be long enough: half its outline is longer than any."""
    return rule.gap_mm <= 0 and part.outline_px / 2 * max(spacing_mm) < rule.least_length_mm - max(spacing_mm)


def _peak_and_mean(part: OutlinedPart, probability: NDArray[np.float32]) -> tuple[float, float]:
    own = probability[part.box.slices][part.inside]
    return float(own.max()), float(own.mean(dtype=np.float64))


def _area_mm2(part: OutlinedPart, spacing_mm: tuple[float, float]) -> float:
    return int(np.count_nonzero(part.inside)) * spacing_mm[0] * spacing_mm[1]


def _described(
    part: OutlinedPart,
    followed: FollowedPart | None,
    course_mm: float,
    probability: NDArray[np.float32],
    border_px: NDArray[np.float32],
    display_u8: NDArray[np.uint8] | None,
    mm: NDArray[np.float64],
) -> Candidate:
    peak, mean = _peak_and_mean(part, probability)
    pixel_mm = float(np.sqrt(mm.prod()))
    longest, points = _longest(followed, mm)
    at = _pixels(points, probability.shape) if points is not None else _middle(part)
    length_mm, width_mm, bend, variation = 0.0, 0.0, 0.0, 0.0
    if longest is not None and points is not None and followed is not None:
        line_mm = points * mm
        length_mm = polyline_length(line_mm)
        grid = followed.grid
        width_mm = longest.width * float(np.sqrt(grid.row_step * grid.column_step)) * pixel_mm
        bend = _bend(line_mm) / length_mm if length_mm > 0 else 0.0
        variation = _width_variation(part, at)
    return Candidate(
        box=part.box,
        inside=part.inside,
        area_mm2=_area_mm2(part, (float(mm[0]), float(mm[1]))),
        peak_probability=peak,
        mean_probability=mean,
        length_mm=length_mm,
        course_length_mm=max(course_mm, length_mm),
        width_mm=width_mm,
        border_distance_mm=float(np.median(border_px[at[:, 0], at[:, 1]])) * pixel_mm,
        bend=bend,
        width_variation=variation,
        level=float(display_u8[at[:, 0], at[:, 1]].mean()) if display_u8 is not None else None,
    )


def _longest(
    followed: FollowedPart | None, mm: NDArray[np.float64]
) -> tuple[CentreLine | None, Points | None]:
    """The longest line of a part, and its points in pixels of the view."""
    if followed is None:
        return None, None
    lines = [(line, followed.grid.in_view(line.points)) for line in followed.lines]
    return max(lines, key=lambda pair: polyline_length(pair[1] * mm))


def _pixels(points: Points, shape: tuple[int, ...]) -> NDArray[np.intp]:
    return np.clip(np.rint(points).astype(np.intp), 0, np.array(shape) - 1)


def _middle(part: OutlinedPart) -> NDArray[np.intp]:
    """The pixel of a speck that lies nearest to its centre, as an (1, 2) array."""
    pixels = np.argwhere(part.inside)
    nearest = int(np.hypot(*(pixels - pixels.mean(axis=0)).T).argmin())
    return np.asarray(pixels[nearest : nearest + 1] + np.array([part.box.top, part.box.left]), np.intp)


def _bend(points: Points) -> float:
    """Largest distance from the straight line between both ends; of a ring, from the end itself."""
    chord = points[-1] - points[0]
    away = points - points[0]
    norm = float(np.hypot(*chord))
    if norm == 0:
        return float(np.hypot(*away.T).max())
    return float(np.abs(away[:, 0] * chord[1] - away[:, 1] * chord[0]).max()) / norm


def _width_variation(part: OutlinedPart, at: NDArray[np.intp]) -> float:
    """SD / mean of the width along the line; the ends are left out, as bands are round there."""
    half = distance_from_outside(np.pad(part.inside, 2))
    ridge = cv2.dilate(half, np.ones((3, 3), np.uint8))
    own = np.clip(at - (part.box.top, part.box.left), 0, np.array(part.inside.shape) - 1) + 2
    cut = len(own) // 10
    widths = ridge[own[:, 0], own[:, 1]][cut : len(own) - cut]
    return float(widths.std() / widths.mean()) if widths.size else 0.0


def _course_lengths_mm(
    followed: Sequence[FollowedPart | None], mm: NDArray[np.float64], gap_mm: float
) -> list[float]:
    """For every part the length of the longest course that goes through it."""
    lengths = [0.0] * len(followed)
    if gap_mm <= 0:
        return lengths
    pixel_mm = float(np.sqrt(mm.prod()))
    owners: list[int] = []
    segments: list[Segment] = []
    for number, part in enumerate(followed):
        if part is None:
            continue
        step_mm = float(np.sqrt(part.grid.row_step * part.grid.column_step)) * pixel_mm
        for line in part.lines:
            owners.append(number)
            segments.append(Segment(part.grid.in_view(line.points) * mm, line.width * step_mm, line.free))
    for chain in chains_of_segments(segments, gap_mm=gap_mm):
        length_mm = sum(segments[end.segment].length_mm for end in chain)
        for end in chain:
            lengths[owners[end.segment]] = max(lengths[owners[end.segment]], length_mm)
    return lengths
