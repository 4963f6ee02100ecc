"""Unknown is never zero in the window: every state of a view through tables, sentence, list and export."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import napari
import numpy as np
import pytest

from napari_bac.docks.metrics_dock import MetricsDock
from napari_bac.docks.metrics_model import NONE
from napari_bac.docks.quantities import ROWS
from napari_bac.docks.views_list import labels_words
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.script import script_of
from napari_bac.session.segmentation_run import RunRequest, ViewDone, run_events
from napari_bac.views.given_labels import read_given_labels
from napari_bac.views.model_answer import KeptLabels, KeptProbability, ModelAnswer
from napari_bac.views.opened_view import OpenedView, open_view
from shared_core import Laterality, load_model, segment
from shared_core.exporting.mask_files import mask_png
from shared_core.hosting import ViewState
from tests.napari_bac import pictures
from tests.small_sample import small_sample

LONG_MS = 60_000
CLUSTER = "P_00299_RIGHT_CC_FINE_LINEAR_BRANCHING_SEGMENTAL_1"
WORDS = {
    ViewState.NOT_ANALYSED: "not analysed",
    ViewState.BY_MODEL: "by openbac-1, not exported",
    ViewState.CORRECTED: "by openbac-1, corrected, not exported",
    ViewState.BY_HAND: "by hand, not exported",
    ViewState.FROM_FILE: "from LCC_mask.png",
}


@pytest.fixture
def dock(viewer: napari.Viewer, session: ExamSession) -> MetricsDock:
    made = MetricsDock(viewer)
    viewer.window.add_dock_widget(made, name="BAC metrics")
    return made


def settle(qtbot: Any, session: ExamSession) -> None:
    qtbot.waitUntil(lambda: not session.is_measuring, timeout=LONG_MS)


def shown(dock: MetricsDock, column: str) -> dict[str, str]:
    cells = dock.numbers.numbers.columns[column]
    return {quantity.name: cell.text for quantity, cell in zip(ROWS, cells, strict=True)}


def export(session: ExamSession, folder: Path, qtbot: Any) -> None:
    assert session.exporter.start(folder)
    qtbot.waitUntil(lambda: not session.exporter.busy, timeout=LONG_MS)


def answer_of(opened: OpenedView, *, empty: bool = False) -> ModelAnswer:
    """What the bundled model says; an answer that finds nothing where `empty`."""
    model = load_model("openbac-1", device="cpu")
    probability = segment(opened.prepared, model)
    labels = (probability.values > (2 if empty else model.card.threshold)).astype(np.uint8)
    return ModelAnswer(
        model.card, KeptProbability.of(probability), model.card.threshold, KeptLabels.of(labels), 1
    )


def bring_into(session: ExamSession, key: str, state: ViewState, folder: Path) -> None:
    view = session.views[key]
    if state in (ViewState.BY_MODEL, ViewState.CORRECTED):
        session.set_answer(key, answer_of(view.opened))
    if state is ViewState.FROM_FILE:
        (folder / "LCC_mask.png").write_bytes(mask_png(pictures.truth()))
        session.set_given(key, read_given_labels(folder / "LCC_mask.png"))
    if state in (ViewState.CORRECTED, ViewState.BY_HAND):
        view.labels.paint((300, 40), 5)


@pytest.mark.parametrize("state", list(ViewState))
def test_every_state_is_shown_and_exported_with_numbers_or_without(
    session: ExamSession, dock: MetricsDock, left_cc: OpenedView, tmp_path: Path, qtbot: Any, state: ViewState
) -> None:
    (key,) = session.add([left_cc])
    bring_into(session, key, state, tmp_path)
    settle(qtbot, session)
    view = session.views[key]
    assert view.state is state
    assert labels_words(view) == WORDS[state]
    cells, sentence = shown(dock, key), dock.report.text.toPlainText()
    assert cells["Analysed"] == ("yes" if state.is_analysed else "no")
    export(session, tmp_path / "out", qtbot)
    (row,) = csv.DictReader(io.StringIO((tmp_path / "out" / "views.csv").read_text("utf-8")))
    if state.is_analysed:
        assert int(cells["AM"]) == np.count_nonzero(view.label_pixels()) == int(row["am_px"]) > 0
        assert "not assessed" not in sentence
        return
    assert {name: text for name, text in cells.items() if text != NONE} == {"Analysed": "no"}
    assert "not assessed" in sentence
    assert (row["status"], row["am_px"], row["parts_count"]) == ("not analysed", "", "")


def test_opening_a_view_full_of_calcium_and_running_nothing_says_nothing_of_it(
    session: ExamSession, dock: MetricsDock, said: list[str], tmp_path: Path, qtbot: Any
) -> None:
    sample = small_sample(tmp_path / "sample")
    truth = json.loads(sample.truth[0].read_bytes())["truth"]
    assert truth["mass_mg"] > 20
    session.open([sample.images_dir])
    settle(qtbot, session)
    assert len(session.views) == 4
    for column in (*session.views, "Exam"):
        texts = [text for name, text in shown(dock, column).items() if name != "Analysed"]
        assert set(texts) == {NONE}, column
    assert shown(dock, "Exam")["Analysed"] == "0 of 4"
    assert dock.arteries.arteries.rows == []
    sentence = dock.report.text.toPlainText()
    assert "0 of 4 views analysed" in sentence
    words = "\n".join([*said, sentence, dock.notes.toolTip()])
    assert "none marked" not in words
    assert not re.search(r"\b0(\.0+)? ?(%|mm|px|mg)", words)
    export(session, tmp_path / "out", qtbot)
    assert "Not analysed, so without mask and numbers: R-CC, L-CC, R-MLO, L-MLO." in said[-1]
    run = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))
    assert all(any(f"{stem}.dcm" in notice["text"] for notice in run["notices"]) for stem in ("LCC", "RMLO"))


@pytest.mark.pyside6
def test_a_run_that_is_cancelled_after_one_view_gives_no_number_of_the_exam(
    exam_session: ExamSession, dock: MetricsDock, tmp_path: Path, qtbot: Any
) -> None:
    session = exam_session
    settle(qtbot, session)
    session.signals.edited_changed.connect(lambda _key: session.cancel())
    assert session.segment(model="openbac-1", device="cpu")
    qtbot.waitUntil(lambda: not session.is_running, timeout=LONG_MS)
    settle(qtbot, session)
    analysed = [key for key, view in session.views.items() if view.state.is_analysed]
    assert len(analysed) == 1
    assert session.exam is not None
    assert session.exam.bac_percent_of_breast is None
    assert float(shown(dock, analysed[0])["BAC of breast"]) > 0
    exam = shown(dock, "Exam")
    assert exam.pop("Analysed") == "1 of 4"
    # Guo's index stands in brackets where it is a sum over a part of the views.
    index = next(text for name, text in exam.items() if name.startswith("Guo"))
    assert set(exam.values()) - {""} == {NONE, index}
    assert index.startswith("(")
    assert "1 of 4 views analysed" in dock.report.text.toPlainText()
    assert "1 of 4 views analysed" in dock.notes.toolTip()
    row = [quantity.name for quantity in ROWS].index("BAC of breast")
    assert "1 of 4 views analysed" in dock.numbers.numbers.columns["Exam"][row].tip
    export(session, tmp_path / "out", qtbot)
    (written,) = csv.DictReader(io.StringIO((tmp_path / "out" / "exams.csv").read_text("utf-8")))
    assert (written["views_analysed"], written["views_total"]) == ("1", "4")
    assert written["bac_percent_of_breast"] == ""


def test_a_stroke_makes_a_view_count_and_undoing_it_does_not(
    exam_session: ExamSession, dock: MetricsDock, qtbot: Any
) -> None:
    session = exam_session
    for key, (side, _view) in zip(pictures.KEYS, pictures.STANDARD, strict=True):
        if key != "L-MLO":
            session.set_labels(key, pictures.labels(side))
    settle(qtbot, session)
    assert shown(dock, "Exam")["BAC of breast"] == NONE
    last = session.views["L-MLO"]
    last.labels.paint((200, 100), 1)
    assert shown(dock, "L-MLO")["AM"] != NONE
    settle(qtbot, session)
    assert float(shown(dock, "Exam")["BAC of breast"]) > 0
    last.labels.undo()
    assert last.state is ViewState.NOT_ANALYSED
    settle(qtbot, session)
    assert shown(dock, "L-MLO")["AM"] == shown(dock, "Exam")["BAC of breast"] == NONE


def test_a_model_that_finds_nothing_is_a_finding(
    session: ExamSession, dock: MetricsDock, left_cc: OpenedView, qtbot: Any
) -> None:
    (key,) = session.add([left_cc])
    settle(qtbot, session)
    session.set_answer(key, answer_of(left_cc, empty=True))
    assert shown(dock, key)["AM"] == "0"
    settle(qtbot, session)
    assert session.views[key].state is ViewState.BY_MODEL
    assert shown(dock, key)["Vessels"] == "0"
    assert "none marked" in dock.report.text.toPlainText()


def test_restored_corrections_stay_corrections(
    session: ExamSession, left_cc: OpenedView, tmp_path: Path, qtbot: Any
) -> None:
    """Also where the person had taken everything away that the model marked."""
    (key,) = session.add([left_cc])
    session.set_answer(key, answer_of(left_cc))
    session.set_labels(key, np.zeros(pictures.SHAPE, np.uint8))
    assert session.views[key].state is ViewState.CORRECTED
    session.autosave.write_now()
    edits = tmp_path / "cache" / "edits"
    qtbot.waitUntil(lambda: len(list(edits.glob("*.edits"))) == 1, timeout=LONG_MS)
    session.viewer.layers.clear()
    (again,) = session.add([left_cc])
    assert session.autosave.restorable(again) is not None
    session.autosave.restore(again)
    settle(qtbot, session)
    assert session.views[again].state is ViewState.CORRECTED
    export(session, tmp_path / "out", qtbot)
    (record,) = (tmp_path / "out").glob("*/*.json")
    model = json.loads(record.read_text("utf-8"))["model"]
    assert (model["model_name"], model["edited_by_hand"]) == ("openbac-1", True)


def test_labels_that_do_not_fit_are_left_out_of_an_export_by_name(
    exam_session: ExamSession, said: list[str], tmp_path: Path, qtbot: Any
) -> None:
    session = exam_session
    for key, (side, _view) in zip(pictures.KEYS, pictures.STANDARD, strict=True):
        session.set_labels(key, pictures.labels(side))
    settle(qtbot, session)
    session.views["L-CC"].labels.data = np.zeros((20, 20), np.uint8)
    export(session, tmp_path / "out", qtbot)
    assert "L-CC: This view was not measured: its labels differ from the image" in said[-1]
    run = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))
    header = session.views["L-CC"].opened.prepared.header
    name = header.name if header.path is not None or header.given_name else "LCC"
    assert any(f"numbers: {name}. This view was not measured" in notice["text"] for notice in run["notices"])
    (exam,) = csv.DictReader(io.StringIO((tmp_path / "out" / "exams.csv").read_text("utf-8")))
    assert (exam["views_analysed"], exam["views_total"], exam["views_not_analysed"]) == ("3", "4", "LCC")
    assert exam["bac_percent_of_breast"] == ""


def test_the_script_counts_the_views_that_no_model_saw(
    session: ExamSession, exam_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qtbot: Any
) -> None:
    session.open([exam_folder])
    settle(qtbot, session)
    session.set_answer("L-CC", answer_of(session.views["L-CC"].opened))
    session.set_labels("R-CC", pictures.labels(Laterality.RIGHT))
    settle(qtbot, session)
    script = script_of(session)
    assert "# R-CC: by hand; measure its mask" in script
    monkeypatch.chdir(tmp_path)
    printed: list[str] = []
    run: Callable[..., None] = exec
    run(
        compile(script, "run.py", "exec"), {"print": lambda *words: printed.append(" ".join(map(str, words)))}
    )
    assert "exam: 1 of 4 views analysed" in printed
    assert printed[-1] == "exam: None % of breast, Guo's index None"


def test_a_malignant_cluster_has_no_grade_and_says_why(
    session: ExamSession, dock: MetricsDock, shared_dir: Path, tmp_path: Path, qtbot: Any
) -> None:
    opened = open_view(shared_dir / "data" / "real-bac" / "other-calcification" / f"{CLUSTER}.jpg")
    (key,) = session.add([opened])
    *_, done = run_events(RunRequest(((key, opened),), "openbac-2", "cpu"))
    assert isinstance(done, ViewDone)
    session.set_answer(key, done.answer, done.prepared)
    settle(qtbot, session)
    view = session.views[key]
    assert view.measured is not None
    assert view.measured.view.area_grade is None
    assert view.measured.view.other_count
    codes = {notice.code for notice in view.told}
    assert codes >= {"other-calcifications", "calcifications-spread"}
    export(session, tmp_path / "out", qtbot)
    (row,) = csv.DictReader(io.StringIO((tmp_path / "out" / "views.csv").read_text("utf-8")))
    assert (row["area_grade"], int(row["other_count"])) == ("", view.measured.view.other_count)
    assert codes <= set(row["notice_codes"].split(" | "))
    view.labels.paint((300, 40), 5)
    settle(qtbot, session)
    assert "calcifications-spread" not in {notice.code for notice in view.told}
