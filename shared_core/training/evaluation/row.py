"""What one model does on one view: all that any score, curve and table is made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from shared_core.inference.tiles import regular_tiles
from shared_core.mammogram import MammogramHeader, Mask, PixelSpacing, SpacingSource
from shared_core.preprocessing.noise import median
from shared_core.preprocessing.prepared import PreparedView
from shared_core.reading.partners import BreastView
from shared_core.statistics.overlap import Overlap
from shared_core.tracks.deciding import decide_by_card, decision_of, judge_parts
from shared_core.training.evaluation.operating_point import (
    TOLERANCE_MM,
    OperatingPoint,
    operating_point,
    reference_of,
)
from shared_core.training.evaluation.probability_counts import ProbabilityCounts, count_probabilities
from shared_core.training.example import Identity, TrainingView
from shared_core.weights.card import ModelCard

SWEEP: Final = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99)
"""Thresholds of the curves; closer at the top, where models that are too sure of themselves still differ."""
PATCH_PX, PATCH_STRIDE_PX = 512, 448
"""Guo 2021: 512 px, overlapping by 64."""

Kind = Literal["BAC", "none", "open"]
"""Whether a view shows BAC by its label; ``open`` where all of its label is left open."""


@dataclass(frozen=True)
class PatchCount:
    """One patch at the card's threshold."""

    label_px: int
    marked_px: int
    peak: float
    """Largest probability."""
    true_positive_px: int
    counted_px: int
    """Pixels that the label does not leave open."""

    @property
    def overlap(self) -> Overlap:
        """For the scores."""
        false_positive, missed = self.marked_px - self.true_positive_px, self.label_px - self.true_positive_px
        rest = self.counted_px - self.true_positive_px - false_positive - missed
        return Overlap(self.true_positive_px, false_positive, missed, rest)


@dataclass(frozen=True, eq=False)
class ViewRow:
    """One view, scored."""

    number: int
    """In its source."""
    identity: Identity
    rows: int
    columns: int
    spacing_mm: float | None
    kind: Kind
    label_px: int
    line_px: int
    """Length of the centre lines of the label."""
    at_card: OperatingPoint
    sweep: tuple[OperatingPoint, ...]
    """At each threshold of the curves; the card's rule about candidates is applied at each."""
    probabilities: ProbabilityCounts
    """Before any rule, inside the valid area."""
    patches: tuple[PatchCount, ...]
    arteries: int
    """Connected parts of the label."""
    open_label_px: int
    """Pixels of the label that are left open."""
    counted_px: int
    """Pixels of the image that the label does not leave open."""

    @property
    def tags(self) -> dict[str, str]:
        """What scores are broken down by; `origin` among them."""
        return {**dict(self.identity.tags), "origin": self.identity.origin}

    def area_mm2(self, count_px: float) -> float | None:
        """Area of so many pixels; None where the spacing is not known."""
        return None if self.spacing_mm is None else count_px * self.spacing_mm**2


def score_view(
    number: int,
    view: TrainingView,
    probability: NDArray[np.float32],
    card: ModelCard,
    *,
    tolerance_mm: float = TOLERANCE_MM,
    thresholds: Sequence[float] = SWEEP,
) -> tuple[ViewRow, Mask]:
    """Compare probabilities with the label of a view; the mask is that at the threshold of the card."""
    reference = reference_of(view, tolerance_mm=tolerance_mm)
    every = {card.threshold, *thresholds}
    masks = _masks(view, probability, card, every)
    points = {
        threshold: operating_point(mask, reference, threshold=threshold) for threshold, mask in masks.items()
    }
    mask = masks[card.threshold]
    counted = view.valid if view.ignore is None else view.valid & ~view.ignore
    has_label = bool(reference.label.any())
    kind: Kind = "BAC" if has_label else "open" if view.label.any() else "none"
    row = ViewRow(
        number=number,
        identity=view.identity,
        rows=view.image_u8.shape[0],
        columns=view.image_u8.shape[1],
        spacing_mm=view.spacing_mm,
        kind=kind,
        label_px=int(np.count_nonzero(reference.label)),
        line_px=len(reference.line),
        at_card=points[card.threshold],
        sweep=tuple(points[threshold] for threshold in thresholds),
        probabilities=count_probabilities(probability, view.label, counted=counted),
        patches=_patches(view, probability, mask, reference.label),
        arteries=reference.arteries,
        open_label_px=0 if reference.open_label is None else int(np.count_nonzero(reference.open_label)),
        counted_px=_counted_px(view, slice(None)),
    )
    return row, mask


def whole_overlap(row: ViewRow) -> Overlap:
    """Of a whole image, with its true negatives."""
    point = row.at_card
    told = point.true_positive_px + point.false_positive_px + point.false_negative_px
    return Overlap(
        point.true_positive_px, point.false_positive_px, point.false_negative_px, row.counted_px - told
    )


def prepared_view(view: TrainingView, card: ModelCard, breast: BreastView | None = None) -> PreparedView:
    """A view as the inference engine takes it: already prepared, at the model's spacing or near it.

    A view that was filtered for another model is filtered anew, from what it was before. `breast` is for
    bilateral models, which put each breast in its half.
    """
    rows, columns = view.image_u8.shape
    mm = view.spacing_mm
    spacing = None if mm is None else PixelSpacing(mm, mm, SpacingSource.USER)
    header = MammogramHeader(None, "memory", rows, columns, 8, spacing=spacing)
    if breast is not None:
        header = replace(header, laterality=breast.laterality, view=breast.view)
    # A network with a filter of its own sees what was not filtered before.
    unfiltered = view.display_u8 if card.input_median_px is not None else None
    image_u8 = _filtered(view, card)
    display_u8 = image_u8 if unfiltered is None else unfiltered
    return PreparedView(
        header, display_u8, image_u8, view.valid, view.valid, int(np.count_nonzero(view.valid))
    )


def _filtered(view: TrainingView, card: ModelCard) -> NDArray[np.uint8]:
    """The image after the median of the card's preprocessing."""
    own_px = card.preprocessing.median_px
    if view.display_u8 is None or view.median_px in (None, own_px):
        return view.image_u8
    return median(view.display_u8, own_px)


def row_document(row: ViewRow) -> dict[str, Any]:
    """The row in the types of JSON."""
    document = asdict(row)
    document["probabilities"] = {
        "bac": row.probabilities.bac.tolist(),
        "other": row.probabilities.other.tolist(),
    }
    document["patches"] = [list(asdict(patch).values()) for patch in row.patches]
    return document


def row_from_document(document: Mapping[str, Any]) -> ViewRow:
    """A row from `row_document`; KeyError, TypeError or ValueError where it is none."""
    identity = document["identity"]
    tags = tuple((str(name), str(value)) for name, value in identity["tags"])
    counts = (np.array(document["probabilities"][kind], np.int64) for kind in ("bac", "other"))
    fields = {
        **document,
        "identity": Identity(**{**identity, "tags": tags}),
        "at_card": OperatingPoint(**document["at_card"]),
        "sweep": tuple(OperatingPoint(**point) for point in document["sweep"]),
        "probabilities": ProbabilityCounts(*counts),
        "patches": tuple(PatchCount(*patch) for patch in document["patches"]),
    }
    return ViewRow(**fields)


def _masks(
    view: TrainingView, probability: NDArray[np.float32], card: ModelCard, thresholds: Iterable[float]
) -> dict[float, Mask]:
    """The mask at each threshold. Parts are judged once: with `tracks` a threshold is one of parts."""
    mm = view.spacing_mm
    spacing = None if mm is None else PixelSpacing(mm, mm, SpacingSource.USER)
    display_u8 = view.image_u8 if view.display_u8 is None else view.display_u8
    if card.tracks is not None:
        judged = judge_parts(
            probability,
            card=card,
            threshold=card.threshold,
            valid=view.valid,
            spacing=spacing,
            display_u8=display_u8,
        )
        return {one: decision_of(replace(judged, threshold=one), view.valid.shape).mask for one in thresholds}
    return {
        one: decide_by_card(
            probability,
            card=card,
            threshold=one,
            valid=view.valid,
            spacing=spacing,
            display_u8=display_u8,
        ).mask
        for one in thresholds
    }


def _patches(
    view: TrainingView, probability: NDArray[np.float32], mask: Mask, label: Mask
) -> tuple[PatchCount, ...]:
    """Patches that hold a pixel where BAC may be reported; a view smaller than a patch is one."""
    rows, columns = view.image_u8.shape
    side = min(PATCH_PX, rows, columns)
    told = mask if view.ignore is None else mask & ~view.ignore
    found = []
    for tile in regular_tiles((rows, columns), tile_px=side, stride_px=min(PATCH_STRIDE_PX, side)):
        if view.valid[tile.slices].any():
            found.append(
                PatchCount(
                    int(np.count_nonzero(label[tile.slices])),
                    int(np.count_nonzero(told[tile.slices])),
                    round(float(probability[tile.slices].max()), 6),
                    int(np.count_nonzero(label[tile.slices] & told[tile.slices])),
                    _counted_px(view, tile.slices),
                )
            )
    return tuple(found)


def _counted_px(view: TrainingView, where: slice | tuple[slice, slice]) -> int:
    left_open = 0 if view.ignore is None else int(np.count_nonzero(view.ignore[where]))
    return int(view.valid[where].size) - left_open
