"""Views that leave what is needed to look at them again: making them anew takes longer than judging them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared_core.exporting.atomic_write import write_bytes
from shared_core.mammogram import Mask
from shared_core.training.example import Identity, TrainingView, ViewFiles, ViewSource, files_of


@dataclass(frozen=True, eq=False)
class KeptView:
    """What is kept of a view."""

    image_u8: NDArray[np.uint8]
    label: Mask
    """Without the pixels that are left open."""
    ignore: Mask
    spacing_mm: float | None


@dataclass(frozen=True)
class KeptViews:
    """A source whose views are kept in a folder as they are loaded."""

    source: ViewSource
    folder: Path

    def __len__(self) -> int:
        return len(self.source)

    @property
    def description(self) -> dict[str, str]:
        """Of the source."""
        return self.source.description

    def identity(self, number: int) -> Identity:
        """Of view `number`."""
        return self.source.identity(number)

    def files(self, number: int) -> ViewFiles | None:
        """Of view `number`."""
        return files_of(self.source, number)

    def load(self, number: int) -> TrainingView:
        """Load view `number`, and keep it."""
        view = self.source.load(number)
        ignore = np.zeros_like(view.label) if view.ignore is None else view.ignore
        stream = io.BytesIO()
        np.savez_compressed(
            stream,
            image=view.image_u8,
            label=view.label & ~ignore,
            ignore=ignore,
            mm=np.float64(np.nan if view.spacing_mm is None else view.spacing_mm),
        )
        write_bytes(self._path(number), stream.getvalue())
        return view

    def kept(self, number: int) -> KeptView:
        """View `number`, loaded where it was not yet."""
        if not self._path(number).exists():
            self.load(number)
        with np.load(self._path(number), allow_pickle=False) as found:
            mm = float(found["mm"])
            return KeptView(found["image"], found["label"], found["ignore"], None if np.isnan(mm) else mm)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:05d}.npz"
