"""Mammograms that are no DICOM: PNG, TIFF, JPEG, JPEG 2000, PGM, and NIfTI of one slice."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UnreadableImageError, UnsupportedImageError
from shared_core.mammogram import (
    Acquisition,
    Identity,
    Mammogram,
    MammogramHeader,
    PixelSpacing,
    SpacingSource,
)
from shared_core.notices import Notice
from shared_core.notices.of_files import (
    NIFTI_ORDER_AS_STORED,
    NIFTI_SPACING_WITHOUT_UNIT,
    SPACING_IMPLAUSIBLE,
    SPACING_NOT_IN_FORMAT,
    SPACING_UNKNOWN,
    SYNTHETIC_2D,
    TURNED_UPRIGHT,
)
from shared_core.reading.burnt_in_words import with_burnt_in_words
from shared_core.reading.codecs.process import CodecError, decode
from shared_core.reading.content import read_bytes
from shared_core.reading.dicom.acceptance import NotAMammogramError
from shared_core.reading.dicom.codestream import StreamError, stream_header
from shared_core.reading.dicom.projection import named_file_projection
from shared_core.reading.dicom.spacing import alike, given_against, in_mm as in_mm_words, plausible
from shared_core.reading.dicom.voi import default_range, display_transform
from shared_core.reading.jpeg2000 import jpeg2000_header, read_jpeg2000
from shared_core.reading.kinds import FileFormat
from shared_core.reading.limits import LARGEST_PIXELS, check_size
from shared_core.reading.named_identity import with_public_name
from shared_core.reading.netpbm import pgm_header, read_pgm
from shared_core.reading.nifti import NiftiHeader, nifti_header, read_nifti
from shared_core.reading.picture_orientation import (
    TURNED,
    UPRIGHT,
    picture_orientation,
    upright,
    upright_shape,
)
from shared_core.reading.picture_patient import named_patient
from shared_core.reading.synthetic_names import synthetic_product
from shared_core.reading.tiff import read_tiff, tiff_header

_GREY_TOLERANCE = 12
"""Grey levels by which the channels of a grey JPEG may differ, from its colour coding."""
_PNG_CHANNELS = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}
_JPEG_TAIL = 65536
"""Cameras and viewers append their own data behind the end of a JPEG."""


@dataclass(frozen=True)
class RasterHeader:
    """What is known of a raster image before its pixels are decoded; rows and columns are as shown."""

    rows: int
    columns: int
    bits: int
    channels: int = 1
    white_is_zero: bool = False
    orientation: int = UPRIGHT
    nifti: NiftiHeader | None = None


def read_raster_header(path: Path, file_format: FileFormat, spacing: PixelSpacing | None) -> MammogramHeader:
    """Header of a raster image; the pixels are decoded only where the file may be a colour photograph."""
    data = read_bytes(path)
    raster = _header(data, path.name, file_format)
    if raster.rows * raster.columns * raster.channels > LARGEST_PIXELS:
        raise UnsupportedImageError(
            f"{path.name}: is a picture of {raster.channels} channels and "
            f"{raster.rows * raster.columns / 1e6:.0f} megapixels, which is not read; give the grey original."
        )
    if raster.channels >= 3 and file_format == "JPEG":
        reduced = _opencv(
            data, path.name, file_format, cv2.IMREAD_REDUCED_COLOR_8 | cv2.IMREAD_IGNORE_ORIENTATION
        )
        _grey(reduced, path.name)
    elif raster.channels >= 3:
        _decoded(data, path.name, file_format, raster)
    return _mammogram_header(path, file_format, raster, spacing)


def read_raster(path: Path, file_format: FileFormat, spacing: PixelSpacing | None) -> Mammogram:
    """Read a raster mammogram; errors as for `read_mammogram`."""
    data = read_bytes(path)
    raster = _header(data, path.name, file_format)
    pixels = _decoded(data, path.name, file_format, raster)
    mirror: float | None = None
    if raster.white_is_zero:
        ends = np.iinfo(pixels.dtype) if pixels.dtype.kind == "u" else None
        mirror = float(ends.max) if ends else float(pixels.min()) + float(pixels.max())
        pixels = (pixels.dtype.type(mirror) - pixels).astype(pixels.dtype, copy=False)
    display = display_transform(
        pixels, None, name=path.name, bits_stored=raster.bits, mirror=mirror, picture=True
    )
    if mirror is not None and pixels.dtype.kind == "u" and 2 * float(pixels.max()) < mirror:
        # inverted over the bits of the file, of which the picture uses fewer
        low, high = default_range(float(pixels.min()), float(pixels.max()), raster.bits)
        description = f"full range {low:g} to {high:g}, inverted"
        display = replace(display, full_range=(mirror - high, mirror - low), description=description)
    pixels.flags.writeable = False
    header = with_burnt_in_words(_mammogram_header(path, file_format, raster, spacing), pixels)
    return Mammogram(header, pixels, display)


def _mammogram_header(
    path: Path, file_format: FileFormat, raster: RasterHeader, spacing: PixelSpacing | None
) -> MammogramHeader:
    projection = named_file_projection(path)
    patient, source = named_patient(path)
    notices = list(projection.notices)
    evidence = projection.evidence
    if raster.orientation != UPRIGHT:
        notices.append(TURNED_UPRIGHT.notice(how=TURNED[raster.orientation], value=raster.orientation))
    product = synthetic_product(path.stem)
    if product:
        notices.append(SYNTHETIC_2D.notice())
        evidence = (*evidence, ("synthetic", f"{product} in the file name"))
    own_spacing, more = _own_spacing(raster, file_format)
    if spacing is None:
        spacing = own_spacing
        notices += more
    else:
        notices += given_against(spacing, own_spacing)
    if raster.nifti is not None and raster.nifti.as_stored:
        notices.append(NIFTI_ORDER_AS_STORED.notice())
    header = MammogramHeader(
        path=path,
        file_format=file_format,
        rows=raster.rows,
        columns=raster.columns,
        bits=raster.bits,
        spacing=spacing,
        view=projection.view,
        laterality=projection.laterality,
        modifiers=projection.modifiers,
        acquisition=Acquisition(lossy=file_format == "JPEG", synthetic_2d=bool(product)),
        identity=Identity(patient_id=patient),
        photometric="MONOCHROME1" if raster.white_is_zero else "MONOCHROME2",
        evidence=(*evidence, ("patient", f"{patient} from {source}")),
        notices=tuple(notices),
    )
    return with_public_name(header, path)


def _own_spacing(raster: RasterHeader, file_format: FileFormat) -> tuple[PixelSpacing | None, list[Notice]]:
    """What the file says where its unit is known: of all kinds, only NIfTI has one that is meant."""
    if raster.nifti is None:
        return None, [SPACING_NOT_IN_FORMAT.notice(format=file_format)]
    zooms, spacing_mm = raster.nifti.zooms, raster.nifti.spacing_mm
    if spacing_mm is None:
        return None, [NIFTI_SPACING_WITHOUT_UNIT.notice(spacing=f"{zooms[0]:g} x {zooms[1]:g}")]
    # Programs that know no spacing write 1 mm.
    if not plausible(spacing_mm) or alike(spacing_mm, (1.0, 1.0)):
        implausible = SPACING_IMPLAUSIBLE.notice(
            attribute="The NIfTI pixdim", spacing=in_mm_words(spacing_mm)
        )
        return None, [implausible, SPACING_UNKNOWN.notice()]
    return PixelSpacing(*spacing_mm, SpacingSource.NIFTI), []


def _header(data: bytes, name: str, file_format: FileFormat) -> RasterHeader:
    if file_format == "PNG":
        raster = _png_header(data, name)
    elif file_format == "PGM":
        pgm = pgm_header(data, name)
        raster = RasterHeader(pgm.rows, pgm.columns, pgm.bits)
    elif file_format == "JPEG 2000":
        stream = jpeg2000_header(data, name)
        raster = RasterHeader(stream.rows, stream.columns, stream.precision, stream.components)
    elif file_format == "NIfTI":
        nifti = nifti_header(data, name)
        if nifti.is_labels:
            raise NotAMammogramError(f"{name}: holds labels, as masks do, not a mammogram; it is left alone.")
        raster = RasterHeader(nifti.rows, nifti.columns, nifti.bits, nifti=nifti)
    elif file_format == "JPEG":
        raster = _jpeg_header(data, name)
    else:
        raster = RasterHeader(*tiff_header(data, name))
    check_size(name, raster.rows, raster.columns)
    return raster


def _jpeg_header(data: bytes, name: str) -> RasterHeader:
    try:
        header = stream_header(data, tail=_JPEG_TAIL)
    except StreamError as error:
        raise UnreadableImageError(f"{name}: the JPEG is damaged ({error}); copy it again.") from None
    if header.precision != 8 or header.coding == "JPEG-LS":
        raise UnsupportedImageError(
            f"{name}: is a {header.coding} file of {header.precision} bits, which is not read; "
            "save it as 16-bit PNG."
        )
    orientation = picture_orientation(data, "JPEG")
    rows, columns = upright_shape(header.rows, header.columns, orientation)
    return RasterHeader(rows, columns, 8, header.components, orientation=orientation)


def _png_header(data: bytes, name: str) -> RasterHeader:
    """Header of a PNG, after walking all of its chunks (ISO/IEC 15948 clause 5)."""
    position, kinds = 8, []
    while position + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 8 + length
        if end + 4 > len(data):
            break
        if zlib.crc32(memoryview(data)[position + 4 : end]) != struct.unpack_from(">I", data, end)[0]:
            raise UnreadableImageError(f"{name}: the PNG is damaged (a checksum is wrong); copy it again.")
        kinds.append(kind)
        position = end + 4
        if kind == b"IEND":
            break
    if not kinds or kinds[0] != b"IHDR" or kinds[-1] != b"IEND" or b"IDAT" not in kinds:
        raise UnreadableImageError(f"{name}: the PNG is truncated; copy it again.")
    columns, rows, bits, colour = struct.unpack_from(">IIBB", data, 16)
    if bits < 8:
        raise UnsupportedImageError(
            f"{name}: has {bits} bit(s) a pixel, as masks and drawings have; give the image."
        )
    orientation = picture_orientation(data, "PNG")
    rows, columns = upright_shape(rows, columns, orientation)
    return RasterHeader(rows, columns, bits, _PNG_CHANNELS.get(colour, 1), orientation=orientation)


def _decoded(data: bytes, name: str, file_format: FileFormat, raster: RasterHeader) -> NDArray[Any]:
    if file_format == "TIFF":
        pixels = read_tiff(data, name)
    elif file_format == "PGM":
        pixels = read_pgm(data, name)
    elif file_format == "JPEG 2000":
        pixels = read_jpeg2000(data, name)
    elif file_format == "NIfTI":
        pixels = read_nifti(data, name)
    else:
        flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
        pixels = upright(_opencv(data, name, file_format, flags), raster.orientation)
    pixels = _grey(pixels, name)
    if pixels.shape != (raster.rows, raster.columns):
        raise UnreadableImageError(
            f"{name}: the header says {raster.columns} x {raster.rows}, decoded are "
            f"{pixels.shape[1]} x {pixels.shape[0]} pixels; copy it again."
        )
    return pixels


def _opencv(data: bytes, name: str, file_format: FileFormat, flags: int) -> NDArray[Any]:
    try:
        decoded = decode("opencv", data, name=name, flags=flags)
    except CodecError:
        decoded = None
    if decoded is None:
        raise UnreadableImageError(
            f"{name}: the {file_format} is damaged, its pixels cannot be decoded; copy it again."
        )
    return decoded


def _grey(pixels: NDArray[Any], name: str) -> NDArray[Any]:
    """The one grey channel where colour channels agree; else `UnsupportedImageError`."""
    if pixels.ndim == 2:
        return pixels
    channels = pixels.shape[2]
    if channels in (1, 2):
        return np.ascontiguousarray(pixels[..., 0])
    first, second, third = (np.ascontiguousarray(pixels[..., i]) for i in range(3))
    difference = max(_largest_difference(first, second), _largest_difference(first, third))
    scale = 257 if pixels.dtype == np.uint16 else 1
    if difference > _GREY_TOLERANCE * scale or pixels.dtype.kind != "u":
        raise UnsupportedImageError(
            f"{name}: is a colour picture, and a grey mammogram is wanted; give the grey original."
        )
    if difference == 0:
        return first
    return cv2.cvtColor(np.ascontiguousarray(pixels[..., :3]), cv2.COLOR_BGR2GRAY)


def _largest_difference(a: NDArray[Any], b: NDArray[Any]) -> float:
    return float(cv2.norm(a, b, cv2.NORM_INF))
