"""Whom pictures without a header belong to, by their names and those beside them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import cv2
import pytest

from shared_core.reading.description import describe
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.reader import read_header
from tests.reading.synthetic import breast

COUNTED = ("LCC_1", "LMLO_2", "RCC_3", "RMLO_4")


def pictures(folder: Path, names: tuple[str, ...]) -> Path:
    folder.mkdir()
    for seed, name in enumerate(names):
        cv2.imwrite(str(folder / f"{name}.png"), breast(8, seed=seed))
    return folder


@pytest.mark.parametrize(
    ("names", "patients"),
    [
        (COUNTED, {"case"}),
        (("1_LCC", "2_LMLO", "3_RCC"), {"case"}),
        (("IM01_L_CC", "IM02_L_MLO", "IM03_R_CC"), {"case"}),
        (("LCC_raw", "LCC_proc", "RCC"), {"case"}),
        (("LCC_for_processing", "LCC_for_presentation"), {"case"}),
        (("P1_LCC_raw", "P1_RCC_raw", "P2_LCC_raw"), {"P1", "P2"}),
        (("P1_LCC", "P2_RCC"), {"P1", "P2"}),
        (("1_LCC", "1_RCC", "2_LCC", "2_RCC"), {"1", "2"}),
        (("1_LCC", "2_LCC"), {"1", "2"}),
        (("12_LCC",), {"12"}),
        (("1_LCC", "2_RCC"), {"1", "2"}),
        (("101_LCC", "205_RCC", "317_LMLO"), {"101", "205", "317"}),
        (("1_LCC", "2_RCC", "P3_LMLO"), {"1", "2", "P3"}),
    ],
)
def test_numbers_and_words_on_processing_are_no_patients(
    tmp_path: Path, names: tuple[str, ...], patients: set[str]
) -> None:
    exams = find_exams(pictures(tmp_path / "case", names)).exams
    assert {exam.patient_id for exam in exams} == patients


def test_results_beside_the_pictures_change_no_patient(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "case", COUNTED)
    cv2.imwrite(str(folder / "LCC_1_mask.png"), breast(8))
    assert read_header(folder / "LCC_1.png").identity.patient_id == "case"


def test_in_an_archive_it_is_the_same(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "case", COUNTED)
    with zipfile.ZipFile(tmp_path / "exam.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"woman/{file.name}")
    assert [exam.patient_id for exam in find_exams(tmp_path / "exam.zip").exams] == ["woman"]


def test_what_is_told_of_a_picture_names_where_its_patient_is_from(tmp_path: Path) -> None:
    (named, counted) = (pictures(tmp_path / "a", ("P1_LCC",)), pictures(tmp_path / "b", COUNTED))
    told = [
        next(row.why for row in describe(read_header(path)) if row.label == "patient")
        for path in (named / "P1_LCC.png", counted / "LCC_1.png")
    ]
    assert told == ["P1 from the file name", "b from the folder name"]
