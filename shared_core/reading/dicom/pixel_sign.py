"""The sign of stored pixels, where Pixel Representation (PS3.3 C.7.6.3.1) is contradicted by them.

Read with the wrong sign, the upper half of the values lies below the lower one, and neighbours that go on
into each other are torn apart by nearly the whole range. White letters, frames and padding on black are torn,
too, where the sign is right. They are even, though: what is torn by a wrong sign goes on from the tear, on
both sides, through values further and further away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

Sign = Literal["as said", "the other", "neither"]

FEWEST_TEARS = 32
"""Pairs of neighbours; a small image may have as many by chance."""
MOST_IN_LINE = 4
"""Tears that count of those above each other, or in a row: sides of frames and labels are straight."""
LEAST_AREA = 0.005
"""Part of the image that goes on from the tears, on each side."""
MUCH_MORE = 9
"""Times as many tears with the sign that is said as with the other."""
LEAST_DEPTH = 4
"""Times twice as far from the tear as its rim lies the depth of what goes on there."""
LEAST_SLOPE = 2
"""Pixels between rim and depth, for each of the rim; a rim that sharpening made is narrow."""
EVEN_PART, EVEN_RANGE = 0.5, 1 / 16
"""Letters have this part of their pixels, or more, within this part of the range from the limit; calcium that
reaches beyond it has not."""
BLOCK = 8
NOISE_DENSITY, LEAST_NOISE = 0.25, 0.05
"""Part of the neighbours in a block that noise about zero tears, part of the image with such blocks; strokes
of letters are wider than single pixels."""
LEAST_SPREAD = 0.1
"""Part of the image with any tears, as texture leaves them; text, frames and labels cover less. By itself it
makes the sign doubtful and no more: a grid over the picture is spread, too."""
_SAMPLED_LINES = 256
_FEWEST_SAMPLED = 4
_MOST_PARTS = 64

Pair = tuple[Mask, Mask]
"""What is true of neighbours in a row, and of those in a column."""


def sign_by_pixels(
    stored: NDArray[Any], bits_stored: int, *, signed: bool, padding: Mask | None = None
) -> Sign:
    """Which sign the pixels have: that which is said, the other, or values that neither puts in order.

    It takes less to believe that pixels are unsigned, as those of mammograms have to be (PS3.3 C.8.11.3),
    than that they are signed.

    Parameters
    ----------
    stored : (rows, columns) array
        Values of `bits_stored` bits, with or without sign, and nothing above.
    signed
        As Pixel Representation says.
    padding
        Pixels that do not count.
    """
    step = max(1, stored.shape[0] // _SAMPLED_LINES)
    if np.count_nonzero(_tears(stored[::step], bits_stored, at_zero=not signed)[0]) < _FEWEST_SAMPLED:
        return "as said"
    said = _torn(stored, bits_stored, at_zero=not signed, padding=padding)
    plain = said.graded >= FEWEST_TEARS and said.area >= LEAST_AREA
    many = plain or said.noise >= LEAST_NOISE or said.spread >= LEAST_SPREAD
    if not (many or said.uneven >= FEWEST_TEARS):
        return "as said"
    other = _torn(stored, bits_stored, at_zero=signed, padding=padding)
    if (
        (said.noise >= LEAST_NOISE and said.all > MUCH_MORE * other.all)
        or (plain and said.graded > MUCH_MORE * other.graded)
        or (signed and said.uneven > max(FEWEST_TEARS, MUCH_MORE * other.uneven))
    ):
        return "the other"
    if other.all > MUCH_MORE * said.all:
        return "as said"
    doubtful = many or said.uneven > MUCH_MORE * other.all
    return "neither" if plain or (doubtful and not signed) else "as said"


@dataclass(frozen=True)
class _Torn:
    """Neighbours that lie close together around a limit at which a reading of them is cut."""

    all: int
    uneven: int
    """Those of which no side is as even as letters are."""
    graded: int
    """Those from which the values go on, on both sides."""
    area: float
    """Part of the image in which they do so, on the smaller side."""
    noise: float
    """Part of the image with as many as noise has."""
    spread: float
    """Part of the image with any."""


def _torn(stored: NDArray[Any], bits: int, *, at_zero: bool, padding: Mask | None) -> _Torn:
    tears = _tears(stored, bits, at_zero=at_zero)
    if padding is not None:
        fine = ~padding
        tears = tears[0] & fine[:, 1:] & fine[:, :-1], tears[1] & fine[1:] & fine[:-1]
    across, down = tears
    rim = np.zeros(stored.shape, bool)
    rim[:, 1:] |= across
    rim[:, :-1] |= across
    rim[1:] |= down
    rim[:-1] |= down
    values = _about_middle(stored, bits, at_zero=at_zero).astype(np.int32) - (1 << (bits - 1))
    depth = np.where(values < 0, ~values, values)
    uneven, graded = np.zeros(stored.shape, bool), np.zeros(stored.shape, bool)
    dense = _density(tears[0])
    areas = []
    for side in (values >= 0, values < 0):
        side = side if padding is None else side & ~padding
        areas.append(_mark_parts(side, rim & side, depth, (1 << bits) * EVEN_RANGE, uneven, graded))
    return _Torn(
        all=sum(int(np.count_nonzero(pairs)) for pairs in tears),
        uneven=_within(tears, uneven),
        graded=_within(tears, graded),
        area=min(areas) / stored.size,
        noise=float((dense > NOISE_DENSITY).mean()),
        spread=float((dense > 0).mean()),
    )


def _about_middle(stored: NDArray[Any], bits: int, *, at_zero: bool) -> NDArray[np.uint16]:
    """The circle of values turned so that the limit, zero or the middle, lies in the middle."""
    turn = 1 << (bits - 1) if at_zero else 0
    unsigned = stored.view(f"u{stored.dtype.itemsize}").astype(np.uint16)
    turned: NDArray[np.uint16] = (unsigned + np.uint16(turn)) & np.uint16((1 << bits) - 1)
    return turned


def _tears(stored: NDArray[Any], bits: int, *, at_zero: bool) -> Pair:
    """Neighbours on either side of a limit, but close to each other around it."""
    turned = _about_middle(stored, bits, at_zero=at_zero)
    upper = turned >= 1 << (bits - 1)
    close = np.uint16((1 << bits) // 8)
    across = (upper[:, 1:] != upper[:, :-1]) & (_apart(turned[:, 1:], turned[:, :-1]) < close)
    down = (upper[1:] != upper[:-1]) & (_apart(turned[1:], turned[:-1]) < close)
    return across, down


def _apart(one: NDArray[np.uint16], other: NDArray[np.uint16]) -> NDArray[np.uint16]:
    apart: NDArray[np.uint16] = np.maximum(one, other) - np.minimum(one, other)
    return apart


def _within(tears: Pair, parts: Mask) -> int:
    """Tears with both sides in some parts; of those in one line a few."""
    across, down = tears
    in_columns = np.count_nonzero(across & parts[:, 1:] & parts[:, :-1], axis=0)
    in_rows = np.count_nonzero(down & parts[1:] & parts[:-1], axis=1)
    return int(np.minimum(in_columns, MOST_IN_LINE).sum() + np.minimum(in_rows, MOST_IN_LINE).sum())


def _mark_parts(
    side: Mask, rim: Mask, depth: NDArray[np.int32], even_depth: float, uneven: Mask, graded: Mask
) -> int:
    """Mark the connected parts of one side of a limit; the number of pixels of those that are graded."""
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(side.view(np.uint8), connectivity=4)
    touched = np.bincount(np.asarray(labels, np.int32)[rim])
    area = 0
    for label in np.argsort(touched)[::-1][:_MOST_PARTS]:
        if not touched[label]:
            break
        left, top, width, height, size = boxes[label]
        box = np.s_[top : top + height, left : left + width]
        part = labels[box] == label
        inside, of_rim = depth[box][part], depth[box][part & rim[box]]
        if np.count_nonzero(inside <= even_depth) < EVEN_PART * size:
            uneven[box] |= part
        near = 2 * float(np.median(of_rim)) + 2
        far = float(np.percentile(inside, 90))
        slope = np.count_nonzero((inside > near) & (inside < far / 2))
        if far >= LEAST_DEPTH * near and slope >= LEAST_SLOPE * of_rim.size:
            graded[box] |= part
            area += int(size)
    return area


def _density(across: Mask) -> NDArray[np.float64]:
    """Part of the neighbours in each block; a zero where the image is smaller than a block."""
    rows, columns = (length // BLOCK * BLOCK for length in across.shape)
    if not rows or not columns:
        return np.zeros(1)
    blocks = across[:rows, :columns].reshape(rows // BLOCK, BLOCK, -1, BLOCK)
    return np.asarray(blocks.mean(axis=(1, 3)), np.float64)
