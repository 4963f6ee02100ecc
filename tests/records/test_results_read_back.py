"""Results read back are what was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shared_core.errors import UnreadableImageError, UsageError
from shared_core.notices import Remedy
from shared_core.notices.of_results import VIEWS_DIFFER
from shared_core.records.canonical_json import json_bytes
from shared_core.records.record_types import ExamRecord, ResultsDocument, ViewRecord
from shared_core.records.results_folder import check_same_settings, read_results, read_table, serial_exams
from shared_core.records.tables import exams_csv, views_csv
from tests.record_builders import a_view, an_exam
from tests.told import codes

MODEL = {"model_sha256": "1e5", "threshold": 0.5, "mask_style": "vessel-band"}


def view(label: str, area: float, **others: Any) -> ViewRecord:
    return a_view(label, numbers={"bac_area_mm2": area, "am_px": 12}, exam="e", **{"model": MODEL} | others)


def exam(**others: Any) -> ExamRecord:
    return an_exam("e", **{"patient_id": "007", "study_date": "20200131"} | others)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "views.csv").write_bytes(views_csv([view("LCC", 1.25), view("RCC", 2.0, manufacturer="GE")]))
    (tmp_path / "exams.csv").write_bytes(exams_csv([exam()]))
    return tmp_path


def test_folder_and_json_document_give_the_same_exams(folder: Path) -> None:
    views = (view("LCC", 1.25), view("RCC", 2.0, manufacturer="GE"))
    (folder / "all.json").write_bytes(json_bytes(ResultsDocument(views=views, exams=(exam(),))))
    one, other = (serial_exams(read_results(path)) for path in (folder, folder / "all.json"))
    assert one == other
    (found,) = one["007"]
    assert (found.key, str(found.date), found.manufacturers) == ("e", "2020-01-31", ("GE",))
    assert found.views["LCC"]["bac_area_mm2"] == 1.25


def test_identifiers_that_look_like_numbers_stay_text(folder: Path) -> None:
    results = read_results(folder)
    assert results.exams[0]["patient_id"] == "007"
    assert results.views[0]["model_sha256"] == "1e5"
    assert results.views[0]["synthetic_2d"] is False
    assert results.views[0]["manufacturer"] is None


def test_exam_without_a_date_asks_for_one(folder: Path) -> None:
    (folder / "exams.csv").write_bytes(exams_csv([exam(study_date=None)]))
    with pytest.raises(UsageError, match="the exam e has no date") as told:
        serial_exams(read_results(folder))
    assert (told.value.remedy, told.value.subject) == (Remedy.NAME_DATE, str(folder))


def test_partial_views_do_not_count(folder: Path) -> None:
    (folder / "views.csv").write_bytes(views_csv([view("LCC", 1.0, view_modifiers=("magnification",))]))
    (found,) = serial_exams(read_results(folder))["007"]
    assert not found.views
    assert codes(found.notices) == ["image-not-counted"]


def test_other_settings_are_refused_and_other_images_said(folder: Path) -> None:
    other = view("RCC", 2.0, synthetic_2d=True)
    (folder / "views.csv").write_bytes(views_csv([view("LCC", 1.0), other]))
    assert check_same_settings([read_results(folder)]) == (
        VIEWS_DIFFER.notice(column="synthetic_2d", values="False, True"),
    )
    other = view("RCC", 2.0, synthetic_2d=True, model={**MODEL, "threshold": 0.65})
    (folder / "views.csv").write_bytes(views_csv([view("LCC", 1.0), other]))
    with pytest.raises(UsageError, match=r"different settings \(threshold: 0\.5, 0\.65\)"):
        check_same_settings([read_results(folder)])


def test_masks_that_no_model_made_have_no_other_one(folder: Path) -> None:
    drawn = view("RCC", 2.0, state="by hand", model={**MODEL, "model_sha256": None, "threshold": None})
    (folder / "views.csv").write_bytes(views_csv([view("LCC", 1.0, state="by model"), drawn]))
    assert check_same_settings([read_results(folder)]) == (
        VIEWS_DIFFER.notice(column="state", values="by hand, by model"),
    )


def test_what_is_no_result_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no views\.csv"):
        read_results(tmp_path)
    with pytest.raises(UnreadableImageError, match="check the path"):
        read_results(tmp_path / "none.json")
    (tmp_path / "x.json").write_text("[1]")
    with pytest.raises(UsageError, match="is not a JSON document"):
        read_results(tmp_path / "x.json")
    (tmp_path / "empty.csv").write_text("a,b\n")
    with pytest.raises(UsageError, match="no rows"):
        read_table(tmp_path / "empty.csv")
