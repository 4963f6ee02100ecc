"""Images that the description of a part is read from: what stands out, specks, and the ridges of vessels.

They are made where parts lie, and a little around. What is usual in the whole image is read off samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.connected_parts import Box
from shared_core.mammogram import Mask

Array = NDArray[np.float32]

_TISSUE_MEDIAN_PX: Final = 31
"""Side of the median, at half size, that leaves the tissue without vessels and calcium."""
_CALCIUM_MEDIAN_PX: Final = 15
_SPECK_PX: Final = 13
"""Specks are narrower than this."""
_SPECK_SD: Final = 6.0
_LEAST_SPECK: Final = 6.0
"""Grey levels."""
_RIDGE_SCALES_PX: Final = (2.5, 4.5, 7.0)
"""At half size: vessels of 0.5 to 2 mm on a grid of 70 um."""


_REACH_PX: Final = 160
"""Around a part that is looked at: tissue beside it, and the vessel beyond its ends."""
_HALO_PX: Final = 80
"""What filters need around a window to give there what they give in the whole image."""
_CELL_PX: Final = 64
"""Windows are made of such cells, so that parts near each other share one."""
_WHOLE_PX: Final = 2_000_000
"""Images of fewer pixels are worked on as one window, which is its own sample."""
_SAMPLE_PX: Final = 192
_SAMPLED_PX: Final = 500_000
"""Of larger images so much is sampled, in squares."""


@dataclass(frozen=True, eq=False)
class TissueLayers:
    """Of one image; noise is 1.48 times the median absolute deviation. 0 far from all parts."""

    raised: Array
    """(rows, columns) grey levels above the tissue around."""
    raised_noise: float
    specks: Array
    """(rows, columns) white top-hat in grey levels."""
    speck_noise: float
    spots: Mask
    """(rows, columns) where specks stand out."""
    ridges: Array
    """(rows / 2, columns / 2): how much a bright line goes through, in units of its median; calcium is cut
    off before, so that it tells vessels."""
    ridge_angles: Array
    """(rows / 2, columns / 2): across the line, radians."""


def tissue_layers(image_u8: NDArray[np.uint8], near: Sequence[Box]) -> TissueLayers:
    """Make the layers of an image around some places.

    Parameters
    ----------
    image_u8
        (rows, columns), not filtered, on the grid of the model.
    near
        Boxes of the parts that are to be described.
    """
    rows, columns = image_u8.shape
    small = [Box(0, 0, rows, columns)] if rows * columns <= _WHOLE_PX else []
    usual, sampled = _usual(image_u8, small or _samples(image_u8))
    half = (rows + 1) // 2, (columns + 1) // 2
    # Pages that nothing is written to cost nothing.
    layers = TissueLayers(
        raised=np.zeros((rows, columns), np.float32),
        raised_noise=usual.raised_noise,
        specks=np.zeros((rows, columns), np.float32),
        speck_noise=usual.speck_noise,
        spots=np.zeros((rows, columns), bool),
        ridges=np.zeros(half, np.float32),
        ridge_angles=np.zeros(half, np.float32),
    )
    for window in small or _windows(near, (rows, columns)):
        made = sampled.get(window) or _Filtered.of(image_u8, window, noise=usual.raised_noise)
        full, halved = window.slices, _halved(window).slices
        least = max(usual.specks + _SPECK_SD * usual.speck_noise, _LEAST_SPECK)
        layers.raised[full] = made.raised
        layers.specks[full] = made.specks
        layers.spots[full] = made.specks > least
        layers.ridges[halved] = made.ridges / np.float32(usual.ridges)
        layers.ridge_angles[halved] = made.ridge_angles
    return layers


@dataclass(frozen=True)
class _Usual:
    """What the layers are in the whole image."""

    raised_noise: float
    specks: float
    speck_noise: float
    ridges: float


def _usual(image_u8: NDArray[np.uint8], boxes: Sequence[Box]) -> tuple[_Usual, dict[Box, _Filtered]]:
    """Read off samples, which are returned as well."""
    filtered = {box: _Filtered.of(image_u8, box) for box in boxes}
    shown = np.concatenate([image_u8[box.slices].ravel() > 0 for box in boxes])
    raised = np.concatenate([one.raised.ravel() for one in filtered.values()])[shown]
    specks = np.concatenate([one.specks.ravel() for one in filtered.values()])[shown]
    _, noise = _middle_and_noise(raised, least=1.0)
    middle, speck_noise = _middle_and_noise(specks, least=0.7)
    filtered = {box: one.with_ridges(noise) for box, one in filtered.items()}
    ridges = np.concatenate([one.ridges.ravel() for one in filtered.values()])
    some = ridges[ridges > 0]
    return _Usual(
        noise, middle, speck_noise, max(float(np.median(some)), 0.3) if some.size else 1.0
    ), filtered


def _samples(image_u8: NDArray[np.uint8]) -> list[Box]:
    """Squares in rows and columns that show something."""
    rows, columns = image_u8.shape
    step = 2 * round(_SAMPLE_PX * (rows * columns / _SAMPLED_PX) ** 0.5 / 2)
    boxes = [
        Box(top, left, min(_SAMPLE_PX, rows - top), min(_SAMPLE_PX, columns - left))
        for top in range(0, rows, step)
        for left in range(0, columns, step)
    ]
    return [box for box in boxes if image_u8[box.slices].any()] or boxes[:1]


def _windows(near: Sequence[Box], shape: tuple[int, int]) -> list[Box]:
    """Boxes of whole cells around the places; windows that touch are one."""
    rows, columns = shape
    cells = np.zeros((-(-rows // _CELL_PX), -(-columns // _CELL_PX)), np.uint8)
    for box in near:
        top, left = max(box.top - _REACH_PX, 0) // _CELL_PX, max(box.left - _REACH_PX, 0) // _CELL_PX
        bottom = (box.top + box.rows + _REACH_PX) // _CELL_PX + 1
        right = (box.left + box.columns + _REACH_PX) // _CELL_PX + 1
        cells[top:bottom, left:right] = 1
    _, _, statistics, _ = cv2.connectedComponentsWithStats(cells)
    found = []
    for left, top, width, height, _ in statistics[1:] * _CELL_PX:
        found.append(Box(int(top), int(left), min(height, rows - top), min(width, columns - left)))
    return found


def _halved(box: Box) -> Box:
    """The same at half size; its corner is at even pixels."""
    return Box(box.top // 2, box.left // 2, (box.rows + 1) // 2, (box.columns + 1) // 2)


@dataclass(frozen=True, eq=False)
class _Filtered:
    """The layers of one box, in grey levels; filters see what lies around it as well."""

    raised: Array
    specks: Array
    half_u8: NDArray[np.uint8]
    """At half size, with what lies around."""
    inner: Box
    """The box in that."""
    ridges: Array
    """Empty before `with_ridges`, as are the angles."""
    ridge_angles: Array

    @classmethod
    def of(cls, image_u8: NDArray[np.uint8], box: Box, *, noise: float | None = None) -> _Filtered:
        """Filter a box; without ridges where the noise is not known yet."""
        rows, columns = image_u8.shape
        top, left = max(box.top - _HALO_PX, 0), max(box.left - _HALO_PX, 0)
        bottom = min(box.top + box.rows + _HALO_PX, rows)
        right = min(box.left + box.columns + _HALO_PX, columns)
        piece = np.ascontiguousarray(image_u8[top:bottom, left:right])
        inner = Box(box.top - top, box.left - left, box.rows, box.columns)
        half_u8 = _half(piece)
        empty = np.zeros((0, 0), np.float32)
        made = cls(
            _raised(piece, half_u8)[inner.slices],
            _specks(piece)[inner.slices],
            half_u8,
            _halved(inner),
            empty,
            empty,
        )
        return made if noise is None else made.with_ridges(noise)

    def with_ridges(self, noise: float) -> _Filtered:
        """The same with ridges; calcium that stands out by more than twice the noise is cut off before."""
        middle = cv2.medianBlur(self.half_u8, _CALCIUM_MEDIAN_PX)
        cut = np.minimum(self.half_u8.astype(np.float32), middle + np.float32(2 * noise))
        ridges, angles = _strongest_ridges(cut)
        inner = self.inner.slices
        return replace(self, ridges=ridges[inner], ridge_angles=angles[inner])


def _half(piece: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """At half size; an odd last row or column is halved as if it went on."""
    even = cv2.copyMakeBorder(piece, 0, piece.shape[0] % 2, 0, piece.shape[1] % 2, cv2.BORDER_REPLICATE)
    size = even.shape[1] // 2, even.shape[0] // 2
    return np.asarray(cv2.resize(even, size, interpolation=cv2.INTER_AREA), np.uint8)


def _raised(piece: NDArray[np.uint8], half_u8: NDArray[np.uint8]) -> Array:
    tissue = cv2.medianBlur(half_u8, _TISSUE_MEDIAN_PX)
    tissue = cv2.resize(tissue, (2 * tissue.shape[1], 2 * tissue.shape[0]))
    soft = cv2.GaussianBlur(piece, (0, 0), 1.2).astype(np.float32)
    return np.asarray(soft - tissue[: piece.shape[0], : piece.shape[1]], np.float32)


def _specks(piece: NDArray[np.uint8]) -> Array:
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_SPECK_PX, _SPECK_PX))
    return np.asarray(
        cv2.morphologyEx(cv2.GaussianBlur(piece, (0, 0), 1.0), cv2.MORPH_TOPHAT, disk), np.float32
    )


def _middle_and_noise(sample: Array, *, least: float) -> tuple[float, float]:
    sample = sample[::7]
    if not sample.size:
        return 0.0, least
    middle = float(np.median(sample))
    return middle, max(1.4826 * float(np.median(np.abs(sample - middle))), least)


def _strongest_ridges(values: Array) -> tuple[Array, Array]:
    """Over all scales: how strong the ridge is, and the angle across it."""
    best, across = np.zeros(values.shape, np.float32), np.zeros((2, *values.shape), np.float32)
    for scale in _RIDGE_SCALES_PX:
        blurred = cv2.GaussianBlur(values, (0, 0), scale)
        xx, yy, xy = (
            cv2.Sobel(blurred, cv2.CV_32F, *order, ksize=3) / 4 for order in ((2, 0), (0, 2), (1, 1))
        )
        difference = xx - yy
        spread = np.sqrt(np.square(difference / 2) + np.square(xy))
        strength = (spread - (xx + yy) / 2) * np.float32(scale**2)
        stronger = strength > best
        np.copyto(best, strength, where=stronger)
        np.copyto(across[0], 2 * xy, where=stronger)
        np.copyto(across[1], difference, where=stronger)
    return best, np.asarray(0.5 * np.arctan2(across[0], across[1]), np.float32)
