"""A small copy of the image's content, on which the shapes are found, and the way back.

Everything is measured in parts of the content's long side, because most files carry no spacing:
the content of a mammogram (film, or breast with its label) is some 180 to 300 mm long, so that one
pixel of the working copy is about a quarter of a millimetre.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

LONG_SIDE_PX = 1000
"""Long side of the working copy; smaller images are taken as they are."""
UNIFORM_RANGE = 6
"""A line whose grey levels span no more than this holds no content."""


@dataclass(frozen=True)
class ContentBox:
    """Rectangle of pixels; `bottom` and `right` lie outside."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def rows(self) -> int:
        """Height in pixels."""
        return self.bottom - self.top

    @property
    def columns(self) -> int:
        """Width in pixels."""
        return self.right - self.left

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of the rectangle in its image."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


@dataclass(frozen=True, eq=False)
class WorkingCopy:
    """The content of an image at reduced scale."""

    pixels: NDArray[np.uint8]
    """(rows, columns) uint8, area-averaged."""
    box: ContentBox
    """Where the content lies in the full image."""
    full_shape: tuple[int, int]
    """(rows, columns) of the full image."""
    outside: tuple[float | None, float | None, float | None, float | None]
    """Grey level just outside the content at the top, right, bottom and left; None at the image's sides.

    ``numpy.rot90(pixels, k)`` turns the k-th of these sides to the top.
    """

    @property
    def scale(self) -> float:
        """Full-size pixels in one pixel of the copy."""
        return max(self.box.rows, self.box.columns) / self.side_px

    @property
    def side_px(self) -> int:
        """Long side of the copy: the ruler of every size that is searched for."""
        return int(max(self.pixels.shape))

    def part(self, fraction: float, least_px: int = 1) -> int:
        """Pixels of the copy that make up `fraction` of its long side."""
        return max(least_px, round(fraction * self.side_px))

    def lift(self, mask: Mask) -> Mask:
        """Bring a mask of the copy to full size, its outline interpolated, False outside the content."""
        full = np.zeros(self.full_shape, bool)
        grey: NDArray[np.uint8] = mask.view(np.uint8) * np.uint8(255)
        if self.scale > 1:
            size = (self.box.columns, self.box.rows)
            grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_LINEAR), np.uint8)
        np.greater(grey, 127, out=full[self.box.slices])
        return full


def content_box(image_u8: NDArray[np.uint8]) -> ContentBox | None:
    """Rectangle left when uniform lines are peeled off the four sides, again and again.

    Black padding, empty background, and frames of one grey (also several, one in another) go. None when
    nothing is left: the image is uniform.
    """
    top, left = 0, 0
    bottom, right = image_u8.shape
    while True:
        before = (top, bottom, left, right)
        rows = _varied_lines(image_u8[top:bottom, left:right], axis=1)
        if rows is None:
            return None
        top, bottom = top + rows[0], top + rows[1]
        columns = _varied_lines(image_u8[top:bottom, left:right], axis=0)
        if columns is None:
            return None
        left, right = left + columns[0], left + columns[1]
        if (top, bottom, left, right) == before:
            return ContentBox(top, bottom, left, right)


def _varied_lines(image_u8: NDArray[np.uint8], axis: int) -> tuple[int, int] | None:
    """First and one past the last line across `axis` that holds content."""
    lines = image_u8.max(axis=axis) - image_u8.min(axis=axis)
    varied = np.flatnonzero(lines > UNIFORM_RANGE)
    return (int(varied[0]), int(varied[-1]) + 1) if varied.size else None


def _outside(
    image_u8: NDArray[np.uint8], box: ContentBox
) -> tuple[float | None, float | None, float | None, float | None]:
    """Median grey of the lines just outside a rectangle: top, right, bottom, left."""
    rows, columns = box.slices
    height, width = image_u8.shape

    def level(there: bool, line: tuple[slice | int, slice | int]) -> float | None:
        return float(np.median(image_u8[line])) if there else None

    return (
        level(box.top > 0, (box.top - 1, columns)),
        level(box.right < width, (rows, box.right)),
        level(box.bottom < height, (box.bottom, columns)),
        level(box.left > 0, (rows, box.left - 1)),
    )


def working_copy(image_u8: NDArray[np.uint8]) -> WorkingCopy | None:
    """Crop to the content and reduce it; None when the image is uniform."""
    box = content_box(image_u8)
    if box is None:
        return None
    content = image_u8[box.slices]
    scale = max(1.0, max(content.shape) / LONG_SIDE_PX)
    pixels = content
    outside = _outside(image_u8, box)
    if scale > 1:
        size = (max(1, round(box.columns / scale)), max(1, round(box.rows / scale)))
        pixels = cv2.resize(content, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return WorkingCopy(pixels, box, (image_u8.shape[0], image_u8.shape[1]), outside)
