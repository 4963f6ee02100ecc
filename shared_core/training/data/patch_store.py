"""Patches on disk: two growing ``.npy`` files, and what is in them.

``manifest.json`` says what the patches are made of. After the pixels of a view are written, one line in
``views.jsonl`` says so; whatever lies behind the last whole line is half a view and is written over.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from shared_core.documents import DocumentError, any_json
from shared_core.errors import OutputError, UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.records.canonical_json import json_bytes

MANIFEST = "manifest.json"
VIEWS = "views.jsonl"
IMAGES = "images.npy"
LABELS = "labels.npy"
_HEADER_BYTES = 128
Record = dict[str, Any]


@dataclass
class PatchStore:
    """A folder that patches are added to."""

    folder: Path
    tile_px: int
    made_of: dict[str, Any]
    records: list[Record] = field(default_factory=list)

    @classmethod
    def open(cls, folder: Path, *, tile_px: int, made_of: dict[str, Any]) -> PatchStore:
        """A new folder, or one of the same making to go on with; another one is a `UsageError`."""
        # As it will be read back: tuples are lists in JSON.
        made_of = json.loads(json_bytes(made_of))
        store = cls(folder, tile_px, made_of)
        manifest = folder / MANIFEST
        if manifest.is_file():
            if _read_json(manifest).get("made_of") != made_of:
                raise UsageError(
                    f"{folder} holds patches of other views or settings; choose another folder or delete it."
                )
            store.records = _read_records(folder)
        elif folder.exists() and any(folder.iterdir()):
            raise UsageError(f"{folder} holds other files; choose a new folder for the patches.")
        else:
            write_bytes(manifest, json_bytes({"made_of": made_of, "complete": False}))
            write_bytes(folder / VIEWS, b"")
        return store

    @property
    def views(self) -> int:
        """Views that are done."""
        return len(self.records)

    @property
    def patches(self) -> int:
        """Patches of the views that are done."""
        return sum(len(record["corners_px"]) for record in self.records)

    def add(self, record: Record, images_u8: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        """Add the patches of one view; `record` has their ``corners_px``."""
        before = self.patches
        try:
            for name, pixels in ((IMAGES, images_u8), (LABELS, labels)):
                self._append(self.folder / name, pixels, before)
            line = json.dumps(record, sort_keys=True).encode() + b"\n"
            with (self.folder / VIEWS).open("r+b") as file:
                file.seek(_whole_lines_bytes(file.read(), self.views))
                file.write(line)
                file.truncate()
                _to_disk(file.fileno(), file.flush)
        except OSError as error:
            raise OutputError(
                f"Patches cannot be written to {self.folder}: {error.strerror or error}; free some space, "
                "then start again: it goes on where it stopped."
            ) from error
        self.records.append(record)

    def finish(self) -> None:
        """Say that all views are there."""
        for name in (IMAGES, LABELS):
            self._append(
                self.folder / name, np.empty((0, self.tile_px, self.tile_px), np.uint8), self.patches
            )
        write_bytes(self.folder / MANIFEST, json_bytes({"made_of": self.made_of, "complete": True}))

    @staticmethod
    def load(folder: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8], list[Record]]:
        """Images, labels (memory maps) and the records of the views.

        A `UsageError` where there are none, or not all.
        """
        manifest = folder / MANIFEST
        if not manifest.is_file():
            raise UsageError(f"{folder} holds no patches; build them first.")
        if not _read_json(manifest).get("complete"):
            raise UsageError(f"{folder}: the patches are not all there; build them again, it goes on.")
        records = _read_records(folder)
        count = sum(len(record["corners_px"]) for record in records)
        images, labels = (_mapped(folder / name) for name in (IMAGES, LABELS))
        if len(images) != count or images.shape != labels.shape:
            raise UsageError(
                f"{folder}: the patches do not fit their list; delete the folder and build again."
            )
        return images, labels, records

    def _append(self, path: Path, pixels: NDArray[np.uint8], before: int) -> None:
        """Write behind the first `before` patches; the header counts all."""
        size = self.tile_px * self.tile_px
        with path.open("r+b" if path.exists() else "x+b") as file:
            file.truncate(_HEADER_BYTES + before * size)
            file.seek(0)
            file.write(_header((before + len(pixels), self.tile_px, self.tile_px)))
            file.seek(0, os.SEEK_END)
            file.write(np.ascontiguousarray(pixels).data)
            _to_disk(file.fileno(), file.flush)


def _header(shape: tuple[int, int, int]) -> bytes:
    """Header of format 1.0 of always the same length, so that it can be rewritten in place."""
    text = repr({"descr": "|u1", "fortran_order": False, "shape": shape}).encode("latin1")
    # What `numpy.lib.format.magic(1, 0)` gives; older numpy has no types for it.
    start = npy.MAGIC_PREFIX + bytes((1, 0))
    length = _HEADER_BYTES - len(start) - 2
    return start + length.to_bytes(2, "little") + text.ljust(length - 1) + b"\n"


def _mapped(path: Path) -> NDArray[np.uint8]:
    try:
        array: NDArray[np.uint8] = np.load(path, mmap_mode="r")
    except ValueError:
        # No patch at all: an empty file cannot be mapped.
        array = np.load(path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror or error}; build the patches again."
        ) from error
    return array


def _to_disk(descriptor: int, flush: Any) -> None:
    flush()
    os.fsync(descriptor)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = any_json(path.read_bytes())
        if isinstance(content, dict):
            return content
    except (OSError, DocumentError):
        pass
    raise UsageError(f"{path} cannot be read; delete the folder and build the patches again.")


def _read_records(folder: Path) -> list[Record]:
    """Whole lines only: the last may have been cut off by a crash."""
    path = folder / VIEWS
    lines = path.read_bytes().split(b"\n")[:-1] if path.is_file() else []
    records: list[Record] = []
    for line in lines:
        try:
            record = any_json(line)
        except DocumentError:
            record = None
        if not isinstance(record, dict) or not isinstance(record.get("corners_px"), list):
            raise UsageError(f"{path} is damaged; delete the folder and build the patches again.")
        records.append(record)
    return records


def _whole_lines_bytes(content: bytes, count: int) -> int:
    end = 0
    for _ in range(count):
        end = content.index(b"\n", end) + 1
    return end
