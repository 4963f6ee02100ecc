"""What a host says of a view is what a batch says of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from shared_core.arteries.candidates import Decision
from shared_core.arteries.connected_parts import Box
from shared_core.arteries.judged_parts import JudgedPart, JudgedParts
from shared_core.cohort import reviewed_view as module
from shared_core.cohort.reviewed_view import ModelOutput, reviewed_view
from shared_core.inference.backends.interface import BackendInfo
from shared_core.inference.probability import ProbabilityMap
from shared_core.notices.of_results import ARTERIES_UNSURE
from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.labelled_mask import numbered_labels
from shared_core.quantification.measurement import MeasurementSettings
from shared_core.weights.registry import load_card

SHAPE = (400, 300)


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
