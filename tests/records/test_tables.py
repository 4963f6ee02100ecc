"""The flat tables read back as they were meant."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from shared_core.mammogram import Exam, ViewModifier
from shared_core.notices.of_results import IMAGE_NOT_COUNTED, MASK_EDITED
from shared_core.quantification.exam import measure_exam
from shared_core.records.record_types import ViewRecord
from shared_core.records.tables import (
    exam_columns,
    exams_csv,
    failures_csv,
    view_columns,
    views_csv,
)
from shared_core.records.view_and_exam import exam_record, failed_record, view_record


def read(table: bytes | None) -> list[dict[str, str]]:
    assert table is not None
    return list(csv.DictReader(io.StringIO(table.decode("utf-8"), newline="")))


@pytest.fixture
def records(make_view: Callable, provenance: dict) -> list[ViewRecord]:
    view = make_view(
        "LCC",
        name="Ähre, links.dcm",
        spacing=(0.07, 0.07),
        modifiers=(ViewModifier.ROLLED, ViewModifier.MAGNIFICATION),
    )
    plain = make_view("RCC")
    return [
        view_record(
            view.header,
            view.prepared,
            view.measurement,
            provenance=provenance,
            notices=[MASK_EDITED.notice(), IMAGE_NOT_COUNTED.notice(name='"2"', reason="x, y")],
        ),
        failed_record("broken.dcm", "broken.dcm is empty; copy it again."),
        view_record(plain.header, plain.prepared, plain.measurement, provenance=provenance),
    ]


def test_one_row_a_view_in_the_order_given(records: list[ViewRecord]) -> None:
    rows = read(views_csv(records))
    assert list(rows[0]) == list(view_columns())
    assert [row["status"] for row in rows] == ["ok", "failed", "ok"]
    first, failed, last = rows
    assert first["file"].endswith("Ähre, links.dcm")
    assert first["view_modifiers"] == "rolled | magnification"
    assert first["notice_codes"] == "mask-edited | image-not-counted"
    assert first["warnings"] == 'The mask was edited by hand. | "2" is not counted in the exam: x, y.'
    assert (first["spacing_row_mm"], first["excluded_px"], first["resampled"]) == ("0.07", "42", "false")
    assert float(first["bac_area_mm2"]) == records[0].number("bac_area_mm2")
    assert failed["error"] == "broken.dcm is empty; copy it again."
    assert failed["am_px"] == failed["model_name"] == failed["excluded_px"] == ""
    assert last["bac_area_mm2"] == last["spacing_row_mm"] == ""


def test_every_metric_has_its_column(records: list[ViewRecord]) -> None:
    assert set(records[0].numbers()) <= set(view_columns())
    assert len(set(view_columns())) == len(view_columns())
    assert len(set(exam_columns())) == len(exam_columns())


def test_failures_have_a_table_only_where_there_are_some(records: list[ViewRecord]) -> None:
    assert read(failures_csv(records)) == [
        {"file": "broken.dcm", "error": "broken.dcm is empty; copy it again."}
    ]
    assert failures_csv([records[0]]) is None


def test_one_row_an_exam_with_a_column_for_each_side(make_view: Callable) -> None:
    view = make_view("RCC", spacing=(0.1, 0.1))
    exam = Exam("P1", "P1", "20200101", (view.header,))
    (row,) = read(exams_csv([exam_record(exam, measure_exam([(view.header, view.measurement)]))]))
    assert list(row) == list(exam_columns())
    assert row["missing_views"] == "LCC | LMLO | RMLO"
    assert float(row["right_mean_bac_area_mm2"]) == view.measurement.bac_area_mm2
    assert row["left_mean_bac_area_mm2"] == row["guo_index"] == ""


def test_tables_are_the_same_bytes_each_time(records: list[ViewRecord]) -> None:
    assert views_csv(records) == views_csv(records)
    assert b"\r" not in views_csv(records)


def test_a_name_that_is_not_utf8_does_not_stop_the_table() -> None:
    (row,) = read(failures_csv([failed_record("bad\udcff.dcm", "Bad.")]))
    assert row["file"] == "bad\\udcff.dcm"
