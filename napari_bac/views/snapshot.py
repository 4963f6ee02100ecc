"""A view at one moment, to be measured and written while the hand goes on."""

from __future__ import annotations

from dataclasses import dataclass

from napari_bac.views.model_answer import LabelPixels, ModelAnswer
from napari_bac.views.opened_view import OpenedView
from napari_bac.views.view_session import ViewSession
from shared_core.hosting import (
    Answer,
    MaskStyle,
    MeasurementSettings,
    ReviewedView,
    default_model,
    reviewed_view,
)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A view at one moment, safe from the strokes that follow."""

    view: ViewSession
    """Only to say afterwards what was saved; not read meanwhile."""
    revision: int
    opened: OpenedView
    labels: LabelPixels
    answer: ModelAnswer | None
    edited: bool
    mask_style: MaskStyle
    began_as: dict[str, object] | None

    @classmethod
    def of(cls, view: ViewSession) -> Snapshot:
        """As it is now."""
        return cls(
            view,
            view.revision,
            view.opened,
            view.label_pixels().copy(),
            view.answer,
            view.edited,
            view.mask_style,
            view.origin if view.answer is None else None,
        )

    def final(self, settings: MeasurementSettings) -> ReviewedView:
        """Measured again: the numbers of the table, to the digit."""
        answer = self.answer
        return reviewed_view(
            self.opened.prepared,
            self.labels,
            edited=self.edited,
            settings=settings,
            answer=Answer(answer.card, answer.probability, answer.threshold) if answer is not None else None,
            mask_style=self.mask_style,
            preprocessing=default_model().preprocessing.name,
            began_as=self.began_as,
            raw=self.opened.raw,
            exam_key=self.opened.exam_key,
        )
