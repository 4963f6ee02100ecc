"""Pixel Data (7FE0,0010) to stored values: the checks before, and the decoder for each coding."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.pixels.decoders.base import get_decoder

from shared_core.errors import UnreadableImageError, UnsupportedImageError
from shared_core.notices import Notice
from shared_core.notices.of_files import BYTES_AFTER_PIXELS
from shared_core.reading.codecs.process import CodecError, decode
from shared_core.reading.dicom.codestream import (
    Coding,
    StreamError,
    StreamHeader,
    is_jp2_file,
    stream_header,
    without_notes,
)
from shared_core.reading.dicom.significant_bits import StoredValues, significant_values
from shared_core.reading.dicom.stored_layout import StoredLayout
from shared_core.reading.dicom.transfer_syntax import transfer_syntax

_CODINGS: dict[str, Coding] = {
    uid.JPEGBaseline8Bit: "JPEG Baseline",
    uid.JPEGExtended12Bit: "JPEG Extended",
    uid.JPEGLossless: "JPEG Lossless",
    uid.JPEGLosslessSV1: "JPEG Lossless",
    uid.JPEGLSLossless: "JPEG-LS",
    uid.JPEGLSNearLossless: "JPEG-LS",
    uid.JPEG2000Lossless: "JPEG 2000",
    uid.JPEG2000: "JPEG 2000",
    uid.HTJ2KLossless: "JPEG 2000",
    uid.HTJ2KLosslessRPCL: "JPEG 2000",
    uid.HTJ2K: "JPEG 2000",
}
_FEWEST_BITS: dict[Coding, int] = {"JPEG Lossless": 2, "JPEG 2000": 1}
"""Precision of a stream that the codecs here read, where it is less than 8: of 8-bit images that are dark."""
_NATIVE = {
    uid.ImplicitVRLittleEndian,
    uid.ExplicitVRLittleEndian,
    uid.DeflatedExplicitVRLittleEndian,
    uid.ExplicitVRBigEndian,
}


def stored_values(
    dataset: Dataset, layout: StoredLayout, padding: tuple[int, int] | None = None
) -> StoredValues:
    """Decode the one frame of a data set; the data set loses its Pixel Data.

    The sign of the values is not that of `layout` where the pixels contradict it. `padding` are the values
    that mark padding (`padding_range`).

    `UnreadableImageError` where it is missing, truncated, damaged, or not what the transfer syntax says;
    `UnsupportedImageError` where no decoder is there for this transfer syntax.
    """
    syntax = transfer_syntax(dataset)
    if not (syntax in _NATIVE or syntax in _CODINGS or syntax == uid.RLELossless):
        title = syntax.name if syntax.is_valid else "damaged"
        raise UnsupportedImageError(
            f"{layout.name}: transfer syntax {syntax} ({title}) is not read; "
            "export it uncompressed or as JPEG lossless."
        )
    if "PixelData" not in dataset:
        other = "FloatPixelData" in dataset or "DoubleFloatPixelData" in dataset
        detail = "holds floating-point pixels, which no mammogram has" if other else "holds no Pixel Data"
        raise UnreadableImageError(f"{layout.name}: {detail}; the file is a header only or was cut off.")
    notices: list[Notice] = []
    if syntax in _NATIVE:
        values = _native(_pixel_bytes(dataset, layout), layout, syntax, notices)
    elif syntax == uid.RLELossless:
        values = _run_length(dataset, layout)
    else:
        values = _compressed(_frame(dataset, layout, syntax), layout, syntax)
    del dataset.PixelData
    found = significant_values(
        values,
        name=layout.name,
        bits_stored=layout.bits_stored,
        high_bit=layout.high_bit,
        signed=layout.signed,
        native=syntax in _NATIVE,
        holds_more=values.dtype.itemsize > layout.container.itemsize,
        padding=padding,
    )
    return replace(found, notices=(*notices, *found.notices))


def _pixel_bytes(dataset: Dataset, layout: StoredLayout) -> bytes:
    try:
        data = dataset.PixelData
    except Exception:  # pydicom parses here; a damaged element can raise anything
        data = None
    if not isinstance(data, (bytes, bytearray)):
        raise UnreadableImageError(f"{layout.name}: its Pixel Data is damaged; copy the file again.")
    return bytes(data)


def _native(data: bytes, layout: StoredLayout, syntax: uid.UID, notices: list[Notice]) -> NDArray[Any]:
    size = layout.rows * layout.columns
    wanted, got = size * layout.container.itemsize, len(data)
    if data.startswith(b"\xfe\xff\x00\xe0"):
        raise UnreadableImageError(
            f"{layout.name}: is declared {syntax.name} but its pixels are compressed; "
            "correct its transfer syntax."
        )
    if got < wanted:
        raise UnreadableImageError(
            f"{layout.name}: is truncated, {got:,} of {wanted:,} bytes of pixels are there; copy it again."
        )
    if got - wanted > max(1, wanted // layout.rows):
        raise UnreadableImageError(
            f"{layout.name}: has {got:,} bytes of pixels where {layout.columns} x {layout.rows} at "
            f"{layout.bits_allocated} bits take {wanted:,}; its header is wrong."
        )
    if got - wanted > 1:
        notices.append(BYTES_AFTER_PIXELS.notice(count=got - wanted))
    stored = layout.container.newbyteorder(">" if syntax == uid.ExplicitVRBigEndian else "<")
    values = np.frombuffer(data, stored, count=size)
    return values.astype(layout.container, copy=False).reshape(layout.rows, layout.columns)


def _run_length(dataset: Dataset, layout: StoredLayout) -> NDArray[Any]:
    try:
        values, _ = get_decoder(uid.RLELossless).as_array(dataset, index=0, raw=True)
    except Exception as error:  # boundary with pydicom's decoder, which raises many kinds
        raise _damaged(layout, "RLE", str(error)) from None
    if values.shape != (layout.rows, layout.columns):
        raise _damaged(layout, "RLE", "it has another size")
    return values.view(layout.container)


def _frame(dataset: Dataset, layout: StoredLayout, syntax: uid.UID) -> bytes:
    data = _pixel_bytes(dataset, layout)
    if not data.startswith(b"\xfe\xff\x00\xe0"):
        raise UnreadableImageError(
            f"{layout.name}: is declared {syntax.name} but its pixels are not compressed; "
            "correct its transfer syntax."
        )
    try:
        return next(generate_frames(data, number_of_frames=1))
    except Exception:  # boundary with pydicom: a damaged item table raises many kinds
        raise _damaged(layout, _CODINGS[syntax], "its parts do not fit together") from None


def _compressed(frame: bytes, layout: StoredLayout, syntax: uid.UID) -> NDArray[Any]:
    declared = _CODINGS[syntax]
    try:
        header = stream_header(frame)
    except StreamError as error:
        raise _damaged(layout, declared, str(error)) from None
    # an 8-bit Baseline stream is a legal Extended one
    if header.coding != declared and (declared, header.coding) != ("JPEG Extended", "JPEG Baseline"):
        held = "a JP2 file" if is_jp2_file(frame) else f"a {header.coding} stream"
        raise UnreadableImageError(
            f"{layout.name}: is declared {declared} but holds {held}; correct its transfer syntax ({syntax})."
        )
    if (header.rows, header.columns) != (layout.rows, layout.columns) or header.components != 1:
        raise UnreadableImageError(
            f"{layout.name}: the header says {layout.columns} x {layout.rows}, the {declared} stream "
            f"{header.columns} x {header.rows} with {header.components} component(s); one of them is wrong."
        )
    fewest = _FEWEST_BITS.get(header.coding, 8)
    if not fewest <= header.precision <= 16 or (
        declared == "JPEG Extended" and header.precision not in (8, 12)
    ):
        raise UnsupportedImageError(
            f"{layout.name}: its {declared} stream has {header.precision} bits, which no codec reads; "
            "export it uncompressed or as JPEG lossless."
        )
    dtype = np.dtype("u1" if header.precision <= 8 else "u2")
    try:
        data = _decode(frame, header, syntax, layout.name)
    except CodecError:
        data = None
    if data is None or data.nbytes != layout.rows * layout.columns * dtype.itemsize:
        raise _damaged(layout, declared, "the codec gives up")
    return np.frombuffer(data, dtype).reshape(layout.rows, layout.columns)


def _decode(frame: bytes, header: StreamHeader, syntax: uid.UID, name: str) -> NDArray[Any] | None:
    """By the codec that is fastest, or survives what others do not."""
    if header.coding == "JPEG 2000":
        return decode("openjpeg_frame", frame, name=name)
    if header.coding in ("JPEG Baseline", "JPEG Extended") and header.precision == 8:
        return decode("opencv", frame, name=name, flags=cv2.IMREAD_UNCHANGED)
    return decode(
        "gdcm_frame",
        without_notes(frame),
        name=name,
        rows=header.rows,
        columns=header.columns,
        precision=header.precision,
        syntax=str(syntax),
    )


def _damaged(layout: StoredLayout, coding: str, detail: str) -> UnreadableImageError:
    detail = " ".join(detail.split()).rstrip(".")
    return UnreadableImageError(
        f"{layout.name}: its {coding} pixel data is damaged ({detail}); copy the file again."
    )
