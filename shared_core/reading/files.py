"""What kind of file this is, by its first bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from shared_core.errors import UnreadableImageError

FileFormat = Literal["DICOM", "PNG", "TIFF", "JPEG"]

_RASTER_MAGIC: tuple[tuple[bytes, FileFormat], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
)

_OTHER_MAGIC = (
    (b"\x00\x00\x00\x0cjP", "a JPEG 2000 file"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 codestream"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"NRRD", "an NRRD volume"),
    (b"RIFF", "a RIFF (WebP) file"),
    (b"{", "a text file"),
    (b"<", "a text file"),
)


def guessed_format(start: bytes) -> FileFormat | None:
    """Format by the first bytes of a file (at least 132 of them), or None."""
    if start[128:132] == b"DICM":
        return "DICOM"
    for magic, file_format in _RASTER_MAGIC:
        if start.startswith(magic):
            return file_format
    # data sets without preamble begin with a low element of group 0002 or 0008
    if start[:2] in (b"\x02\0", b"\x08\0") and start[3:4] == b"\0":
        return "DICOM"
    # the same in big-endian byte order, which always names the value representation
    if start[:3] == b"\0\x08\0" and start[4:6].isalpha() and start[4:6].isupper():
        return "DICOM"
    return None


def read_start(path: Path, length: int = 132) -> bytes:
    """First bytes of a file; `UnreadableImageError` where it is missing, empty, a folder, or not allowed."""
    try:
        with path.open("rb") as file:
            start = file.read(length)
    except FileNotFoundError:
        raise UnreadableImageError(f"{path}: there is no such file; check the path.") from None
    except IsADirectoryError:
        raise UnreadableImageError(
            f"{path}: is a folder, where one image file is wanted; name a file in it."
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        raise UnreadableImageError(
            f"{path}: cannot be opened ({_reason(error)}); check the path and your rights."
        ) from None
    if not start:
        raise UnreadableImageError(f"{path.name}: the file is empty; copy it again from its source.")
    return start


def read_bytes(path: Path) -> bytes:
    """The whole file; `UnreadableImageError` where the disk or network fails."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableImageError(
            f"{path.name}: reading fails ({_reason(error)}); check the disk."
        ) from None


def file_format(path: Path) -> FileFormat:
    """Format of an image file.

    Raises
    ------
    UnreadableImageError
        Missing, empty, or no image that is read here.
    """
    start = read_start(path)
    found = guessed_format(start)
    if found is not None:
        return found
    kind = next((kind for magic, kind in _OTHER_MAGIC if start.startswith(magic)), "not an image")
    raise UnreadableImageError(f"{path.name}: is {kind}; give a DICOM, PNG, TIFF or JPEG mammogram.")


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).rstrip(".")
