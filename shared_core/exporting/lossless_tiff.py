"""An image as it is in memory, in a file that any run of the engine reads back to the same pixels."""

from __future__ import annotations

import io
from typing import Any

import tifffile
from numpy.typing import NDArray


def lossless_tiff(pixels: NDArray[Any]) -> bytes:
    """A TIFF of one grey page, of pixels of one of the types of a `Mammogram`."""
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, photometric="minisblack", metadata=None, software=False)
    return buffer.getvalue()
