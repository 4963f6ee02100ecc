"""What a layer that the person has loaded holds, in the words of the engine."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from napari.layers import Image, Labels, Layer
from numpy.typing import NDArray

from shared_core import hosting as bac

_MM: Final = {"millimeter": 1.0, "centimeter": 10.0, "meter": 1000.0, "micrometer": 0.001, "nanometer": 1e-6}


def pixels_of(layer: Layer) -> NDArray[Any]:
    """The grey values of an image layer, (rows, columns).

    Raises
    ------
    UsageError
        The layer is no image, is in colour, or has more than two dimensions.
    """
    if not isinstance(layer, Image):
        raise bac.UsageError(
            f"{layer.name} is a {layer.__class__.__name__.lower()} layer; select an image layer."
        )
    if layer.rgb:
        raise bac.UsageError(
            f"{layer.name} is a colour image; split its channels (Layers menu) or load the greyscale image."
        )
    if layer.ndim != 2:
        raise bac.UsageError(
            f"{layer.name} has {layer.ndim} dimensions, a mammogram has 2; load one slice as its own layer."
        )
    # Of a pyramid, the finest level.
    return np.asarray(layer.data[0] if layer.multiscale else layer.data)


def spacing_of(layer: Layer) -> tuple[float, float] | None:
    """(row, column) spacing in mm of a layer whose units are of length; None where they are pixels."""
    factors = [_MM.get(str(unit)) for unit in getattr(layer, "units", ("pixel", "pixel"))]
    if layer.ndim != 2 or len(factors) != 2 or None in factors:
        return None
    row, column = (float(scale) * (factor or 1.0) for scale, factor in zip(layer.scale, factors, strict=True))
    return row, column


def in_bytes(layer: Labels, shape: tuple[int, ...]) -> NDArray[np.uint8] | None:
    """Labels of any type as the numbers 0 to 255 that are measured; None where they are no such labels.

    Of a pyramid, the finest level; more than 255 numbers are counted anew from 1, in their order.
    """
    data = layer.data[0] if layer.multiscale else layer.data
    if tuple(data.shape) != tuple(shape) or np.dtype(data.dtype).kind not in "bui":
        return None
    pixels = np.asarray(data)
    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype == bool or (pixels.min() >= 0 and pixels.max() <= np.iinfo(np.uint8).max):
        return pixels.astype(np.uint8)
    numbers = np.unique(pixels)
    numbers = numbers[numbers != 0]
    if len(numbers) > np.iinfo(np.uint8).max:
        return None
    found = np.searchsorted(numbers, pixels) + 1
    return np.where(pixels == 0, 0, found).astype(np.uint8)
