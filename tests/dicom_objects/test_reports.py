"""The structured reports: accepted by every validator, and every number comes back to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from scipy.ndimage import binary_fill_holes, label

from shared_core.dicom_objects import codes
from shared_core.dicom_objects.equipment import file_bytes
from shared_core.dicom_objects.images.segmentation_object import segmentation
from shared_core.dicom_objects.result_exam import ResultExam
from shared_core.dicom_objects.structured_reports.cad_report import cad_report
from shared_core.dicom_objects.structured_reports.measurement_report import exam_report, views_report
from shared_core.mammogram import Laterality, Mask
from shared_core.quantities.codes import THRESHOLD
from tests.dicom_objects.conftest import MeasuredExam
from tests.dicom_objects.content import below, mask_of, recorded, values
from tests.dicom_objects.results import result_of, with_mass, with_provenance
from tests.host.validators import dcentvfy, dciodvfy, dicom_validator, need_validators, pixelmed

KINDS = ("fuji", "ge", "hologic", "png", "film-benign", "film-malign")
MakeExam = Callable[..., MeasuredExam]


@pytest.fixture(scope="module")
def result(make_exam: MakeExam) -> ResultExam:
    return with_mass(result_of(make_exam("hologic")))


@pytest.fixture(scope="module")
def without_spacing(make_exam: MakeExam) -> ResultExam:
    return result_of(make_exam("png"))


def _segmentations(exam: ResultExam) -> dict[str, Dataset]:
    return {
        view.stem: segmentation(
            view.source, view.mask, provenance=view.record.provenance, making=exam.making, number=number
        )
        for number, view in enumerate(exam.views, start=1)
    }


def _reports(exam: ResultExam) -> list[Dataset]:
    of_exam = exam_report(exam)
    assert of_exam is not None
    return [cad_report(exam), views_report(exam, _segmentations(exam)), of_exam]


def _written(made: Dataset, path: Path) -> Path:
    path.write_bytes(file_bytes(made))
    return path


def _items(dataset: Dataset) -> Iterator[Dataset]:
    for item in dataset.get("ContentSequence", []):
        yield item
        yield from _items(item)


def _concepts(dataset: Dataset) -> list[str]:
    return [
        str(item.ConceptNameCodeSequence[0].CodeValue)
        for item in _items(dataset)
        if "ConceptNameCodeSequence" in item
    ]


def _codes(dataset: Dataset) -> set[str]:
    return {
        str(item.ConceptCodeSequence[0].CodeValue)
        for item in _items(dataset)
        if "ConceptCodeSequence" in item
    }


def _filled(mask: Mask) -> Mask:
    """Each part of a mask (8 neighbours) with its holes."""
    parts, count = label(mask, np.ones((3, 3)))
    filled = [binary_fill_holes(parts == number) for number in range(1, count + 1)]
    return np.any(filled, axis=0) if filled else mask


def test_every_report_of_every_exam_is_accepted(make_exam: MakeExam, tmp_path: Path) -> None:
    need_validators()
    paths = []
    for kind in KINDS:
        measured = make_exam(kind)
        exam = result_of(measured)
        own = [
            _written(made, tmp_path / f"{kind}_{number}.dcm") for number, made in enumerate(_reports(exam))
        ]
        assert dcentvfy([*measured.dicom_files, *own]) == []
        paths += own
    assert [error for path in paths for error in dciodvfy(path)] == []
    assert dicom_validator(paths) == []
    assert pixelmed(paths) == []


def test_reports_of_unusual_results_are_accepted_and_a_broken_one_is_not(
    result: ResultExam, tmp_path: Path
) -> None:
    need_validators()
    nothing = replace(
        result, views=tuple(replace(view, mask=np.zeros_like(view.mask)) for view in result.views)
    )
    edited = with_provenance(result, 0, edited_by_hand=True)
    unusual = [cad_report(exam) for exam in (edited, nothing, replace(result, failed=("broken.dcm",)))]
    paths = [_written(made, tmp_path / f"{number}.dcm") for number, made in enumerate(unusual)]
    broken = pydicom.dcmread(_written(cad_report(result), tmp_path / "sound.dcm"))
    for item in _items(broken):
        item.ContentSequence = [
            child
            for child in item.get("ContentSequence", [])
            if "ConceptNameCodeSequence" not in child
            or child.ConceptNameCodeSequence[0].CodeMeaning != "Rendering Intent"
        ]
        if not item.ContentSequence:
            del item.ContentSequence
    del broken.CompletionFlag
    broken_path = tmp_path / "broken.dcm"
    broken.save_as(broken_path)
    assert [error for path in paths for error in dciodvfy(path)] == []
    found = pixelmed([*paths, broken_path])
    assert any("Rendering Intent" in error for error in found)
    assert {error.partition(":")[0] for error in found} == {"broken.dcm"}
    assert any("CompletionFlag" in error for error in dciodvfy(broken_path))
    assert dicom_validator([broken_path]) != []


def test_every_number_of_the_views_comes_back(result: ResultExam) -> None:
    (measurements,) = below(views_report(result, _segmentations(result)), codes.IMAGING_MEASUREMENTS)
    groups = below(measurements, codes.MEASUREMENT_GROUP)
    for group, view in zip(groups, result.views, strict=True):
        expected = recorded("view", view.record.metrics or {})
        assert len(expected) > 20
        assert {key: one for key, one in values(group).items() if key[0] != THRESHOLD.value} == expected


def test_every_number_of_the_exam_and_its_breasts_comes_back(result: ResultExam) -> None:
    made, record = exam_report(result), result.record
    assert made is not None
    assert record is not None
    (measurements,) = below(made, codes.IMAGING_MEASUREMENTS)
    exam, *breasts = (values(group) for group in below(measurements, codes.MEASUREMENT_GROUP))
    assert {key: one for key, one in exam.items() if key[0] != THRESHOLD.value} == recorded(
        "exam", record.metrics
    )
    assert breasts == [recorded("breast", breast.metrics) for breast in record.breasts]


def test_the_cad_report_has_area_percentage_and_mass_of_each_view_breast_and_exam(result: ResultExam) -> None:
    (summary,), record = below(cad_report(result), codes.CAD_SUMMARY), result.record
    assert record is not None
    keys = ("bac_area_mm2", "bac_percent_of_breast", "mass_ha_mg")
    for cluster, view in zip(_clusters(summary), result.views, strict=True):
        assert list(values(cluster).values()) == [view.record.number(key) for key in keys]
    exam = values(summary, side=codes.BREASTS[Laterality.BOTH])
    assert list(exam.values()) == [record.number(key) for key in keys[1:]]
    for breast in record.breasts:
        found = values(summary, side=codes.BREASTS[Laterality(breast.laterality)])
        assert list(found.values()) == [breast.number(f"mean_{key}") for key in keys]


def _clusters(summary: Dataset) -> list[Dataset]:
    impressions = below(summary, codes.INDIVIDUAL_IMPRESSION)
    return [one for impression in impressions for one in below(impression, codes.SINGLE_IMAGE_FINDING)]


def test_outlines_give_the_mask_back(result: ResultExam) -> None:
    (summary,) = below(cad_report(result), codes.CAD_SUMMARY)
    for cluster, view in zip(_clusters(summary), result.views, strict=True):
        parts = below(cluster, codes.SINGLE_IMAGE_FINDING)
        outlines = [outline.GraphicData for part in parts for outline in below(part, codes.OUTLINE)]
        assert np.array_equal(mask_of(outlines, view.mask.shape), _filled(view.mask))


def test_there_is_no_mass_where_none_was_computed(make_exam: MakeExam) -> None:
    exam = result_of(make_exam("hologic"))
    for made in _reports(exam):
        assert not {"112199", "MASSCA", "MASSLOW", "MASSHIGH", "MASSLOD", "MASSK"} & set(_concepts(made))


def test_there_is_no_mm2_without_spacing(without_spacing: ResultExam) -> None:
    for made in _reports(without_spacing):
        units = {
            str(item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue)
            for item in _items(made)
            if item.get("ValueType") == "NUM"
        }
        assert not units & {"mm", "mm2"}
        assert "112196" not in _concepts(made)
    (summary,) = below(cad_report(without_spacing), codes.CAD_SUMMARY)
    for cluster, view in zip(_clusters(summary), without_spacing.views, strict=True):
        assert next(iter(values(cluster).values())) == view.record.number("am_px")


def test_grades_are_codes_of_the_private_scheme_which_is_named(result: ResultExam) -> None:
    made = exam_report(result)
    assert made is not None
    assert {"GRADE", "CSBI"} & set(_concepts(made))
    assert [item.CodingSchemeDesignator for item in made.CodingSchemeIdentificationSequence] == ["99OPENBAC"]
    numbers = {
        str(item.ConceptNameCodeSequence[0].CodeValue)
        for item in _items(made)
        if item.get("ValueType") == "NUM"
    }
    assert not {"GRADE", "CSBI"} & numbers


def test_each_view_refers_to_its_segment_as_highdicom_reads_it(result: ResultExam, tmp_path: Path) -> None:
    hd = pytest.importorskip("highdicom", reason="the extra dicom is not installed")
    segmentations = _segmentations(result)
    path = _written(views_report(result, segmentations), tmp_path / "views.dcm")
    groups = hd.sr.srread(path).content.get_planar_roi_measurement_groups()
    assert [group.referenced_segmentation_frame.referenced_sop_instance_uid for group in groups] == [
        segmentations[view.stem].SOPInstanceUID for view in result.views
    ]
    for group, view in zip(groups, result.views, strict=True):
        values = {one.name.value: one.value for one in group.get_measurements()}
        assert values["112196"] == view.record.number("bac_area_mm2")
        assert group.tracking_uid == segmentations[view.stem].SegmentSequence[0].TrackingUID
    of_exam = exam_report(result)
    assert of_exam is not None
    path = _written(of_exam, tmp_path / "exam.dcm")
    assert len(hd.sr.srread(path).content.get_image_measurement_groups()) == 3


def test_the_summary_says_whether_something_was_found_and_everything_was_measured(result: ResultExam) -> None:
    views = tuple(replace(view, mask=np.zeros_like(view.mask)) for view in result.views)
    nothing, failed = replace(result, views=views), ("broken.dcm",)
    assert "111242" in _codes(cad_report(result))
    assert "111241" in _codes(cad_report(nothing))
    partly = cad_report(replace(result, failed=failed))
    assert "111244" in _codes(partly)
    assert any("Could not be measured: broken.dcm." in item.get("TextValue", "") for item in _items(partly))
    assert "111243" in _codes(cad_report(replace(nothing, failed=failed)))


def test_what_a_person_did_is_said_of_the_view(result: ResultExam) -> None:
    made = cad_report(with_provenance(result, 1, edited_by_hand=True))
    words = {str(item.TextValue) for item in _items(made) if item.get("ValueType") == "TEXT"}
    assert "OpenBAC openbac-1" in words
    assert "OpenBAC openbac-1, edited by hand" in words
    assert f"{result.views[1].label}: edited_by_hand=true" in words


def test_the_same_result_gives_the_same_bytes_and_another_one_another_uid(result: ResultExam) -> None:
    once, again = _reports(result), _reports(result)
    assert [file_bytes(made) for made in once] == [file_bytes(made) for made in again]
    other = _reports(with_provenance(result, 0, threshold=0.6))
    assert all(one.SOPInstanceUID != two.SOPInstanceUID for one, two in zip(once, other, strict=True))
