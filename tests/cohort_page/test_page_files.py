"""What is in the folder of a page, and that it is there whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pydicom
import pytest

from shared_core.cli.main import main
from shared_core.cohort.exam_export import export_exam
from shared_core.cohort.reviewed_view import reviewed_view
from shared_core.cohort_page import libraries
from shared_core.cohort_page.columns import exam_columns
from shared_core.cohort_page.exams import results_folder
from shared_core.cohort_page.from_images import facts_from_images
from shared_core.cohort_page.pictures import PictureWriter
from shared_core.quantification.measurement import MeasurementSettings
from shared_core.quantities.quantity import MM, Quantity, Reading
from shared_core.quantities.registry import QUANTITIES
from shared_core.reading.listing import files_found
from tests.exported_views import Measured
from tests.pacs.drawn_exam import drawn_files
from tests.tram_track import write_tram_track

NAME = "Woolf^Virginia"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of an exam of four views of a named woman, a picture without anything, and a file that fails."""
    folder = tmp_path_factory.mktemp("report")
    (folder / "in" / "exam").mkdir(parents=True)
    for file in drawn_files(folder / "in" / "exam"):
        dataset = pydicom.dcmread(file)
        dataset.PatientName = NAME
        dataset.save_as(file)
    write_tram_track(folder / "in" / "P_00007_RCC.png")
    (folder / "in" / "P_00009_LCC.png").write_bytes(b"\x89PNG\r\n\x1a\nhalf")
    asked = ["analyze", str(folder / "in"), "-o", str(folder / "out"), "--workers", "0", "-q"]
    assert main([*asked, "--model", "openbac-1", "--device", "cpu"]) == 1
    return folder / "out"


def made(results: Path, page: Path, *more: str) -> Path:
    assert main(["report", str(results), "-o", str(page), "-q", *more]) == 0
    return page


def data(page: Path, name: str) -> Any:
    """What a script of the page hands over."""
    text = (page / "data" / f"{name}.js").read_text(encoding="ascii")
    start = f'takeData("{name}",'
    assert text.startswith(start)
    return json.loads(text[len(start) :].removesuffix(");\n"))


def cells(page: Path, key: str) -> dict[str, Any]:
    """Of one exam, by column."""
    columns = [column["key"] for column in data(page, "cohort")["columns"]]
    rows = [dict(zip(columns, row["cells"], strict=True)) for row in data(page, "exams_0000")]
    return next(row for row in rows if row["exam"] == key)


def everything(page: Path) -> bytes:
    return b"".join(path.read_bytes() for path in page.rglob("*") if path.is_file())


def test_the_values_are_those_of_the_results_and_the_unknown_stays_unknown(
    results: Path, tmp_path: Path
) -> None:
    page = made(results, tmp_path / "page")
    for exam in json.loads((results / "exams.json").read_bytes()):
        row = cells(page, exam["key"])
        assert row["bac_percent_of_breast"] == pytest.approx(
            exam["metrics"]["bac_percent_of_breast"], rel=1e-5
        )
        assert row["missing"] == exam["missing_views"]
    picture = cells(page, "P_00007")
    assert (picture["calcified_length_mm"], picture["date"], picture["left_mean_bac_area_mm2"]) == (None,) * 3
    assert picture["machine"] is None
    about = data(page, "cohort")
    assert about["unread"][0][1].startswith("P_00009_LCC.png")
    keys = [column["key"] for column in about["view_columns"]]
    first = data(page, "details_0000")[0]["views"][0]["numbers"]
    assert len(first) == len(keys)


def test_pictures_are_in_the_page_or_seen_from_the_results(results: Path, tmp_path: Path) -> None:
    page = made(results, tmp_path / "deep" / "page")
    linked = made(results, tmp_path / "link", "--pictures", "link")
    for folder in (page, linked):
        views = [view for exam in data(folder, "details_0000") for view in exam["views"]]
        assert len(views) == 5
        for view in views:
            assert (folder / view["small"]).stat().st_size < 20_000
            assert (folder / view["large"]).is_file()
    assert all(".." not in view["large"] for exam in data(page, "details_0000") for view in exam["views"])
    moved = tmp_path / "moved"
    shutil.move(page, moved)
    assert (moved / data(moved, "details_0000")[0]["views"][0]["large"]).is_file()


def test_nothing_of_a_page_is_taken_for_a_mammogram(results: Path, tmp_path: Path) -> None:
    assert files_found([made(results, tmp_path / "page")]).candidates == []


def test_names_are_there_only_where_they_are_asked_for(results: Path, tmp_path: Path) -> None:
    without = everything(made(results, tmp_path / "page"))
    assert not any(part.encode() in without for part in NAME.split("^"))
    rows = data(made(results, tmp_path / "named", "--names"), "exams_0000")
    assert [row["cells"][-1] for row in rows] in ([None, "Woolf Virginia"], ["Woolf Virginia", None])


def test_an_image_of_another_patient_lends_an_exam_no_name(results: Path) -> None:
    exam = next(one for one in results_folder(results).exams() if one.key != "P_00007")
    assert exam.record is not None
    patient = exam.record.patient_id
    for known, name in ((patient, "Woolf Virginia"), (f"{patient} [2]", "Woolf Virginia"), ("Another", None)):
        record = msgspec.structs.replace(exam.record, patient_id=known)
        assert facts_from_images(replace(exam, record=record), names=True).name == name


def test_a_page_gives_way_to_a_new_one_and_nothing_else_does(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = made(results, tmp_path / "page")
    before = everything(page)
    assert everything(made(results, page)) == before
    assert {path.stat().st_mode & 0o77 for path in (page, *page.rglob("*"))} == {0}
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    assert main(["report", str(results), "-o", str(other)]) == 1
    assert "holds something else than such a page; choose another folder." in capsys.readouterr().err
    assert [path.name for path in other.iterdir()] == ["thesis.txt"]


def test_a_page_that_cannot_be_finished_leaves_the_one_before(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = made(results, tmp_path / "page")
    before = everything(page)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(PictureWriter, "_save", full)
    assert main(["report", str(results), "-o", str(page), "-q"]) == 1
    monkeypatch.undo()
    assert everything(page) == before
    assert [path.name for path in tmp_path.iterdir()] == ["page"]


def test_a_damaged_record_is_told_on_the_page_and_the_other_exams_are_there(
    results: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(results, tmp_path / "out")
    next((copy / "P_00007").glob("*.json")).write_text("{")
    page = made(copy, tmp_path / "page")
    assert len(data(page, "exams_0000")) == 2
    assert (
        "run the analysis again"
        in next(one for one in data(page, "details_0000") if one["unwritten"])["unwritten"]
    )
    assert cells(page, "P_00007")["failures"] == ["not-written"]


def test_of_an_exam_in_several_folders_that_with_corrections_is_shown(
    results: Path, tmp_path: Path, make_view: Callable[..., Measured], capsys: pytest.CaptureFixture[str]
) -> None:
    view = make_view("RCC", wall="right")
    drawn = reviewed_view(
        view.prepared,
        view.mask.astype(np.uint8),
        edited=True,
        settings=MeasurementSettings(),
        exam_key="P_00007",
    )
    corrected = export_exam(tmp_path / "corrected", [drawn], settings=MeasurementSettings(), host="a viewer")
    page = tmp_path / "page"
    for folders in ((results, corrected), (corrected, results)):
        assert main(["report", *map(str, folders), "-o", str(page)]) == 0
        assert "1 exam in several folders" in capsys.readouterr().err
        assert len(data(page, "exams_0000")) == 2
        assert cells(page, "P_00007")["state"] == ["by hand"]
        by_hand = [row["by_hand"] for row in data(page, "exams_0000")]
        assert sorted(by_hand, key=len) == [[], [["RCC", "by hand", None]]]
    assert made(corrected, tmp_path / "alone").is_dir()


def test_exams_that_are_not_analysed_yet_are_counted(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = shutil.copytree(results, tmp_path / "out")
    (copy / "P_00007" / ".finished").unlink()
    assert main(["report", str(copy), "-o", str(tmp_path / "page")]) == 0
    assert "1 exam, 1 not analysed yet" in capsys.readouterr().err
    assert data(tmp_path / "page", "cohort")["left"] == 1


def test_a_table_of_sites_becomes_columns(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sites = tmp_path / "sites.csv"
    sites.write_text("exam,site,age\nP_00007,North,61.5\n", encoding="utf-8")
    page = made(results, tmp_path / "page", "--columns", str(sites))
    assert (cells(page, "P_00007")["more_0"], cells(page, "P_00007")["more_1"]) == ("North", 61.5)
    assert [
        column["kind"] for column in data(page, "cohort")["columns"] if column["label"] in ("site", "age")
    ] == [
        "text",
        "number",
    ]
    sites.write_text("woman,site\nx,North\n", encoding="utf-8")
    assert main(["report", str(results), "-o", str(tmp_path / "p"), "--columns", str(sites)]) == 1
    assert "has no column exam or patient_id" in capsys.readouterr().err


def test_another_quantity_is_a_column(results: Path) -> None:
    new = Quantity("new_mm", "New", unit=MM, exam=Reading("a new one", value=lambda _: 1.0), source="nobody")
    with QUANTITIES.extended(new):
        column = next(one for one in exam_columns() if one.key == "new_mm")
    assert (column.label, column.unit, column.group) == ("New", "mm", "Both breasts")


def test_a_missing_library_is_one_sentence(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nothing(package: str) -> None:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(libraries, "files", nothing)
    assert main(["report", str(results), "-o", str(tmp_path / "page")]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "is not installed: pip install 'openbac[report]'" in said
    assert not (tmp_path / "page").exists()


def test_a_folder_without_results_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path), "-o", str(tmp_path / "page")]) == 1
    assert "holds no results" in capsys.readouterr().err


def test_readings_become_columns_of_the_table_and_strange_exams_are_refused(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = made(results, tmp_path / "page")
    result = next(row["result"] for row in data(page, "exams_0000") if "P_00007" in row["cells"])
    said = tmp_path / "said.csv"
    row = f"P_00007,reject,a fold,A. B.,2026-01-31T10:00:00Z,{result}"
    said.write_text(f"exam,verdict,comment,reader,read_at,result\n{row}\n")
    again = made(results, tmp_path / "again", "--reading", str(said))
    (reading,) = data(again, "readings").values()
    assert (reading["exam"], reading["verdict"], reading["comment"]) == ("P_00007", "reject", "a fold")
    wide = tmp_path / "wide.csv"
    assert main(["table", str(results), "-o", str(wide), "--reading", str(said)]) == 0
    head, *lines = wide.read_text(encoding="utf-8").splitlines()
    assert head.endswith("reading,reading_comment,reading_reader,reading_at")
    ends = sorted(line.rsplit(",", 4)[1:] for line in lines)
    assert ends == [["", "", "", ""], ["reject", "a fold", "A. B.", "2026-01-31T10:00:00Z"]]
    dictionary = (tmp_path / "wide_dictionary.csv").read_text(encoding="utf-8")
    assert "reading_comment,Comment" in dictionary
    said.write_text("exam,verdict\nnobody,accept\n")
    for command in (["report", str(results), "-o", str(page)], ["table", str(results), "-o", str(wide)]):
        assert main([*command, "--reading", str(said)]) == 1
        assert "names exams that are not in these results (nobody)" in capsys.readouterr().err
