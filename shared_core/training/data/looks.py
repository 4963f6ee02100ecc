"""Whether two files show one picture: saved again, smaller, brighter, mirrored or cut a little.

A perceptual hash finds candidates, and the correlation of their fine structure decides: breasts of two women
look alike from afar, and their texture does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_HASH_PX: Final = 32
_HASH_SIDE: Final = 8
_DETAIL_PX: Final = 64
_DETAIL_SIGMA_PX: Final = 2.0
_DARK: Final = 0.08
"""Of the brightest: what lies outside of the breast."""
_RIM_PX: Final = 7
MOST_BITS: Final = 16
"""Of 63, in which the hashes of one picture may differ."""
LEAST_CORRELATION: Final = 0.4
"""Of the fine structure. Among 67 real mammograms no two had more than .14; the same one saved as JPEG at
half the size had .99 or more, with another gamma .59 or more, and cut by 2 % a median of .76."""
_BLOCK: Final = 512


@dataclass(frozen=True, eq=False)
class Look:
    """What is kept of a picture to find it again."""

    bits: NDArray[np.uint8]
    """(8,) packed: whether each low frequency is above the median."""
    mirrored_bits: NDArray[np.uint8]
    """The same of its mirror image."""
    detail: NDArray[np.float32]
    """(64, 64) fine structure of even contrast, mean 0 and length 1."""


@dataclass(frozen=True)
class Twins:
    """Two pictures that are one."""

    first: int
    second: int
    """Places in the list."""
    correlation: float
    """Of their fine structure."""


def look_of(image_u8: NDArray[np.uint8]) -> Look:
    """What is kept of a picture of 8 bits."""
    small = cv2.resize(image_u8, (_HASH_PX, _HASH_PX), interpolation=cv2.INTER_AREA).astype(np.float32)
    coarse = cv2.resize(image_u8, (_DETAIL_PX, _DETAIL_PX), interpolation=cv2.INTER_AREA)
    fine: NDArray[np.float32] = coarse.astype(np.float32)
    bright = (fine > _DARK * fine.max()).astype(np.uint8)
    inside = cv2.erode(bright, np.ones((_RIM_PX, _RIM_PX), np.uint8), borderValue=1).astype(np.float32)
    fine = np.asarray(fine - cv2.GaussianBlur(fine, (0, 0), _DETAIL_SIGMA_PX), np.float32)
    # Outlines are strong and alike in all breasts: they are left out, and what is left has even contrast.
    fine = inside * fine / (cv2.GaussianBlur(np.abs(fine), (0, 0), 3 * _DETAIL_SIGMA_PX) + 0.5)
    detail = inside * (fine - fine.sum() / max(float(inside.sum()), 1.0))
    length = float(np.linalg.norm(detail))
    return Look(
        _bits(small),
        _bits(np.ascontiguousarray(small[:, ::-1])),
        (detail / length if length else detail).astype(np.float32),
    )


def near_duplicates(looks: Sequence[Look]) -> tuple[Twins, ...]:
    """All pairs that are one picture by both measures, mirrored or not, in the order of the list."""
    if len(looks) < 2:
        return ()
    bits = np.stack([look.bits for look in looks])
    found: dict[tuple[int, int], float] = {}
    for mirrored in (False, True):
        others = np.stack([look.mirrored_bits if mirrored else look.bits for look in looks])
        for start in range(0, len(looks), _BLOCK):
            apart = _bits_apart(bits[start : start + _BLOCK], others)
            for row, column in np.argwhere(apart <= MOST_BITS):
                first, second = start + int(row), int(column)
                if first < second:
                    r = _correlation(looks[first], looks[second], mirrored=mirrored)
                    found[first, second] = max(r, found.get((first, second), -1.0))
    return tuple(Twins(*places, r) for places, r in sorted(found.items()) if r >= LEAST_CORRELATION)


def _bits(small: NDArray[np.float32]) -> NDArray[np.uint8]:
    waves = np.asarray(cv2.dct(small), np.float32)[:_HASH_SIDE, :_HASH_SIDE].ravel()[1:]
    # The first, which is left out, is the mean brightness.
    return np.packbits(np.concatenate([[False], waves > np.median(waves)]))


def _bits_apart(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(one, other) counts."""
    differing = np.unpackbits(one, axis=1).astype(np.float32), np.unpackbits(other, axis=1).astype(np.float32)
    first, second = differing
    both = first @ second.T
    return np.asarray(first.sum(axis=1)[:, None] + second.sum(axis=1)[None] - 2 * both).astype(np.int64)


def _correlation(one: Look, other: Look, *, mirrored: bool) -> float:
    turned = other.detail[:, ::-1] if mirrored else other.detail
    return float(np.sum(one.detail * turned, dtype=np.float64))
