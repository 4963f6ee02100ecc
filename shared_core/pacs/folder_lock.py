"""One process alone in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from shared_core.errors import OutputError, UsageError
from shared_core.exporting.atomic_write import make_private_folder


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep others out as long as this process lives; a killed one leaves the folder open.

    Raises
    ------
    OutputError
        The folder cannot be made or written.
    UsageError
        Another process is in it.
    """
    lock = FileLock(folder / ".lock", blocking=False)
    try:
        make_private_folder(folder)
        lock.acquire()
    except Timeout:
        raise UsageError(
            f"{folder}: another receiver works in it; stop that one, or choose another folder."
        ) from None
    except (OSError, NotImplementedError) as error:
        # NotImplementedError: of file systems that lock nothing.
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"Cannot use {folder}: {reason}; choose another folder.") from error
    try:
        yield
    finally:
        lock.release()
