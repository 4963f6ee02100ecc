"""Edits of labels kept in the user's cache, one file a view, until an export holds them."""

from __future__ import annotations

import hashlib
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from threading import Lock
from typing import Annotated, Final
from weakref import WeakSet

import msgspec
import numpy as np

from napari_bac.views.model_answer import LabelPixels
from napari_bac.views.opened_view import OpenedView
from shared_core import hosting as bac

_FORMAT: Final = "openbac edits 1"
_SUFFIX: Final = ".edits"


@dataclass(frozen=True, eq=False)
class SavedEdits:
    """Labels that were saved."""

    image: str
    """See `image_name`."""
    path: str
    """File of the image, for people; empty where there is none."""
    saved_at: Annotated[datetime, msgspec.Meta(tz=True)]
    mask_style: bac.MaskStyle
    began_as: Mapping[str, object] | None
    """Name, sha256 and threshold of the model whose labels were edited; None where there was none."""
    packed: bytes
    shape: tuple[int, int]
    preset: bac.PreprocessingPreset | None = None
    """By which the view was prepared; None in files of an earlier version."""
    numbered: bool = False
    """Whether a person told the arteries apart."""
    tells_others: bool = False
    """Whether labels without a mark of it say that there is no other calcification."""
    revision: int = 0
    """Of the session that saved it."""
    file: Path = Path()

    def labels(self) -> LabelPixels:
        """(rows, columns) uint8."""
        rows, columns = self.shape
        if not 0 < rows * columns <= bac.LARGEST_PIXELS:
            raise ValueError("no image has so many pixels")
        # One more than there can be, so that a file that unpacks to more is found out.
        pixels = zlib.decompressobj().decompress(self.packed, rows * columns + 1)
        return np.frombuffer(pixels, np.uint8).reshape(self.shape)

    @property
    def when(self) -> str:
        """For people, in their time: ``21 Nov 2026, 16:05``."""
        return self.saved_at.astimezone().strftime("%d %b %Y, %H:%M").lstrip("0")


def image_name(opened: OpenedView) -> str:
    """What tells one image from all others: its DICOM UID and pixels, else its bytes; with its size."""
    header = opened.prepared.header
    shape = "x".join(map(str, opened.prepared.image_u8.shape))
    uid = header.identity.sop_instance_uid
    if not uid and header.path is not None and header.path.is_file():
        return f"file {hashlib.sha256(header.path.read_bytes()).hexdigest()} {shape}"
    pixels = hashlib.sha256(np.ascontiguousarray(opened.prepared.display_u8).tobytes()).hexdigest()
    # Different images may share a UID.
    return f"uid {uid} pixels {pixels} {shape}" if uid else f"pixels {pixels} {shape}"


class EditStore:
    """The edits of one session; writes and removals of a view come in the order of its revisions."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder if folder is not None else bac.user_cache_dir() / "edits"
        self._token = secrets.token_hex(6)
        self._last: dict[Path, int] = {}
        self._lock = Lock()
        self._views = 0
        self._in_use: set[Path] = set()
        _OPEN.add(self)

    def new_file(self, image: str) -> Path:
        """Where the edits of one more view go, which is at work until `release`."""
        file = self._folder / f"{_digest(image)}-{self._token}-{self._views}{_SUFFIX}"
        self._views += 1
        self._in_use.add(file)
        return file

    def release(self, file: Path) -> None:
        """The view is gone: what it left may be offered."""
        self._in_use.discard(file)

    def write(self, saved: SavedEdits) -> None:
        """Save whole or not at all, unless something newer was saved.

        Raises
        ------
        OutputError
            The cache cannot be written.
        """
        # The first line of the file; what follows are the packed labels.
        about = {name: value for name, value in vars(saved).items() if name not in ("packed", "file")}
        about["saved_at"] = saved.saved_at.astimezone(timezone.utc)
        content = msgspec.json.encode({"format": _FORMAT, **about}) + b"\n" + saved.packed
        with self._lock:
            if self._last.get(saved.file, -1) < saved.revision:
                bac.write_bytes(saved.file, content)
                self._last[saved.file] = saved.revision

    def remove(self, file: Path, *, revision: int | None = None) -> None:
        """Take away, and let no write up to `revision` bring it back."""
        with self._lock:
            file.unlink(missing_ok=True)
            if revision is not None:
                self._last[file] = max(self._last.get(file, -1), revision)

    def find(self, image: str) -> list[SavedEdits]:
        """What views that are gone left of an image, the newest first; damaged files are passed over."""
        at_work = set().union(*(store._in_use for store in _OPEN))
        found = []
        for file in self._folder.glob(f"{_digest(image)}-*{_SUFFIX}"):
            if file not in at_work:
                saved = _read(file)
                if saved is not None and saved.image == image:
                    found.append(saved)
        return sorted(found, key=lambda saved: saved.saved_at, reverse=True)

    def close(self) -> None:
        """The session is over."""
        self._in_use.clear()


_OPEN: WeakSet[EditStore] = WeakSet()
"""Of this process: their files are at work and not left over."""


def _digest(image: str) -> str:
    return hashlib.sha256(image.encode()).hexdigest()[:20]


def _read(file: Path) -> SavedEdits | None:
    try:
        head, _, packed = file.read_bytes().partition(b"\n")
        about = bac.any_json(head)
        if about["format"] != _FORMAT:
            return None
        saved = msgspec.convert({**about, "packed": packed, "file": file}, SavedEdits)
        saved.labels()
        saved.when  # noqa: B018 a year that no calendar of this machine has raises here
    except (
        OSError,
        KeyError,
        ValueError,
        TypeError,
        OverflowError,
        RecursionError,
        msgspec.DecodeError,
        zlib.error,
    ):
        return None
    return saved
