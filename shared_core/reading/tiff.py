"""TIFF images: one grey page of integers or floats."""

from __future__ import annotations

import io
import itertools
import logging
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray

from shared_core.errors import OpenBacError, UnreadableImageError, UnsupportedImageError
from shared_core.reading.codecs.process import CodecError, decode
from shared_core.reading.limits import LARGEST_PIXELS, check_size
from shared_core.reading.picture_orientation import TAG, UPRIGHT, orientation_of, upright, upright_shape
from shared_core.reading.pixel_types import tidy_pixels

# without a handler Python prints what tifffile logs; it is checked here and said in plain words
logging.getLogger("tifffile").addHandler(logging.NullHandler())

_MOST_PAGES = 4096
_MINISWHITE = 0
_ZLIB = (8, 32946)
_SPARE_BYTES = 1 << 16
_PALETTE = 3
_LONG = 4
"""Type of a tag of four bytes."""
_REDUCED_IMAGE = 1
"""Bit of NewSubfileType: the page is a smaller copy of another."""


def tiff_header(data: bytes, name: str) -> tuple[int, int, int, int, bool, int]:
    """(rows, columns, bits, channels, white is zero, orientation) of a TIFF, rows and columns as shown.

    `UnreadableImageError` where it is truncated or damaged, `UnsupportedImageError` for a volume, or pixels
    of a kind that no mammogram has.
    """
    with _opened(data, name) as page:
        _check_page(page, len(data), name)
        orientation = _orientation(page)
        return (
            *upright_shape(int(page.imagelength), int(page.imagewidth), orientation),
            page.dtype.itemsize * 8,
            3 if int(page.photometric) == _PALETTE else int(page.samplesperpixel),
            int(page.photometric) == _MINISWHITE,
            orientation,
        )


def read_tiff(data: bytes, name: str) -> NDArray[Any]:
    """Pixels of the one page as its orientation has them shown: (rows, columns) or (rows, columns, channels).

    `UnreadableImageError` where it is damaged or has values that are not finite, `UnsupportedImageError`
    where its codec is missing or it has a palette.
    """
    with _opened(data, name) as page:
        _check_page(page, len(data), name)
        _check_unpacked(page, data, name)
        pixels = _page_pixels(page, data, name)
        if int(page.photometric) == _PALETTE:
            raise UnsupportedImageError(f"{name}: is a palette (colour) TIFF; give the grey original.")
        if pixels.ndim == 3 and int(page.planarconfig) == 2:
            pixels = np.moveaxis(pixels, 0, -1)
        orientation = _orientation(page)
    return upright(_finite(pixels, name), orientation)


def _orientation(page: Any) -> int:
    tag = page.tags.get(TAG)
    return orientation_of(None if tag is None else tag.value)


def _as_stored(data: bytes, page: Any) -> bytes:
    """The file without its orientation: OpenCV turns some kinds of TIFF by itself."""
    tag = page.tags.get(TAG)
    if tag is None or _orientation(page) == UPRIGHT:
        return data
    changed = bytearray(data)
    size = "I" if tag.dtype == _LONG else "H"
    struct.pack_into(page.parent.byteorder + size, changed, tag.valueoffset, UPRIGHT)
    return bytes(changed)


@contextmanager
def _opened(data: bytes, name: str) -> Iterator[Any]:
    """The one page of a TIFF; whatever goes wrong with it is said in plain words."""
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as tiff:
            yield _only_page(tiff, name)
    except OpenBacError:
        raise
    except Exception as error:  # boundary with tifffile: damaged bytes raise anything
        detail = " ".join(str(error).split())[:100].rstrip(".") or type(error).__name__
        raise UnreadableImageError(f"{name}: the TIFF is damaged ({detail}); copy it again.") from None


def _only_page(tiff: tifffile.TiffFile, name: str) -> Any:
    # a damaged file may chain its pages in a circle
    first_pages = list(itertools.islice(tiff.pages, _MOST_PAGES))
    pages = [page for page in first_pages if not int(getattr(page, "subfiletype", 0)) & _REDUCED_IMAGE]
    images = int((tiff.imagej_metadata or {}).get("images", 1))
    count = max(len(pages), images)
    if count > 1:
        raise UnsupportedImageError(
            f"{name}: is a stack of {count} pages, and one 2-D image is wanted; save one page alone, "
            f"e.g. the middle one ({count // 2 + 1})."
        )
    if not pages:
        raise UnreadableImageError(f"{name}: the TIFF holds no image; copy it again.")
    return pages[0]


def _check_page(page: Any, size: int, name: str) -> None:
    check_size(name, int(page.imagelength), int(page.imagewidth))
    if int(page.imagedepth) > 1:
        raise UnsupportedImageError(f"{name}: is a volume of {page.imagedepth} slices; save one slice alone.")
    if (
        page.dtype is None
        or page.dtype.kind not in "iuf"
        or page.dtype.itemsize > 8
        or int(page.bitspersample) < 8
    ):
        raise UnsupportedImageError(
            f"{name}: has {page.bitspersample} bit(s) a pixel of a kind no mammogram has."
        )
    if page.is_tiled and int(page.tilewidth) * int(page.tilelength) > LARGEST_PIXELS:
        raise UnreadableImageError(f"{name}: the TIFF is damaged (impossible tiles); copy it again.")
    ends = [int(o) + int(c) for o, c in zip(page.dataoffsets, page.databytecounts, strict=True)]
    if not ends or max(ends) > size:
        raise UnreadableImageError(f"{name}: the TIFF is truncated; copy it again.")
    if int(page.imagelength) * int(page.imagewidth) * int(page.samplesperpixel) > LARGEST_PIXELS:
        raise UnsupportedImageError(f"{name}: has more samples than are read; give the grey original.")


def _check_unpacked(page: Any, data: bytes, name: str) -> None:
    """That no part unpacks to more than its pixels: libraries unpack all of it before they look."""
    if int(page.compression) not in _ZLIB:
        return
    most = int(np.prod(page.chunks)) * page.dtype.itemsize + _SPARE_BYTES
    for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True):
        unpacked = zlib.decompressobj()
        part = data[int(offset) : int(offset) + int(count)]
        produced = len(unpacked.decompress(part, most + 1))
        if produced > most:
            raise UnreadableImageError(
                f"{name}: the TIFF is damaged (a part unpacks to more than its pixels); copy it again."
            )


def _page_pixels(page: Any, data: bytes, name: str) -> NDArray[Any]:
    try:
        return np.asarray(page.asarray(maxworkers=1))
    except NotImplementedError:  # bits that are not whole bytes; OpenCV would stretch them
        decoded = None
    except ValueError:  # tifffile lacks a codec (LZW and JPEG without imagecodecs); OpenCV has its own
        try:
            decoded = decode("opencv", _as_stored(data, page), name=name, flags=cv2.IMREAD_UNCHANGED)
        except CodecError:
            decoded = None
    if decoded is None:
        raise UnsupportedImageError(
            f"{name}: is a TIFF of {page.bitspersample} bits a pixel, compression {page.compression.name}, "
            "for which the codec is missing; install the package imagecodecs, or save the image "
            "uncompressed with 16 bits."
        )
    return decoded


def _finite(pixels: NDArray[Any], name: str) -> NDArray[Any]:
    if pixels.dtype.kind == "f" and not np.isfinite(pixels).all():
        raise UnreadableImageError(
            f"{name}: holds pixels that are not numbers (NaN or infinite); export it again."
        )
    tidy = tidy_pixels(pixels)
    if tidy.dtype.kind == "f" and not np.isfinite(tidy).all():
        raise UnreadableImageError(f"{name}: holds values beyond float32; export it again.")
    return tidy
