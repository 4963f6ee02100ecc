"""Images that are no DICOM, or lack their UIDs, as DICOM images that results can refer to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shared_core.dicom_objects.equipment import file_bytes
from shared_core.dicom_objects.images.converted_image import converted_image
from shared_core.dicom_objects.images.segmentation_object import segmentation
from shared_core.dicom_objects.source_image import source_image
from shared_core.reading.dicom.display_values import display_u8
from shared_core.reading.reader import read_header, read_mammogram
from tests.dicom_objects.conftest import PROVENANCE, MeasuredExam
from tests.reading import synthetic


def test_pictures_keep_their_pixels_and_become_what_segmentations_refer_to(
    make_exam: Callable[..., MeasuredExam], tmp_path: Path
) -> None:
    exam = make_exam("png")
    for number, view in enumerate(exam.views, start=1):
        made = converted_image(view.source, number=number)
        path = tmp_path / "image.dcm"
        path.write_bytes(file_bytes(made))
        before, after = read_mammogram(view.path), read_mammogram(path)
        assert np.array_equal(after.pixels, before.pixels)
        assert np.array_equal(
            display_u8(after.pixels, after.display), display_u8(before.pixels, before.display)
        )
        seg = segmentation(view.source, view.mask, provenance=PROVENANCE, making=exam.making, number=number)
        assert seg.SourceImageSequence[0].ReferencedSOPInstanceUID == made.SOPInstanceUID
        assert seg.ReferencedSeriesSequence[0].SeriesInstanceUID == made.SeriesInstanceUID
        assert seg.StudyInstanceUID == made.StudyInstanceUID
        assert (list(made.ImageType), made.Modality) == (["DERIVED", "SECONDARY"], "MG")


@pytest.mark.parametrize(
    ("signed", "photometric"), [(False, "MONOCHROME2"), (True, "MONOCHROME2"), (False, "MONOCHROME1")]
)
def test_a_dicom_without_uids_is_shown_as_before(tmp_path: Path, signed: bool, photometric: str) -> None:
    ds = synthetic.dataset(
        synthetic.breast(signed=signed),
        StudyInstanceUID=None,
        PhotometricInterpretation=photometric,
        WindowCenter="300",
        WindowWidth="2500",
    )
    path = tmp_path / "LCC.dcm"
    ds.save_as(path, enforce_file_format=False)
    source = source_image(read_header(path))
    again = tmp_path / "converted.dcm"
    again.write_bytes(file_bytes(converted_image(source, number=1)))
    before, after = read_mammogram(path), read_mammogram(again)
    assert np.array_equal(after.pixels, before.pixels)
    shown = [display_u8(one.pixels, one.display).astype(np.int16) for one in (before, after)]
    assert np.abs(shown[0] - shown[1]).max() <= 1
    assert source_image(read_header(again)).made is False


def test_a_spacing_given_by_a_person_is_nominal(tmp_path: Path) -> None:
    ds = synthetic.dataset(SOPInstanceUID=None)
    path = tmp_path / "LCC.dcm"
    ds.save_as(path, enforce_file_format=False)
    source = source_image(read_header(path, spacing_mm=(0.07, 0.08)))
    made = converted_image(source, number=1)
    assert list(made.NominalScannedPixelSpacing) == [0.07, 0.08]
    assert "PixelSpacing" not in made
