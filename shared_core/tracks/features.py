"""Parts of a thresholded probability map, described by what tells arteries from other calcifications."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.centre_line import polyline_length
from shared_core.arteries.followed_parts import FollowedPart, OutlinedPart, follow, outlined_parts
from shared_core.arteries.joining import SEGMENT_GAP_MM, Segment, chains_of_segments
from shared_core.mammogram import Mask
from shared_core.tracks.course import course_features
from shared_core.tracks.layers import TissueLayers, tissue_layers
from shared_core.tracks.skin import are_skin

LEAST_AREA_MM2: Final = 0.35
"""Smaller parts have no course; they are never an artery of their own."""
_AROUND_PX: Final = 60
"""Tissue around a part that is looked at."""
_RING_PX: Final = (4.0, 20.0)
_OTHER_PARTS_PX: Final = 200.0


@dataclass(frozen=True, eq=False)
class TrackTable:
    """The parts of one view and their description."""

    parts: tuple[OutlinedPart, ...]
    names: tuple[str, ...]
    """Of the features; empty without parts."""
    values: NDArray[np.float32]
    """(parts, features); NaN where something cannot be said."""
    skin: NDArray[np.bool_]
    """(parts,), see `are_skin`."""


def describe_tracks(
    probability: NDArray[np.float32],
    image_u8: NDArray[np.uint8],
    *,
    valid: Mask,
    threshold: float,
    pixel_mm: float,
) -> TrackTable:
    """Describe the parts above a threshold.

    Parameters
    ----------
    probability
        (rows, columns) in [0, 1] on the grid of the model.
    image_u8
        (rows, columns) display values on that grid, not filtered.
    valid
        (rows, columns) bool: where BAC may be reported.
    threshold
        A low one: what is no artery is taken out afterwards.
    pixel_mm
        Of the grid; what the model takes it for where nobody knows.
    """
    mask = np.asarray(probability > threshold)
    parts = [p for p in outlined_parts(mask) if np.count_nonzero(p.inside) * pixel_mm**2 >= LEAST_AREA_MM2]
    if not parts:
        return TrackTable((), (), np.zeros((0, 0), np.float32), np.zeros(0, np.bool_))
    view = _View(
        probability=probability,
        image_u8=image_u8,
        layers=tissue_layers(image_u8, [part.box for part in parts]),
        marked=cv2.dilate(mask.view(np.uint8), np.ones((9, 9), np.uint8)).view(np.bool_),
        border_px=_border_px(valid),
        pixel_mm=pixel_mm,
    )
    followed = [follow(part, np.array([pixel_mm, pixel_mm])) for part in parts]
    chains = _chains(followed, pixel_mm)
    crowd = _crowd(parts, followed, image_u8.size)
    rows = [
        _described(part, lines, chain, other, view)
        for part, lines, chain, other in zip(parts, followed, chains, crowd, strict=True)
    ]
    return TrackTable(
        tuple(parts),
        tuple(rows[0]),
        np.array([list(row.values()) for row in rows], np.float32),
        are_skin(followed, image_u8, valid, pixel_mm),
    )


@dataclass(frozen=True, eq=False)
class _View:
    probability: NDArray[np.float32]
    image_u8: NDArray[np.uint8]
    layers: TissueLayers
    marked: Mask
    border_px: NDArray[np.float32]
    pixel_mm: float


def _border_px(valid: Mask) -> NDArray[np.float32]:
    room = np.pad(valid.astype(np.uint8), 1)
    return np.asarray(cv2.distanceTransform(room, cv2.DIST_L2, 3)[1:-1, 1:-1], np.float32)


def _described(
    part: OutlinedPart,
    followed: FollowedPart,
    chain: tuple[float, int],
    crowd: dict[str, float],
    view: _View,
) -> dict[str, float]:
    lines = [followed.grid.in_view(line.points) for line in followed.lines]
    lengths = [polyline_length(line) for line in lines]
    main = int(np.argmax(lengths))
    step = float(np.sqrt(followed.grid.row_step * followed.grid.column_step))
    width_px = followed.lines[main].width * step
    around = _Around.of(part, view)
    return {
        **_shape(part, lengths, main, width_px, chain, view.pixel_mm),
        **_probabilities(around),
        **_contrast(around, view.layers),
        **_spots(around, lengths[main] * view.pixel_mm, view.pixel_mm),
        **course_features(
            lines[main],
            width_px,
            image_u8=view.image_u8,
            layers=view.layers,
            border_px=view.border_px,
            pixel_mm=view.pixel_mm,
        ),
        **crowd,
    }


@dataclass(frozen=True, eq=False)
class _Around:
    """A window around a part."""

    inside: Mask
    distance_px: NDArray[np.float32]
    shown: Mask
    probability: NDArray[np.float32]
    raised: NDArray[np.float32]
    specks: NDArray[np.float32]
    spots: Mask
    marked: Mask

    @classmethod
    def of(cls, part: OutlinedPart, view: _View) -> _Around:
        box = part.box
        rows, columns = view.image_u8.shape
        top, left = max(box.top - _AROUND_PX, 0), max(box.left - _AROUND_PX, 0)
        window = np.s_[
            top : min(box.top + box.rows + _AROUND_PX, rows),
            left : min(box.left + box.columns + _AROUND_PX, columns),
        ]
        inside = np.zeros(view.image_u8[window].shape, np.uint8)
        inside[box.top - top :, box.left - left :][: box.rows, : box.columns] = part.inside
        return cls(
            inside=inside.view(np.bool_),
            distance_px=np.asarray(cv2.distanceTransform(1 - inside, cv2.DIST_L2, 3), np.float32),
            shown=view.image_u8[window] > 0,
            probability=view.probability[window],
            raised=view.layers.raised[window],
            specks=view.layers.specks[window],
            spots=view.layers.spots[window],
            marked=view.marked[window],
        )

    @property
    def ring(self) -> Mask:
        """The tissue next to the part."""
        return (self.distance_px > _RING_PX[0]) & (self.distance_px <= _RING_PX[1]) & self.shown

    @property
    def far(self) -> Mask:
        """The tissue farther off."""
        return (self.distance_px > _RING_PX[1]) & (self.distance_px <= _AROUND_PX) & self.shown


def _shape(
    part: OutlinedPart,
    lengths: Sequence[float],
    main: int,
    width_px: float,
    chain: tuple[float, int],
    pixel_mm: float,
) -> dict[str, float]:
    area_px = int(np.count_nonzero(part.inside))
    length_px = lengths[main]
    course_mm = max(chain[0], length_px * pixel_mm, 0.1)
    hull = cv2.convexHull(np.argwhere(part.inside).astype(np.int32))
    return {
        "area": math.log(area_px * pixel_mm**2),
        "length": math.log(max(length_px * pixel_mm, 0.1)),
        "course": math.log(course_mm),
        "course_pieces": float(chain[1]),
        "width": width_px * pixel_mm,
        "elongation": math.log(max(length_px / max(width_px, 1), 0.1)),
        "course_elongation": math.log(course_mm / max(width_px * pixel_mm, 0.1)),
        "lines": float(len(lengths)),
        "main_share": length_px / max(sum(lengths), 1),
        "lines_per_area": sum(lengths) * width_px / area_px,
        "solidity": area_px / max(cv2.contourArea(hull), 1),
    }


def _probabilities(around: _Around) -> dict[str, float]:
    own = around.probability[around.inside]
    return {
        "p_mean": float(own.mean()),
        "p_max": float(own.max()),
        "p_90": float(np.quantile(own, 0.9)),
        "p_50": float(np.quantile(own, 0.5)),
        "p_over_half": float((own > 0.5).mean()),
        "p_over_09": float((own > 0.9).mean()),
    }


def _contrast(around: _Around, layers: TissueLayers) -> dict[str, float]:
    own, beside = around.raised[around.inside], around.raised[around.ring]
    beside = beside if beside.size else np.zeros(1, np.float32)
    noise = layers.raised_noise
    specks = around.specks[around.inside] / layers.speck_noise
    return {
        "raised": float(own.mean()) / noise,
        "raised_over_ring": float(own.mean() - beside.mean()) / noise,
        "raised_95": float(np.quantile(own, 0.95)) / noise,
        "raised_variation": float(own.std()) / max(abs(float(own.mean())), noise),
        "ring_variation": float(beside.std()) / noise,
        "speck_95": float(np.quantile(specks, 0.95)),
        "speck_99": float(np.quantile(specks, 0.99)),
    }


def _spots(around: _Around, length_mm: float, pixel_mm: float) -> dict[str, float]:
    """Specks on the track, and beside it: a cluster has no track."""
    off = around.spots & ~around.marked
    inside = float(around.spots[around.inside].mean())
    ring, far = (float(off[where].mean()) if where.any() else 0.0 for where in (around.ring, around.far))
    own_px = _areas_px(around.spots & around.inside)
    beside_px = _areas_px(off & (around.distance_px <= _AROUND_PX))
    return {
        "spots": inside,
        "spots_ring": ring,
        "spots_far": far,
        "spots_over_far": math.log((inside + 0.003) / (far + 0.003)),
        "spots_over_ring": math.log((inside + 0.003) / (ring + 0.003)),
        "spots_per_mm": len(own_px) / max(length_mm, 0.3),
        "largest_spot": math.log((own_px.max() if len(own_px) else 0) * pixel_mm**2 + 0.01),
        "mean_spot": math.log((own_px.mean() if len(own_px) else 0) * pixel_mm**2 + 0.01),
        "spots_off": math.log1p(int((beside_px >= 6).sum())),
        "spots_off_share": (beside_px.sum() + 1) / (beside_px.sum() + own_px.sum() + 2),
    }


def _areas_px(mask: Mask) -> NDArray[np.int32]:
    _, _, statistics, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(mask).view(np.uint8))
    return np.asarray(statistics[1:, cv2.CC_STAT_AREA], np.int32)


def _chains(followed: Sequence[FollowedPart], pixel_mm: float) -> list[tuple[float, int]]:
    """For every part the length in mm and the pieces of the longest course through it."""
    segments, owners = [], []
    for number, part in enumerate(followed):
        step_mm = pixel_mm * float(np.sqrt(part.grid.row_step * part.grid.column_step))
        for line in part.lines:
            points_mm = part.grid.in_view(line.points) * pixel_mm
            segments.append(Segment(points_mm, line.width * step_mm, line.free))
            owners.append(number)
    longest = [(0.0, 1)] * len(followed)
    for chain in chains_of_segments(segments, gap_mm=SEGMENT_GAP_MM):
        length_mm = sum(segments[end.segment].length_mm for end in chain)
        for end in chain:
            if length_mm > longest[owners[end.segment]][0]:
                longest[owners[end.segment]] = (length_mm, len(chain))
    return longest


def _crowd(
    parts: Sequence[OutlinedPart], followed: Sequence[FollowedPart], image_px: int
) -> list[dict[str, float]]:
    """How many other parts there are, near and in all."""
    middles = np.array([(p.box.top + p.box.rows / 2, p.box.left + p.box.columns / 2) for p in parts])
    lengths = np.array(
        [sum(polyline_length(part.grid.in_view(line.points)) for line in part.lines) for part in followed]
    )
    return [
        {
            "parts_near": math.log1p(int((np.hypot(*(middles - middle).T) < _OTHER_PARTS_PX).sum()) - 1),
            "parts": math.log1p(len(parts) / (image_px / 1e6 + 0.3)),
            "share_of_length": float(length / max(lengths.sum(), 1)),
        }
        for middle, length in zip(middles, lengths, strict=True)
    ]
