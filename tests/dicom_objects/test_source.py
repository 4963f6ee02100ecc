"""What objects take from a mammogram, and what is said where it lacks something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset

from shared_core.dicom_objects.source_image import (
    SourceImage,
    exam_home,
    put_lossy,
    put_patient_and_study,
    source_image,
    source_images,
)
from shared_core.errors import UnreadableImageError, UnsupportedImageError, UsageError
from shared_core.reading.reader import mammogram_from_array, read_header
from tests.dicom_objects.conftest import MeasuredExam
from tests.reading import synthetic


def _source(folder: Path, **attributes: Any) -> SourceImage:
    path = synthetic.write(folder / "LCC.dcm", synthetic.dataset(**attributes))
    return source_image(read_header(path))


def _about(source: SourceImage, words: str) -> str:
    found = [notice.text for notice in source.notices if words in notice.text]
    assert len(found) == 1, source.notices
    return found[0]


def test_a_complete_mammogram_is_taken_as_it_is(tmp_path: Path) -> None:
    ds = synthetic.dataset(
        PatientName="Doe^Jane",
        PatientBirthDate="19500102",
        PatientSex="F",
        StudyTime="101112.5",
        StudyID="7",
        AccessionNumber="A1",
        PatientOrientation=["A", "R"],
        PatientAge="070Y",
    )
    source = source_image(read_header(synthetic.write(tmp_path / "LCC.dcm", ds)))
    assert (source.study_uid, source.series_uid, source.sop_instance_uid) == (
        ds.StudyInstanceUID,
        ds.SeriesInstanceUID,
        ds.SOPInstanceUID,
    )
    assert (source.patient_orientation, source.made, source.notices) == (("A", "R"), False, ())
    made = Dataset()
    put_patient_and_study(made, source)
    assert (made.PatientName, made.PatientAge, made.StudyTime) == ("Doe^Jane", "070Y", "101112.5")
    assert str(source.study_time) == "2020-01-02 10:11:12"


@pytest.mark.parametrize(
    ("said", "time"), [("10", "10:00:00"), ("1011", "10:11:00"), ("101112", "10:11:12"), ("", "00:00:00")]
)
def test_a_time_is_taken_as_far_as_it_is_said(tmp_path: Path, said: str, time: str) -> None:
    assert str(_source(tmp_path, StudyTime=said).study_time) == f"2020-01-02 {time}"


def test_mandatory_attributes_that_are_missing_are_written_empty(tmp_path: Path) -> None:
    source = _source(tmp_path, PatientID=None, StudyDate=None)
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyID"):
        assert keyword in source.attributes
        assert str(source.attributes[keyword].value or "") == ""
    assert source.study_time is None
    assert not source.made


@pytest.mark.parametrize("lacking", ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"])
def test_a_file_without_a_uid_is_referred_to_by_a_derived_copy(tmp_path: Path, lacking: str) -> None:
    ds = synthetic.dataset(**{lacking: None})
    path = tmp_path / "LCC.dcm"
    ds.save_as(path, enforce_file_format=False)
    source = source_image(read_header(path))
    assert source.made
    assert f"lacks {lacking}" in _about(source, "derived copy")
    assert source.sop_instance_uid != ds.get("SOPInstanceUID")
    assert source_image(read_header(path)).sop_instance_uid == source.sop_instance_uid
    if lacking != "StudyInstanceUID":
        assert source.study_uid == ds.StudyInstanceUID


def test_private_attributes_stay_behind(tmp_path: Path) -> None:
    ds = synthetic.dataset()
    ds.private_block(0x0013, "CTP", create=True).add_new(0x10, "LO", "secret")
    ds.add_new(0x00111001, "UN", b"\1\2\3")  # without a creator
    source = source_image(read_header(synthetic.write(tmp_path / "LCC.dcm", ds)))
    assert not [element for element in source.attributes if element.tag.is_private]
    assert source.notices == ()


def test_letters_of_any_character_set_become_utf_8(tmp_path: Path) -> None:
    source = _source(tmp_path, SpecificCharacterSet="ISO_IR 144", PatientName="Люкceмбypг")
    made = Dataset()
    put_patient_and_study(made, source)
    assert (made.SpecificCharacterSet, str(made.PatientName)) == ("ISO_IR 192", "Люкceмбypг")
    assert source.notices == ()


@pytest.mark.parametrize(
    ("named", "stored", "why"),
    [
        ("ISO_IR 999", "Müller".encode("latin-1"), "ISO_IR 999 is unknown"),
        (None, "Müller".encode("latin-1"), "names no character set"),
        ("ISO_IR 192", "Müller".encode("latin-1"), "not in its character set ISO_IR 192"),
    ],
)
def test_letters_that_cannot_be_read_for_sure_are_told(
    tmp_path: Path, named: str | None, stored: bytes, why: str
) -> None:
    ds = synthetic.dataset()
    ds.PatientName = "M?ller^Eva"
    path = synthetic.write(tmp_path / "LCC.dcm", ds)
    content = path.read_bytes().replace(b"M?ller", stored)
    if named is not None:
        ds.SpecificCharacterSet = named
        content = synthetic.write(tmp_path / "named.dcm", ds).read_bytes().replace(b"M?ller", stored)
    path.write_bytes(content)
    source = source_image(read_header(path))
    assert why in _about(source, "letters outside ASCII")
    made = Dataset()
    put_patient_and_study(made, source)
    made["PatientName"].value.encode(["utf_8"])
    assert "\ufffd" not in str(made.PatientName)


@pytest.mark.parametrize(
    ("keyword", "written", "kept"),
    [
        ("StudyDate", "2020.01.02", "20200102"),
        ("StudyDate", "20201302", ""),
        ("PatientBirthDate", "about 1950", ""),
        ("PatientSex", "W", ""),
        ("StudyTime", "25:00", ""),
        ("StudyID", "a study with a long name", "a study with a l"),
        ("PatientAge", "seventy", ""),
    ],
)
def test_values_that_dicom_does_not_allow_are_corrected_or_left_out(
    tmp_path: Path, keyword: str, written: str, kept: str
) -> None:
    ds = synthetic.dataset()
    path = tmp_path / "LCC.dcm"
    with pydicom.config.disable_value_validation():
        setattr(ds, keyword, written)
        synthetic.write(path, ds)
    source = source_image(read_header(path))
    assert source.attributes.get(keyword, "") == kept
    assert repr(written[:40]) in _about(source, keyword)


def test_patient_orientation_that_is_none_is_left_empty(tmp_path: Path) -> None:
    source = _source(tmp_path, PatientOrientation="MLO")
    assert source.patient_orientation == ()
    assert "'MLO'" in _about(source, "PatientOrientation")


def test_several_frames_are_refused_in_one_sentence(tmp_path: Path) -> None:
    path = synthetic.write(tmp_path / "LCC.dcm", synthetic.dataset())
    header = read_header(path)
    synthetic.write(path, synthetic.dataset(NumberOfFrames=3))
    with pytest.raises(UnsupportedImageError, match=r"^LCC\.dcm: holds 3 frames"):
        source_image(header)


def test_a_file_that_is_gone_or_damaged_is_told_in_one_sentence(tmp_path: Path) -> None:
    path = synthetic.write(tmp_path / "LCC.dcm", synthetic.dataset())
    header = read_header(path)
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(
        UnreadableImageError, match=r"^LCC\.dcm: was changed or cut off after it was measured"
    ):
        source_image(header)
    path.unlink()
    with pytest.raises(UnreadableImageError, match="cannot be read any more"):
        source_image(header)


def test_an_image_in_memory_has_to_be_saved_first() -> None:
    header = mammogram_from_array(synthetic.breast(), name="LCC").header
    with pytest.raises(UsageError, match="save it first"):
        source_image(header)


def test_pictures_of_an_exam_share_a_study_and_a_series_made_from_their_content(
    make_exam: Callable[..., MeasuredExam],
) -> None:
    exam, again = make_exam("png"), make_exam("png")
    assert len({source.study_uid for source in exam.sources}) == 1
    assert len({source.series_uid for source in exam.sources}) == 1
    assert len({source.sop_instance_uid for source in exam.sources}) == 2
    assert [one.sop_instance_uid for one in exam.sources] == [one.sop_instance_uid for one in again.sources]
    assert all(source.made and "is no DICOM file" in source.notices[-1].text for source in exam.sources)


def test_objects_of_an_exam_of_several_studies_have_one_home(make_exam: Callable[..., MeasuredExam]) -> None:
    exam = make_exam("film-malign")
    assert len({source.study_uid for source in exam.sources}) == 4
    assert exam_home(exam.sources[::-1]).header.view_label == "LCC"


def test_lossy_compression_is_passed_on(tmp_path: Path) -> None:
    source = _source(
        tmp_path,
        LossyImageCompression="01",
        LossyImageCompressionRatio="12.5",
        LossyImageCompressionMethod="ISO_15444_1",
    )
    made = Dataset()
    put_lossy(made, source)
    assert (made.LossyImageCompression, made.LossyImageCompressionMethod) == ("01", "ISO_15444_1")
    assert made.LossyImageCompressionRatio == 12.5


def test_lossy_compression_is_named_by_the_file_where_no_attribute_does(tmp_path: Path) -> None:
    path = synthetic.write(tmp_path / "LCC.dcm", synthetic.dataset(LossyImageCompression="01"))
    header = read_header(path)
    for syntax, method in (
        ("1.2.840.10008.1.2.4.203", "ISO_15444_15"),
        ("1.2.840.10008.1.2.4.91", "ISO_15444_1"),
    ):
        source = source_image(replace(header, transfer_syntax=syntax))
        assert source.lossy is not None
        assert source.lossy[1] == method


def test_views_of_one_exam_keep_their_order(make_exam: Callable[..., MeasuredExam]) -> None:
    exam = make_exam("hologic")
    headers = [source.header for source in exam.sources]
    backwards = source_images(headers[::-1])
    assert [one.sop_instance_uid for one in backwards] == [one.sop_instance_uid for one in exam.sources[::-1]]
