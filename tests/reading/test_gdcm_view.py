"""What is said of 3D Slicer (GDCM), held against SimpleITK: spacing and pixels."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.gdcm_view import gdcm_spacing
from shared_core.reading.reader import mammogram_from_array, read_mammogram
from tests.reading import synthetic
from tests.reading.synthetic import breast, dataset, lut_item, write
from tests.told import codes

sitk = pytest.importorskip("SimpleITK", reason="SimpleITK is the independent reader")

PROJECTION = "1.2.840.10008.5.1.4.1.1.13.1.4"
CLASSES = {
    "mg": synthetic.MG,
    "mg raw": synthetic.MG_RAW,
    "cr": synthetic.CR,
    "dx": synthetic.DX,
    "dx raw": "1.2.840.10008.5.1.4.1.1.1.1.1",
    "capture": synthetic.SC,
    "byte capture": "1.2.840.10008.5.1.4.1.1.7.2",
    "word capture": "1.2.840.10008.5.1.4.1.1.7.3",
    "tomosynthesis": synthetic.TOMO,
    "projection": PROJECTION,
    "projection raw": "1.2.840.10008.5.1.4.1.1.13.1.5",
}


def measures() -> dict[str, Any]:
    """Functional groups of one frame with the spacing in the patient."""
    measured, oriented, placed, shared, frame = (Dataset() for _ in range(5))
    measured.PixelSpacing = [0.085, 0.086]
    oriented.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    placed.ImagePositionPatient = [0, 0, 0]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measured], [oriented]
    frame.PlanePositionSequence = [placed]
    return {
        "SharedFunctionalGroupsSequence": [shared],
        "PerFrameFunctionalGroupsSequence": [frame],
        "NumberOfFrames": 1,
    }


TAGS: dict[str, dict[str, Any]] = {
    "imager": {"ImagerPixelSpacing": [0.07, 0.08]},
    "plain": {"PixelSpacing": [0.09, 0.1]},
    "nominal": {"NominalScannedPixelSpacing": [0.05, 0.06]},
    "calibrated": {"PixelSpacingCalibrationType": "GEOMETRY"},
    "magnified": {"EstimatedRadiographicMagnificationFactor": 1.1},
    "measures": measures(),
}


def by_itk(path: Path) -> tuple[NDArray[Any], tuple[float, float]]:
    """Pixels and (row, column) spacing of ITK."""
    image = sitk.ReadImage(str(path), imageIO="GDCMImageIO")
    column_mm, row_mm = image.GetSpacing()[:2]
    return sitk.GetArrayFromImage(image).squeeze(), (row_mm, column_mm)


@pytest.mark.parametrize("kind", CLASSES)
def test_the_spacing_that_gdcm_takes(kind: str, tmp_path: Path) -> None:
    for count in range(4):
        for names in itertools.combinations(TAGS, count):
            attributes: dict[str, Any] = {}
            for name in names:
                attributes |= TAGS[name]
            ds = dataset(sop_class=CLASSES[kind], **attributes)
            _, theirs = by_itk(write(tmp_path / "a.dcm", ds))
            assert gdcm_spacing(Attributes(ds)) == pytest.approx(theirs, rel=1e-4), names


@pytest.mark.parametrize("modality", ["MG", "CR", "DX", "OT", "CT", None])
@pytest.mark.parametrize("in_data", ["mg", "capture", "tomosynthesis", None])
@pytest.mark.parametrize("in_meta", ["mg", "capture", "tomosynthesis", None])
def test_the_class_by_which_gdcm_decides(
    in_meta: str | None, in_data: str | None, modality: str | None, tmp_path: Path
) -> None:
    attributes = TAGS["imager"] | TAGS["plain"] | TAGS["nominal"] | TAGS["measures"]
    ds = dataset(**attributes, Modality=modality)
    for where, keyword, name in (
        (ds, "SOPClassUID", in_data),
        (ds.file_meta, "MediaStorageSOPClassUID", in_meta),
    ):
        if name is None:
            del where[keyword]
        else:
            setattr(where, keyword, CLASSES[name])
    ds.save_as(tmp_path / "a.dcm")
    _, theirs = by_itk(tmp_path / "a.dcm")
    assert gdcm_spacing(Attributes(ds)) == pytest.approx(theirs, rel=1e-4)


def test_a_modality_table_is_ignored(tmp_path: Path) -> None:
    table = dataset(ModalityLUTSequence=[lut_item(0, list(range(4095, -1, -1)), 12)])
    file = write(tmp_path / "a.dcm", table)
    assert "modality-lut-applied" in codes(read_mammogram(file).header.notices)
    np.testing.assert_array_equal(by_itk(file)[0], breast())
    np.testing.assert_array_equal(read_mammogram(file).pixels, 4095 - breast())


def test_a_presentation_shape_is_ignored(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm", dataset(PresentationLUTShape="INVERSE"))
    assert "inverted-by-lut-shape" in codes(read_mammogram(file).header.notices)
    np.testing.assert_array_equal(by_itk(file)[0], breast())
    np.testing.assert_array_equal(read_mammogram(file).pixels, 4095 - breast())


def test_a_high_bit_does_not_shift(tmp_path: Path) -> None:
    ds = dataset(HighBit=15)
    ds.PixelData = (breast() << 4).tobytes()
    file = write(tmp_path / "a.dcm", ds)
    assert "high-bit-shifted" in codes(read_mammogram(file).header.notices)
    assert not np.array_equal(by_itk(file)[0], breast())
    np.testing.assert_array_equal(read_mammogram(file).pixels, breast())


def test_bits_above_the_stored_ones_are_cut_off(tmp_path: Path) -> None:
    higher = (breast().astype(np.int64) * 5200 // 4095).astype(np.uint16)
    ds = dataset()
    ds.PixelData = higher.tobytes()
    file = write(tmp_path / "a.dcm", ds)
    read = read_mammogram(file)
    assert "bits-stored-wrong" in codes(read.header.notices)
    theirs, _ = by_itk(file)
    np.testing.assert_array_equal(theirs, higher & 4095)
    np.testing.assert_array_equal(read.pixels, higher)
    in_host = mammogram_from_array(theirs, source=file)
    np.testing.assert_array_equal(in_host.pixels, higher)
    assert in_host.header.notices == read.header.notices
