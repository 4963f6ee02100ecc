"""A folder that is written whole or not at all."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from shared_core.errors import OutputError
from shared_core.exporting.atomic_write import make_private_folder


@contextmanager
def whole_folder(folder: Path, *, replace: bool = False) -> Iterator[Path]:
    """A new folder beside `folder` that takes its name once the work in it is done, or is gone.

    Parameters
    ----------
    folder
        Whose name it takes; folders above it are made.
    replace
        Whether what is there gives way; an empty folder always does.

    Raises
    ------
    OutputError
        Something is there, or it cannot be written. What was there before is then untouched.
    """
    try:
        if folder.exists() and not replace and (not folder.is_dir() or any(folder.iterdir())):
            raise OutputError(f"{folder} is there already; choose another name, or let it be replaced.")
        make_private_folder(folder.parent)
        beside = folder.parent / f".{secrets.token_hex(8)}.part"
        beside.mkdir(0o700)
        try:
            yield beside
            _take_name(beside, folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise OutputError(
            f"Cannot write {folder}: {error.strerror or error}; choose another folder."
        ) from error


def _take_name(made: Path, folder: Path) -> None:
    old = made.with_name(f"{made.name}.old")
    with suppress(FileNotFoundError):
        folder.rename(old)
    try:
        made.rename(folder)
    except OSError:
        with suppress(FileNotFoundError):
            old.rename(folder)
        raise
    if old.is_dir():
        shutil.rmtree(old, ignore_errors=True)
    else:
        old.unlink(missing_ok=True)
