"""From modality values to what is shown: VOI LUT Module (PS3.3 C.11.2), pure functions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import DisplayTransform, VoiFunction, VoiLut, Window
from shared_core.reading.dicom.pointwise import map_values

Values = NDArray[np.float64]


def window_values(values: Values, window: Window) -> Values:
    """Display values in [0, 1] of modality values under one window.

    LINEAR is PS3.3 C.11.2.1.2.1, SIGMOID C.11.2.1.3.1, LINEAR_EXACT C.11.2.1.3.2, with the output
    range [0, 1].

    Examples
    --------
    >>> window_values(np.array([0.0, 2047.5, 4095.0]), Window(2048, 4096)).tolist()
    [0.0, 0.5, 1.0]
    """
    center, width = window.center, window.width
    if window.function is VoiFunction.SIGMOID:
        # beyond +-700 exp() overflows, and the result is 0 or 1 to the last bit long before
        return 1.0 / (1.0 + np.exp(np.clip(-4.0 * (values - center) / width, -700.0, 700.0)))
    if window.function is VoiFunction.LINEAR_EXACT:
        return np.clip((values - center) / width + 0.5, 0.0, 1.0)
    if width == 1:
        return np.where(values <= center - 0.5, 0.0, 1.0)
    return np.clip((values - (center - 0.5)) / (width - 1.0) + 0.5, 0.0, 1.0)


def lut_values(values: Values, lut: VoiLut) -> Values:
    """Display values in [0, 1] of modality values under one table (PS3.3 C.11.2.1.1).

    Values before the first entry take the first, values after the last entry take the last.
    """
    positions = np.clip(np.floor(values) - lut.first_value, 0, len(lut.table) - 1)
    shown: Values = lut.table[positions.astype(np.intp)].astype(np.float64)
    return shown


def full_range_values(values: Values, full_range: tuple[float, float]) -> Values:
    """Display values in [0, 1] with the ends of `full_range` shown as 0 and 1."""
    lowest, highest = full_range
    return np.clip((values - lowest) / (highest - lowest), 0.0, 1.0)


def _displayed(pixels: Values, transform: DisplayTransform) -> Values:
    modality = pixels if transform.mirror is None else transform.mirror - pixels
    if isinstance(transform.voi, Window):
        shown = window_values(modality, transform.voi)
    elif isinstance(transform.voi, VoiLut):
        shown = lut_values(modality, transform.voi)
    else:
        shown = full_range_values(modality, transform.full_range)
    return shown if transform.mirror is None else 1.0 - shown


def display_values(pixels: NDArray[Any], transform: DisplayTransform) -> NDArray[np.float32]:
    """Display values of `Mammogram.pixels` in [0, 1], bright meaning dense.

    The inversion of MONOCHROME1 comes after the VOI step (PS3.3 C.7.6.3.1.2).
    """
    return map_values(pixels, lambda values: _displayed(values, transform), np.float32)


def display_u8(pixels: NDArray[Any], transform: DisplayTransform) -> NDArray[np.uint8]:
    """Display values as grey levels 0..255: ``floor(255 * value + 0.5)``."""
    return map_values(pixels, lambda values: np.floor(255.0 * _displayed(values, transform) + 0.5), np.uint8)
