"""JPEG 2000 files and codestreams, by OpenJPEG."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UnreadableImageError, UnsupportedImageError
from shared_core.reading.dicom.codestream import StreamError, StreamHeader, stream_header
from shared_core.reading.pixel_types import tidy_pixels

_DEEPEST_BITS = 16


def jpeg2000_header(data: bytes, name: str) -> StreamHeader:
    """Header of the codestream; `UnreadableImageError` where it is damaged."""
    try:
        header = stream_header(data)
    except StreamError as error:
        raise UnreadableImageError(f"{name}: the JPEG 2000 is damaged ({error}); copy it again.") from None
    if not 8 <= header.precision <= _DEEPEST_BITS:
        raise UnsupportedImageError(
            f"{name}: is a JPEG 2000 file of {header.precision} bits, which is not read; "
            "save it as 16-bit PNG."
        )
    return header


def read_jpeg2000(data: bytes, name: str) -> NDArray[Any]:
    """(rows, columns) or (rows, columns, channels); errors as of `jpeg2000_header`."""
    try:
        from openjpeg.utils import decode
    except ImportError:
        raise UnsupportedImageError(
            f"{name}: is a JPEG 2000 file, for which the codec is missing; install the package "
            "pylibjpeg-openjpeg, or save it as 16-bit PNG."
        ) from None
    try:
        return tidy_pixels(np.asarray(decode(data)))
    except Exception as error:  # boundary with OpenJPEG: damaged bytes raise anything
        reason = " ".join(str(error).split())[:100].rstrip(".") or type(error).__name__
        raise UnreadableImageError(
            f"{name}: the JPEG 2000 is damaged, its pixels cannot be decoded ({reason}); copy it again."
        ) from None
