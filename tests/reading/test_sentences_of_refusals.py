"""What is said of odd files says what is there: nothing invented, nothing twice."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from shared_core.errors import OpenBacError
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.spacing import pixel_spacing
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.reader import read_header, read_mammogram
from shared_core.reading.unused import UnusedFile, UnusedReason, unused_sentences
from shared_core.records.unused_files import unused_files, unused_records
from tests.reading import synthetic
from tests.reading.synthetic import dataset, write


def refusal(folder: Path, *without: str, **attributes: Any) -> str:
    made = dataset(**attributes)
    for keyword in without:
        delattr(made, keyword)
    with pytest.raises(OpenBacError) as caught:
        read_mammogram(write(folder / "a.dcm", made))
    return str(caught.value)


def codes(folder: Path, **attributes: Any) -> list[str]:
    header = read_mammogram(write(folder / "a.dcm", dataset(**attributes))).header
    return [notice.code for notice in header.notices]


def test_an_unknown_class_of_modality_mg_is_what_is_not_known(tmp_path: Path) -> None:
    told = refusal(tmp_path, sop_class="1.2.3.4.5", Modality="MG")
    assert "unknown SOP class 1.2.3.4.5" in told
    assert "not a mammogram" not in told


@pytest.mark.parametrize(
    ("image_type", "is_slice"),
    [
        (["ORIGINAL", "PRIMARY", "TOMOSYNTHESIS", "NONE"], True),
        (["DERIVED", "PRIMARY", "TOMOSYNTHESIS"], True),
        (["DERIVED", "PRIMARY", "TOMOSYNTHESIS", "GENERATED_2D"], False),
    ],
)
def test_the_image_type_tells_a_slice_from_a_synthetic_view(
    tmp_path: Path, image_type: list[str], is_slice: bool
) -> None:
    # the description is often that of the whole series
    about = {"sop_class": synthetic.TOMO, "ImageType": image_type, "SeriesDescription": "L CC C-View"}
    if is_slice:
        assert "one slice of a tomosynthesis" in refusal(tmp_path, **about)
    else:
        assert read_header(write(tmp_path / "a.dcm", dataset(**about))).acquisition.synthetic_2d


def test_bits_that_are_not_said_are_not_made_up(tmp_path: Path) -> None:
    told = refusal(tmp_path, "BitsStored")
    assert "lacks BitsStored" in told
    assert "BitsStored 16" not in told
    assert "lacks BitsAllocated" in refusal(tmp_path, "BitsAllocated")


def test_without_bits_stored_all_bits_are_read_where_the_high_bit_is_the_last(tmp_path: Path) -> None:
    made = dataset(HighBit=15)
    del made.BitsStored
    assert (read_mammogram(write(tmp_path / "a.dcm", made)).pixels == synthetic.breast(12)).all()


def test_a_window_that_cannot_be_used_is_told_once(tmp_path: Path) -> None:
    for window, code in (
        ({"WindowCenter": 5, "WindowWidth": 0}, "window-width-unusable"),
        ({"WindowCenter": 5}, "window-incomplete"),
        ({"VOILUTSequence": [synthetic.lut_item(0, [])]}, "lut-incomplete"),
        ({}, "no-window"),
    ):
        told = [one for one in codes(tmp_path, **window) if "window" in one or "lut" in one]
        assert told == [code], window


@pytest.mark.parametrize("zero", [[0, 0], [5, 5]])
def test_an_implausible_spacing_is_told_once(zero: list[float]) -> None:
    calibrated = dataset(PixelSpacing=zero, PixelSpacingCalibrationType="GEOMETRY")
    if "ImagerPixelSpacing" in calibrated:
        del calibrated.ImagerPixelSpacing
    _, notices = pixel_spacing(Attributes(calibrated))
    assert [notice.code for notice in notices] == ["spacing-implausible", "spacing-unknown"]


def test_files_of_one_name_are_told_apart_by_their_place(tmp_path: Path) -> None:
    top = tmp_path / "given"
    for place in ("a", "b"):
        (top / place).mkdir(parents=True)
        (top / place / "RCC.dcm").write_bytes(b"")
        (top / place / "notes.txt").write_text("words")
    write(top / "LCC.dcm", dataset())
    (top / "a" / "LCC.dcm").write_bytes(b"\0" * 200)
    (top / "a" / "alone.csv").write_text("1,2")
    with zipfile.ZipFile(top / "exam.zip", "w") as archive:
        archive.write(top / "LCC.dcm", "x/whole.dcm")
        archive.writestr("x/RCC.dcm", b"")
    unused = find_exams(top).unused
    told = "\n".join(unused_sentences(unused))
    for label in ("a/RCC.dcm", "b/RCC.dcm", "exam.zip/x/RCC.dcm", "a/LCC.dcm", "a/notes.txt", "b/notes.txt"):
        assert label in told
    assert "(alone.csv)" in told
    assert str(tmp_path) not in told.replace(str(top / "LCC.dcm"), "").replace(str(top / "exam.zip"), "")
    assert unused_sentences(unused_files(unused_records(unused))) == unused_sentences(unused)


def test_an_archive_that_is_named_is_part_of_the_places_in_it(tmp_path: Path) -> None:
    write(tmp_path / "LCC.dcm", dataset())
    with zipfile.ZipFile(tmp_path / "exam.zip", "w") as archive:
        archive.write(tmp_path / "LCC.dcm", "LCC.dcm")
        for place in ("a", "b"):
            archive.writestr(f"{place}/RCC.dcm", b"")
    told = {file.label for file in find_exams(tmp_path / "exam.zip").unused}
    assert told == {"exam.zip/a/RCC.dcm", "exam.zip/b/RCC.dcm"}


def test_images_of_one_folder_share_a_folder_and_no_study(tmp_path: Path) -> None:
    for number, birth in enumerate(("19500101", "19600202")):
        made = dataset(synthetic.breast(seed=number), PatientID="", PatientBirthDate=birth)
        made.StudyInstanceUID = ""
        write(tmp_path / f"{number}.dcm", made)
    texts = [notice.text for exam in find_exams(tmp_path).exams for notice in exam.notices]
    assert any("the same folder" in text for text in texts)
    assert not any("the same study" in text for text in texts)


def test_the_label_is_the_name_where_the_text_begins_otherwise() -> None:
    assert UnusedFile(Path("a/b.csv"), UnusedReason.DAMAGED, "Words alone.").label == "b.csv"
