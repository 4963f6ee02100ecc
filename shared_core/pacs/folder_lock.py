"""One process alone in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared_core.errors import OutputError, UsageError

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None  # type: ignore[assignment]  # elsewhere a module


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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / ".lock").open("w")
    except OSError as error:
        raise OutputError(
            f"Cannot use {folder}: {error.strerror or error}; choose another folder."
        ) from error
    with file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise UsageError(
                    f"{folder}: another receiver works in it; stop that one, or choose another folder."
                ) from None
        yield
