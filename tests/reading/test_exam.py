from __future__ import annotations

import random
import re
import shutil
from pathlib import Path
from typing import Any

import cv2
import pytest
from hypothesis import given, strategies as st

from shared_core.pacs.inbox import ReceivedExam
from shared_core.reading.exam_grouping import _key, find_exams
from shared_core.reading.unused import UnusedReason
from tests.reading import synthetic
from tests.reading.synthetic import breast, dataset, write
from tests.told import codes

VIEWS = (("L", "CC"), ("L", "MLO"), ("R", "CC"), ("R", "MLO"))


def four_views(folder: Path, seed: int = 0, **attributes: Any) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number, (side, view) in enumerate(VIEWS):
        ds = dataset(
            breast(seed=10 * seed + number),
            **{
                "ImageLaterality": side,
                "ViewPosition": view,
                "StudyInstanceUID": f"1.2.{seed + 1}",
                **attributes,
            },
        )
        files.append(write(folder / f"{number}.dcm", ds))
    return files


def labels(exam: Any) -> list[str]:
    return [header.view_label for header in exam.headers]


def test_a_folder_becomes_an_exam(tmp_path: Path) -> None:
    four_views(tmp_path)
    seen: list[tuple[int, int]] = []
    listing = find_exams([tmp_path], progress=lambda done, total: seen.append((done, total)))
    assert [labels(exam) for exam in listing.exams] == [["LCC", "LMLO", "RCC", "RMLO"]]
    assert listing.exams[0].missing_views == ()
    assert (listing.exams[0].key, listing.exams[0].patient_id) == ("P1_20200102", "P1")
    assert listing.unused == ()
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_the_order_of_the_files_does_not_matter(tmp_path: Path) -> None:
    files = four_views(tmp_path / "a") + four_views(tmp_path / "b", 1, PatientID="P0")
    expected = find_exams(files)
    random.Random(0).shuffle(files)
    shuffled = find_exams(files)
    assert (
        [e.key for e in shuffled.exams] == [e.key for e in expected.exams] == ["P0_20200102", "P1_20200102"]
    )
    assert [labels(e) for e in shuffled.exams] == [labels(e) for e in expected.exams]


def test_missing_views_are_named(tmp_path: Path) -> None:
    four_views(tmp_path)[1].unlink()
    assert find_exams([tmp_path]).exams[0].missing_views == ("LMLO",)


@pytest.mark.parametrize("modifier", ["MAG", "TANGENTIAL", "ROLLED"])
def test_a_partial_view_is_no_standard_view(tmp_path: Path, modifier: str) -> None:
    files = four_views(tmp_path)
    files[0].unlink()
    write(tmp_path / "m.dcm", dataset(StudyInstanceUID="1.2.1", SeriesDescription=f"L CC {modifier}"))
    assert find_exams([tmp_path]).exams[0].missing_views == ("LCC",)


def test_a_partial_view_does_not_complete_a_received_exam(tmp_path: Path) -> None:
    files = four_views(tmp_path / "images")
    received = ReceivedExam(tmp_path)
    assert received.has_all_standard_views()
    files[0].unlink()
    write(tmp_path / "images" / "m.dcm", dataset(StudyInstanceUID="1.2.1", SeriesDescription="L CC MAG"))
    assert not received.has_all_standard_views()


def test_studies_of_one_patient_are_two_exams_with_own_keys(tmp_path: Path) -> None:
    four_views(tmp_path / "a")
    four_views(tmp_path / "b", 1)
    keys = [exam.key for exam in find_exams([tmp_path]).exams]
    assert len(set(keys)) == 2
    assert all(key.startswith("P1_20200102_") for key in keys)


def test_collections_with_a_study_per_image_are_joined(tmp_path: Path) -> None:
    for number, (side, view) in enumerate(
        (("LEFT", "CC"), ("LEFT", "MLO"), ("RIGHT", "CC"), ("RIGHT", "MLO"))
    ):
        ds = dataset(
            breast(seed=number),
            sop_class=synthetic.SC,
            PatientID=f"Calc-Test_P_00646_{side}_{view}",
            ImageLaterality=None,
            ViewPosition=None,
        )
        write(tmp_path / f"1-{number}.dcm", ds)
    exams = find_exams([tmp_path]).exams
    assert [(e.key, e.patient_id, labels(e)) for e in exams] == [
        ("P_00646_20200102", "P_00646", ["LCC", "LMLO", "RCC", "RMLO"])
    ]


def test_duplicates_are_reported_once_each(tmp_path: Path) -> None:
    files = four_views(tmp_path)
    shutil.copy(files[0], tmp_path / "copy.dcm")
    ds = dataset(breast(seed=77), StudyInstanceUID="1.2.1")
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = "1.2.99"
    write(tmp_path / "x1.dcm", ds)
    ds.PatientComments = "sent again"
    write(tmp_path / "x2.dcm", ds)
    listing = find_exams([tmp_path, tmp_path / "0.dcm", tmp_path])
    assert [(r.path.name, r.reason) for r in listing.unused] == [
        ("copy.dcm", UnusedReason.DUPLICATE),
        ("x2.dcm", UnusedReason.DUPLICATE),
    ]
    assert "same content as" in listing.unused[0].text
    assert "same SOP Instance UID as" in listing.unused[1].text
    assert len(listing.exams[0].headers) == 5
    assert codes(listing.exams[0].notices) == ["exam-view-repeated"]


def test_copied_pictures_are_duplicates(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "p_LCC.png"), breast(8))
    shutil.copy(tmp_path / "p_LCC.png", tmp_path / "q_LCC.png")
    listing = find_exams([tmp_path])
    assert [r.path.name for r in listing.unused] == ["q_LCC.png"]


def test_what_is_no_mammogram_is_sorted_by_kind(tmp_path: Path) -> None:
    four_views(tmp_path)
    write(tmp_path / "ct.dcm", dataset(sop_class=synthetic.CT, Modality="CT"))
    write(tmp_path / "seg.dcm", dataset(sop_class=synthetic.SEG, Modality="SEG"))
    write(tmp_path / "tomo.dcm", dataset(sop_class=synthetic.TOMO, NumberOfFrames=9))
    (tmp_path / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"\xff" * 50)
    (tmp_path / "empty.png").write_bytes(b"")
    kinds = {r.path.name: r.reason.value for r in find_exams([tmp_path]).unused}
    assert kinds == {
        "ct.dcm": "not-a-mammogram",
        "seg.dcm": "not-a-mammogram",
        "tomo.dcm": "unsupported",
        "broken.dcm": "damaged",
        "empty.png": "damaged",
    }


def test_what_lies_about_is_no_image_and_is_named(tmp_path: Path) -> None:
    four_views(tmp_path)
    for name in ("a_mask.png", "a_overlay.png", ".hidden.png"):
        cv2.imwrite(str(tmp_path / name), breast(8))
    for name in ("run.json", "views.csv", "README.md", "DICOMDIR", "notes"):
        (tmp_path / name).write_text("text")
    (tmp_path / ".git").mkdir()
    shutil.copy(tmp_path / "0.dcm", tmp_path / ".git" / "x.dcm")
    listing = find_exams(tmp_path)
    assert len(listing.exams[0].headers) == 4
    assert {r.path.name: r.reason.value for r in listing.unused} == {
        **dict.fromkeys(("a_mask.png", "a_overlay.png", "run.json", "views.csv"), "own-result"),
        **dict.fromkeys((".hidden.png", ".git"), "hidden"),
        **dict.fromkeys(("README.md", "notes"), "kind-not-read"),
        "DICOMDIR": "not-a-mammogram",
    }
    named = find_exams([tmp_path / "README.md", tmp_path / "nowhere.dcm"])
    assert [r.reason.value for r in named.unused] == ["kind-not-read", "not-opened"]


def test_dicom_files_of_any_name_are_found(tmp_path: Path) -> None:
    four_views(tmp_path)[0].rename(tmp_path / "IM000001")
    assert len(find_exams([tmp_path]).exams[0].headers) == 4


def test_raw_twins_are_left_out_by_reference_or_by_view(tmp_path: Path) -> None:
    files = four_views(tmp_path)
    raw = dataset(breast(seed=50), sop_class=synthetic.MG_RAW, StudyInstanceUID="1.2.1")
    write(tmp_path / "raw.dcm", raw)
    alone = dataset(breast(seed=51), sop_class=synthetic.MG_RAW, StudyInstanceUID="1.2.1", ViewPosition="ML")
    write(tmp_path / "raw_alone.dcm", alone)
    listing = find_exams([tmp_path])
    assert [(r.path.name, r.reason) for r in listing.unused] == [("raw.dcm", UnusedReason.RAW_TWIN)]
    assert f"For Processing (raw) image of {files[0].name}" in listing.unused[0].text
    assert "LML" in labels(listing.exams[0])


def test_synthetic_and_full_field_views_are_both_kept_with_a_notice(tmp_path: Path) -> None:
    four_views(tmp_path)
    write(
        tmp_path / "s.dcm",
        dataset(breast(seed=60), StudyInstanceUID="1.2.1", SeriesDescription="L CC C-View"),
    )
    exam = find_exams([tmp_path]).exams[0]
    assert len(exam.headers) == 5
    assert codes(exam.notices) == ["exam-mixes-synthetic"]


def test_pictures_are_grouped_by_name_and_folder(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        for number, view in enumerate(("LCC", "RCC")):
            cv2.imwrite(str(tmp_path / folder / f"p1-{view}.png"), breast(8, seed=number + 2 * ord(folder)))
    (tmp_path / "c").mkdir()
    cv2.imwrite(str(tmp_path / "c" / "scan.png"), breast(8, seed=9))
    exams = find_exams([tmp_path]).exams
    assert sorted(labels(exam) for exam in exams) == [["??"], ["LCC", "RCC"], ["LCC", "RCC"]]
    assert len({exam.key for exam in exams}) == 3
    unknown = next(exam for exam in exams if exam.key == "scan")
    assert unknown.missing_views == ()
    assert codes(unknown.notices) == ["exam-view-unknown"]


def test_files_without_any_identifier_are_grouped_by_folder(tmp_path: Path) -> None:
    four_views(tmp_path / "a", PatientID=None, StudyInstanceUID=None, StudyDate=None)
    four_views(tmp_path / "b", 1, PatientID=None, StudyInstanceUID=None, StudyDate=None)
    exams = find_exams([tmp_path]).exams
    assert [len(exam.headers) for exam in exams] == [4, 4]
    assert len({exam.key for exam in exams}) == 2


@given(st.text(max_size=80), st.sampled_from(["", "20200102"]), st.text(max_size=20))
def test_keys_are_file_names_everywhere(patient: str, date: str, study: str) -> None:
    key = _key(patient, date, study)
    # Letters of any script, and nothing that a file system or a shell reads otherwise.
    assert re.fullmatch(r"[^\W_][\w.-]*", key)
    if re.search("[A-Za-z0-9]", patient) or not re.search(r"\w", patient):
        assert key.isascii()
    assert len(key) <= 80
    assert key.split("_")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"} or "_" in key


def test_nothing_gives_nothing(tmp_path: Path) -> None:
    listing = find_exams([tmp_path])
    assert (listing.exams, listing.unused) == ((), ())
