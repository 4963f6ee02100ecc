from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from shared_core.errors import UsageError
from shared_core.mammogram import SpacingSource
from shared_core.notices import Notice, Remedy
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.gdcm_view import gdcm_spacing
from shared_core.reading.dicom.spacing import pixel_spacing
from shared_core.reading.reader import read_header, read_mammogram
from tests.reading import synthetic
from tests.reading.synthetic import dataset, write
from tests.told import codes, texts

IMAGER, PLAIN = {"ImagerPixelSpacing": [0.07, 0.09]}, {"PixelSpacing": [0.05, 0.06]}
NOMINAL = {"NominalScannedPixelSpacing": [0.04, 0.045]}


def found(**attributes: Any) -> tuple[Any, list[Notice]]:
    spacing, notices = pixel_spacing(Attributes(dataset(**attributes)))
    return (None if spacing is None else (spacing.row_mm, spacing.column_mm, spacing.source)), notices


def test_imager_spacing_is_row_then_column() -> None:
    assert found(**IMAGER) == ((0.07, 0.09, SpacingSource.IMAGER), [])


def test_imager_spacing_is_divided_by_the_magnification() -> None:
    spacing, _ = found(ImagerPixelSpacing=[0.07, 0.07], EstimatedRadiographicMagnificationFactor=1.1)
    assert spacing == (
        pytest.approx(0.07 / 1.1),
        pytest.approx(0.07 / 1.1),
        SpacingSource.IMAGER_OVER_MAGNIFICATION,
    )


def test_imager_spacing_is_corrected_by_the_distances() -> None:
    spacing, _ = found(
        ImagerPixelSpacing=[0.1, 0.1], DistanceSourceToDetector=660, DistanceSourceToPatient=600
    )
    assert spacing == (
        pytest.approx(0.1 * 600 / 660),
        pytest.approx(0.1 * 600 / 660),
        SpacingSource.IMAGER_OVER_DISTANCES,
    )


@pytest.mark.parametrize("factor", [0, 0.2, 12, -1])
def test_an_impossible_magnification_is_warned_of_and_not_used(factor: float) -> None:
    spacing, notices = found(**IMAGER, EstimatedRadiographicMagnificationFactor=factor)
    assert spacing == (0.07, 0.09, SpacingSource.IMAGER)
    assert codes(notices) == ["magnification-implausible"]


def test_impossible_distances_are_warned_of_and_not_used() -> None:
    spacing, notices = found(**IMAGER, DistanceSourceToDetector=600, DistanceSourceToPatient=660)
    assert spacing == (0.07, 0.09, SpacingSource.IMAGER)
    assert codes(notices) == ["distances-implausible"]


@pytest.mark.parametrize("calibration", ["GEOMETRY", "FIDUCIAL"])
def test_calibrated_pixel_spacing_comes_first(calibration: str) -> None:
    spacing, _ = found(**IMAGER, **PLAIN, PixelSpacingCalibrationType=calibration)
    assert spacing == (0.05, 0.06, SpacingSource.PIXEL_SPACING_CALIBRATED)


def test_uncalibrated_pixel_spacing_yields_to_imager_spacing_and_is_named() -> None:
    spacing, notices = found(**IMAGER, **PLAIN)
    assert spacing == (0.07, 0.09, SpacingSource.IMAGER)
    assert codes(notices) == ["spacing-uncalibrated-differs"]
    assert "0.05 x 0.06" in texts(notices)


def test_uncalibrated_pixel_spacing_alone_is_not_believed() -> None:
    spacing, notices = found(**PLAIN)
    assert spacing is None
    assert codes(notices) == ["spacing-uncalibrated", "spacing-unknown"]
    assert notices[-1].remedy is Remedy.GIVE_SPACING


def test_digitised_film_has_nominal_spacing() -> None:
    assert found(sop_class=synthetic.SC, **NOMINAL)[0] == (0.04, 0.045, SpacingSource.NOMINAL_SCANNED)


@pytest.mark.parametrize("pair", [[0, 0], [-0.07, 0.07], [7, 7], [0.001, 0.001], [0.07, 0]])
def test_impossible_spacing_is_none_and_named(pair: list[float]) -> None:
    spacing, notices = found(ImagerPixelSpacing=pair)
    assert spacing is None
    assert codes(notices) == ["spacing-implausible", "spacing-unknown"]


def measured(spacing: list[float], *, per_frame: bool = False) -> dict[str, Any]:
    """Functional groups with Pixel Measures."""
    measures, group = Dataset(), Dataset()
    measures.PixelSpacing = spacing
    group.PixelMeasuresSequence = [measures]
    where = "PerFrame" if per_frame else "Shared"
    return {f"{where}FunctionalGroupsSequence": [group]}


@pytest.mark.parametrize("per_frame", [False, True])
def test_pixel_measures_of_tomosynthesis_lie_in_the_breast(per_frame: bool) -> None:
    groups = measured([0.089, 0.09], per_frame=per_frame)
    found_there, notices = found(sop_class=synthetic.TOMO, **IMAGER, **groups)
    assert (found_there, notices) == ((0.089, 0.09, SpacingSource.PIXEL_MEASURES), [])


def test_pixel_measures_of_other_objects_have_no_known_plane() -> None:
    spacing, notices = found(sop_class="1.2.840.10008.5.1.4.1.1.7.3", **measured([0.089, 0.09]))
    assert spacing is None
    assert codes(notices) == ["spacing-uncalibrated", "spacing-unknown"]


def test_impossible_pixel_measures_are_named() -> None:
    spacing, notices = found(sop_class=synthetic.TOMO, **measured([1, 1.5]))
    assert spacing is None
    assert codes(notices)[0] == "spacing-implausible"


def test_no_spacing_is_none() -> None:
    spacing, notices = found()
    assert spacing is None
    assert codes(notices) == ["spacing-unknown"]


def test_a_person_overrides_the_file(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm", dataset(**IMAGER))
    spacing = read_header(file, spacing_mm=(0.05, 0.06)).spacing
    assert spacing is not None
    assert (spacing.row_mm, spacing.column_mm, spacing.source) == (0.05, 0.06, SpacingSource.USER)
    assert read_header(file, spacing_mm=0.1).spacing.column_mm == 0.1


@pytest.mark.parametrize("given", [0, -1, 70, float("nan"), (0.07,), "wide", (0.07, None)])
def test_a_person_who_gives_nonsense_is_told(tmp_path: Path, given: Any) -> None:
    file = write(tmp_path / "a.dcm", dataset())
    with pytest.raises(UsageError, match="spacing"):
        read_header(file, spacing_mm=given)


TABLE = {
    "imager": IMAGER,
    "plain": PLAIN,
    "both": {**IMAGER, **PLAIN},
    "both and magnification": {**IMAGER, **PLAIN, "EstimatedRadiographicMagnificationFactor": 1.1},
    "calibrated": {**IMAGER, **PLAIN, "PixelSpacingCalibrationType": "GEOMETRY"},
    "nominal": NOMINAL,
    "all": {**IMAGER, **PLAIN, **NOMINAL},
    "none": {},
    "zero": {"ImagerPixelSpacing": [0, 0]},
    "negative": {"ImagerPixelSpacing": [-0.07, 0.07]},
}
CLASSES = {
    "MG": synthetic.MG,
    "raw MG": synthetic.MG_RAW,
    "CR": synthetic.CR,
    "DX": synthetic.DX,
    "SC": synthetic.SC,
    "projection": "1.2.840.10008.5.1.4.1.1.13.1.4",
}


@pytest.mark.parametrize("sop_class", CLASSES)
@pytest.mark.parametrize("row", TABLE)
def test_what_gdcm_takes_is_known(tmp_path: Path, sop_class: str, row: str) -> None:
    sitk = pytest.importorskip("SimpleITK", reason="SimpleITK is the independent reader")
    ds = dataset(sop_class=CLASSES[sop_class], **TABLE[row])
    file = write(tmp_path / "a.dcm", ds)
    column_mm, row_mm, _ = sitk.ReadImage(str(file), imageIO="GDCMImageIO").GetSpacing()
    assert gdcm_spacing(Attributes(ds)) == pytest.approx((row_mm, column_mm))
    header = read_header(file)
    ours = None if header.spacing is None else (header.spacing.row_mm, header.spacing.column_mm)
    warned = bool({"gdcm-spacing-unfounded", "gdcm-spacing-differs"} & set(codes(header.notices)))
    assert warned == (ours is None or ours != pytest.approx((row_mm, column_mm), rel=1e-3))


def test_another_spacing_than_that_of_the_file_is_told_where_a_person_gives_it(tmp_path: Path) -> None:
    file = write(tmp_path / "LCC.dcm", dataset(ImagerPixelSpacing=[0.07, 0.07]))
    for read in (read_header, lambda path, spacing_mm: read_mammogram(path, spacing_mm=spacing_mm).header):
        header = read(file, spacing_mm=0.1)
        assert "fact-contradicted" in codes(header.notices)
        assert "spacing 0.1 x 0.1 mm (given by the user) is used" in texts(header.notices)
        assert "0.07 x 0.07 mm (ImagerPixelSpacing" in texts(header.notices)
        assert "fact-contradicted" not in codes(read(file, spacing_mm=0.07).notices)
