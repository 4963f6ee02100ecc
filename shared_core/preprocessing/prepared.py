"""A mammogram made ready for a model and for measuring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import MammogramHeader, Mask, PixelSpacing
from shared_core.notices import Notice
from shared_core.preprocessing.preset import PreprocessingPreset


@dataclass(frozen=True, eq=False)
class PreparedView:
    """The images and masks of one view, all at source size."""

    header: MammogramHeader
    display_u8: NDArray[np.uint8]
    """(rows, columns) 8-bit display values: the one mapping from stored pixels, not filtered."""
    image_u8: NDArray[np.uint8]
    """`display_u8` after the median: the intensity I of Guo's metrics, and the model's input."""
    breast_mask: Mask
    """The breast without labels, borders and background; pectoral muscle included."""
    valid_mask: Mask
    """Where BAC may be reported; a subset of `breast_mask` unless the preset has no valid area."""
    breast_area_px: int
    """Denominator by the preset's rule, pectoral muscle included."""
    pectoral_mask: Mask | None = None
    """Pectoral muscle, None where it was not looked for or not found."""
    exclusions_px: tuple[tuple[str, int], ...] = ()
    """(what, pixels) taken out of the valid area, e.g. ``("film edge", 1200)``."""
    notices: tuple[Notice, ...] = ()
    display_notices: tuple[Notice, ...] = ()
    """Those among `notices` that are of `display_u8`, whatever the preset."""
    preset: PreprocessingPreset | None = None
    """What it was prepared by; None where it was put together otherwise."""
    padding_bits: NDArray[np.uint8] | None = None
    """Where the image has no pixels, packed along the rows; None where it has them everywhere."""

    @property
    def spacing(self) -> PixelSpacing | None:
        """Pixel spacing in the plane of the breast, or None where it is not known."""
        return self.header.spacing
