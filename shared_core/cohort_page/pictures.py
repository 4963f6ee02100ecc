"""The pictures of the page: of each overlay a small one for lists, and a large one to look at."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

import cv2

from shared_core.errors import OpenBacError
from shared_core.exporting.atomic_write import make_private_folder

THUMBNAIL_PX: Final = 220
"""Longer side."""
_THUMBNAIL: Final = [cv2.IMWRITE_JPEG_QUALITY, 78]
_LARGE: Final = [cv2.IMWRITE_JPEG_QUALITY, 88]


@dataclass(frozen=True)
class PicturePlace:
    """Where the pictures of one view are, as the page names them."""

    small: str
    large: str


_THREADS: Final = 8


@dataclass(frozen=True)
class PictureWriter:
    """Writes them below `page`."""

    page: Path
    """Folder where they are written."""
    seen_from: Path
    """Folder where the page will be: links lead from there."""
    copied: bool
    """Whether large ones are taken into the page; else they are shown from where they are."""
    pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1))
    )
    """OpenCV works outside Python's lock."""

    def write(self, overlays: Sequence[Path | None], stem: str) -> list[PicturePlace | None]:
        """Those of one exam; None where there is no overlay, or it is damaged.

        Raises
        ------
        OSError
            They cannot be written.
        """
        stems = [f"{stem}-{number}" for number in range(len(overlays))]
        return list(self.pool.map(self._write_one, overlays, stems))

    def _write_one(self, overlay: Path | None, stem: str) -> PicturePlace | None:
        picture = cv2.imread(str(overlay), cv2.IMREAD_COLOR) if overlay is not None else None
        if overlay is None or picture is None:
            return None
        factor = THUMBNAIL_PX / max(picture.shape[:2])
        size = max(round(picture.shape[1] * factor), 1), max(round(picture.shape[0] * factor), 1)
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        # By these endings they are known for no mammograms, see `OWN_ENDINGS`.
        own, large = f"{stem}_overlay_small.jpg", f"{stem}_overlay.jpg"
        self._save(small, own, _THUMBNAIL)
        if not self.copied:
            return PicturePlace(own, _link(overlay, self.seen_from))
        self._save(picture, large, _LARGE)
        return PicturePlace(own, large)

    def _save(self, picture: cv2.typing.MatLike, name: str, quality: Sequence[int]) -> None:
        done, content = cv2.imencode(".jpg", picture, quality)
        if not done:
            raise OpenBacError(f"{name}: OpenCV could not make this picture.")
        make_private_folder((self.page / name).parent)
        # The page is whole or not there: no picture needs to reach the disk before the next one.
        with open(self.page / name, "xb", opener=_private) as file:
            file.write(content.tobytes())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _link(path: Path, seen_from: Path) -> str:
    """Relative, so that both folders may be moved together."""
    relative = Path(os.path.relpath(path.resolve(), seen_from.resolve()))
    return "/".join(quote(os.fsencode(part)) for part in relative.parts)
