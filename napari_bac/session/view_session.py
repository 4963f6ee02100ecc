"""One view in the viewer: its image, labels and numbers."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import numpy as np
from napari.layers import Image, Labels
from numpy.typing import NDArray

from napari_bac.session.opened_view import OpenedView
from napari_bac.session.watcher import LabelsWatcher
from shared_core import Mammogram, MeasurementSettings, ModelCard, ProbabilityMap
from shared_core.quantification.labelled import LabelledMeasurement
from shared_core.quantification.live import LiveCounts, LiveNumbers

LabelPixels = NDArray[np.uint8]


@dataclass(frozen=True)
class KeptLabels:
    """Labels put away small: a 12-megapixel view takes some 20 kB."""

    packed: bytes
    shape: tuple[int, int]

    @classmethod
    def of(cls, labels: LabelPixels) -> KeptLabels:
        """Put away."""
        return cls(zlib.compress(np.ascontiguousarray(labels).tobytes(), 1), (labels.shape[0], labels.shape[1]))

    def labels(self) -> LabelPixels:
        """Take out, (rows, columns) uint8."""
        return np.frombuffer(zlib.decompress(self.packed), np.uint8).reshape(self.shape)


@dataclass(frozen=True, eq=False)
class ModelAnswer:
    """What a model said of the view, kept for the threshold, for a reset and for the record."""

    card: ModelCard
    probability: ProbabilityMap
    threshold: float
    labels: KeptLabels
    seconds: float


@dataclass(eq=False)
class ViewSession:
    """State of one view; only `ExamSession` changes it."""

    key: str
    """Unique in the session, as in ``R-CC``."""
    opened: OpenedView
    image: Image
    labels: Labels
    counts: LiveCounts
    watcher: LabelsWatcher | None = None
    answer: ModelAnswer | None = None
    measured: LabelledMeasurement | None = None
    measured_is_current: bool = False
    """False from an edit until the slow numbers are there."""
    revision: int = 0
    """Counts changes of the labels."""
    edited: bool = False
    """Labels differ from the model's, or, without a model, from none."""
    saved_revision: int = 0
    """Revision that lies on disk, exported or taken over from there."""
    mask_style: str = "vessel-band"
    notes: list[str] = field(default_factory=list)
    """Sentences for the person: warnings of reading, of the model."""

    @property
    def dirty(self) -> bool:
        """Whether the labels hold work that no export has."""
        return self.revision != self.saved_revision

    @property
    def live(self) -> LiveNumbers:
        """Numbers that follow every stroke."""
        return self.counts.numbers()

    @property
    def spacing_is_known(self) -> bool:
        """Whether there are mm."""
        return self.opened.prepared.spacing is not None

    @property
    def raw(self) -> Mammogram | None:
        """The pixels as read, where calcium can be weighed on them."""
        return self.opened.raw

    def label_pixels(self) -> LabelPixels:
        """The labels as they are now, (rows, columns) uint8; not a copy."""
        return np.asarray(self.labels.data)


def count_view(opened: OpenedView, settings: MeasurementSettings) -> LiveCounts:
    """Begin to count the labels of a view."""
    return LiveCounts(opened.prepared, settings)
