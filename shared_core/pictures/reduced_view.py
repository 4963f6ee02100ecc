"""A view made small: all that pictures for people need, so that the large arrays can go."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import MammogramHeader, Mask
from shared_core.pictures.outline import Contour, mask_outlines
from shared_core.preprocessing.prepared import PreparedView

_SMALLEST_PX = 1000
"""Smaller images are enlarged to this, or their text would cover them."""


@dataclass(frozen=True, eq=False)
class ReducedView:
    """One view at the size of a picture, with square pixels."""

    header: MammogramHeader
    gray_u8: NDArray[np.uint8]
    """(rows, columns) display values."""
    breast: Mask
    """Breast mask on the same grid."""
    valid: Mask
    """Valid area on the same grid."""
    outlines: tuple[Contour, ...]
    """Around the BAC, in pixels of the source image."""
    scale: tuple[float, float]
    """Picture pixels per source pixel, (row, column)."""
    other_outlines: tuple[Contour, ...] = ()
    """The same around calcification that is not along an artery."""


def reduce_view(
    prepared: PreparedView, mask: Mask, *, longest_px: int, other: Mask | None = None
) -> ReducedView:
    """Make a view small, in grey: a full-size RGB picture would take 40 MB and help nobody.

    Its longer side becomes `longest_px`; a smaller image keeps its size, down to a limit.
    """
    scale = _picture_scale(prepared, longest_px)
    rows, columns = prepared.display_u8.shape
    size = max(round(columns * scale[1]), 1), max(round(rows * scale[0]), 1)
    enlarge = max(scale) > 1
    gray = cv2.resize(prepared.display_u8, size, interpolation=cv2.INTER_CUBIC if enlarge else cv2.INTER_AREA)
    # 2 picture pixels outside, so that the line does not touch the calcium.
    margin_px = max(round(2 / max(scale)), 1)
    return ReducedView(
        header=prepared.header,
        gray_u8=np.asarray(gray, dtype=np.uint8),
        breast=_reduced_mask(prepared.breast_mask, size),
        valid=_reduced_mask(prepared.valid_mask, size),
        outlines=mask_outlines(mask, margin_px),
        scale=(size[1] / rows, size[0] / columns),
        other_outlines=mask_outlines(other, margin_px) if other is not None else (),
    )


def _picture_scale(prepared: PreparedView, longest_px: int) -> tuple[float, float]:
    """Picture pixels per source pixel (row, column): equal in mm, not in pixels."""
    rows, columns = prepared.display_u8.shape
    spacing = prepared.spacing
    aspect = spacing.row_mm / spacing.column_mm if spacing is not None else 1.0
    longest = max(rows * aspect, columns)
    target = min(max(longest, _SMALLEST_PX), longest_px)
    return target / longest * aspect, target / longest


def _reduced_mask(mask: Mask, size: tuple[int, int]) -> Mask:
    reduced: Mask = cv2.resize(mask.view(np.uint8), size, interpolation=cv2.INTER_NEAREST) != 0
    return reduced
