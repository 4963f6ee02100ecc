"""The pictures that a network learns from, cut once and kept in files; a stopped run goes on where it was."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import Cancelled, UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.inference.whole_view import picture_of
from shared_core.mammogram import Mask
from shared_core.preprocessing.prepare import prepare
from shared_core.progress import ProgressCallback
from shared_core.training.image_labels.labelled_images import LabelledImages
from shared_core.weights.card import ModelCard


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures of one side of a split."""

    files: tuple[Path, ...]
    positive: NDArray[np.bool_]
    """Of each, whether it shows BAC."""

    def __len__(self) -> int:
        return len(self.files)

    def load(self, place: int) -> tuple[NDArray[np.uint8], Mask]:
        """Grey levels and breast of one, (rows, columns) each."""
        both = _read(self.files[place])
        if both is None:
            raise UsageError(f"{self.files[place]} is damaged; delete it, and go on with the run.")
        return both[0], both[1].view(np.bool_)

    def sha256(self) -> str:
        """Of all pictures and labels."""
        digest = hashlib.sha256(self.positive.tobytes())
        for path in self.files:
            digest.update(path.read_bytes())
        return digest.hexdigest()


def cut_pictures(
    source: LabelledImages,
    numbers: Sequence[int],
    folder: Path,
    *,
    card: ModelCard,
    workers: int = 1,
    progress: ProgressCallback | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Pictures:
    """Cut the views `numbers` to pictures in a folder, or take those that are there.

    Raises
    ------
    OpenBacError
        An image cannot be read, or shows no breast.
    Cancelled
        The person stopped it.
    """
    shape = (2, *_size(card))

    def cut(number: int) -> Path:
        if cancelled is not None and cancelled():
            raise Cancelled("Training was stopped; run the same command again to go on.")
        path = folder / f"{number:06d}.npy"
        known = _read(path)
        if known is None or known.shape != shape:
            picture = picture_of(prepare(source.read(number), card.preprocessing), card)
            stream = io.BytesIO()
            np.save(stream, np.stack([picture.image_u8, picture.breast.view(np.uint8)]))
            write_bytes(path, stream.getvalue())
        return path

    files: list[Path] = []
    with ThreadPoolExecutor(max(workers, 1)) as pool:
        for path in pool.map(cut, numbers):
            files.append(path)
            if progress is not None:
                progress(len(files), len(numbers))
    return Pictures(tuple(files), np.array([source.rows[number].has_bac for number in numbers], np.bool_))


def _size(card: ModelCard) -> tuple[int, int]:
    assert card.heat_map is not None
    return card.heat_map.rows, card.heat_map.columns


def _read(path: Path) -> NDArray[np.uint8] | None:
    """None where it is not there or not whole."""
    try:
        array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return array if array.dtype == np.uint8 else None
