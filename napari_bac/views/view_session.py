"""One view in the viewer: its image, labels and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from napari.layers import Image, Labels

from napari_bac.views.given_labels import GivenLabels
from napari_bac.views.model_answer import KeptLabels, LabelPixels, ModelAnswer
from napari_bac.views.opened_view import METADATA, OpenedView
from napari_bac.views.taken_layers import TakenLayers
from napari_bac.views.watcher import LabelsWatcher, Region
from shared_core import hosting as bac

BRUSH_PX: Final = 12
"""Width of the brush of a new view, before a model marked anything."""
LEAST_BRUSH_PX: Final = 3
WHAT_TO_DO: Final = {
    bac.LABELS_UNFIT.code: "Undo, reset to the model, or load these labels as a separate layer.",
    bac.IMAGE_CHANGED.code: "Bring the image back, or remove its labels and select it as another image.",
    bac.IMAGE_RESCALED.code: "Bring the size back; state a pixel spacing with Facts… in the BAC panel.",
    bac.LABELS_MOVED.code: "Bring image and labels back to one place.",
}
"""By code of what keeps a view from being measured."""


def problem_words(problem: bac.Notice) -> str:
    """Why a view cannot be measured, and what to do."""
    return f"{problem.text} {WHAT_TO_DO[problem.code]}"


def others_of(view: ViewSession, labels: LabelPixels) -> bac.Mask | None:
    """(rows, columns) bool: what is no artery in labels of a view; None where nothing tells."""
    other = bac.other_mask(labels)
    return other if view.tells_others or other.any() else None


@dataclass(eq=False)
class ViewSession:
    """State of one view; only `ExamSession` changes it."""

    key: str
    """Unique in the session, as in ``R-CC``."""
    opened: OpenedView
    image: Image
    labels: Labels
    counts: bac.LiveCounts
    taken: TakenLayers
    """How the image was."""
    watcher: LabelsWatcher | None = None
    answer: ModelAnswer | None = None
    measured: bac.LabelledMeasurement | None = None
    """None before they were measured, and of a view that nothing looked at: it has no numbers."""
    measured_is_current: bool = False
    """False from an edit until the slow numbers are those of the labels."""
    stale: set[int] = field(default_factory=set)
    """Labels that were changed since `measured`."""
    revision: int = 0
    """Counts changes of the labels."""
    edited: bool = False
    """Labels or their numbers differ from the model's, or, without a model, from none."""
    saved_revision: int = 0
    """Revision that lies on disk, exported or taken over from there."""
    mask_style: bac.MaskStyle = "vessel-band"
    began_as: Mapping[str, object] | None = None
    """Model, sha256 and threshold of the labels that restored edits began with, where `answer` is None."""
    restored: bool = False
    """Edits were restored whose beginning is not at hand: how they differ from it cannot be counted."""
    restorations: int = 0
    """How often edits were restored."""
    numbered_before: bool = False
    """The labels came with arteries that a person had joined, parted or numbered."""
    others_given: bool = False
    """Labels of a file or of an earlier session tell what is no artery."""
    notices: list[bac.Notice] = field(default_factory=list)
    """Of reading and of the model."""
    in_place: bool = False
    """The image is a layer of the person's, which is not moved, turned or scaled."""
    number: int = 0
    """In the order in which views were opened."""
    problem_told: bac.Notice | None = None
    """Why it cannot be measured, as far as the person was told."""
    _numbers_of_moved: KeptLabels | None = None
    """What was marked with which number before it was moved to what is no artery."""
    _pixels_changed: bool = False
    _fitted_brush_px: float | None = None

    @property
    def told(self) -> tuple[bac.Notice, ...]:
        """All notices, with those of the parts that the model judged, and why it cannot be measured."""
        judged = self.answer.judged if self.answer is not None and not self.edited else None
        own = bac.others_notices(self.measured.view) if self.measured is not None else ()
        own += bac.judged_notices(judged) if judged is not None else ()
        numbered = (bac.ARTERIES_NUMBERED.notice(),) if self.numbered else ()
        problem = self.problem
        return (*self.notices, *own, *numbered, *(() if problem is None else (problem,)))

    @property
    def dirty(self) -> bool:
        """Whether the labels hold work that no export has."""
        return self.revision != self.saved_revision

    @property
    def origin(self) -> dict[str, object] | None:
        """The model or file whose labels the view began with; None where there was none."""
        if self.answer is not None:
            card = self.answer.card
            return {
                "model_name": card.name,
                "model_sha256": card.sha256,
                "threshold": self.answer.threshold,
                "mask_style": card.mask_style,
            }
        return dict(self.began_as) if self.began_as is not None else None

    @property
    def state(self) -> bac.ViewState:
        """Who looked at the view; without a run, a file or a stroke its empty labels are no finding."""
        return bac.state_of({**(self.origin or {}), "edited_by_hand": self.edited})

    @property
    def numbered(self) -> bool:
        """Whether a person said which parts are one artery: each number is an artery then."""
        return self.numbered_before or self.counts.renumbered_px > 0

    @property
    def tells_others(self) -> bool:
        """Whether labels without a mark of it say that there is no other calcification."""
        return self.others_given or (self.answer is not None and self.answer.tells_others)

    @property
    def live(self) -> bac.LiveNumbers:
        """Numbers that follow every stroke."""
        return self.counts.numbers(heat_map=self.mask_style == "heat-map")

    @property
    def spacing_is_known(self) -> bool:
        """Whether there are mm."""
        return self.opened.prepared.spacing is not None

    @property
    def problem(self) -> bac.Notice | None:
        """Why the labels cannot be measured on the image; None where both are as they were taken.

        Of pixels that were changed in their place, what `check_pixels` last saw.
        """
        return (
            bac.IMAGE_CHANGED.notice()
            if self._pixels_changed
            else self.taken.problem(self.image, self.labels)
        )

    @property
    def fits(self) -> bool:
        """Whether the labels have the shape of the image and the type that can be counted."""
        pixels = self.label_pixels()
        return pixels.shape == self.opened.prepared.image_u8.shape and pixels.dtype == np.uint8

    @property
    def is_measurable(self) -> bool:
        """Whether something looked at the view, and its labels can be measured."""
        return self.state.is_analysed and self.problem is None

    def check_pixels(self) -> bac.Notice | None:
        """Look at the pixels of the image as well; return the `problem`."""
        self._pixels_changed = self.taken.pixels_changed(self.image)
        return self.problem

    def close(self) -> None:
        """Follow the labels no more."""
        if self.watcher is not None:
            self.watcher.stop()

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

    def part_moved(self, row: float, column: float) -> bac.MovedPart | None:
        """The part at a place moved to the other class; None where there is none. Changes no label yet.

        Moved back, a part gets the numbers that it had.
        """
        labels = self.label_pixels()
        before = self._numbers_of_moved.labels() if self._numbers_of_moved is not None else None
        found = bac.moved(labels, row, column, numbers=before)
        if found is not None and not found.is_artery:
            kept = before if before is not None else np.zeros_like(labels)
            self._numbers_of_moved = KeptLabels.of(np.where(found.labels != labels, labels, kept))
        return found

    def take_prepared(self, prepared: bac.PreparedView, settings: bac.MeasurementSettings) -> None:
        """Measure on the view as another preset prepares it, from now on."""
        for notice in self.opened.prepared.notices:
            if notice in self.notices and notice not in prepared.notices:
                self.notices.remove(notice)
        self.notices.extend(new for new in prepared.notices if new not in self.notices)
        self.opened = replace(self.opened, prepared=prepared)
        for layer in (self.image, self.labels):
            layer.metadata[METADATA] = self.opened
        self.counts = bac.LiveCounts(prepared, settings)
        if self.fits:
            self.counts.update(self.label_pixels(), None)

    def take_answer(self, answer: ModelAnswer) -> None:
        """Take a model's labels, as one step of undo."""
        labels = answer.labels.labels()
        self.answer, self.mask_style, self.restored = answer, answer.card.mask_style, False
        self.others_given = False
        self.counts.compare_with(labels)
        self._fit_brush(labels)
        self._begin(labels)

    def take_back_to_model(self) -> None:
        """Bring back the labels that the model gave, as one step of undo."""
        if self.answer is not None:
            self._begin(self.answer.labels.labels())

    def take_given(self, given: GivenLabels) -> None:
        """Take the labels of a file, as one step of undo; what lies on disk is no edit."""
        was_saved = not self.dirty
        if self.answer is None:
            self.mask_style = given.mask_style
        labels = given.on(self.opened, mask_style=self.mask_style)
        self.restored, self.others_given = False, given.other is not None
        if self.answer is None:
            self.began_as = given.began_as
            self.counts.compare_with(labels)
        self._begin(labels, numbered=given.arteries_numbered)
        if was_saved:
            self.saved_revision = self.revision

    def take_restored(
        self, labels: LabelPixels, *, numbered: bool = False, tells_others: bool = False
    ) -> None:
        """Take labels that a person left behind, as one step of undo.

        `numbered` says whether that person told the arteries apart; beside a model's labels it is seen.
        `tells_others` is that of the view then.
        """
        self.others_given = tells_others
        self.restored = self.answer is None and self.began_as is not None
        self.restorations += 1
        if self.answer is None:
            self._begin(labels, numbered=numbered)
        else:
            self.set_labels(labels)
            self._settle()

    def take_change(self, region: Region | None) -> bool:
        """Count a change of the labels; whether there was one."""
        touched = self.counts.update(self.label_pixels(), region)
        if not len(touched):
            return False
        self.stale.update(touched.tolist())
        self.revision += 1
        self.measured_is_current = False
        self.edited = self._differs()
        return True

    def take_no_numbers(self) -> None:
        """Nothing looked at the view, or it cannot be measured."""
        self.measured, self.measured_is_current = None, True
        self.stale.clear()

    def _fit_brush(self, labels: LabelPixels) -> None:
        """As wide as the model's bands, unless the person chose another width."""
        width = bac.band_width_px(bac.artery_mask(labels))
        if width is not None and self.labels.brush_size in (BRUSH_PX, self._fitted_brush_px):
            self._fitted_brush_px = self.labels.brush_size = max(width, LEAST_BRUSH_PX)

    def _begin(self, labels: LabelPixels, *, numbered: bool = False) -> None:
        """Take labels whose numbers are those that a person may change from now on."""
        self.numbered_before = numbered
        self.set_labels(labels)
        self.counts.begin_numbers()
        self._settle()

    def _settle(self) -> None:
        """Also where no pixel changed: an empty mask of a model is a finding, and none before was not."""
        self.edited = self._differs()
        self.measured_is_current = False

    def _differs(self) -> bool:
        return self.restored or self.counts.renumbered_px > 0 or self.counts.differing_px > 0
