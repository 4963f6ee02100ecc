"""JPEG 2000 files and codestreams, by OpenJPEG."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from numpy.typing import NDArray

from shared_core.errors import UnreadableImageError, UnsupportedImageError
from shared_core.reading.codecs.process import CodecError, decode
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
    if find_spec("openjpeg") is None:
        raise UnsupportedImageError(
            f"{name}: is a JPEG 2000 file, for which the codec is missing; install the package "
            "pylibjpeg-openjpeg, or save it as 16-bit PNG."
        )
    try:
        pixels = decode("openjpeg_file", data, name=name)
        assert pixels is not None, "it says why where it gives up"
        return tidy_pixels(pixels)
    except CodecError as error:
        reason = str(error).rstrip(".")
        raise UnreadableImageError(
            f"{name}: the JPEG 2000 is damaged, its pixels cannot be decoded ({reason}); copy it again."
        ) from None
