"""One process alone in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from shared_core.errors import OutputError, UsageError
from shared_core.exporting.atomic_write import make_private_folder

LOCK: Final = ".lock"


_A_LOOK_S: Final = 0.5
"""Longer than somebody who only looks whether a folder is taken holds its lock."""


def is_taken(folder: Path) -> bool | None:
    """Whether a process is in the folder now; None where that cannot be told."""
    if not (folder / LOCK).exists():
        return False
    lock = FileLock(folder / LOCK, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        return True
    except (OSError, NotImplementedError):  # no right to open it, or a file system that locks nothing
        return None
    lock.release()
    return False


@contextmanager
def alone_in(folder: Path, *, who: str) -> Iterator[None]:
    """Keep others out as long as this process lives; a killed one leaves the folder open.

    `who` works in such folders, for the sentence to the second one: ``receiver``.

    Raises
    ------
    OutputError
        The folder cannot be made or written.
    UsageError
        Another process is in it.
    """
    lock = FileLock(folder / LOCK, timeout=_A_LOOK_S)
    try:
        make_private_folder(folder)
        lock.acquire()
    except Timeout:
        raise UsageError(
            f"{folder}: another {who} works in it; wait for it or stop it, or choose another folder."
        ) from None
    except (OSError, NotImplementedError) as error:
        # NotImplementedError: of file systems that lock nothing.
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"Cannot write {folder}: {reason}; choose another folder.") from error
    try:
        yield
    finally:
        lock.release()
