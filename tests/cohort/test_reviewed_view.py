"""What a host says of a view is what a batch says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from shared_core.arteries.candidates import Decision
from shared_core.arteries.connected_parts import Box
from shared_core.arteries.judged_parts import JudgedPart, JudgedParts
from shared_core.cohort import reviewed_view as module
from shared_core.cohort.reviewed_view import ModelOutput, ReviewedView, reviewed_view
from shared_core.inference.backends.interface import BackendInfo
from shared_core.inference.probability import ProbabilityMap
from shared_core.notices.of_results import ARTERIES_UNSURE, OTHER_CALCIFICATIONS
from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.calcification_classes import artery_labels, both_classes, other_mask
from shared_core.quantification.label_edits import moved
from shared_core.quantification.labelled_mask import numbered_labels
from shared_core.quantification.measurement import MeasurementSettings
from shared_core.weights.registry import load_card

SHAPE = (400, 300)


@dataclass(frozen=True)
class Seen:
    """A view of which a model judged three bands: two arteries, and one that is none."""

    prepared: PreparedView
    answer: ModelOutput
    labels: np.ndarray
    other: np.ndarray


@pytest.fixture
def seen(make_prepared: Callable[..., PreparedView], monkeypatch: pytest.MonkeyPatch) -> Seen:
    prepared = make_prepared(np.full(SHAPE, 90, np.uint8))
    parts = tuple(
        JudgedPart(Box(40 + 60 * n, 30, 10, 180), np.ones((10, 180), bool), 12.0, own, calcium=True)
        for n, own in enumerate((0.9, 0.8, 0.01))
    )
    judged = JudgedParts(parts, 0.05, undecided_from=0.02, bac_probability=0.9)
    decision = Decision(judged.mask("artery", SHAPE), judged=judged)
    # The classifier alone is left out: what it says of three bands is given.
    monkeypatch.setattr(module, "decision_of", lambda *_, **__: decision)
    backend = BackendInfo("numpy", "2", "cpu", "float32")
    probability = ProbabilityMap(decision.mask.astype(np.float32), 1, None, False, backend)
    labels = numbered_labels(prepared, decision.mask, mask_style="vessel-band")
    assert decision.other is not None
    return Seen(prepared, ModelOutput(load_card("openbac-1"), probability, 0.5), labels, decision.other)


def left(seen: Seen, labels: np.ndarray, other: np.ndarray | None, *, edited: bool) -> ReviewedView:
    return reviewed_view(
        seen.prepared,
        labels,
        edited=edited,
        settings=MeasurementSettings(),
        answer=seen.answer,
        other=other,
    )


def others_said(view: ReviewedView) -> list[str]:
    return [notice.text for notice in view.notices if notice.code == OTHER_CALCIFICATIONS.code]


def test_a_part_that_is_no_artery_leaves_every_number_and_can_come_back(seen: Seen) -> None:
    start = left(seen, seen.labels, None, edited=False)
    assert start.measurement is not None
    assert (start.measurement.am_px, start.measurement.other_count) == (3600, 1)
    assert others_said(start) == ["Calcifications that are not along an artery: 1; have them read."]
    assert "other_edited_by_hand" not in start.provenance
    labels = both_classes(seen.labels, seen.other)
    away = moved(labels, 45, 100)
    assert away is not None
    less = left(seen, artery_labels(away.labels), other_mask(away.labels), edited=True)
    assert less.measurement is not None
    assert less.measurement.am_px == start.measurement.am_px - away.area_px
    assert (less.measurement.other_count, less.measurement.other_area_px) == (2, 3600)
    assert "artery: 2; have" in others_said(less)[0]
    assert (less.edited, less.provenance["other_edited_by_hand"]) == (True, True)
    assert less.other is not None
    assert not (less.other & (less.labels > 0)).any()
    back = moved(away.labels, 45, 100, numbers=labels)
    assert back is not None
    assert np.array_equal(back.labels, labels)
    again = left(seen, artery_labels(back.labels), other_mask(back.labels), edited=False)
    assert again.measurement == start.measurement
    assert (again.notices, again.provenance) == (start.notices, start.provenance)


def test_an_edit_of_arteries_alone_leaves_the_others_the_models(seen: Seen) -> None:
    labels = seen.labels.copy()
    labels[:90] = 0
    for other in (None, seen.other):
        found = left(seen, labels, other, edited=True)
        assert found.measurement is not None
        assert (found.measurement.am_px, found.measurement.other_area_px) == (1800, 1800)
        assert "other_edited_by_hand" not in found.provenance
    none = left(seen, labels, np.zeros_like(seen.other), edited=True)
    assert none.measurement is not None
    assert (none.measurement.other_count, others_said(none)) == (0, [])
    assert none.provenance["other_edited_by_hand"]


@pytest.mark.parametrize("edited", [False, True])
def test_arteries_that_the_model_is_unsure_of_are_told_until_a_person_drew_them(
    make_prepared: Callable[..., PreparedView], monkeypatch: pytest.MonkeyPatch, edited: bool
) -> None:
    prepared = make_prepared(np.full(SHAPE, 90, np.uint8))
    parts = tuple(
        JudgedPart(Box(40 + 60 * n, 30, 10, 180), np.ones((10, 180), bool), 12.0, own, calcium=True)
        for n, own in enumerate((0.9, 0.4, 0.1))
    )
    judged = JudgedParts(parts, 0.05, undecided_from=0.02, bac_probability=0.9)
    mask = judged.mask("artery", SHAPE)
    # The classifier alone is left out: what it says of three bands is given.
    monkeypatch.setattr(module, "decision_of", lambda *_, **__: Decision(mask, judged=judged))
    backend = BackendInfo("numpy", "2", "cpu", "float32")
    probability = ProbabilityMap(mask.astype(np.float32), 1, None, False, backend)
    labels = numbered_labels(prepared, mask, mask_style="vessel-band")
    seen = reviewed_view(
        prepared,
        labels,
        edited=edited,
        settings=MeasurementSettings(),
        answer=ModelOutput(load_card("openbac-1"), probability, 0.5),
    )
    assert seen.measurement is not None
    assert seen.measurement.vessels_count == (3 if edited else 1)
    assert (ARTERIES_UNSURE.code in {notice.code for notice in seen.notices}) is not edited
