"""Whatever preset a model prepares views by: a session gives the numbers of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_bac.session.exam_session import ExamSession
from napari_bac.session.segmentation_run import RunRequest, ViewDone, run_events
from napari_bac.views.opened_view import METADATA, open_view
from napari_bac.views.snapshot import Snapshot
from shared_core import analyze_view, load_model
from shared_core.hosting import MeasurementSettings, default_model
from tests.tram_track import write_tram_track

LONG_MS = 60_000
MODELS = ("openbac-1", "openbac-2", "scunet-emory-2021", "scunet-emory-2021-published")


def test_some_model_has_another_preset_than_the_default() -> None:
    assert len({load_model(name, device="cpu").card.preprocessing for name in MODELS}) > 1


@pytest.mark.parametrize("model", MODELS)
def test_session_and_engine_agree_on_mask_numbers_and_preset(
    session: ExamSession, tmp_path: Path, qtbot: Any, model: str
) -> None:
    file = write_tram_track(tmp_path / "LCC.png")
    opened = open_view(file)
    (key,) = session.add([opened])
    # Another model before it leaves nothing behind.
    for name in (default_model().name, model):
        *_, done = run_events(RunRequest(((key, session.views[key].opened),), name, "cpu"))
        assert isinstance(done, ViewDone)
        session.set_answer(key, done.answer, done.prepared)
    qtbot.waitUntil(lambda: not session.is_measuring, timeout=LONG_MS)
    known = analyze_view(file, model=model)
    view = session.views[key]
    np.testing.assert_array_equal(view.label_pixels() > 0, known.mask)
    # By it the layer is known again when it is saved.
    assert view.labels.metadata[METADATA] is view.image.metadata[METADATA] is view.opened
    assert view.measured is not None
    assert view.measured.view == known.measurement
    assert view.live.am_px == known.measurement.am_px
    final = Snapshot.of(view).final(MeasurementSettings())
    assert final.measurement == known.measurement
    assert {**known.provenance, "edited_by_hand": False} == dict(final.provenance)
    assert set(final.notices) == set(known.notices)


def test_a_classifier_of_whole_views_says_the_same_in_a_session(
    session: ExamSession, tmp_path: Path, qtbot: Any
) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is not installed")
    pytest.importorskip("torch", reason="torch is not installed")
    from tests.tiny_classifier import write_classifier

    card = str(write_classifier(tmp_path / "model", logit=9.0))
    file = write_tram_track(tmp_path / "LCC.png")
    (key,) = session.add([open_view(file)])
    *_, done = run_events(RunRequest(((key, session.views[key].opened),), card, "cpu"))
    assert isinstance(done, ViewDone)
    session.set_answer(key, done.answer, done.prepared)
    qtbot.waitUntil(lambda: not session.is_measuring, timeout=LONG_MS)
    known = analyze_view(file, model=card)
    view = session.views[key]
    np.testing.assert_array_equal(view.label_pixels() > 0, known.mask)
    # The probability layer shows the heat map.
    np.testing.assert_array_equal(done.answer.probability.values, known.probability.values)
    assert view.measured is not None
    assert view.measured.view == known.measurement
    assert "heat-map" in [notice.code for notice in view.told]
    final = Snapshot.of(view).final(MeasurementSettings())
    assert final.measurement == known.measurement
    assert {**known.provenance, "edited_by_hand": False} == dict(final.provenance)
    assert set(final.notices) == set(known.notices)
    # What a person changes is no heat map any more, and nobody knows its probability.
    assert not known.mask[300, 390]
    view.labels.paint((300, 390), 3)
    qtbot.waitUntil(lambda: not session.is_measuring, timeout=LONG_MS)
    assert "heat-map" not in [notice.code for notice in view.told]
    assert view.measured.view.bac_probability is None


def test_a_mask_drawn_after_a_run_of_another_preset_is_measured_on_what_is_said(
    session: ExamSession, tmp_path: Path, qtbot: Any
) -> None:
    file = write_tram_track(tmp_path / "LCC.png")
    (key,) = session.add([open_view(file)])
    *_, done = run_events(
        RunRequest(((key, session.views[key].opened),), "scunet-emory-2021-published", "cpu")
    )
    assert isinstance(done, ViewDone)
    session.set_answer(key, done.answer, done.prepared)
    view = session.views[key]
    view.labels.paint((300, 40), 5)
    qtbot.waitUntil(lambda: not session.is_measuring, timeout=LONG_MS)
    final = Snapshot.of(view).final(MeasurementSettings())
    assert final.provenance["preprocessing"] == done.answer.card.preprocessing.name
    assert final.measurement is not None
    assert final.measurement.breast_area_px == done.prepared.breast_area_px
    assert final.measurement.bac_percent_of_breast == view.live.bac_percent_of_breast
