"""Writing files whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from shared_core.errors import OutputError

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_UNFINISHED: Final = ".*.part"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_OPEN_ELSEWHERE: Final = (5, 32, 33)
"""Of Windows, where no file takes the name of one that is open: access denied, sharing, lock."""
_WAITS_S: Final = (0.05, 0.1, 0.2, 0.4, 0.8)
"""A scanner for viruses lets go of a new file soon; a spreadsheet does not."""
_LONGEST_PATH_ON_WINDOWS: Final = 259


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees a half of it; folders above it are made: see `write_pieces`."""
    write_pieces(path, (content,))


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file, piece by piece, so that nobody ever sees a half of it; folders above it are made.

    A new file, as a new folder, is for its owner alone: it tells of patients. One that is replaced keeps the
    rights that somebody gave it.

    The bytes go to a file beside it, to the disk, and then take the name in one step, replacing what
    was there.

    Raises
    ------
    OutputError
        If it cannot be written: disk full, read-only, a folder of that name, no folder there.
        What was at `path` before is then untouched, and nothing is left beside it.
    """
    try:
        make_private_folder(path.parent)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        # A name of its own length: `path` may already have the longest that is allowed.
        beside = path.parent / f".{secrets.token_hex(8)}.part"
        try:
            with os.fdopen(os.open(beside, _NEW, _mode(path)), "wb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                # Network disks tell only here that they are full.
                os.fsync(file.fileno())
            _take_name(beside, path)
        except BaseException:  # Ctrl-C as well must leave no half file
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(_explanation(path, error)) from error


def remove_unfinished(folder: Path) -> None:
    """Take away what a process that was killed left half-written in a folder, where nobody writes now."""
    for path in folder.glob(_UNFINISHED):
        if path.is_file():
            path.unlink(missing_ok=True)


def _take_name(beside: Path, path: Path) -> None:
    for wait_s in _WAITS_S:
        try:
            beside.replace(path)
        except PermissionError as error:
            if not _is_open_elsewhere(path, error):
                raise
            time.sleep(wait_s)
        else:
            return
    beside.replace(path)


def _is_open_elsewhere(path: Path, error: OSError) -> bool:
    return getattr(error, "winerror", None) in _OPEN_ELSEWHERE and os.access(path, os.W_OK)


def make_private_folder(folder: Path) -> None:
    """A folder for its owner alone, with those above it; what is there stays as it is."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(0o700, exist_ok=True)
    folder.mkdir(exist_ok=True)  # tells where a file stands in its place


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0o600


def write_changed(path: Path, content: bytes) -> None:
    """As `write_bytes`; a file that holds this already is not touched, and need not be analysed again."""
    try:
        same = path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        same = False
    if not same:
        write_bytes(path, content)


def _explanation(path: Path, error: OSError) -> str:
    if error.errno in _FULL:
        return f"Cannot write {path}: the disk or quota is full; free some space or choose another folder."
    if error.errno == errno.EISDIR:
        return f"Cannot write {path}: a folder has that name; rename it or choose another output folder."
    if _is_open_elsewhere(path, error):
        return f"Cannot write {path}: another program has it open; close it there, and start again."
    if error.errno in _FORBIDDEN:
        return f"Cannot write {path}: the place is read-only for you; choose another output folder."
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"Cannot write {path}: a file stands where its folder should be; choose another output folder."
    too_long = error.errno == errno.ENOENT and len(str(path.absolute())) > _LONGEST_PATH_ON_WINDOWS
    if too_long or error.errno == errno.ENAMETOOLONG:
        return f"Cannot write {path}: the path is too long for this system; choose a shorter output folder."
    reason = error.strerror or str(error)
    return f"Cannot write {path}: {reason}; choose another output folder or file name."
