"""Pixel Padding Value and Range Limit (PS3.3 C.7.5.1.1.2): pixels that are no image."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.stored_layout import StoredLayout


def padding_range(attributes: Attributes, layout: StoredLayout) -> tuple[int, int] | None:
    """Stored values, both included, that mark padding; None where the file names none."""
    value = attributes.integer("PixelPaddingValue")
    if value is None:
        return None
    limit = attributes.integer("PixelPaddingRangeLimit")
    first, last = (_as_stored(v, layout) for v in (value, value if limit is None else limit))
    return min(first, last), max(first, last)


def padding_mask(stored: NDArray[Any], padding: tuple[int, int] | None) -> Mask | None:
    """True where a stored value is padding; None where no pixel is.

    To be made before any LUT: padding is defined on stored values.
    """
    if padding is None:
        return None
    first, last = padding
    limits = np.iinfo(stored.dtype)
    if last < limits.min or first > limits.max:
        return None
    first, last = max(first, limits.min), min(last, limits.max)
    mask = stored == first if first == last else (stored >= first) & (stored <= last)
    return mask if mask.any() else None


def beyond_bits(padding: tuple[int, int] | None, layout: StoredLayout) -> bool:
    """Whether padding is marked by values that Bits Stored cannot hold."""
    return padding is not None and (padding[0] < layout.lowest or padding[1] > layout.highest)


def _as_stored(value: int, layout: StoredLayout) -> int:
    """Undo a sign that the attribute's VR (US or SS) got wrong."""
    if not layout.signed and value < 0:
        return value + (1 << 16)
    if layout.signed and value > layout.highest:
        return value - (1 << (layout.bits_stored if value < 1 << layout.bits_stored else 16))
    return value
