"""A view as a person left it: the labels, their numbers, and how they came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.candidates import Decision
from shared_core.inference.probability import ProbabilityMap
from shared_core.mammogram import Mammogram, MammogramHeader, Mask
from shared_core.notices import Notice
from shared_core.notices.of_results import (
    ARTERIES_NUMBERED,
    ARTERIES_TOO_MANY,
    ARTERIES_UNSURE,
    ARTERY_SPACING_ASSUMED,
    ARTERY_SPOTS_NOT_COUNTED,
    ARTERY_UNDECIDED,
    CALCIFICATIONS_SPREAD,
    HEAT_MAP,
    MASK_DRAWN,
    MASK_EDITED,
    OTHER_CALCIFICATIONS,
    VIEW_NOT_ANALYSED,
)
from shared_core.pipeline import collect_notices, decision_of
from shared_core.preprocessing.prepared import PreparedView
from shared_core.provenance import drawn_provenance, provenance_of
from shared_core.quality.checks import quality_notices
from shared_core.quantification.judged_views import judged_notices, others_notices
from shared_core.quantification.labelled_mask import measure_labels, numbered_labels
from shared_core.quantification.mask_notices import mask_notices
from shared_core.quantification.measurement import MeasurementSettings, ViewMeasurement
from shared_core.quantification.view import view_vessels
from shared_core.quantification.view_state import ViewState, state_of
from shared_core.records.record_types import ViewRecord
from shared_core.records.view_and_exam import not_analysed_record, view_record
from shared_core.records.written_views import measurement_of
from shared_core.weights.card import MaskStyle, ModelCard

_ABOUT_THE_MASK: Final = frozenset(
    kind.code
    for kind in (
        ARTERIES_TOO_MANY,
        ARTERIES_UNSURE,
        ARTERY_SPACING_ASSUMED,
        ARTERY_SPOTS_NOT_COUNTED,
        ARTERY_UNDECIDED,
        CALCIFICATIONS_SPREAD,
        HEAT_MAP,
        OTHER_CALCIFICATIONS,
    )
)
"""They hold of what the model gave, not of what a person changed."""


_OTHERS_EDITED: Final[Mapping[bool, Mapping[str, object]]] = {
    False: {},
    True: {"other_edited_by_hand": True},
}
"""For the provenance: whether a person changed calcification that is not along an artery."""


@dataclass(frozen=True, eq=False)
class ModelOutput:
    """What a model said of a view."""

    card: ModelCard
    probability: ProbabilityMap
    threshold: float


@dataclass(frozen=True, eq=False)
class ReviewedView:
    """A view with the labels that a person settled on."""

    prepared: PreparedView
    labels: NDArray[np.uint8]
    """(rows, columns), above 0 where BAC: numbers of arteries."""
    measurement: ViewMeasurement | None
    """Of all labels together; None where nothing looked at the view: its empty labels are no finding."""
    provenance: Mapping[str, object]
    """See `provenance_of` and `drawn_provenance`; with ``edited_by_hand``."""
    notices: tuple[Notice, ...] = ()
    exam_key: str = ""
    """Of the exam it belongs to; views without one are one exam."""
    card: ModelCard | None = None
    """Of the model that the labels are of, or began with."""
    why_not_measured: Notice | None = None
    """Where there is no measurement."""
    other: Mask | None = None
    """(rows, columns) bool: calcification not along an artery, as it is left; None where nothing tells it."""

    @property
    def header(self) -> MammogramHeader:
        """What the file says."""
        return self.prepared.header

    @property
    def state(self) -> ViewState:
        """How the labels came about."""
        return state_of(self.provenance)

    @property
    def edited(self) -> bool:
        """Whether a person changed or drew the labels."""
        return bool(self.provenance["edited_by_hand"])


def reviewed_view(
    prepared: PreparedView,
    labels: NDArray[np.uint8],
    *,
    edited: bool,
    settings: MeasurementSettings,
    answer: ModelOutput | None = None,
    mask_style: MaskStyle = "vessel-band",
    began_as: Mapping[str, object] | None = None,
    numbered: bool = False,
    other: Mask | None = None,
    raw: Mammogram | None = None,
    exam_key: str = "",
) -> ReviewedView:
    """Measure a view as it is left, with all that has to be said of it.

    Parameters
    ----------
    labels
        (rows, columns) uint8, above 0 where BAC.
    edited
        Whether they or `other` differ from what a model gave; then there is no probability mass.
    answer
        Of the model; None where there was none.
    mask_style
        Of labels without a model.
    began_as
        See `drawn_provenance`.
    numbered
        Whether a person said which parts are one artery; see `measure_labels`.
    other
        (rows, columns) bool: calcification that is not along an artery, as it is left; a pixel of both is of
        the artery. None takes what the model found, if it tells.
    raw
        The pixels as read, where calcium can be weighed on them.
    """
    if answer is None and not edited and not began_as:
        reason = VIEW_NOT_ANALYSED.notice()
        return unmeasured_view(prepared, reason, mask_style=mask_style, exam_key=exam_key)
    decision = None
    if answer is not None:
        decision = decision_of(prepared, answer.probability, answer.card, threshold=answer.threshold)
    by_model = decision.other if decision is not None else None
    other = by_model if other is None else other & (labels == 0)
    measured = measure_labels(
        prepared,
        labels,
        probability=answer.probability.values if answer is not None and not edited else None,
        mask_style=answer.card.mask_style if answer is not None else mask_style,
        settings=settings,
        raw=raw,
        judged=decision.judged if decision is not None else None,
        other=other,
        edited=edited,
        numbered=numbered,
    )
    notices = [*prepared.header.notices, *prepared.notices]
    if answer is None or decision is None:
        provenance = drawn_provenance(prepared, mask_style=mask_style, edited=edited, began_as=began_as)
        notices += others_notices(measured.view)
    else:
        provenance = provenance_of(
            prepared, answer.probability, answer.card, threshold=answer.threshold, decision=decision
        )
        provenance["edited_by_hand"] = edited
        provenance |= _OTHERS_EDITED[_others_edited(other, by_model)]
        notices += _about_the_answer(prepared, labels, answer, decision, measured.view, edited=edited)
    notices += _about_the_hand(prepared, labels, edited, from_others=answer is not None or bool(began_as))
    notices += (ARTERIES_NUMBERED.notice(),) if numbered else ()
    return ReviewedView(
        prepared,
        labels,
        measured.view,
        provenance,
        tuple(dict.fromkeys(notices)),
        exam_key,
        answer.card if answer is not None else None,
        other=other,
    )


def unmeasured_view(
    prepared: PreparedView,
    reason: Notice,
    *,
    mask_style: MaskStyle = "vessel-band",
    exam_key: str = "",
) -> ReviewedView:
    """A view without a mask and without numbers: nothing looked at it, or its labels cannot be measured."""
    return ReviewedView(
        prepared,
        np.zeros(prepared.image_u8.shape, np.uint8),
        None,
        drawn_provenance(prepared, mask_style=mask_style, edited=False),
        tuple(dict.fromkeys((*prepared.header.notices, *prepared.notices, reason))),
        exam_key,
        why_not_measured=reason,
    )


def record_of(view: ReviewedView) -> ViewRecord:
    """The record of a view as a person left it; without numbers where nothing looked at it."""
    exam = view.exam_key or None
    if view.measurement is None:
        return not_analysed_record(view.header, notices=view.notices, exam=exam)
    return view_record(
        view.header,
        view.prepared,
        view.measurement,
        provenance=view.provenance,
        notices=view.notices,
        exam=exam,
    )


def unseen_record(header: MammogramHeader, *, exam_key: str = "") -> ViewRecord:
    """The record of a view of which only the header was read: nothing looked at it."""
    notices = (*header.notices, VIEW_NOT_ANALYSED.notice())
    return not_analysed_record(header, notices=notices, exam=exam_key or None)


def recorded_view(
    prepared: PreparedView,
    mask: Mask,
    record: ViewRecord,
    *,
    began_as: Mask | None = None,
    other: Mask | None = None,
    other_began_as: Mask | None = None,
    settings: MeasurementSettings,
    raw: Mammogram | None = None,
    exam_key: str = "",
    card: ModelCard | None = None,
) -> ReviewedView:
    """A view whose model ran elsewhere, as in a process of its own, and whose mask a person may have changed.

    Parameters
    ----------
    mask
        (rows, columns) bool, as it is left.
    record
        From `view_record`, of the mask that the model gave.
    began_as
        That mask; None where it is not at hand: then `mask` counts as edited. Where nothing was edited, all
        numbers are those of the record.
    other, other_began_as
        The same of calcification that is not along an artery; a pixel of both is of the artery. None for
        both where it is not at hand: then its numbers stay those of the record.
    card
        Of the model, where it is at hand.
    """
    other = other & ~mask if other is not None else None
    others_edited = other is not None and (
        other_began_as is None or not np.array_equal(other, other_began_as)
    )
    edited = began_as is None or not np.array_equal(mask, began_as) or others_edited
    style: MaskStyle = record.provenance["mask_style"]
    provenance = {**record.provenance, "edited_by_hand": edited, **_OTHERS_EDITED[others_edited]}
    labels = numbered_labels(prepared, mask, mask_style=style)
    if not edited:
        return ReviewedView(
            prepared,
            labels,
            measurement_of(record),
            provenance,
            record.notices,
            exam_key,
            card,
            other=other,
        )
    notices = tuple(notice for notice in record.notices if notice.code not in _ABOUT_THE_MASK)
    measured = measure_labels(
        prepared, labels, mask_style=style, settings=settings, raw=raw, other=other, edited=True
    ).view
    if other is None:
        # What is not in the mask is still what the model found.
        others = {name: record.number(name) for name in ("other_count", "other_area_px", "other_area_mm2")}
        measured = replace(measured, **others)
    notices += others_notices(measured)
    notices += _about_the_hand(prepared, labels, edited, from_others=True)
    found = tuple(dict.fromkeys(notices))
    return ReviewedView(prepared, labels, measured, provenance, found, exam_key, card, other=other)


def _about_the_answer(
    prepared: PreparedView,
    labels: NDArray[np.uint8],
    answer: ModelOutput,
    decision: Decision,
    measured: ViewMeasurement,
    *,
    edited: bool,
) -> tuple[Notice, ...]:
    quality = quality_notices(prepared)
    notices = collect_notices(prepared, answer.probability, answer.card, quality=quality)
    notices += others_notices(measured)
    if decision.judged is not None and not edited:
        notices += judged_notices(decision.judged)
    if not edited:
        style = answer.card.mask_style
        vessels = view_vessels(prepared, labels > 0, mask_style=style, judged=decision.judged)
        notices += vessels.notices if vessels is not None else ()
    return notices


def _others_edited(now: Mask | None, by_model: Mask | None) -> bool:
    """Whether calcification that is not along an artery differs from what a model gave, if it tells any."""
    if now is None:
        return False
    return bool(now.any()) if by_model is None else not np.array_equal(now, by_model)


def _about_the_hand(
    prepared: PreparedView, labels: NDArray[np.uint8], edited: bool, *, from_others: bool
) -> tuple[Notice, ...]:
    if edited:
        how = MASK_EDITED if from_others else MASK_DRAWN
        return how.notice(), *mask_notices(prepared, labels > 0)
    return ()
