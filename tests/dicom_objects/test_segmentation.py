"""Segmentations hold the mask exactly, for every reader, and say how it was made."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest

from shared_core.dicom_objects.colours import cielab
from shared_core.dicom_objects.equipment import file_bytes
from shared_core.dicom_objects.images.segmentation_object import probability_segmentation, segmentation
from shared_core.errors import UsageError
from shared_core.pictures.lettering import FINDING
from shared_core.reading.mask import read_mask_file, read_other
from shared_core.reading.reader import read_header
from tests.dicom_objects.conftest import PROVENANCE, MeasuredExam, MeasuredView, measured_exam
from tests.reading import synthetic


@pytest.fixture(scope="module")
def simulated(make_exam: Callable[..., MeasuredExam]) -> MeasuredExam:
    return make_exam("hologic")


def _written(exam: MeasuredExam, view: MeasuredView, folder: Path, **provenance: Any) -> Path:
    made = segmentation(
        view.source, view.mask, provenance={**PROVENANCE, **provenance}, making=exam.making, number=1
    )
    path = folder / "seg.dcm"
    path.write_bytes(file_bytes(made))
    return path


def test_every_reader_gives_the_mask_back(exam: MeasuredExam, tmp_path: Path) -> None:
    for view in exam.views:
        path = _written(exam, view, tmp_path)
        ours = read_mask_file(path)
        assert np.array_equal(ours.mask, view.mask)
        assert ours.source_uids == (view.source.sop_instance_uid,)
        theirs = highdicom.seg.segread(path).get_pixels_by_source_instance(
            source_sop_instance_uids=[view.source.sop_instance_uid]
        )
        assert np.array_equal(theirs[0, :, :, 0] > 0, view.mask)


def test_itk_opens_it_as_slicer_does(exam: MeasuredExam, tmp_path: Path) -> None:
    sitk = pytest.importorskip("SimpleITK", reason="SimpleITK is not installed")
    view = exam.views[0]
    image = sitk.ReadImage(str(_written(exam, view, tmp_path)))
    # It leaves the pixels of the last byte as they lay in its memory where they do not fill that byte.
    whole = view.mask.size // 8 * 8
    shown = np.squeeze(sitk.GetArrayFromImage(image))
    assert shown.shape == view.mask.shape
    assert np.array_equal(shown.ravel()[:whole] > 0, view.mask.ravel()[:whole])


def test_it_lies_on_its_image_pixel_by_pixel(simulated: MeasuredExam, tmp_path: Path) -> None:
    view = simulated.views[1]
    made = pydicom.dcmread(_written(simulated, view, tmp_path))
    image = pydicom.dcmread(view.path)
    assert (made.Rows, made.Columns) == (image.Rows, image.Columns)
    assert list(made.PatientOrientation) == list(image.PatientOrientation)
    assert made.StudyInstanceUID == image.StudyInstanceUID
    group = made.PerFrameFunctionalGroupsSequence[0].DerivationImageSequence[0].SourceImageSequence[0]
    assert group.ReferencedSOPInstanceUID == image.SOPInstanceUID
    assert made.ReferencedSeriesSequence[0].SeriesInstanceUID == image.SeriesInstanceUID


def test_a_projection_stored_as_tomosynthesis_is_named_by_its_class(tmp_path: Path) -> None:
    ds = synthetic.dataset(sop_class=synthetic.TOMO, NumberOfFrames=1)
    exam = measured_exam([read_header(synthetic.write(tmp_path / "LCC.dcm", ds))])
    made = pydicom.dcmread(_written(exam, exam.views[0], tmp_path))
    assert made.SourceImageSequence[0].ReferencedSOPClassUID == synthetic.TOMO
    named = made.ReferencedSeriesSequence[0].ReferencedInstanceSequence[0]
    assert (named.ReferencedSOPClassUID, named.ReferencedSOPInstanceUID) == (
        synthetic.TOMO,
        ds.SOPInstanceUID,
    )


def test_the_segment_is_coded_and_coloured(simulated: MeasuredExam, tmp_path: Path) -> None:
    right = simulated.views[2]
    segment = pydicom.dcmread(_written(simulated, right, tmp_path)).SegmentSequence[0]
    assert segment.SegmentedPropertyTypeCodeSequence[0].CodeValue == "18115005"
    assert segment.SegmentedPropertyCategoryCodeSequence[0].CodeValue == "49755003"
    region = segment.AnatomicRegionSequence[0]
    assert (region.CodeValue, region.AnatomicRegionModifierSequence[0].CodeValue) == ("76752008", "24028007")
    algorithm = segment.SegmentationAlgorithmIdentificationSequence[0]
    assert (segment.SegmentAlgorithmName, algorithm.AlgorithmVersion) == ("OpenBAC openbac-1", "0.1.0")
    assert "threshold=0.53" in algorithm.AlgorithmParameters
    assert list(segment.RecommendedDisplayCIELabValue) == cielab(FINDING)


@pytest.mark.parametrize(
    ("provenance", "how", "named"),
    [
        ({}, "AUTOMATIC", True),
        ({"edited_by_hand": True}, "SEMIAUTOMATIC", True),
        ({"edited_by_hand": True, "model_name": None}, "MANUAL", False),
        ({"mask_file": "drawn.png", "model_name": None}, "MANUAL", False),
    ],
)
def test_the_hand_of_a_person_is_told(
    simulated: MeasuredExam, tmp_path: Path, provenance: dict[str, Any], how: str, named: bool
) -> None:
    path = _written(simulated, simulated.views[0], tmp_path, **provenance)
    segment = pydicom.dcmread(path).SegmentSequence[0]
    assert segment.SegmentAlgorithmType == how
    assert ("SegmentAlgorithmName" in segment) is named


def test_what_a_person_does_not_change_is_not_called_edited(simulated: MeasuredExam) -> None:
    view = simulated.views[0]
    other = np.zeros_like(view.mask)
    other[2:9, 2:9] = True
    provenance = {**PROVENANCE, "edited_by_hand": True}
    made = segmentation(
        view.source, view.mask, other=other, provenance=provenance, making=simulated.making, number=1
    )
    bac, others = made.SegmentSequence
    assert (bac.SegmentAlgorithmType, others.SegmentAlgorithmType) == ("SEMIAUTOMATIC", "AUTOMATIC")
    assert "edited by hand" in bac.SegmentDescription
    assert "edited by hand" not in f"{others.SegmentDescription} {others.SegmentAlgorithmName}"


def test_a_mask_without_a_pixel_is_kept_as_such(simulated: MeasuredExam, tmp_path: Path) -> None:
    view = simulated.views[0]
    made = segmentation(
        view.source, np.zeros_like(view.mask), provenance=PROVENANCE, making=simulated.making, number=1
    )
    path = tmp_path / "seg.dcm"
    path.write_bytes(file_bytes(made))
    assert read_mask_file(path).mask.shape == view.mask.shape
    assert not read_mask_file(path).mask.any()


def test_the_same_mask_has_the_same_bytes_and_an_edited_one_another_uid(simulated: MeasuredExam) -> None:
    view = simulated.views[0]
    edited = view.mask.copy()
    edited[5, 5] = True
    one, again, other = (
        segmentation(view.source, mask, provenance=PROVENANCE, making=simulated.making, number=1)
        for mask in (view.mask, view.mask, edited)
    )
    assert file_bytes(one) == file_bytes(again)
    assert one.SOPInstanceUID != other.SOPInstanceUID
    assert one.SeriesInstanceUID == other.SeriesInstanceUID


def test_probability_is_kept_to_half_a_step(simulated: MeasuredExam, tmp_path: Path) -> None:
    view = simulated.views[0]
    rng = np.random.default_rng(1)
    probability = (rng.random(view.mask.shape) * (view.mask + np.float32(0.2)) / 1.2).astype(np.float32)
    making = simulated.making
    made = probability_segmentation(view.source, probability, provenance=PROVENANCE, making=making, number=1)
    content = file_bytes(made)
    again = probability_segmentation(view.source, probability, provenance=PROVENANCE, making=making, number=1)
    assert content == file_bytes(again)
    read = pydicom.dcmread(io.BytesIO(content))
    assert (read.SegmentationType, read.SegmentationFractionalType) == ("FRACTIONAL", "PROBABILITY")
    stored = read.pixel_array.astype(np.float64) / read.MaximumFractionalValue
    assert np.abs(stored - probability).max() <= 0.5 / 255 + 1e-6
    path = tmp_path / "probability.dcm"
    path.write_bytes(content)
    assert np.array_equal(read_mask_file(path).mask, np.rint(probability * 255) * 2 >= 255)


def test_the_mask_of_another_mammogram_is_refused(simulated: MeasuredExam) -> None:
    view = simulated.views[0]
    with pytest.raises(UsageError, match=r"^The mask of LCC\.dcm has \(10, 20\) pixels"):
        segmentation(
            view.source, np.zeros((10, 20), bool), provenance=PROVENANCE, making=simulated.making, number=1
        )


@pytest.mark.parametrize("edited", [False, True])
def test_both_classes_come_back_and_say_who_changed_them(
    simulated: MeasuredExam, tmp_path: Path, edited: bool
) -> None:
    view = simulated.views[0]
    other = np.roll(view.mask, 9, axis=0) & ~view.mask
    provenance = {**PROVENANCE, "edited_by_hand": True, "other_edited_by_hand": edited}
    made = segmentation(
        view.source, view.mask, other=other, provenance=provenance, making=simulated.making, number=1
    )
    path = tmp_path / "both.dcm"
    path.write_bytes(file_bytes(made))
    assert np.array_equal(read_mask_file(path).mask, view.mask)
    found = read_other(path, view.mask)
    assert found is not None
    assert np.array_equal(found, other)
    how = [item.SegmentAlgorithmType for item in made.SegmentSequence]
    assert how == ["SEMIAUTOMATIC", "SEMIAUTOMATIC" if edited else "AUTOMATIC"]
    alone = _written(simulated, view, tmp_path)
    assert read_other(alone, view.mask) is None
