"""A view at one moment, to be measured and written while the hand goes on."""

from __future__ import annotations

from dataclasses import dataclass

from napari_bac.views.model_answer import LabelPixels, ModelAnswer
from napari_bac.views.opened_view import OpenedView
from napari_bac.views.view_session import ViewSession, others_of
from shared_core import hosting as bac


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A view at one moment, safe from the strokes that follow."""

    view: ViewSession
    """Only to say afterwards what was saved; not read meanwhile."""
    revision: int
    opened: OpenedView
    labels: LabelPixels
    """Of the arteries."""
    other: bac.Mask | None
    answer: ModelAnswer | None
    edited: bool
    numbered: bool
    mask_style: bac.MaskStyle
    began_as: dict[str, object] | None
    state: bac.ViewState
    problem: bac.Notice | None
    """Why the labels cannot be measured on the image."""

    @classmethod
    def of(cls, view: ViewSession) -> Snapshot:
        """As it is now."""
        labels = view.label_pixels()
        return cls(
            view,
            view.revision,
            view.opened,
            bac.artery_labels(labels),
            others_of(view, labels),
            view.answer,
            view.edited,
            view.numbered,
            view.mask_style,
            view.origin if view.answer is None else None,
            view.state,
            view.check_pixels(),
        )

    @property
    def has_numbers(self) -> bool:
        """Whether something looked at the view, and its labels can be measured."""
        return self.problem is None and self.state.is_analysed

    def final(self, settings: bac.MeasurementSettings) -> bac.ReviewedView:
        """Measured again: the numbers of the table, to the digit."""
        if self.problem is not None:
            return bac.unmeasured_view(
                self.opened.prepared,
                self.problem,
                mask_style=self.mask_style,
                exam_key=self.opened.exam_key,
            )
        answer = self.answer
        return bac.reviewed_view(
            self.opened.prepared,
            self.labels,
            edited=self.edited,
            settings=settings,
            answer=bac.ModelOutput(answer.card, answer.probability, answer.threshold)
            if answer is not None
            else None,
            mask_style=self.mask_style,
            began_as=self.began_as,
            numbered=self.numbered,
            other=self.other,
            raw=self.opened.raw,
            exam_key=self.opened.exam_key,
        )
