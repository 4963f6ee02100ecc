"""Unknown is never zero: every state of a view, analysed, exported, and read again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared_core import MeasurementSettings, load_model, measure_exam, prepare, read_mammogram, segment
from shared_core.change.change_over_time import change_over_time
from shared_core.cli.main import main
from shared_core.cohort.exam_export import export_exam
from shared_core.cohort.reviewed_view import ModelOutput, ReviewedView, reviewed_view, unmeasured_view
from shared_core.dicom_objects.result_folder import exam_folders, read_exam
from shared_core.errors import UsageError
from shared_core.notices.of_results import LABELS_UNFIT
from shared_core.pictures.sheet import _exam_lines
from shared_core.pipeline import decide_mask
from shared_core.quantification.view_state import ViewState, made_words
from shared_core.records.results_folder import read_results, serial_exams
from shared_core.records.tables import view_columns
from shared_core.simulation.samples import Sample
from shared_core.wording.report_sentence import exam_sentence, view_sentence
from tests.small_sample import small_sample

STEMS = ("LCC", "LMLO", "RCC", "RMLO")
ABOUT_THE_FILE = {"spacing_row_mm", "spacing_column_mm"}
"""The only numbers that are known of a view that nothing looked at."""
SETTINGS = MeasurementSettings()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return small_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def seen(sample: Sample) -> dict[ViewState, ReviewedView]:
    """A view of the sample in each state."""
    files = dict(zip(ViewState, [*sample.images, sample.images[0]], strict=True))
    return {state: _reviewed(file, state) for state, file in files.items()}


def _reviewed(file: Path, state: ViewState) -> ReviewedView:
    model = load_model("openbac-1", device="cpu")
    prepared = prepare(read_mammogram(file), model.card.preprocessing)
    labels = np.zeros(prepared.image_u8.shape, np.uint8)
    common: dict[str, Any] = {"settings": SETTINGS, "exam_key": "exam"}
    if state is ViewState.NOT_ANALYSED:
        return reviewed_view(prepared, labels, edited=False, **common)
    if state in (ViewState.BY_MODEL, ViewState.CORRECTED):
        probability = segment(prepared, model)
        threshold = model.card.threshold
        labels[decide_mask(prepared, probability.values, model.card, threshold=threshold).mask] = 1
        edited = state is ViewState.CORRECTED
        labels[150:156, 60:90] = 2 if edited else labels[150:156, 60:90]
        answer = ModelOutput(model.card, probability, threshold)
        return reviewed_view(prepared, labels, edited=edited, answer=answer, **common)
    if state is ViewState.FROM_FILE:
        # An empty mask that somebody gave says that somebody found nothing: its zeros are known.
        began = {"mask_file": "given/LCC_mask.png"}
        return reviewed_view(prepared, labels, edited=False, began_as=began, **common)
    labels[150:156, 60:90] = 1
    return reviewed_view(prepared, labels, edited=True, **common)


def numbers_in(value: object) -> list[object]:
    """All numbers in a JSON value, but for booleans."""
    if isinstance(value, Mapping):
        return [number for part in value.values() for number in numbers_in(part)]
    if isinstance(value, list):
        return [number for part in value for number in numbers_in(part)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def rows_of(path: Path) -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    return {Path(row.get("file") or row["key"]).stem: row for row in rows}


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def check_without_numbers(record: Mapping[str, Any], row: Mapping[str, str]) -> None:
    """Neither the record of a view nor its row in the table has a number that was measured."""
    assert record["status"] in ("not analysed", "failed")
    assert numbers_in({key: record[key] for key in record if key != "spacing_mm"}) == []
    assert record["metrics"] is None
    assert row["status"] == record["status"]
    texts = {"exam", "file", "error", "warnings"}
    filled = {column for column in view_columns() if is_number(row[column])} - texts
    assert filled <= ABOUT_THE_FILE


def test_a_state_is_told_by_what_made_the_mask(seen: Mapping[ViewState, ReviewedView]) -> None:
    assert {state: view.state for state, view in seen.items()} == {state: state for state in ViewState}
    words = {state: made_words(view.state, view.provenance) for state, view in seen.items()}
    assert words == {
        ViewState.NOT_ANALYSED: "not analysed",
        ViewState.BY_MODEL: "by openbac-1",
        ViewState.CORRECTED: "by openbac-1, corrected",
        ViewState.BY_HAND: "by hand",
        ViewState.FROM_FILE: "from LCC_mask.png",
    }


@pytest.mark.parametrize("state", list(ViewState))
def test_every_state_is_exported_with_its_numbers_or_without(
    seen: Mapping[ViewState, ReviewedView], tmp_path: Path, state: ViewState
) -> None:
    view = seen[state]
    folder = export_exam(tmp_path / "out", [view], settings=SETTINGS, host="test")
    stem = view.header.name.removesuffix(".dcm")
    record = json.loads((folder / "exam" / f"{stem}.json").read_text(encoding="utf-8"))
    row = rows_of(folder / "views.csv")[stem]
    exam = rows_of(folder / "exams.csv")["exam"]
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert run["arguments"]["views"][0]["state"] == state.value
    assert exam["views_total"] == "1"
    if state.is_analysed:
        assert record["status"] == "ok"
        assert record["metrics"]["am_px"] == np.count_nonzero(view.labels)
        assert row["am_px"] == str(record["metrics"]["am_px"])
        assert exam["views_analysed"] == "1"
        assert exam["views_not_analysed"] == ""
        assert float(exam["bac_percent_of_breast"]) == record["metrics"]["bac_percent_of_breast"]
        return
    check_without_numbers(record, row)
    assert "not assessed" in record["report_sentence"]
    counted = {name for name, cell in exam.items() if is_number(cell)}
    assert counted <= {"study_date", "views_analysed", "views_total"}
    assert (exam["views_analysed"], exam["views_not_analysed"]) == ("0", stem)
    assert "exam-not-analysed" in exam["notice_codes"]
    assert "0 of 1 view analysed" in exam["warnings"]
    assert any(
        view.header.name in notice["text"] and "was not analysed" in notice["text"]
        for notice in run["notices"]
    )
    assert not list(folder.rglob("*.png"))


def test_three_views_of_four_give_no_number_of_the_exam(
    seen: Mapping[ViewState, ReviewedView], tmp_path: Path
) -> None:
    four = [seen[state] for state in ViewState if state is not ViewState.FROM_FILE]
    left_out = seen[ViewState.NOT_ANALYSED].header.view_label
    measured = [(view.header, view.measurement) for view in four if view.measurement is not None]
    measurement = measure_exam(measured, not_analysed=[seen[ViewState.NOT_ANALYSED].header])
    assert measure_exam(measured).bac_percent_of_breast, "as if the fourth had never been taken"
    for name in ("bac_percent_of_breast", "area_grade", "csbi_grade", "guo_index"):
        assert getattr(measurement, name) is None, name
    assert measurement.mass.ha_mg is None
    assert measurement.vessels_count is measurement.calcified_length_mm is None
    unread = next(breast for breast in measurement.breasts if breast.laterality == left_out[0])
    assert unread.mean_bac_area_mm2 is unread.mean_bac_percent_of_breast is unread.vessels_count is None
    sentence = exam_sentence(measurement)
    assert f"3 of 4 views analysed. Not analysed: {left_out}." in sentence
    assert "none marked" not in sentence
    lines = [line.text for line in _exam_lines(measurement)]
    assert lines[0] == "Exam: not assessed, 3 of 4 views analysed"
    assert not any("%" in line and left_out[0] == line[0] for line in lines)
    folder = export_exam(tmp_path / "out", four, settings=SETTINGS, host="test")
    (exam,) = rows_of(folder / "exams.csv").values()
    assert (exam["views_analysed"], exam["views_total"], exam["views_not_analysed"]) == ("3", "4", left_out)
    assert exam["bac_percent_of_breast"] == exam["area_grade"] == exam["guo_index"] == ""
    assert (folder / "exam" / "exam_sheet.png").is_file()


def test_results_with_a_view_that_nothing_looked_at_are_read_again(
    seen: Mapping[ViewState, ReviewedView], tmp_path: Path
) -> None:
    four = [seen[state] for state in ViewState if state is not ViewState.FROM_FILE]
    left_out = seen[ViewState.NOT_ANALYSED].header
    folder = export_exam(tmp_path / "out", four, settings=SETTINGS, host="test")
    (place,) = exam_folders(folder)
    exam = read_exam(place)
    assert len(exam.views) == 3
    assert left_out.name.removesuffix(".dcm") not in {view.stem for view in exam.views}
    assert exam.failed == ()
    assert exam.record is not None
    assert "3 of 4 views analysed" in exam.record.report_sentence
    assert "none marked" not in exam.record.report_sentence
    ((serial,),) = serial_exams(read_results(folder), when=date(2020, 1, 2)).values()
    assert set(serial.views) == set(STEMS) - {left_out.view_label}


def test_an_exam_that_nothing_looked_at_is_neither_followed_nor_made_into_objects(
    seen: Mapping[ViewState, ReviewedView], tmp_path: Path
) -> None:
    views = {"a": ViewState.BY_HAND, "b": ViewState.NOT_ANALYSED}
    exams = []
    for day, (name, state) in enumerate(views.items(), start=1):
        export_exam(tmp_path / name, [seen[state]], settings=SETTINGS, host="test")
        (found,) = serial_exams(read_results(tmp_path / name), when=date(2020, 1, day)).values()
        exams += found
    with pytest.raises(UsageError, match="no standard view and quantity in common"):
        change_over_time(exams)
    (place,) = exam_folders(tmp_path / "b")
    with pytest.raises(UsageError, match="no view of this exam was analysed"):
        read_exam(place)


def test_a_view_that_cannot_be_measured_says_why(
    seen: Mapping[ViewState, ReviewedView], tmp_path: Path
) -> None:
    view = unmeasured_view(seen[ViewState.BY_HAND].prepared, LABELS_UNFIT.notice(), exam_key="exam")
    folder = export_exam(tmp_path / "out", [view], settings=SETTINGS, host="test")
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    told = f"Without mask and numbers: {view.header.name}. {LABELS_UNFIT.text}"
    assert told in [notice["text"] for notice in run["notices"]]
    (row,) = rows_of(folder / "views.csv").values()
    assert LABELS_UNFIT.text in row["warnings"]


def test_a_damaged_view_leaves_its_exam_without_numbers(
    sample: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for file in sample.images:
        content = file.read_bytes()
        # The header can be read, half of the pixels are gone.
        (images / file.name).write_bytes(content[: len(content) // 2] if file.stem == "LMLO" else content)
    out = tmp_path / "out"
    options = ["--model", "openbac-1", "--device", "cpu", "--workers", "0", "-o", str(out)]
    assert main(["analyze", str(images), *options]) == 1
    printed = capsys.readouterr().err
    assert "LMLO.dcm" in printed
    rows = rows_of(out / "views.csv")
    assert {stem: row["status"] for stem, row in rows.items()} == {
        stem: "failed" if stem == "LMLO" else "ok" for stem in STEMS
    }
    assert [column for column in view_columns() if is_number(rows["LMLO"][column])] in (
        [],
        sorted(ABOUT_THE_FILE, reverse=True),
    )
    (exam,) = rows_of(out / "exams.csv").values()
    assert (exam["views_analysed"], exam["views_total"], exam["views_not_analysed"]) == ("3", "4", "LMLO")
    assert exam["bac_percent_of_breast"] == exam["csbi_grade"] == exam["guo_index"] == ""
    assert exam["left_mean_bac_area_mm2"] == ""
    assert exam["right_mean_bac_area_mm2"] != ""
    assert "3 of 4 views analysed" in exam["warnings"]


def test_none_is_marked_only_where_that_is_known(seen: Mapping[ViewState, ReviewedView]) -> None:
    empty, drawn = seen[ViewState.FROM_FILE], seen[ViewState.BY_HAND]
    assert empty.measurement is not None
    assert drawn.measurement is not None
    assert "not assessed" in view_sentence(None)
    assert "none marked" in view_sentence(empty.measurement)
    assert "none marked" in exam_sentence(measure_exam([(empty.header, empty.measurement)]))
    # No vessels on a mask of the calcium alone, and no percentage where only one pixel size is known.
    unknown: dict[str, Any] = dict.fromkeys(
        ("vessels_count", "vessel_kinds", "area_grade", "pixel_area_mm2", "bac_area_mm2", "breast_area_mm2")
    )
    calcium = replace(drawn.measurement, **{**unknown, "pixel_area_mm2": 0.25})
    without = replace(drawn.measurement, **unknown)
    exam = measure_exam([(drawn.header, calcium), (seen[ViewState.BY_MODEL].header, without)])
    assert exam.bac_percent_of_breast is None
    sentence = exam_sentence(exam)
    assert "none marked" not in sentence
    assert "not assessed for the whole exam" in sentence
