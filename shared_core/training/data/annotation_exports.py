"""Reading the JSON files of annotation tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from shared_core.documents import DocumentError, known_part
from shared_core.errors import UsageError
from shared_core.reading.limits import LARGEST_PIXELS

Export = TypeVar("Export")
Side = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_PIXELS)]
"""Rows or columns of an image."""


def read_export(path: Path, kind: type[Export], wrong: str) -> Export:
    """The part of an export that `kind` has; a `UsageError` where it cannot be read, or is `wrong`."""
    try:
        return known_part(path.read_bytes(), kind)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}; check the path.") from None
    except DocumentError as error:
        raise UsageError(f"{path} {wrong}: it {error}; check the file, or export it again as JSON.") from None


def checked_shape(rows: int, columns: int) -> tuple[int, int]:
    """The size of an image; `ValueError` where no mammogram is so large, before memory is reserved."""
    if rows * columns > LARGEST_PIXELS:
        raise ValueError(f"{columns} x {rows} pixels are more than any mammogram has")
    return rows, columns
