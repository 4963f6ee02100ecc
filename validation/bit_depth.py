"""The simulated exam stored with other bits and under other windows; print the table of docs/methods.md.

    python -m validation.bit_depth --rows bit-depth.csv

Each view is stored with 8, 10, 12, 14 and 16 bits under its own window, brought to each of these, and
analysed: 100 files, on a free core a quarter of an hour. Stopped, the same command goes on.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from pydicom import Dataset, dcmread

from shared_core import Model, analyze_view, load_model, make_sample, read_mammogram
from shared_core.errors import OpenBacError, UsageError
from validation.markdown import shown, table

DEPTHS: Final = (8, 10, 12, 14, 16)
ORIGINAL: Final = 12
"""Bits of the simulated exam, and of its windows."""
LIMIT: Final = 0.03
"""By which an area may differ from that with 12 bits under a window of 12."""
CHOSEN: Final = "display-unfit"
"""Notice where another display than that of the file was chosen."""


@dataclass(frozen=True)
class Row:
    """One file."""

    view: str
    depth: int
    """Bits of the pixels."""
    window: int
    """Bits that the window is made for."""
    bac_area_mm2: float
    breast_area_mm2: float
    notices: str
    """Codes, parted by spaces."""


_END: Final = "."
COLUMNS: Final = tuple(field.name for field in fields(Row))


def stored_otherwise(ds: Dataset, depth: int, window: int) -> Dataset:
    """The image of 12 bits, changed to `depth` bits under its window brought to `window` bits."""
    values = ds.pixel_array.astype(np.float64) * _scale(depth)
    pixels = np.rint(values).astype("u1" if depth == 8 else "<u2")
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = pixels.itemsize * 8, depth, depth - 1
    ds.PixelData = pixels.tobytes()
    ds["PixelData"].VR = "OB" if depth == 8 else "OW"
    for name in ("WindowCenter", "WindowWidth"):
        first = np.atleast_1d(ds[name].value)[0]
        ds[name].value = f"{float(first) * 2.0 ** (window - ORIGINAL):g}"
    if "WindowCenterWidthExplanation" in ds:
        del ds.WindowCenterWidthExplanation
    return ds


def measured(image: Path, missing: Sequence[tuple[int, int]], model: Model) -> Iterator[Row]:
    """Rows of one view for some (depth, window)."""
    with TemporaryDirectory() as folder:
        for depth, window in missing:
            path = Path(folder) / image.name
            stored_otherwise(dcmread(image), depth, window).save_as(path, enforce_file_format=True)
            result = analyze_view(read_mammogram(path), model=model)
            areas = result.measurement.bac_area_mm2, result.measurement.breast_area_mm2
            if areas[0] is None or areas[1] is None:
                raise UsageError(f"{image.name}: has no areas in mm2; the sample always has.")
            codes = " ".join(sorted({notice.code for notice in result.notices}))
            yield Row(image.stem, depth, window, areas[0], areas[1], codes)


def read_rows(path: Path) -> list[Row]:
    """Rows of the file; none where there is no file.

    Raises
    ------
    UsageError
        If it is another table.
    """
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        if tuple(next(reader, ())) != COLUMNS:
            raise UsageError(f"{path}: is no table of this study; name another file with --rows.")
        # a line that was cut off lacks its end, and is measured again
        whole = [cells for cells in reader if len(cells) == len(COLUMNS) and cells[-1].endswith(_END)]
    return [
        Row(c[0], int(c[1]), int(c[2]), float(c[3]), float(c[4]), c[5].removesuffix(_END).strip())
        for c in whole
    ]


def append_row(path: Path, row: Row) -> None:
    """Add a row, with a heading where the file is new."""
    new = not path.exists()
    cut_off = not new and not path.read_bytes().endswith(b"\n")
    with path.open("a", newline="", encoding="utf-8") as file:
        file.write("\n" if cut_off else "")
        writer = csv.writer(file, lineterminator="\n")
        if new:
            writer.writerow(COLUMNS)
        writer.writerow([*astuple(row)[:-1], f"{row.notices} {_END}"])


def differences(rows: Sequence[Row], depth: int, window: int) -> list[float]:
    """Relative differences of both areas from those with 12 bits under a window of 12, of each view."""
    as_made = {row.view: row for row in rows if (row.depth, row.window) == (ORIGINAL, ORIGINAL)}
    found = []
    for row in rows:
        if (row.depth, row.window) == (depth, window):
            known = as_made[row.view]
            found += [
                row.bac_area_mm2 / known.bac_area_mm2 - 1,
                row.breast_area_mm2 / known.breast_area_mm2 - 1,
            ]
    return found


def page(rows: Sequence[Row]) -> list[str]:
    """Lines of the table: the largest difference of the areas of any view, and where a display was chosen."""
    lines = []
    for depth in DEPTHS:
        cells = []
        for window in DEPTHS:
            largest = max(differences(rows, depth, window), key=abs)
            told = [CHOSEN in row.notices for row in rows if (row.depth, row.window) == (depth, window)]
            mark = " *" if all(told) else " (*)" if any(told) else ""
            cells.append(f"{shown(100 * largest, 2, signed=True)} %{mark}")
        lines.append([f"{depth} bits", *cells])
    return table(["pixels", *(f"window of {window}" for window in DEPTHS)], lines)


def outside(rows: Sequence[Row]) -> list[Row]:
    """Rows of combinations with an area beyond the limit, or with another window and no notice."""
    return [
        row
        for row in rows
        if any(abs(d) > LIMIT for d in differences([*_as_made(rows), row], row.depth, row.window))
        or (CHOSEN in row.notices) != (row.depth != row.window)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is missing, print the table; 1 where an area lies outside the limit."""
    parser = argparse.ArgumentParser(prog="python -m validation.bit_depth", description=__doc__)
    parser.add_argument("--rows", type=Path, required=True, help="table that grows file by file")
    parser.add_argument("--sample", type=Path, help="folder for the simulated exam; else the user's cache")
    args = parser.parse_args(arguments)
    try:
        model = load_model(device="cpu")
        for image in make_sample("exam", args.sample).images:
            done = {(row.depth, row.window) for row in read_rows(args.rows) if row.view == image.stem}
            missing = [both for both in product(DEPTHS, DEPTHS) if both not in done]
            for row in measured(image, missing, model):
                append_row(args.rows, row)
                print(row, file=sys.stderr, flush=True)
        rows = read_rows(args.rows)
    except OpenBacError as error:
        print(f"validation: {error}", file=sys.stderr)
        return 1
    print("\n".join(page(rows)))
    for row in (found := outside(rows)):
        print(f"outside: {row}")
    return 1 if found else 0


def _as_made(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if (row.depth, row.window) == (ORIGINAL, ORIGINAL)]


def _scale(bits: int) -> float:
    return ((1 << bits) - 1) / ((1 << ORIGINAL) - 1)


if __name__ == "__main__":
    sys.exit(main())
