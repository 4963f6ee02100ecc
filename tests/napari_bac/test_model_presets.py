"""Whatever preset a model prepares views by: a session gives the numbers of the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_bac.session.exam_session import ExamSession
from napari_bac.session.registry import session_of
from napari_bac.session.segmentation_run import RunRequest, ViewDone, run_events
from napari_bac.session.stated_view import state_facts
from napari_bac.views.opened_view import METADATA, open_view
from napari_bac.views.snapshot import Snapshot
from shared_core import analyze_view, load_model
from shared_core.hosting import MeasurementSettings, StatedFacts, ViewState, default_model
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


PUBLISHED = "scunet-emory-2021-published"


def _without_preset(about: dict[str, Any]) -> None:
    """As an earlier version saved."""
    del about["preset"]


def _of_a_model_that_is_gone(about: dict[str, Any]) -> None:
    _without_preset(about)
    about["began_as"]["model_sha256"] = "0" * 64


@pytest.mark.parametrize("saved_as", [lambda about: None, _without_preset, _of_a_model_that_is_gone])
def test_restored_edits_are_measured_with_what_they_were_made_with_or_it_is_said(
    viewer: Any,
    session: ExamSession,
    own_cache: Path,
    tmp_path: Path,
    qtbot: Any,
    saved_as: Callable[[dict[str, Any]], None],
) -> None:
    file = write_tram_track(tmp_path / "LCC.png")
    (key,) = session.add([open_view(file)])
    *_, done = run_events(RunRequest(((key, session.views[key].opened),), PUBLISHED, "cpu", 0.4))
    assert isinstance(done, ViewDone)
    session.set_answer(key, done.answer, done.prepared)
    session.views[key].labels.paint((300, 40), 5)
    before = Snapshot.of(session.views[key]).final(MeasurementSettings())
    session.close()
    viewer.layers.clear()
    (edits,) = (own_cache / "edits").glob("*.edits")
    head, _, packed = edits.read_bytes().partition(b"\n")
    about = json.loads(head)
    saved_as(about)
    edits.write_bytes(json.dumps(about).encode() + b"\n" + packed)

    again = session_of(viewer)
    said: list[str] = []
    again.signals.said.connect(said.append)
    (key,) = again.add([open_view(file)])
    said.clear()
    again.autosave.restore(key)
    qtbot.waitUntil(lambda: not again.is_measuring, timeout=LONG_MS)
    view = again.views[key]
    after = Snapshot.of(view).final(MeasurementSettings())
    assert after.provenance["threshold"] == 0.4
    assert view.measured is not None
    assert view.measured.view == after.measurement
    assert view.live.bac_percent_of_breast == view.measured.view.bac_percent_of_breast
    if saved_as is _of_a_model_that_is_gone:
        assert said == [
            f"L-CC: the model {PUBLISHED} that these corrections began with is not at hand, so they are "
            f"measured with the preprocessing {default_model().preprocessing.name}."
        ]
    else:
        assert said == []
        assert after.measurement == before.measurement
        assert after.provenance["preprocessing"] == before.provenance["preprocessing"]
        assert after.provenance["preprocessing"] != default_model().preprocessing.name
    again.close()


def test_edits_restored_beside_the_labels_of_another_model_say_so(
    viewer: Any, session: ExamSession, tmp_path: Path, qtbot: Any
) -> None:
    file = write_tram_track(tmp_path / "LCC.png")
    (key,) = session.add([open_view(file)])
    session.views[key].labels.paint((300, 40), 5)
    session.close()
    viewer.layers.clear()
    again = session_of(viewer)
    (key,) = again.add([open_view(file)])
    *_, done = run_events(RunRequest(((key, again.views[key].opened),), PUBLISHED, "cpu"))
    assert isinstance(done, ViewDone)
    again.set_answer(key, done.answer, done.prepared)
    said: list[str] = []
    again.signals.said.connect(said.append)
    again.autosave.restore(key)
    assert said == [
        f"L-CC: these corrections began by hand; they are measured as corrections of {PUBLISHED} at "
        f"threshold {done.answer.threshold:g} now."
    ]
    again.close()


@pytest.mark.pyside6
def test_corrections_keep_their_beginning_when_facts_are_stated(
    session: ExamSession, tmp_path: Path, qtbot: Any
) -> None:
    file = write_tram_track(tmp_path / "LCC.png")
    (key,) = session.add([open_view(file)])
    *_, done = run_events(RunRequest(((key, session.views[key].opened),), PUBLISHED, "cpu"))
    assert isinstance(done, ViewDone)
    session.set_answer(key, done.answer, done.prepared)
    session.views[key].labels.paint((300, 40), 5)
    new = state_facts(session, key, StatedFacts(patient="P7"))
    qtbot.waitUntil(lambda: not session.is_measuring, timeout=LONG_MS)
    view = session.views[new]
    assert view.state is ViewState.CORRECTED
    assert view.opened.prepared.preset == done.answer.card.preprocessing
    assert view.opened.prepared.header.identity.patient_id == "P7"
