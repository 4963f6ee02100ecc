"""The track classifier on real images: each patient judged by one that was taught by the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.followed_parts import OutlinedPart
from shared_core.arteries.judged_parts import JudgedParts
from shared_core.arteries.vessels import ASSUMED_SPACING_MM
from shared_core.inference.resampling import model_grid
from shared_core.mammogram import Mask
from shared_core.statistics.paired_samples import ratio
from shared_core.tracks.classifier import TrackClassifier
from shared_core.tracks.deciding import describe_parts, judge_table
from shared_core.tracks.features import TrackTable
from shared_core.training.data.line_file import LineDrawing, Points
from shared_core.training.data.real_bac import OPEN_WIDTH_PX, RealBacImage
from shared_core.training.tracks.calcium import calcium_labels
from shared_core.training.tracks.growing import OPEN
from shared_core.training.tracks.mosaics import with_mosaics
from shared_core.training.tracks.teaching import teach
from shared_core.training.tracks.track_set import TrackSet
from shared_core.weights.card import ModelCard
from validation.real_bac.maps import ImageMap

LOW_THRESHOLD: Final = 0.2
"""Of the candidates; what is no artery is taken out by the classifier."""
_LINE_WIDTH_PX: Final = 48
_LEAST_ON_LINE: Final = 0.4
"""Share of a part within the corridor of a sure line, from which it is an artery."""
_LEAST_OPEN: Final = 0.25
_MOST_BESIDE: Final = 0.08

SEEN_ARTERIES: Final = frozenset(
    {
        "P_00390_RIGHT_MLO_PLEOMORPHIC_CLUSTERED_1.jpg",
        "P_00425_RIGHT_CC_COARSE-PLEOMORPHIC_CLUSTERED_1.jpg",
        "P_00425_RIGHT_MLO_COARSE-PLEOMORPHIC_CLUSTERED_1.jpg",
        "P_01253_RIGHT_CC_PUNCTATE_CLUSTERED_1.jpg",
        "P_01545_RIGHT_CC_PLEOMORPHIC_CLUSTERED_1.jpg",
    }
)
"""Crops of other calcifications through which a plainly calcified artery runs, as seen when the marks on them
were looked at. They teach nothing; they count as false where they are marked, as the label says."""


@dataclass(frozen=True, eq=False)
class Described:
    """The candidates of one image."""

    image: RealBacImage
    shape: tuple[int, int]
    """(rows, columns) of the model's grid, on which all is described."""
    size: float
    """Of that grid, in terms of the file."""
    table: TrackTable
    labels: NDArray[np.int8]
    calcium: NDArray[np.int8]
    """(parts,): of those that are no artery, 1 calcium, 0 none, `OPEN`."""
    artery: int
    """1 where a sure line was drawn, 0 where nobody saw or doubted an artery, `OPEN`."""

    def judged(self, classifier: TrackClassifier, threshold: float, undecided_from: float) -> JudgedParts:
        """By a classifier, the way in which the engine judges."""
        return judge_table(
            self.table,
            classifier,
            pixel_mm=ASSUMED_SPACING_MM,
            threshold=threshold,
            undecided_from=undecided_from,
        )


def described(
    image: RealBacImage, drawing: LineDrawing | None, answer: ImageMap, card: ModelCard, *, size: float = 1.0
) -> Described:
    """Describe and label the candidates of one image given at `size` times its size, as the engine does."""
    shape = model_grid(answer.image_u8, answer.valid, None, card)
    table = describe_parts(
        answer.probability,
        shape,
        card=card,
        low_threshold=LOW_THRESHOLD,
        valid=answer.valid,
        spacing=None,
        display_u8=answer.image_u8,
    )
    size *= shape[0] / answer.image_u8.shape[0]
    sure = _corridor(drawing.sure if drawing else (), shape, _LINE_WIDTH_PX * size, size)
    uncertain = _corridor(drawing.open if drawing else (), shape, OPEN_WIDTH_PX * size, size) & ~sure
    labels = [_label(part, sure, uncertain) for part in table.parts]
    if image.path.name in SEEN_ARTERIES:
        labels = [OPEN] * len(labels)
    told = np.array(labels, np.int8)
    return Described(image, shape, size, table, told, _calcium(image, table, told), _artery(image, drawing))


def _calcium(image: RealBacImage, table: TrackTable, labels: NDArray[np.int8]) -> NDArray[np.int8]:
    """Nobody told what lies beside the arteries of a crop of arteries, or what is calcium in a whole view."""
    if image.kind in ("vascular", "whole"):
        return np.full(len(labels), OPEN, np.int8)
    of_calcifications = image.kind == "other-calcification"
    told = calcium_labels(table.names, table.values, of_calcifications=of_calcifications)
    return np.where(labels == 0, told, OPEN).astype(np.int8)


def _artery(image: RealBacImage, drawing: LineDrawing | None) -> int:
    if drawing is not None and drawing.sure:
        return 1
    unsure = drawing is not None and drawing.confidence != "none"
    return OPEN if unsure or image.path.name in SEEN_ARTERIES else 0


def _corridor(lines: Sequence[Points], shape: tuple[int, int], width_px: float, size: float) -> Mask:
    painted = np.zeros(shape, np.uint8)
    for line in lines:
        places = np.rint(line * size).astype(np.int32)
        cv2.polylines(painted, [places], False, 1, max(round(width_px), 3))
    return painted.view(np.bool_)


def _label(part: OutlinedPart, sure: Mask, uncertain: Mask) -> int:
    on_line, on_open = (float(where[part.box.slices][part.inside].mean()) for where in (sure, uncertain))
    if on_line >= _LEAST_ON_LINE:
        return 1
    return OPEN if on_open >= _LEAST_OPEN or on_line > _MOST_BESIDE else 0


def track_set(images: Sequence[Described]) -> TrackSet:
    """The parts of all images."""
    some = [image for image in images if len(image.labels)]
    counts = [len(image.labels) for image in some]
    return TrackSet(
        names=some[0].table.names,
        values=np.concatenate([image.table.values for image in some]),
        labels=np.concatenate([image.labels for image in some]),
        calcium=np.concatenate([image.calcium for image in some]),
        views=np.repeat(np.arange(len(some), dtype=np.int32), counts),
        patients=np.repeat([image.image.patient_id for image in some], counts),
        folds=np.repeat([image.image.fold for image in some], counts).astype(np.int8),
        parts=tuple(part for image in some for part in image.table.parts),
        pixel_mm=ASSUMED_SPACING_MM,
    )


@dataclass(frozen=True, eq=False)
class FoldJudge:
    """What judges the patients of one fold; all of it comes from the others."""

    classifier: TrackClassifier
    threshold: float
    undecided_from: float

    def judged(self, image: Described) -> JudgedParts:
        """The parts of an image."""
        return image.judged(self.classifier, self.threshold, self.undecided_from)


@dataclass(frozen=True, eq=False)
class CrossValidated:
    """Every image, judged by what its patient did not teach."""

    images: tuple[Described, ...]
    judged: tuple[JudgedParts, ...]
    """Of each image."""
    judges: dict[int, FoldJudge]
    """By fold."""

    @property
    def labels(self) -> NDArray[np.int8]:
        """(parts,)."""
        return np.concatenate([image.labels for image in self.images])

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """(parts,) of being an artery."""
        return np.array([part.probability for one in self.judged for part in one.parts])


def cross_validate(images: Sequence[Described], *, most_marked: float, seed: int = 0) -> CrossValidated:
    """Judge each fold by what the others taught.

    Parameters
    ----------
    most_marked
        Share of the crops of other calcifications of the teaching patients that may get a mark; decides on
        the threshold. As many more may be undecided.
    """
    folds = sorted({image.image.fold for image in images})
    judges = {
        fold: taught_judge(
            [image for image in images if image.image.fold != fold], most_marked=most_marked, seed=seed
        )
        for fold in folds
    }
    judged = tuple(judges[image.image.fold].judged(image) for image in images)
    return CrossValidated(tuple(images), judged, judges)


def taught_judge(images: Sequence[Described], *, most_marked: float, seed: int = 0) -> FoldJudge:
    """A classifier, and where its answers are cut: chosen by what it says of patients who were left out."""
    taught = teach(with_mosaics(track_set(images), seed=seed), seed=seed)
    # Mosaics come last.
    real = taught.left_out[: sum(len(image.labels) for image in images)]
    threshold, undecided_from = (
        least_probability(images, real, most_marked=share) for share in (most_marked, 2 * most_marked)
    )
    return FoldJudge(taught.classifier, threshold, undecided_from)


def least_probability(
    images: Sequence[Described], probabilities: NDArray[np.float64], *, most_marked: float
) -> float:
    """The probability above which so many crops of other calcifications get a mark, and no more."""
    others = [image for image in images if image.image.kind == "other-calcification"]
    starts = np.cumsum([0] + [len(image.labels) for image in images])
    highest = [
        float(probabilities[start:stop].max(initial=0))
        for image, start, stop in zip(images, starts[:-1], starts[1:], strict=True)
        if image.image.kind == "other-calcification"
    ]
    allowed = int(len(others) * most_marked)
    ordered = np.sort(np.asarray(highest))[::-1]
    return float(ordered[allowed]) if allowed < len(ordered) else 0.0


@dataclass(frozen=True)
class Reliability:
    """What is said of parts, and how often it is so."""

    bins: tuple[tuple[float, float, int], ...]
    """Mean probability, share of arteries, parts."""
    error: float
    """Expected calibration error: mean distance of both, by parts (Guo et al. 2017, ICML)."""


def reliability(
    probabilities: NDArray[np.float64], labels: NDArray[np.int8], *, bins: int = 10
) -> Reliability:
    """Ten bins of equal width; parts that are left open do not count."""
    told = labels != OPEN
    said, truth = probabilities[told], labels[told]
    numbers = np.minimum((said * bins).astype(int), bins - 1)
    rows = [
        (float(said[numbers == n].mean()), float(truth[numbers == n].mean()), int((numbers == n).sum()))
        for n in range(bins)
        if (numbers == n).any()
    ]
    error = sum(abs(mean - share) * count for mean, share, count in rows)
    return Reliability(tuple(rows), ratio(error, float(told.sum())))
