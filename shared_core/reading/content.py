"""The bytes of an image file, also of one that lies in a ZIP archive or is packed by gzip.

A file in an archive has a path that leads through it: ``exam.zip/a/IM1.dcm``. Nothing is unpacked to the
disk, names in archives are only compared, and no more is unpacked than an image can need.
"""

from __future__ import annotations

import gzip
import io
import lzma
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

from shared_core.errors import OpenBacError, UnreadableImageError, UnsupportedImageError

LARGEST_UNPACKED_BYTES: Final = 512 << 20
"""Of one file: more than the largest image that is read."""
LARGEST_ARCHIVE_BYTES: Final = 32 << 30
"""Of all files in an archive, unpacked."""
MOST_MEMBERS: Final = 10_000
_LARGEST_DIRECTORY_BYTES: Final = 16 << 20
_END_OF_DIRECTORY: Final = b"PK\x05\x06"
_GZIP: Final = b"\x1f\x8b"
ZIP_MAGICS: Final = (b"PK\x03\x04", _END_OF_DIRECTORY)
_DAMAGE: Final = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, gzip.BadGzipFile, struct.error),
    *(NotImplementedError, RuntimeError, OverflowError, LookupError),
)
"""What unpacking raises; a password and an unknown method among them."""


class CannotOpenError(UnreadableImageError):
    """The file is missing, or the system does not let it be read."""


class EmptyFileError(UnreadableImageError):
    """The file has no bytes."""


def read_start(path: Path, length: int = 132) -> bytes:
    """First bytes of a file, unpacked; `UnreadableImageError` where there are none, or they cannot be had."""
    with _stream(path) as stream:
        start = stream.read(length)
    if not start:
        raise EmptyFileError(f"{path.name}: the file is empty; copy it again from its source.")
    return start


def read_bytes(path: Path) -> bytes:
    """The whole file, unpacked; errors as of `read_start`, `UnsupportedImageError` where it is too large."""
    if is_plain(path):
        try:
            return path.read_bytes()
        except OSError as error:
            raise CannotOpenError(f"{path.name}: reading fails ({_reason(error)}); check the disk.") from None
    with _stream(path) as stream:
        content = stream.read(LARGEST_UNPACKED_BYTES + 1)
        if len(content) > LARGEST_UNPACKED_BYTES:
            raise _too_large(path)
        return content


def source_of(path: Path) -> Path | IO[bytes]:
    """What a library may read from: the file itself, or its unpacked bytes; errors as of `read_bytes`."""
    return path if is_plain(path) else io.BytesIO(read_bytes(path))


def size_of(path: Path) -> int:
    """Bytes of the file, unpacked; errors as of `read_bytes`."""
    try:
        return path.stat().st_size if is_plain(path) else len(read_bytes(path))
    except OSError as error:
        raise CannotOpenError(f"{path.name}: reading fails ({_reason(error)}); check the disk.") from None


def is_there(path: Path) -> bool:
    """Whether there is such a file, on the disk or in an archive."""
    if _is_file(path):
        return True
    try:
        archive = _archive_of(path)
        return archive is not None and path.relative_to(archive).as_posix() in _names_in(archive)
    except OpenBacError:
        return False


def file_on_disk(path: Path) -> Path:
    """The file itself, or the archive that it lies in."""
    return _archive_of(path) or path


def is_plain(path: Path) -> bool:
    """Whether the bytes on the disk are those of the image; also of what is not there."""
    if not _is_file(path):
        return _archive_of(path) is None
    try:
        with path.open("rb") as file:
            return file.read(2) != _GZIP
    except OSError:
        return True


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is longer than any may be
        return False


def is_archive(path: Path) -> bool:
    """Whether it is a ZIP archive on the disk."""
    try:
        with path.open("rb") as file:
            return file.read(4) in ZIP_MAGICS
    except (OSError, ValueError):
        return False


def files_in_archive(archive: Path) -> tuple[Path, ...]:
    """Files in a ZIP archive, sorted.

    Raises
    ------
    UnreadableImageError
        It is damaged.
    UnsupportedImageError
        It holds more than is looked at.
    """
    return tuple(archive / name for name in sorted(_names_in(archive)))


def names_beside(path: Path) -> Iterator[str]:
    """Names of the files in the folder of a file, also in an archive; none where it cannot be read."""
    try:
        archive = _archive_of(path)
        if archive is not None:
            yield from (file.name for file in files_in_archive(archive) if file.parent == path.parent)
            return
        with os.scandir(path.absolute().parent) as entries:
            yield from (entry.name for entry in entries)
    except (OSError, OpenBacError):
        return


@contextmanager
def _stream(path: Path) -> Iterator[IO[bytes]]:
    """The unpacked bytes; whatever goes wrong is one sentence."""
    archive = _archive_of(path)
    try:
        if archive is None and path.exists() and not (path.is_file() or path.is_dir()):
            raise CannotOpenError(f"{path}: is no file but a device or a pipe; give a file.")
        if archive is None:
            with path.open("rb") as file, _unpacked(file) as stream:
                yield stream
        else:
            with _opened(archive) as opened:
                info = _members(opened).get(path.relative_to(archive).as_posix())
                if info is None:
                    raise CannotOpenError(f"{path}: there is no such file in the archive; check the path.")
                if info.flag_bits & 1:
                    raise UnsupportedImageError(
                        f"{path.name}: is locked with a password in {archive.name}; unpack it."
                    )
                if info.file_size > LARGEST_UNPACKED_BYTES:
                    raise _too_large(path)
                with opened.open(info) as member, _unpacked(member) as stream:
                    yield stream
    except FileNotFoundError:
        raise CannotOpenError(f"{path}: there is no such file; check the path.") from None
    except IsADirectoryError:
        raise CannotOpenError(
            f"{path}: is a folder, where one image file is wanted; name a file in it."
        ) from None
    except _DAMAGE as error:
        raise _damaged(path, error) from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        if archive is not None and not isinstance(error, PermissionError):
            raise _damaged(path, error) from None
        raise CannotOpenError(
            f"{path}: cannot be opened ({_reason(error)}); check the path and your rights."
        ) from None


def _damaged(path: Path, error: Exception) -> UnreadableImageError:
    return UnreadableImageError(
        f"{path.name}: is damaged or cut off, it cannot be unpacked ({_reason(error)}); copy it again."
    )


@contextmanager
def _unpacked(file: IO[bytes]) -> Iterator[IO[bytes]]:
    if file.read(2) == _GZIP:
        file.seek(0)
        with gzip.GzipFile(fileobj=file, mode="rb") as stream:
            yield cast(IO[bytes], stream)
    else:
        file.seek(0)
        yield file


@contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile]:
    _check_directory(archive)
    with zipfile.ZipFile(archive) as opened:
        yield opened


def _check_directory(archive: Path) -> None:
    """That the list of the archive is not so long that reading it takes the memory."""
    with archive.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - 66_000))
        tail = file.read()
    at = tail.rfind(_END_OF_DIRECTORY)
    if (
        at >= 0
        and at + 16 <= len(tail)
        and struct.unpack_from("<I", tail, at + 12)[0] > _LARGEST_DIRECTORY_BYTES
    ):
        raise _too_many(archive)


def _names_in(archive: Path) -> dict[str, zipfile.ZipInfo]:
    try:
        with _opened(archive) as opened:
            members = _members(opened)
    except OSError as error:
        raise CannotOpenError(
            f"{archive}: cannot be opened ({_reason(error)}); check the path and your rights."
        ) from None
    except (*_DAMAGE, ValueError) as error:
        raise UnreadableImageError(
            f"{archive.name}: the ZIP archive is damaged ({_reason(error)}); copy it again."
        ) from None
    if (
        len(members) > MOST_MEMBERS
        or sum(info.file_size for info in members.values()) > LARGEST_ARCHIVE_BYTES
    ):
        raise _too_many(archive)
    return members


def _members(opened: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """By a name that leads nowhere else: without drives, roots and steps upwards; each name once."""
    found: dict[str, zipfile.ZipInfo] = {}
    for info in opened.infolist():
        if info.filename.endswith("/"):  # a folder
            continue
        parts = [part for part in re.split(r"[/\\]", info.filename) if part not in ("", ".", "..")]
        name = re.sub(r"[\x00-\x1f:]", "_", "/".join(parts)) or "unnamed"
        unique, number = name, 2
        while unique in found:
            unique, number = f"{number}/{name}", number + 1
        found[unique] = info
    return found


def _archive_of(path: Path) -> Path | None:
    """The ZIP archive that a path leads through; None where it leads to a file or nowhere."""
    try:
        if path.exists():
            return None
        for parent in path.parents:
            if parent.is_file():
                return parent if is_archive(parent) else None
            if parent.exists():
                return None
    except (OSError, ValueError):
        return None
    return None


def _too_large(path: Path) -> UnsupportedImageError:
    return UnsupportedImageError(
        f"{path.name}: unpacks to more than {LARGEST_UNPACKED_BYTES >> 20} MB, which no single view needs; "
        "unpack it to see what it holds."
    )


def _too_many(archive: Path) -> UnsupportedImageError:
    return UnsupportedImageError(
        f"{archive.name}: holds more than is looked at in a ZIP archive ({MOST_MEMBERS} files, "
        f"{LARGEST_ARCHIVE_BYTES >> 30} GB); unpack it."
    )


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")
