"""Views that are kept as they are loaded: making them anew takes longer than judging them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shared_core.exporting.atomic_write import write_bytes
from shared_core.mammogram import Mask
from shared_core.training.example import (
    Identity,
    Sided,
    TrainingView,
    ViewFiles,
    ViewSource,
    files_of,
    sided_of,
)


@dataclass(frozen=True)
class KeptViews:
    """A source whose views are kept in a folder as they are loaded, and come from there the next time."""

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

    def sided(self, number: int) -> Sided | None:
        """Of view `number`."""
        return sided_of(self.source, number)

    def load(self, number: int) -> TrainingView:
        """View `number`: kept, or loaded and then kept."""
        path = self.folder / f"{number:05d}.npz"
        if not path.exists():
            view = self.source.load(number)
            planes = {
                name: plane
                for name in ("image_u8", "label", "valid", "ignore", "display_u8")
                if (plane := getattr(view, name)) is not None
            }
            spacing_mm = np.float64(np.nan if view.spacing_mm is None else view.spacing_mm)
            stream = io.BytesIO()
            np.savez_compressed(stream, mm=spacing_mm, **planes)
            write_bytes(path, stream.getvalue())
        with np.load(path, allow_pickle=False) as kept:
            mm = float(kept["mm"])
            return TrainingView(
                identity=self.source.identity(number),
                image_u8=kept["image_u8"],
                label=kept["label"],
                valid=kept["valid"],
                spacing_mm=None if np.isnan(mm) else mm,
                ignore=kept.get("ignore"),
                display_u8=kept.get("display_u8"),
            )


def sure_label(view: TrainingView) -> Mask:
    """The label without the pixels that are left open."""
    return view.label if view.ignore is None else view.label & ~view.ignore


def without_open(view: TrainingView, mask: Mask) -> Mask:
    """A mask without the pixels that the label leaves open."""
    return mask if view.ignore is None else mask & ~view.ignore
