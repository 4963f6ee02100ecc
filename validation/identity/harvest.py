"""What a command of ``bac`` left in its folder, value by value.

Nothing here knows a column or key by name but those that name a row, so that it reads the results of every
version. Pictures for people are left out.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import pydicom
from numpy.typing import NDArray

from validation.identity.rows import Place, shown, shown_cell

RESULTS: Final = "results"
PRINTED: Final = "stdout.json"
_PIXELS = re.compile(r"(.+)_(mask|probability|band|breast|calcium)\.png")
_ROW_NAMES: Final = (("exam", "file"), ("key",), ("patient_id", "quantity"), ("quantity",), ("name",))
"""Columns that name a row; of the first of these that a table has."""
_ITEM_NAMES: Final = ("key", "name", "score", "quantity")
"""The same of the objects in a list; a name may be an object with a name itself."""
_IN_FILES_TOO: Final = frozenset({"run", "views"})
"""Parts of the document of ``bac analyze --json`` that are files as well."""

Pair = tuple[Place, str]


def harvest(folder: Path, image: str, preset: str, roots: Mapping[str, str]) -> Iterator[Pair]:
    """Yield every mask and number of a finished job.

    Parameters
    ----------
    folder
        Holds ``results/`` and, where the command printed a document, ``stdout.json``.
    image, preset
        What the rows are of; a view in a subfolder adds its own name to `image`.
    roots
        Folders whose paths stand in the results, and the words that stand for them in the table.
    """
    for of, quantity, value in _values(folder):
        for path, word in roots.items():
            value = value.replace(path, word)
        yield Place("/".join((image, *of)), preset, quantity), value


def _values(folder: Path) -> Iterator[tuple[tuple[str, ...], str, str]]:
    results = folder / RESULTS
    for path in sorted(results.rglob("*")):
        inside = path.relative_to(results)
        parents = inside.parts[:-1]
        pixels = _PIXELS.fullmatch(path.name)
        if pixels:
            yield (*parents, pixels[1]), f"{pixels[2]}:pixels_sha256", pixels_sha256(_read_png(path))
        elif path.suffix == ".dcm":
            pixel_array = pydicom.dcmread(path).pixel_array
            yield (*parents, path.stem), "dicom:pixels_sha256", pixels_sha256(pixel_array)
        elif path.suffix == ".csv":
            yield from _of_table(path, parents)
        elif path.suffix == ".json":
            of, name = ((*parents, path.stem), "view.json") if parents else ((), path.name)
            for key, value in flattened(json.loads(path.read_text(encoding="utf-8"))):
                yield of, f"{name}:{key}", shown(value)
    printed = folder / PRINTED
    if printed.is_file():
        document = json.loads(printed.read_text(encoding="utf-8"))
        for key, value in flattened({k: v for k, v in document.items() if k not in _IN_FILES_TOO}):
            yield (), f"document:{key}", shown(value)


def _of_table(path: Path, parents: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    naming = next((names for names in _ROW_NAMES if rows and set(names) <= set(rows[0])), ())
    for number, row in enumerate(rows):
        names = ((column, row[column]) for column in naming if row[column])
        named = tuple(Path(name).stem if column == "file" else name for column, name in names)
        for column, text in row.items():
            yield (*parents, *(named or (f"row {number}",))), f"{path.name}:{column}", shown_cell(text)


def flattened(value: object, key: str = "") -> Iterator[tuple[str, object]]:
    """Yield the leaves of a JSON value with their dotted keys; an empty object or list is a leaf.

    Items of a list go by their names where each has one, so that a new item moves no other; else by numbers.
    """
    items: Sequence[tuple[object, object]]
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        names = [_name_of(item) for item in value]
        named = None not in names and len(set(names)) == len(names)
        items = list(zip(names if named else range(len(value)), value, strict=True))
    else:
        items = []
    if not items:
        yield key, str(value) if isinstance(value, (dict, list)) else value
    for name, part in items:
        yield from flattened(part, f"{key}.{name}" if key else str(name))


def _name_of(item: object) -> str | None:
    if not isinstance(item, dict):
        return None
    names = (item.get(field) for field in _ITEM_NAMES)
    found = next((name for name in names if name), None)
    return _name_of(found) if isinstance(found, dict) else found if isinstance(found, str) else None


def pixels_sha256(pixels: NDArray[np.generic]) -> str:
    """SHA-256 of shape, type and values; how the file was compressed has no say."""
    digest = hashlib.sha256(f"{pixels.shape} {pixels.dtype.str}".encode())
    digest.update(np.ascontiguousarray(pixels).tobytes())
    return digest.hexdigest()


def _read_png(path: Path) -> NDArray[np.generic]:
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ValueError(f"{path}: cannot be decoded")
    return pixels
