"""What codecs do: bytes in, pixels out. None where a codec gives up; what it raises says why.

Each library is loaded where it is used: none of them is there in every installation, and loading takes time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[Any]


def opencv(data: bytes, *, flags: int) -> Pixels | None:
    """A picture, as `cv2.imdecode` takes it."""
    import cv2

    try:
        decoded: Pixels | None = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None
    return decoded


def openjpeg_file(data: bytes) -> Pixels:
    """A JPEG 2000 file or codestream, (rows, columns) or (rows, columns, channels)."""
    from openjpeg.utils import decode

    return np.asarray(decode(data))


def openjpeg_frame(data: bytes) -> Pixels | None:
    """The bytes of the pixels of a JPEG 2000 codestream; the fastest here for it."""
    from openjpeg.utils import decode_pixel_data

    try:
        return np.frombuffer(decode_pixel_data(data, version=2), np.uint8)
    except RuntimeError:
        return None


def gdcm_frame(data: bytes, *, rows: int, columns: int, precision: int, syntax: str) -> Pixels | None:
    """The bytes of the pixels of a stream; GDCM is the fastest here for JPEG lossless and JPEG-LS.

    The pixel format is the stream's own: where it differs GDCM ends the process.
    """
    import gdcm

    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(data)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((columns, rows, 1))
    image.SetDataElement(element)
    monochrome = gdcm.PhotometricInterpretation.GetPIType("MONOCHROME2")
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(monochrome))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(syntax)))
    allocated = 8 if precision <= 8 else 16
    precision = max(precision, 8)
    image.SetPixelFormat(gdcm.PixelFormat(1, allocated, precision, precision - 1, 0))
    buffer: str | None = image.GetBuffer()
    # GDCM hands bytes over as text
    return None if buffer is None else np.frombuffer(buffer.encode("utf-8", "surrogateescape"), np.uint8)


FUNCTIONS: Final[dict[str, Callable[..., Pixels | None]]] = {
    one.__name__: one for one in (opencv, openjpeg_file, openjpeg_frame, gdcm_frame)
}
