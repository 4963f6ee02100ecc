"""An export holds what `bac analyze` and `bac measure` write, and the numbers of the table."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import cv2
import napari
import numpy as np
import pytest
from napari.utils.notifications import NotificationSeverity, notification_manager
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication, QMessageBox

from napari_bac.docks.export_dialog import export_into, free_name
from napari_bac.session import exporter
from napari_bac.session.exam_session import ExamSession
from napari_bac.settings import Preferences
from napari_bac.views.model_answer import KeptLabels, KeptProbability, ModelAnswer
from napari_bac.views.snapshot import Snapshot
from shared_core import Laterality, load_model, segment
from shared_core.cli.main import main
from shared_core.exporting.mask_files import mask_png
from shared_core.pipeline import decide_mask
from shared_core.quantification.labelled_mask import labels_of
from shared_core.quantification.view import view_vessels
from shared_core.reading.mask import read_label_file, read_mask_file
from tests.napari_bac import pictures
from tests.told import codes_in


@pytest.fixture
def cache(own_cache: Path) -> Path:
    """Where edits are saved."""
    return own_cache / "edits"


def _export(session: ExamSession, folder: Path, qtbot: Any, *, replace: bool = False) -> None:
    assert session.exporter.start(folder, replace=replace)
    qtbot.waitUntil(lambda: not session.exporter.busy, timeout=60000)


def _rows(path: Path) -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    return {row["laterality"] + "-" + row["view"]: row for row in rows}


def _draw(session: ExamSession, *keys: str) -> None:
    for key in keys:
        side = session.views[key].opened.prepared.header.laterality
        session.set_labels(key, pictures.labels(side))


def _answer(session: ExamSession, key: str) -> ModelAnswer:
    """What the bundled model says."""
    model = load_model("openbac-1", device="cpu")
    prepared = session.views[key].opened.prepared
    probability = segment(prepared, model)
    mask = decide_mask(prepared, probability.values, model.card).mask
    labels = labels_of(mask, view_vessels(prepared, mask, mask_style=model.card.mask_style))
    return ModelAnswer(
        model.card, KeptProbability.of(probability), model.card.threshold, KeptLabels.of(labels), 1.0
    )


def test_an_exam_drawn_by_hand_has_the_files_and_the_numbers_of_the_table(
    session: ExamSession, exam_folder: Path, tmp_path: Path, qtbot: Any
) -> None:
    session.open([exam_folder])
    _draw(session, *pictures.KEYS)
    qtbot.waitUntil(lambda: not session.is_measuring, timeout=30000)
    _export(session, tmp_path / "out", qtbot)
    key = "P1_20200102"
    stems = ("LCC", "LMLO", "RCC", "RMLO")
    ends = ("_mask.png", "_overlay.png", "_labels.png", ".json")
    assert {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")} == {
        "run.json",
        "views.csv",
        "exams.csv",
        "exams.json",
        f"{key}/exam_sheet.png",
        *(f"{key}/{stem}{end}" for stem in stems for end in ends),
    }
    rows = _rows(tmp_path / "out" / "views.csv")
    for name, view in session.views.items():
        assert view.measured is not None
        table = view.measured.view
        assert int(rows[name]["am_px"]) == table.am_px == view.live.am_px
        assert float(rows[name]["bac_area_mm2"]) == table.bac_area_mm2
        assert float(rows[name]["calcified_length_mm"]) == table.calcified_length_mm
        assert "mask-drawn" in rows[name]["notice_codes"]
    assert session.exam is not None
    exams = next(csv.DictReader(io.StringIO((tmp_path / "out" / "exams.csv").read_text())))
    assert float(exams["guo_index"]) == session.exam.guo_index
    mask = read_mask_file(tmp_path / "out" / key / "RCC_mask.png").mask
    assert np.array_equal(mask, pictures.truth(Laterality.RIGHT))
    labels = read_label_file(tmp_path / "out" / key / "RCC_labels.png").labels
    assert np.array_equal(labels, pictures.labels(Laterality.RIGHT))
    sheet = cv2.imread(str(tmp_path / "out" / key / "exam_sheet.png"))
    assert sheet.shape[1] > 1000


def test_the_record_is_that_of_bac_measure_on_the_saved_mask(
    session: ExamSession, exam_folder: Path, tmp_path: Path, qtbot: Any
) -> None:
    session.open([exam_folder / "LCC.dcm"])
    _draw(session, "L-CC")
    _export(session, tmp_path / "out", qtbot)
    (saved,) = (tmp_path / "out").glob("*/LCC.json")
    mask = saved.with_name("LCC_mask.png")
    arguments = [str(exam_folder / "LCC.dcm"), str(mask), "-o", str(tmp_path / "m")]
    assert main(["measure", *arguments]) == 0
    measured = json.loads((tmp_path / "m" / "LCC.json").read_text())
    exported = json.loads(saved.read_text())
    assert exported["metrics"] == measured["metrics"]
    assert list(exported) == list(measured)
    assert exported["report_sentence"] == measured["report_sentence"]
    assert exported["model"]["edited_by_hand"] is True
    assert exported["model"]["model_name"] is None
    assert mask.read_bytes() == (tmp_path / "m" / "LCC_mask.png").read_bytes()


def test_a_mask_that_nobody_touched_is_written_as_bac_analyze_writes_it(
    session: ExamSession, exam_folder: Path, tmp_path: Path, qtbot: Any
) -> None:
    session.open([exam_folder / "LCC.dcm"])
    session.set_answer("L-CC", _answer(session, "L-CC"))
    _export(session, tmp_path / "out", qtbot)
    arguments = ["--model", "openbac-1", "--device", "cpu", "--workers", "0", "-q", "-o", str(tmp_path / "a")]
    assert main(["analyze", str(exam_folder / "LCC.dcm"), *arguments]) == 0
    (ours,), (theirs,) = (list((tmp_path / name).glob("*/LCC.json")) for name in ("out", "a"))
    exported, analyzed = json.loads(ours.read_text()), json.loads(theirs.read_text())
    assert exported["model"].pop("edited_by_hand") is False
    assert exported == analyzed
    for name in ("LCC_mask.png", "LCC_overlay.png"):
        assert ours.with_name(name).read_bytes() == theirs.with_name(name).read_bytes()
    for name in ("views.csv", "exams.csv", "exams.json"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "a" / name).read_bytes()
    run, their_run = (json.loads((tmp_path / name / "run.json").read_text()) for name in ("out", "a"))
    assert list(run) == list(their_run)
    assert run["model"] == their_run["model"]
    assert run["settings"] == their_run["settings"]


def test_an_edited_answer_keeps_its_model_and_says_that_a_hand_changed_it(
    session: ExamSession, exam_folder: Path, tmp_path: Path, qtbot: Any
) -> None:
    session.open([exam_folder / "LCC.dcm"])
    answer = _answer(session, "L-CC")
    session.set_answer("L-CC", answer)
    session.views["L-CC"].labels.selected_label = 9
    session.views["L-CC"].labels.paint((200, 100), 9)
    assert session.views["L-CC"].edited
    _export(session, tmp_path / "out", qtbot)
    (saved,) = (tmp_path / "out").glob("*/LCC.json")
    record = json.loads(saved.read_text())
    assert record["model"]["model_name"] == "openbac-1"
    assert record["model"]["model_sha256"] == answer.card.sha256
    assert record["model"]["threshold"] == answer.threshold
    assert record["model"]["edited_by_hand"] is True
    assert record["metrics"]["pm"] is None
    assert "mask-edited" in codes_in(record)
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["model"]["sha256"] == answer.card.sha256
    assert codes_in(run) == ["run-edited"]
    assert run["arguments"]["views"][0]["edited_by_hand"] is True


def test_an_export_makes_views_clean_and_takes_the_autosave_away(
    session: ExamSession, exam_folder: Path, tmp_path: Path, cache: Path, qtbot: Any
) -> None:
    session.open([exam_folder / "LCC.dcm"])
    _draw(session, "L-CC")
    session.autosave.write_now()
    qtbot.waitUntil(lambda: len(list(cache.glob("*.edits"))) == 1)
    assert session.views["L-CC"].dirty
    _export(session, tmp_path / "out", qtbot)
    assert not session.views["L-CC"].dirty
    assert list(cache.glob("*.edits")) == []


def test_strokes_during_an_export_stay_dirty(
    session: ExamSession, exam_folder: Path, tmp_path: Path, qtbot: Any
) -> None:
    session.open([exam_folder / "LCC.dcm"])
    _draw(session, "L-CC")
    assert session.exporter.start(tmp_path / "out")
    session.views["L-CC"].labels.data_setitem((np.array([5]), np.array([5])), 7)
    qtbot.waitUntil(lambda: not session.exporter.busy, timeout=60000)
    assert session.views["L-CC"].dirty
    (saved,) = (tmp_path / "out").glob("*/LCC_labels.png")
    assert 7 not in read_label_file(saved).labels


def test_a_cancelled_export_leaves_nothing(
    session: ExamSession, said: list[str], exam_folder: Path, tmp_path: Path, qtbot: Any
) -> None:
    session.open([exam_folder])
    _draw(session, "L-CC")
    assert session.exporter.start(tmp_path / "place" / "out")
    session.exporter.cancel()
    qtbot.waitUntil(lambda: not session.exporter.busy, timeout=60000)
    assert not list((tmp_path / "place").glob("*")) if (tmp_path / "place").exists() else True
    assert "The export was cancelled; nothing was saved." in said
    assert session.views["L-CC"].dirty


def test_a_folder_of_something_else_is_never_replaced(
    session: ExamSession, said: list[str], exam_folder: Path, tmp_path: Path, qtbot: Any
) -> None:
    session.open([exam_folder / "LCC.dcm"])
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    for replace in (False, True):
        _export(session, tmp_path / "out", qtbot, replace=replace)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]
    assert sum("Not exported" in sentence for sentence in said) == 2


@pytest.mark.parametrize(("button", "names"), [("Replace", {"exam"}), ("Keep", {"exam", "exam-2"})])
def test_a_name_that_is_taken_is_asked_about(
    session: ExamSession, left_cc: Any, tmp_path: Path, qtbot: Any, button: str, names: set[str]
) -> None:
    session.add([left_cc])
    _draw(session, "L-CC")
    assert export_into(session, tmp_path)
    qtbot.waitUntil(lambda: not session.exporter.busy, timeout=60000)
    (tmp_path / "exam" / "old.txt").write_text("old")

    def click() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        next(one for one in box.buttons() if button in one.text()).click()

    QTimer.singleShot(200, click)
    assert export_into(session, tmp_path)
    qtbot.waitUntil(lambda: not session.exporter.busy, timeout=60000)
    assert {path.name for path in tmp_path.iterdir() if path.name != "cache"} == names
    assert (tmp_path / "exam" / "old.txt").exists() == (button == "Keep")


def test_names_that_are_taken_are_counted_on(tmp_path: Path) -> None:
    (tmp_path / "exam-2").mkdir()
    assert free_name(tmp_path / "exam") == tmp_path / "exam-3"


def test_a_view_that_nobody_looked_at_has_no_numbers_and_says_why(session: ExamSession, left_cc: Any) -> None:
    session.add([left_cc])
    (row,) = csv.DictReader(io.StringIO(session.exporter.metrics_csv().decode()))
    assert row["status"] == "not analysed"
    assert "no model ran on it and nothing was drawn on it" in row["warnings"]
    numbers = ("am_px", "sim", "bac_area_mm2", "bac_percent_of_breast", "parts_count", "vessels_count")
    assert {row[name] for name in (*numbers, "area_grade", "csbi_grade", "mass_ha_mg", "pm")} == {""}


def test_the_metrics_are_saved_as_the_table_of_views(
    session: ExamSession, exam_folder: Path, tmp_path: Path, qtbot: Any
) -> None:
    session.open([exam_folder / "LCC.dcm"])
    _draw(session, "L-CC")
    assert session.exporter.save_metrics(tmp_path / "views.csv")
    _export(session, tmp_path / "out", qtbot)
    assert (tmp_path / "views.csv").read_bytes() == (tmp_path / "out" / "views.csv").read_bytes()


@pytest.mark.pyside6
def test_images_without_a_file_are_exported_by_their_name(
    session: ExamSession, left_cc: Any, tmp_path: Path, qtbot: Any
) -> None:
    session.add([left_cc])
    _draw(session, "L-CC")
    _export(session, tmp_path / "out", qtbot)
    (mask,) = (tmp_path / "out").rglob("*_mask.png")
    assert mask.read_bytes() == mask_png(pictures.truth())


@pytest.mark.pyside6
def test_image_layers_without_side_and_view_keep_their_names_in_tables_masks_and_notices(
    session: ExamSession, viewer: napari.Viewer, tmp_path: Path, qtbot: Any
) -> None:
    keys = []
    for name in ("patient A", "左乳房"):
        keys.append(session.take_layer(viewer.add_image(pictures.breast(), name=name), spacing_mm=0.1))
        session.set_labels(keys[-1], pictures.labels(Laterality.LEFT))
    assert keys == ["patient A", "左乳房"]
    _export(session, tmp_path / "out", qtbot)
    names = {path.name for path in (tmp_path / "out").rglob("*_mask.png")}
    assert names == {"patient_A_mask.png", "左乳房_mask.png"}
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "views.csv").read_text(encoding="utf-8"))))
    assert {row["file"] for row in rows} == set(keys)
    run = (tmp_path / "out" / "run.json").read_text(encoding="utf-8")
    assert "image in memory" not in run
    assert "??" not in run


def test_a_gpu_that_gives_up_is_told_and_not_swallowed(
    session: ExamSession,
    said: list[str],
    left_cc: Any,
    tmp_path: Path,
    qtbot: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session.add([left_cc])

    def full(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(Snapshot, "final", full)
    _export(session, tmp_path / "out", qtbot)
    assert any("Not exported: the computation failed (out of memory)" in sentence for sentence in said)


def test_an_export_may_hold_dicom_objects_that_bac_export_makes_again(
    session: ExamSession,
    exam_folder: Path,
    tmp_path: Path,
    qtbot: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("highdicom", reason="the extra dicom is not installed")
    monkeypatch.setattr(
        exporter, "preferences", lambda: Preferences(formats=("csv", "json", "seg", "sr", "tid1500"))
    )
    session.open([exam_folder])
    _draw(session, *pictures.KEYS)
    _export(session, tmp_path / "out", qtbot)
    objects = sorted((tmp_path / "out").rglob("*.dcm"))
    assert len(objects) == 4 + 1 + 2
    again = tmp_path / "again"
    assert main(["export", str(tmp_path / "out"), "--dicom", "seg,sr,tid1500", "-o", str(again), "-q"]) == 0
    assert {path.name: path.read_bytes() for path in objects} == {
        path.name: path.read_bytes() for path in again.rglob("*.dcm")
    }


def test_an_export_that_went_well_is_told_and_is_no_warning(
    session: ExamSession, said: list[str], tmp_path: Path, qtbot: Any
) -> None:
    session.add([pictures.opened()])
    # A view that nobody analysed is left out, and said in a warning.
    _export(session, tmp_path / "empty", qtbot)
    assert said[-1].startswith(f"Exported to {tmp_path / 'empty'}. Not analysed")
    _draw(session, "L-CC")
    qtbot.waitUntil(lambda: not session.is_measuring)
    before = list(said)
    _export(session, tmp_path / "whole", qtbot)
    last = notification_manager.records[-1]
    assert last.message == f"Exported to {tmp_path / 'whole'}."
    assert last.severity is NotificationSeverity.INFO
    assert said == before
