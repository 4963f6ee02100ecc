"""Marked pixels of images without BAC: all of them are false.

The table is written here and read back here, so that one study stands beside another without typing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from shared_core.errors import UsageError
from validation.markdown import cells, table

HEADING: Final = "## False area on the images without BAC"
LIMITS_PX: Final = (0, 500, 2000)


@dataclass(frozen=True)
class FalseArea:
    """Of one preset over all images without BAC."""

    images: int
    median_px: float
    mean_px: float
    above: tuple[int, ...]
    """Images with more than each of `LIMITS_PX`."""


def false_area(marked_px: ArrayLike) -> FalseArea:
    """Sum up (images,) counts of marked pixels; there must be one at least."""
    px = np.asarray(marked_px, np.float64)
    return FalseArea(
        px.size, float(np.median(px)), float(px.mean()), tuple(int((px > limit).sum()) for limit in LIMITS_PX)
    )


def false_area_table(columns: Mapping[str, FalseArea]) -> list[str]:
    """Lines of the table, one column a preset."""
    all_of = list(columns.values())
    rows = [
        ["images", *(str(one.images) for one in all_of)],
        ["median px", *(f"{one.median_px:.0f}" for one in all_of)],
        ["mean px", *(f"{one.mean_px:.0f}" for one in all_of)],
    ]
    for index, limit in enumerate(LIMITS_PX):
        rows.append([f"images above {limit} px", *(str(one.above[index]) for one in all_of)])
    return table(["", *columns], rows)


def read_false_area(page: str) -> dict[str, FalseArea]:
    """The columns of the table under `HEADING`.

    Raises
    ------
    UsageError
        If the page has no such table.
    """
    _, found, below = page.partition(HEADING + "\n")
    lines = [cells(line) for line in below.partition("\n#")[0].splitlines() if line.startswith("|")]
    if not found or len(lines) != 5 + len(LIMITS_PX):
        raise UsageError(f"The page has no table under {HEADING!r}; make docs/validation.md first.")
    head, _, *rows = lines
    columns = zip(*(map(float, row[1:]) for row in rows), strict=True)
    return {
        name: FalseArea(int(images), median, mean, tuple(map(int, above)))
        for name, (images, median, mean, *above) in zip(head[1:], columns, strict=True)
    }
