"""Parsing DICOM files within limits: of elements, of what is nested, and of bytes that unpack to more."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Final, cast

import pydicom
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataset import Dataset, FileDataset
from pydicom.filereader import _at_pixel_data, _read_file_meta_info, read_dataset, read_preamble
from pydicom.tag import BaseTag
from pydicom.uid import DeflatedExplicitVRLittleEndian

from shared_core.errors import UnsupportedImageError
from shared_core.reading.content import LARGEST_UNPACKED_BYTES, source_of

MOST_READS: Final = 400_000
"""Of the file by the parser, which takes two or three for an element: far more than any mammogram has."""
MOST_NESTED_BYTES: Final = 4 << 20
"""Of one sequence, which is parsed where somebody asks for it."""
_DEFLATED: Final = DeflatedExplicitVRLittleEndian.encode()
_HEAD: Final = 4096


class TooManyElementsError(UnsupportedImageError):
    """A file has more elements than an image needs."""


def read_dicom_file(
    path: Path, *, pixels: bool, force: bool = False, only: Sequence[str] | None = None
) -> Dataset:
    """The data set of a file; whatever pydicom raises, and `UnsupportedImageError` beyond a limit.

    Parameters
    ----------
    pixels
        Whether the pixels are read, too.
    force
        Whether a file without the head of PS3.10 is parsed.
    only
        Keywords of those attributes that are wanted.
    """
    source = source_of(path)
    with ExitStack() as stack:
        file = stack.enter_context(source.open("rb")) if isinstance(source, Path) else source
        head = file.read(_HEAD)
        file.seek(0)
        counted = _CountedFile(file, path.name)
        if head[128:132] == b"DICM" and _DEFLATED in head:
            dataset = _inflated(file, path.name, pixels=pixels)
        else:
            dataset = pydicom.dcmread(
                cast(Any, counted),
                stop_before_pixels=not pixels,
                force=force,
                specific_tags=list(only) if only is not None else None,
            )
    _check_nested(dataset, path.name)
    return dataset


class _CountedFile:
    """A file that a parser reads from, for so many times and not more."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self.name, self._left = file, name, MOST_READS
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise TooManyElementsError(f"{self.name}: has more elements than any mammogram; it is not read.")
        return self._file.read(size)

    def close(self) -> None:
        """Closed by whoever opened it."""


def _inflated(file: IO[bytes], name: str, *, pixels: bool) -> Dataset:
    """Of a deflated file (PS3.5 A.5), of which no more is unpacked than an image can need."""
    read_preamble(cast(Any, file), force=False)
    meta = _read_file_meta_info(cast(Any, file))
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    content = inflater.decompress(file.read(), LARGEST_UNPACKED_BYTES + 1)
    if len(content) > LARGEST_UNPACKED_BYTES:
        raise UnsupportedImageError(
            f"{name}: unpacks to more than {LARGEST_UNPACKED_BYTES >> 20} MB, which no single view needs."
        )
    counted = _CountedFile(io.BytesIO(content), name)
    stop = None if pixels else _at_pixel_data
    parsed = read_dataset(cast(Any, counted), is_implicit_VR=False, is_little_endian=True, stop_when=stop)
    return FileDataset(name, parsed, b"\0" * 128, meta, is_implicit_VR=False, is_little_endian=True)


def _check_nested(dataset: Dataset, name: str) -> None:
    """Sequences that are no more than bytes yet must not become millions of items."""
    for tag in list(dataset.keys()):
        raw = dataset.get_item(tag)
        value = raw.value if raw is not None else None
        if isinstance(value, bytes) and len(value) > MOST_NESTED_BYTES and _is_sequence(tag, raw.VR):
            raise TooManyElementsError(
                f"{name}: a sequence in it is larger than {MOST_NESTED_BYTES >> 20} MB, which no mammogram "
                "has; it is not read."
            )


def _is_sequence(tag: BaseTag, vr: str | None) -> bool:
    if vr is not None and vr != "UN":
        return vr == "SQ"
    return dictionary_has_tag(tag) and dictionary_VR(tag) == "SQ"
