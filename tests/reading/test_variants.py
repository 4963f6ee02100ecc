"""Hundreds of files of one picture: pixels, display, spacing, view and side are what is known of them."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.pixels import apply_voi_lut

from shared_core.preprocessing.breast import find_breast
from shared_core.preprocessing.greyscale import model_image_u8
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.gdcm_view import gdcm_spacing
from shared_core.reading.reader import read_header, read_mammogram
from tests.reading.variants import (
    FACTORS,
    SETTLED,
    SHAPE,
    RasterVariant,
    Variant,
    dicom_variants,
    drawing,
    raster_variants,
)
from tests.told import codes

DICOM, RASTER = dicom_variants(), raster_variants()


def breast_px(grey: NDArray[Any]) -> int:
    """Area of the breast that the engine finds."""
    found = find_breast(grey)
    return int(np.count_nonzero(found.copy.lift(found.mask)))


TRUE_BREAST_PX = {
    projection: breast_px(np.rint(drawing(projection) * 255).astype(np.uint8))
    for projection in FACTORS["projection"]
}


def test_the_variants_are_many_and_every_two_properties_meet() -> None:
    assert len(DICOM) + len(RASTER) >= 300
    for one, other in itertools.combinations(FACTORS, 2):
        met = {(getattr(v, one), getattr(v, other)) for v in DICOM}
        assert met == set(itertools.product(FACTORS[one], FACTORS[other])), (one, other)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("variant", DICOM, ids=lambda variant: variant.name)
def test_a_dicom_file_is_read_as_it_is_known(variant: Variant, tmp_path: Path) -> None:
    file = variant.write(tmp_path)
    mammogram = read_mammogram(file)
    grey, notices = model_image_u8(mammogram)

    largest = (1 << variant.bits_stored) - 1
    stored = variant.stored.astype(np.int64)
    np.testing.assert_array_equal(mammogram.pixels, largest - stored if variant.inverted else stored)
    assert np.abs(grey - variant.shown).max() <= 1

    header = mammogram.header
    assert (header.view, header.laterality) == (variant.view, variant.side)
    spacing = header.spacing
    found = None if spacing is None else (spacing.row_mm, spacing.column_mm, spacing.source)
    expected = variant.mm
    assert found == (None if expected is None else (*(pytest.approx(mm) for mm in expected[:2]), expected[2]))
    assert SETTLED & {*codes(header.notices), *codes(notices)} == variant.told
    if variant.window in ("none", "full") or variant.misfit:
        assert breast_px(grey) == pytest.approx(TRUE_BREAST_PX[variant.projection], rel=0.03)

    agrees_with_pydicom(variant, file, grey)
    agrees_with_itk(file, mammogram.pixels)


def agrees_with_pydicom(variant: Variant, file: Path, grey: NDArray[Any]) -> None:
    """Stored values always, display where the file names one that fits."""
    ds = pydicom.dcmread(file)
    np.testing.assert_array_equal(ds.pixel_array, variant.stored)
    if variant.window == "none" or variant.misfit:
        return
    shown = apply_voi_lut(ds.pixel_array, ds).astype(float)
    # windows are spread over the bits of the stored values, tables over their own
    shown *= 255 / (65535 if variant.window == "table" else (1 << variant.bits_stored) - 1)
    shown = 255 - shown if variant.inverted else shown
    inside = ~variant.is_padding
    assert np.abs(grey[inside] - shown[inside]).max() <= 1


def agrees_with_itk(file: Path, pixels: NDArray[Any]) -> None:
    """Pixels, and the spacing that is said to be that of GDCM."""
    sitk = pytest.importorskip("SimpleITK", reason="SimpleITK is the independent reader")
    image = sitk.ReadImage(str(file), imageIO="GDCMImageIO")
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image).squeeze(), pixels)
    column_mm, row_mm = image.GetSpacing()[:2]
    assert gdcm_spacing(Attributes(pydicom.dcmread(file))) == pytest.approx((row_mm, column_mm), rel=1e-4)


@pytest.mark.parametrize("variant", RASTER, ids=lambda variant: variant.name)
def test_a_picture_is_read_as_it_is_known(variant: RasterVariant, tmp_path: Path) -> None:
    file = variant.write(tmp_path)
    mammogram = read_mammogram(file)
    header = mammogram.header
    assert header.view_label == read_header(file).view_label == variant.projection
    assert mammogram.pixels.shape == (header.rows, header.columns) == SHAPE
    assert ("turned-upright" in codes(header.notices)) == (variant.orientation > 1)
    tolerance = 6 if variant.kind == "jpg" else 0
    assert np.abs(mammogram.pixels.astype(int) - variant.values).max() <= tolerance
    grey, notices = model_image_u8(mammogram)
    assert not notices
    assert np.abs(grey - drawing(variant.projection) * 255).max() <= 1 + tolerance
    assert breast_px(grey) == pytest.approx(TRUE_BREAST_PX[variant.projection], rel=0.03)
