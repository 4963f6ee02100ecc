"""Colours of screens as DICOM wants them."""

from __future__ import annotations

from typing import Final

import numpy as np

_TO_XYZ: Final = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE: Final = _TO_XYZ.sum(axis=1)
_CUBE, _SLOPE, _OFFSET = (6 / 29) ** 3, (29 / 6) ** 2 / 3, 4 / 29


def cielab(colour: tuple[int, int, int]) -> list[int]:
    """An sRGB colour (IEC 61966-2-1) as PCS-Values: L*, a* and b* in 16 bits (PS3.3 C.10.7.1.1).

    Examples
    --------
    >>> cielab((255, 255, 255))
    [65535, 32896, 32896]
    """
    screen = np.array(colour, np.float64) / 255
    linear = np.where(screen <= 0.04045, screen / 12.92, ((screen + 0.055) / 1.055) ** 2.4)
    ratio = _TO_XYZ @ linear / _WHITE
    x, y, z = (float(value) for value in np.where(ratio > _CUBE, np.cbrt(ratio), _SLOPE * ratio + _OFFSET))
    lightness, a, b = 116 * y - 16, 500 * (x - y), 200 * (y - z)
    return [round(lightness * 655.35), round((a + 128) * 257), round((b + 128) * 257)]
