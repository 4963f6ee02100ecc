"""BAC area from a class-activation heatmap (Mobini 2023): P x number of pixels above 0.3.

The paper calls P the pixel size; an area needs the pixel's area, on the grid where it is counted.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

HEATMAP_THRESHOLD = 0.3


def heatmap_mask(
    heatmap: NDArray[np.float32],
    native_shape: tuple[int, int],
    *,
    positive: bool,
    threshold: float = HEATMAP_THRESHOLD,
) -> Mask:
    """Where the heatmap, Grad-CAM++ values in [0, 1], exceeds the threshold, on the grid of the mammogram.

    The network sees the breast's rectangle squeezed to 1536 x 768; counting there would need a pixel area of
    its own for each image, so the heatmap is first brought back (bilinear) to `native_shape`, the (rows,
    columns) of that rectangle at full resolution. A view that was classified negative has an empty mask.
    """
    rows, columns = native_shape
    if not positive:
        return np.zeros((rows, columns), dtype=np.bool_)
    native = cv2.resize(
        np.ascontiguousarray(heatmap, dtype=np.float32), (columns, rows), interpolation=cv2.INTER_LINEAR
    )
    above: Mask = native > np.float32(threshold)
    return above


def heatmap_area_mm2(mask: Mask, pixel_area_mm2: float) -> float:
    """Area of a `heatmap_mask`, in mm², by the area of a pixel on its native grid."""
    return int(np.count_nonzero(mask)) * pixel_area_mm2
