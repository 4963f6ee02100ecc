"""Which dates can be compared, and why others cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from shared_core.change.serial_exams import SERIAL_QUANTITIES
from shared_core.mammogram import Acquisition, MammogramHeader, PixelSpacing, SpacingSource
from shared_core.notices.of_results import EXAM_WITHOUT_DATE
from shared_core.records.canonical_json import json_bytes
from shared_core.records.patient_timeline import (
    Timeline,
    dated_exams,
    dated_exams_of_records,
    image_of,
    technique_words,
    timeline,
    together,
)
from shared_core.records.record_types import ExamRecord, ResultsDocument, ViewRecord
from shared_core.records.results_folder import place_for_results, read_results, results_beside
from shared_core.records.tables import exams_csv, views_csv
from tests.record_builders import a_view, an_exam

AREA = next(quantity for quantity in SERIAL_QUANTITIES if quantity.key == "bac_area_mm2")
MODEL = {"model_sha256": "ab", "threshold": 0.5, "mask_style": "vessel-band"}
VIEWS = ("LCC", "LMLO", "RCC", "RMLO")
AREAS = {"20160101": (50, 52, 40, 41), "20180101": (75, 80, 61, 60), "20200101": (101, 99, 80, 84)}


def view(date: str, label: str, area: float, **others: Any) -> ViewRecord:
    known = {"file": f"{date}/{label}.dcm", "exam": f"P_{date}", "spacing_mm": (0.07, 0.07), "model": MODEL}
    known |= {"manufacturer": "HOLOGIC", "intent": "FOR PRESENTATION"}
    return a_view(label, numbers={"bac_area_mm2": float(area), "am_px": 12}, **known | others)


def records(dates: dict[str, tuple[float, ...]], **others: Any) -> tuple[list[ViewRecord], list[ExamRecord]]:
    """Of views and of exams."""
    views = [
        view(date, label, area, **others)
        for date, areas in dates.items()
        for label, area in zip(VIEWS, areas, strict=False)
    ]
    return views, [an_exam(f"P_{date}", patient_id="P", study_date=date or None) for date in dates]


def write(folder: Path, dates: dict[str, tuple[float, ...]], *, edited: str = "", **others: Any) -> Path:
    folder.mkdir(exist_ok=True)
    views, exams = records(dates, **others)
    views = [structs.replace(v, state="by model, corrected") if v.file == edited else v for v in views]
    (folder / "views.csv").write_bytes(views_csv(views))
    (folder / "exams.csv").write_bytes(exams_csv(exams))
    return folder


def test_exams_in_memory_are_those_of_their_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written, _ = dated_exams(read_results(write(tmp_path / "r", AREAS)))
    monkeypatch.chdir(tmp_path / "r")  # what lies where a host was started is no result of its exams
    views, exams = records(AREAS)
    assert dated_exams_of_records(views, exams) == (written, ())


def test_exams_in_memory_know_which_views_a_person_changed() -> None:
    views, exams = records({"20160101": (50, 52), "": (40,)})
    views[1] = structs.replace(views[1], state="by model, corrected")
    known, without = dated_exams_of_records(views, exams)
    assert [one.edited for one in known["P"]] == [{"LMLO"}]
    assert [one.masks for one in known["P"]] == [()]
    assert without == (EXAM_WITHOUT_DATE.notice(exam="P_"),)
    views[1] = structs.replace(views[1], status="not analysed", metrics=None, model=None)
    known, _ = dated_exams_of_records(views, exams)
    assert [set(one.exam.views) for one in known["P"]] == [{"LCC"}]


def line_of(*folders: Path) -> Timeline:
    return timeline(together(dated_exams(read_results(folder))[0] for folder in folders)["P"])


def test_exams_of_one_kind_are_followed_in_the_order_of_their_dates(tmp_path: Path) -> None:
    line = line_of(write(tmp_path / "r", dict(reversed(AREAS.items()))))
    assert [str(one.exam.date) for one in line.exams] == ["2016-01-01", "2018-01-01", "2020-01-01"]
    assert not line.left_out
    followed = line.of(AREA)
    assert followed is not None
    assert followed.decision == "increase"
    assert [line.value(one, AREA) for one in line.exams] == list(followed.values)
    assert line.exams[0].technique == "HOLOGIC, 0.070 mm"


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ({"model": MODEL | {"model_sha256": "cd"}}, "another model"),
        (
            {"model": {"model_sha256": "ab", "threshold": 0.4, "mask_style": "vessel-band"}},
            "another threshold",
        ),
        ({"intent": "FOR PROCESSING"}, "another kind of image"),
        ({"synthetic_2d": True}, "another kind of image"),
    ],
)
def test_date_that_was_made_otherwise_is_left_out_with_its_reason(
    tmp_path: Path, others: dict[str, Any], words: str
) -> None:
    usual = write(tmp_path / "usual", AREAS)
    other = write(tmp_path / "other", {"20220101": (1, 1, 1, 1)}, **others)
    line = line_of(usual, other)
    assert list(line.left_out) == ["P_20220101"]
    assert words in line.left_out["P_20220101"]
    followed = line.of(AREA)
    assert followed is not None
    assert len(followed.values) == 3
    assert line.value(line.exams[-1], AREA) == 2.0  # the mean of each breast


def test_masks_drawn_by_hand_alone_are_compared(tmp_path: Path) -> None:
    drawn = MODEL | {"model_sha256": None, "threshold": None}
    other = write(tmp_path / "other", {"20220101": (120, 118, 99, 101)}, model=drawn)
    line = line_of(write(tmp_path / "usual", AREAS), other)
    assert not line.left_out


def test_masks_drawn_by_hand_hide_no_difference_between_the_others(tmp_path: Path) -> None:
    drawn = write(tmp_path / "drawn", AREAS, model=MODEL | {"model_sha256": None, "threshold": None})
    one = write(tmp_path / "one", {"20220101": (120, 118, 99, 101)})
    other = write(tmp_path / "other", {"20240101": (1, 1, 1, 1)}, model=MODEL | {"model_sha256": "cd"})
    unread = write(tmp_path / "unread", {f"2025010{day}": (1,) for day in range(1, 7)}, view="SIO")
    left_out = line_of(drawn, one, other, unread).left_out
    assert left_out.pop("P_20220101") == "measured with another model than the other dates"
    assert set(left_out.values()) == {"has no standard view that was analysed"}


def test_images_of_results_from_windows_are_found_beside_them(tmp_path: Path) -> None:
    image = tmp_path / "exams" / "LCC.dcm"
    image.parent.mkdir()
    image.touch()
    assert image_of({"file": r"exams\LCC.dcm"}, tmp_path / "results") == image


def test_one_exam_is_shown_without_a_comparison(tmp_path: Path) -> None:
    line = line_of(write(tmp_path / "r", {"20160101": (50, 52, 40, 41)}))
    assert line.change is None
    assert "two or more exams" in line.reason
    assert line.value(line.exams[0], AREA) == pytest.approx(51 + 40.5)


def test_exam_without_date_or_standard_view_is_said(tmp_path: Path) -> None:
    found, notes = dated_exams(read_results(write(tmp_path / "r", {**AREAS, "": (1, 1, 1, 1)})))
    assert len(found["P"]) == 3
    assert notes == (EXAM_WITHOUT_DATE.notice(exam="P_"),)
    line = line_of(write(tmp_path / "s", AREAS), write(tmp_path / "t", {"20220101": (1,)}, view="SIO"))
    assert line.left_out == {"P_20220101": "has no standard view that was analysed"}


def test_corrected_exam_takes_the_place_of_the_models(tmp_path: Path) -> None:
    batch = write(tmp_path / "batch", AREAS)
    one = {"20180101": (70, 70, 60, 60)}
    export = write(tmp_path / "export", one, edited="20180101/LCC.dcm")
    for order in ((batch, export), (export, batch)):
        line = line_of(*order)
        assert [sorted(exam.edited) for exam in line.exams] == [[], ["LCC"], []]
        assert line.value(line.exams[1], AREA) == 130.0


def test_numbered_labels_are_taken_before_a_mask(tmp_path: Path) -> None:
    folder = write(tmp_path / "r", AREAS)
    place = folder / "P_20180101"
    place.mkdir()
    for name in ("LCC_mask.png", "LCC_labels.png", "RCC_mask.png", "LCC_overlay.png"):
        (place / name).touch()
    line = line_of(folder)
    assert [[path.name for path in one.masks] for one in line.exams] == [
        [],
        ["LCC_labels.png", "RCC_mask.png"],
        [],
    ]


def test_results_are_found_in_a_folder_of_images_and_beside_it(tmp_path: Path) -> None:
    images = tmp_path / "patient"
    images.mkdir()
    assert results_beside(images) == ()
    beside = write(tmp_path / "patient-bac", AREAS)
    inside = write(images / "export", AREAS)
    assert place_for_results(images) == beside
    assert results_beside(images) == (beside, inside)
    assert results_beside(beside) == (beside,)


def test_technique_names_machine_voltage_and_spacing() -> None:
    def header(kvp: float | None) -> MammogramHeader:
        made = Acquisition(manufacturer="HOLOGIC", model_name="Selenia", kvp=kvp)
        spacing = PixelSpacing(0.07, 0.07, SpacingSource.IMAGER)
        return MammogramHeader(None, "DICOM", 1, 1, 12, spacing=spacing, acquisition=made)

    assert (
        technique_words([header(31.0), header(28.0), header(None)])
        == "HOLOGIC Selenia, 28 to 31 kV, 0.070 mm"
    )
    assert technique_words([header(30.0)]) == "HOLOGIC Selenia, 30 kV, 0.070 mm"
    assert technique_words([]) == ""


def test_results_as_one_document_know_which_views_a_person_changed(tmp_path: Path) -> None:
    views, exams = records({"20160101": (50, 52)})
    views[1] = structs.replace(views[1], state="by hand")
    path = tmp_path / "results.json"
    path.write_bytes(json_bytes(ResultsDocument(views=tuple(views), exams=tuple(exams))))
    known, _ = dated_exams(read_results(path))
    assert [one.edited for one in known["P"]] == [{"LMLO"}]
