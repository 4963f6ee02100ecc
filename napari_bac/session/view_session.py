"""One view in the viewer: its image, labels and numbers."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from napari.layers import Image, Labels
from numpy.typing import NDArray

from napari_bac.session.opened_view import OpenedView
from napari_bac.session.watcher import LabelsWatcher, Region
from shared_core import (
    ExamMeasurement,
    Mammogram,
    MeasurementSettings,
    ModelCard,
    ProbabilityMap,
    measure_exam,
)
from shared_core.notices import Notice
from shared_core.quantification.labelled_mask import LabelledMeasurement
from shared_core.quantification.live import LiveCounts, LiveNumbers
from shared_core.weights.card import MaskStyle

LabelPixels = NDArray[np.uint8]

UNFIT: Final = (
    "labels of another shape or type than the image's cannot be measured on it; undo, reset them to the "
    "model's, or load them as a layer of their own."
)


@dataclass(frozen=True)
class KeptLabels:
    """Labels put away small: a 12-megapixel view takes some 20 kB."""

    packed: bytes
    shape: tuple[int, int]

    @classmethod
    def of(cls, labels: LabelPixels) -> KeptLabels:
        """Put away."""
        return cls(
            zlib.compress(np.ascontiguousarray(labels).tobytes(), 1), (labels.shape[0], labels.shape[1])
        )

    def labels(self) -> LabelPixels:
        """Take out, (rows, columns) uint8."""
        return np.frombuffer(zlib.decompress(self.packed), np.uint8).reshape(self.shape)


@dataclass(frozen=True, eq=False)
class KeptProbability:
    """A probability map put away: nothing is kept of the pixels that are 0, as all outside the breast are."""

    about: ProbabilityMap
    """Without its values."""
    filled: NDArray[np.uint8]
    """A bit a pixel, by row."""
    values: NDArray[np.float32]
    """Of those."""
    shape: tuple[int, int]

    @classmethod
    def of(cls, probability: ProbabilityMap) -> KeptProbability:
        """Put away."""
        values = probability.values
        filled = values != 0
        about = replace(probability, values=np.empty((0, 0), np.float32))
        return cls(about, np.packbits(filled, axis=1), values[filled], (values.shape[0], values.shape[1]))

    def map(self) -> ProbabilityMap:
        """Take out."""
        values = np.zeros(self.shape, np.float32)
        values[np.unpackbits(self.filled, axis=1, count=self.shape[1]).view(np.bool_)] = self.values
        return replace(self.about, values=values)


@dataclass(frozen=True, eq=False)
class ModelAnswer:
    """What a model said of the view, kept for the threshold, for a reset and for the record."""

    card: ModelCard
    kept: KeptProbability
    threshold: float
    labels: KeptLabels
    seconds: float

    @property
    def probability(self) -> ProbabilityMap:
        """The whole map, made anew at each call: 54 MB for 13 megapixels."""
        return self.kept.map()


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
    stale: set[int] = field(default_factory=set)
    """Labels that were changed since `measured`."""
    revision: int = 0
    """Counts changes of the labels."""
    edited: bool = False
    """Labels differ from the model's, or, without a model, from none."""
    saved_revision: int = 0
    """Revision that lies on disk, exported or taken over from there."""
    mask_style: MaskStyle = "vessel-band"
    began_as: Mapping[str, object] | None = None
    """Model, sha256 and threshold of the labels that restored edits began with, where `answer` is None."""
    notices: list[Notice] = field(default_factory=list)
    """Of reading and of the model."""

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

    @property
    def fits(self) -> bool:
        """Whether the labels have the shape of the image and the type that can be counted."""
        pixels = self.label_pixels()
        return pixels.shape == self.opened.prepared.image_u8.shape and pixels.dtype == np.uint8

    def label_pixels(self) -> LabelPixels:
        """The labels as they are now, (rows, columns) uint8; not a copy."""
        return np.asarray(self.labels.data)

    def set_labels(self, labels: LabelPixels) -> None:
        """Change the labels in one step of undo."""
        if not self.fits:
            # Whatever stands there cannot be changed pixel by pixel, nor brought back.
            self.labels.data = labels.copy()
            return
        changed = np.nonzero(self.label_pixels() != labels)
        if len(changed[0]):
            self.labels.data_setitem(changed, labels[changed])

    def take_answer(self, answer: ModelAnswer) -> None:
        """Take a model's labels, as one step of undo."""
        labels = answer.labels.labels()
        self.answer, self.mask_style = answer, answer.card.mask_style
        self.counts.compare_with(labels > 0)
        self.set_labels(labels)
        self.edited = self.counts.differing_px > 0

    def take_change(self, region: Region | None) -> bool:
        """Count a change of the labels; whether there was one."""
        touched = self.counts.update(self.label_pixels(), region)
        if not len(touched):
            return False
        self.stale.update(touched.tolist())
        self.revision += 1
        self.measured_is_current = False
        self.edited = self.counts.differing_px > 0
        return True


def count_view(opened: OpenedView, settings: MeasurementSettings) -> LiveCounts:
    """Begin to count the labels of a view."""
    return LiveCounts(opened.prepared, settings)


def exam_of(views: Collection[ViewSession]) -> ExamMeasurement | None:
    """The numbers of the exam; None while those of a view are still to come."""
    measured = [(view.opened.prepared.header, view.measured.view) for view in views if view.measured]
    if not views or len(measured) < len(views) or not all(view.measured_is_current for view in views):
        return None
    return measure_exam(measured)
