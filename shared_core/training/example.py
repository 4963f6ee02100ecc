"""One labelled view, as a model in training sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import OpenBacError
from shared_core.mammogram import Mask
from shared_core.reading.partners import BreastView, breast_view
from shared_core.reading.reader import read_header

Origin = Literal[
    "simulated", "inserted", "folder", "annotation", "correction", "teacher", "image label", "unlabelled"
]
"""Where a label comes from: the simulator; calcium put into a real image; a mask beside an image; lines
drawn by hand; a model's mask corrected by hand; another model; a word about the image as a whole; there is
none."""


@dataclass(frozen=True)
class Identity:
    """Who and what a view shows."""

    patient_id: str
    """Views of one patient never stand on both sides of a split."""
    view_id: str
    """Different for every view of a source."""
    origin: Origin
    tags: tuple[tuple[str, str], ...] = ()
    """(what, value) by which scores are broken down: ``severity``, ``density``, ``style``, ``look-alike``,
    ``projection``; sorted."""


@dataclass(frozen=True, eq=False)
class TrainingView:
    """A view on the grid that the model works on, prepared as for inference, with its label."""

    identity: Identity
    image_u8: NDArray[np.uint8]
    """(rows, columns): after `shared_core.preprocessing.prepare` and resampling to the model's spacing."""
    label: Mask
    """(rows, columns) bool: vessel band, by the annotation rule of Guo 2021."""
    valid: Mask
    """(rows, columns) bool: where BAC may be reported; patches come from here."""
    spacing_mm: float | None = None
    """Of this grid, in the plane of the breast; None where it is not known."""
    ignore: Mask | None = None
    """(rows, columns) bool: pixels that take no part in loss and scores, e.g. where a teacher is unsure."""
    display_u8: NDArray[np.uint8] | None = None
    """(rows, columns) the image before it was filtered for the network; None where that is `image_u8`."""
    median_px: int | None = None
    """Side of the median filter between `display_u8` and `image_u8`; None where nobody knows."""


@dataclass(frozen=True)
class ViewFiles:
    """The files of a view that is read, not made."""

    image: Path
    mask: Path | None = None
    """None where the label is not a mask of its own."""
    patient_from: str = ""
    """What says whose it is."""
    doubt: str = ""
    """See `shared_core.training.data.owners.Owner`."""
    mask_value: int | None = None
    """Of BAC, where the mask holds several values."""
    drawing_sha256: str = ""
    """Fingerprint of what the label is made from where that is no mask."""


@runtime_checkable
class FileSource(Protocol):
    """A source that can say which files its views are read from."""

    def files(self, number: int) -> ViewFiles | None:
        """Of view `number`; None where it is made."""
        ...


class ViewList(Protocol):
    """Views by number. The same number is the same view, so that a run can be repeated and resumed."""

    def __len__(self) -> int:
        """Count of views."""
        ...

    def identity(self, number: int) -> Identity:
        """Who and what view `number` shows, without loading it."""
        ...

    @property
    def description(self) -> dict[str, str]:
        """What it is and what made it, for the data statement of the card."""
        ...


class ViewSource(ViewList, Protocol):
    """Views with a label for every pixel."""

    def load(self, number: int) -> TrainingView:
        """Make or read view `number`."""
        ...


def files_of(source: ViewList, number: int) -> ViewFiles | None:
    """The files of a view; None where it is made, or the source does not say."""
    return source.files(number) if isinstance(source, FileSource) else None


@dataclass(frozen=True)
class Sided:
    """Which breast a view shows, how, and at which visit."""

    exam: str
    breast: BreastView


@runtime_checkable
class SidedSource(Protocol):
    """A source that can say which breast its views show."""

    def sided(self, number: int) -> Sided | None:
        """Of view `number`; None where it is not known, or where it stands alone on purpose."""
        ...


def sided_of(source: ViewList, number: int) -> Sided | None:
    """The breast of a view: as the source says, else as the header of its file does."""
    if isinstance(source, SidedSource):
        return source.sided(number)
    files = files_of(source, number)
    if files is None:
        return None
    try:
        header = read_header(files.image)
    except OpenBacError:
        # Told when it is read as an image.
        return None
    visit = header.identity.study_uid or header.identity.study_date or str(files.image.parent)
    return Sided(f"{source.identity(number).patient_id}/{visit}", breast_view(header))


@dataclass(frozen=True)
class Joined:
    """Several sources, one after the other."""

    sources: tuple[ViewSource, ...]
    _starts: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        starts = [0]
        for source in self.sources:
            starts.append(starts[-1] + len(source))
        object.__setattr__(self, "_starts", tuple(starts))

    def __len__(self) -> int:
        return self._starts[-1]

    def __iter__(self) -> Iterator[TrainingView]:
        return (self.load(number) for number in range(len(self)))

    def identity(self, number: int) -> Identity:
        """Who and what view `number` shows."""
        source, own = self._find(number)
        return source.identity(own)

    def load(self, number: int) -> TrainingView:
        """Make or read view `number`."""
        source, own = self._find(number)
        return source.load(own)

    def files(self, number: int) -> ViewFiles | None:
        """Of view `number`."""
        source, own = self._find(number)
        return files_of(source, own)

    def sided(self, number: int) -> Sided | None:
        """Of view `number`."""
        source, own = self._find(number)
        return sided_of(source, own)

    @property
    def description(self) -> dict[str, str]:
        """The descriptions of the parts, numbered."""
        return {
            f"{number}. {name}": text
            for number, source in enumerate(self.sources, 1)
            for name, text in source.description.items()
        }

    def _find(self, number: int) -> tuple[ViewSource, int]:
        if not 0 <= number < len(self):
            raise IndexError(f"There are {len(self)} views; there is no number {number}.")
        part = int(np.searchsorted(self._starts, number, side="right")) - 1
        return self.sources[part], number - self._starts[part]
