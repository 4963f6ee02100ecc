"""What a DICOM header tells, beyond pixels, spacing and view."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from shared_core.mammogram import PresentationIntent, View, VoiFunction, VoiLut, Window
from shared_core.reading.description import describe
from shared_core.reading.dicom.display_values import display_values
from shared_core.reading.reader import read_header, read_mammogram
from tests.reading import synthetic
from tests.reading.synthetic import breast, dataset, extended_12_bit, lut_item, with_frame, write, write_as
from tests.told import codes, texts


def test_the_header_of_a_file_and_of_its_mammogram_agree(tmp_path: Path) -> None:
    file = write_as(tmp_path / "a.dcm", dataset(WindowCenter=1000, WindowWidth=800), "jpeg 2000")
    header, mammogram = read_header(file), read_mammogram(file)
    assert mammogram.header == header
    assert (header.rows, header.columns, header.bits) == (synthetic.ROWS, synthetic.COLUMNS, 12)
    assert header.view_label == "LCC"
    assert header.transfer_syntax == synthetic.SYNTAXES["jpeg 2000"]


def test_technique_is_read(tmp_path: Path) -> None:
    source = Dataset()
    source.ReferencedSOPInstanceUID = "1.2.3"
    technique = read_header(
        write(
            tmp_path / "a.dcm",
            dataset(
                Manufacturer="ACME",
                ManufacturerModelName="Mammo 1",
                KVP=28,
                AnodeTargetMaterial="TUNGSTEN",
                FilterMaterial=["RHODIUM"],
                FilterThicknessMinimum=0.049,
                FilterThicknessMaximum=0.051,
                BodyPartThickness=53,
                CompressionForce=100,
                ExposureInuAs=80000,
                Grid=["FIXED"],
                DetectorType="DIRECT",
                PixelIntensityRelationship="LOG",
                PixelIntensityRelationshipSign=1,
                ImageType=["DERIVED", "PRIMARY"],
                BreastImplantPresent="NO",
                PartialView="YES",
                BurnedInAnnotation="NO",
                LossyImageCompression="01",
                SourceImageSequence=[source],
            ),
        )
    ).acquisition
    assert (technique.manufacturer, technique.model_name, technique.kvp) == ("ACME", "Mammo 1", 28)
    assert (technique.anode, technique.filter_material) == ("TUNGSTEN", "RHODIUM")
    assert technique.filter_thickness_mm == pytest.approx(0.05)
    assert (technique.breast_thickness_mm, technique.compression_force_n) == (53, 100)
    assert (technique.exposure_uas, technique.grid, technique.detector_type) == (80000, "FIXED", "DIRECT")
    assert (technique.pixel_intensity_relationship, technique.pixel_intensity_sign) == ("LOG", 1)
    assert (technique.implant_present, technique.partial_view, technique.burned_in_annotation) == (
        False,
        True,
        False,
    )
    assert technique.lossy
    assert technique.source_image_uids == ("1.2.3",)
    assert not technique.synthetic_2d


@pytest.mark.parametrize(
    "attributes",
    [
        {"ImageType": ["DERIVED", "PRIMARY", "TOMO", "GENERATED_2D"]},
        {"SeriesDescription": "L CC C-View"},
        {"AcquisitionDeviceProcessingDescription": "Insight 2D"},
    ],
)
def test_synthetic_views_are_known(tmp_path: Path, attributes: dict[str, Any]) -> None:
    header = read_header(write(tmp_path / "a.dcm", dataset(**attributes)))
    assert header.acquisition.synthetic_2d
    assert {"synthetic-2d", "single-tomosynthesis-frame"} & set(codes(header.notices))


@pytest.mark.parametrize(
    ("attributes", "intent"),
    [
        ({"PresentationIntentType": "FOR PROCESSING"}, PresentationIntent.PROCESSING),
        ({"sop_class": synthetic.MG_RAW}, PresentationIntent.PROCESSING),
        ({"sop_class": synthetic.MG}, PresentationIntent.PRESENTATION),
        ({"sop_class": synthetic.SC}, PresentationIntent.UNKNOWN),
    ],
)
def test_the_intent_is_known(tmp_path: Path, attributes: dict[str, Any], intent: PresentationIntent) -> None:
    assert read_header(write(tmp_path / "a.dcm", dataset(**attributes))).intent is intent


def test_padding_is_found_on_stored_values_before_the_luts(tmp_path: Path) -> None:
    pixels = breast()
    pixels[:, :4] = 4000
    pixels[:, 4:6] = 4003
    rescaled = {"RescaleSlope": 2, "RescaleIntercept": -10, "PhotometricInterpretation": "MONOCHROME1"}
    limited = dataset(pixels, PixelPaddingValue=4000, PixelPaddingRangeLimit=4003, **rescaled)
    padding = read_mammogram(write(tmp_path / "a.dcm", limited)).padding
    assert padding is not None
    np.testing.assert_array_equal(padding, (pixels >= 4000) & (pixels <= 4003))
    single = read_mammogram(write(tmp_path / "b.dcm", dataset(pixels, PixelPaddingValue=4000))).padding
    np.testing.assert_array_equal(single, pixels == 4000)


def test_padding_that_is_nowhere_is_none(tmp_path: Path) -> None:
    pixels = np.clip(breast(), 1, None)
    assert read_mammogram(write(tmp_path / "a.dcm", dataset(pixels, PixelPaddingValue=0))).padding is None


def test_negative_padding_of_signed_pixels(tmp_path: Path) -> None:
    pixels = breast(16, signed=True)
    pixels[:5] = -2000
    ds = dataset(pixels, bits=16)
    ds.add_new(0x00280120, "SS", -2000)
    padding = read_mammogram(write(tmp_path / "a.dcm", ds)).padding
    np.testing.assert_array_equal(padding, pixels == -2000)


def test_padding_does_not_stretch_the_display(tmp_path: Path) -> None:
    pixels = (breast(12) // 8).astype(np.uint16)
    pixels[:4] = 65535
    mammogram = read_mammogram(write(tmp_path / "a.dcm", dataset(pixels, bits=16, PixelPaddingValue=65535)))
    assert mammogram.display.full_range == (0, 1023)


def test_the_display_is_told(tmp_path: Path) -> None:
    ds = dataset(
        WindowCenter=[1000, 900], WindowWidth=[800, 700], WindowCenterWidthExplanation=["NORMAL", "HARDER"]
    )
    display = read_mammogram(write(tmp_path / "a.dcm", ds)).display
    assert display.voi == Window(1000, 800, VoiFunction.LINEAR, "NORMAL")
    assert display.description == "window 1000 / 800 (LINEAR) 'NORMAL'; not used: HARDER 900 / 700"
    plain = read_mammogram(write(tmp_path / "b.dcm", dataset(PhotometricInterpretation="MONOCHROME1")))
    assert plain.display.description == "full range 0 to 4095; then inverted (bright means dense)"
    assert "no-window" in codes(plain.header.notices)


def test_a_voi_table_that_lies_about_its_bits_is_corrected(tmp_path: Path) -> None:
    ds = dataset(VOILUTSequence=[lut_item(0, list(range(4096)), 8, "N"), lut_item(0, [0, 1], 8, "M")])
    mammogram = read_mammogram(write(tmp_path / "a.dcm", ds))
    assert isinstance(mammogram.display.voi, VoiLut)
    assert "lut-bits-wrong" in codes(mammogram.header.notices)
    assert "entries need 12" in texts(mammogram.header.notices)
    np.testing.assert_allclose(
        display_values(mammogram.pixels, mammogram.display), mammogram.pixels / 4095, atol=1e-6
    )
    assert "M table" in mammogram.display.description


def test_a_voi_table_that_is_too_short_is_not_used(tmp_path: Path) -> None:
    item = lut_item(0, [1, 2, 3])
    item.LUTDescriptor = [4096, 0, 12]
    mammogram = read_mammogram(write(tmp_path / "a.dcm", dataset(VOILUTSequence=[item])))
    assert mammogram.display.voi is None
    assert "lut-too-short" in codes(mammogram.header.notices)


def test_voi_tables_come_as_bytes_too(tmp_path: Path) -> None:
    table = np.arange(4096, dtype="<u2")[::-1]
    item = lut_item(0, [0])
    item.LUTDescriptor = [4096, 0, 12]
    item.add_new(0x00283006, "OW", table.tobytes())
    mammogram = read_mammogram(write(tmp_path / "a.dcm", dataset(VOILUTSequence=[item])))
    shown = display_values(mammogram.pixels, mammogram.display)
    np.testing.assert_allclose(shown, 1 - mammogram.pixels / 4095, atol=1e-6)


def test_a_lossy_12_bit_jpeg_is_read_as_osirix_shows_it(tmp_path: Path) -> None:
    """pydicom's own tests give 244 for this pixel, identified in the OsiriX viewer."""
    mammogram = read_mammogram(write(tmp_path / "a.dcm", extended_12_bit()))
    assert mammogram.pixels[420, 140] == 244
    assert mammogram.header.acquisition.lossy


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"])
def test_lossy_8_bit_jpeg_is_read(tmp_path: Path, syntax: str) -> None:
    import cv2

    stream = cv2.imencode(".jpg", breast(8))[1].tobytes()
    file = write(tmp_path / "a.dcm", with_frame(dataset(breast(8), bits=8), stream, syntax))
    sitk = pytest.importorskip("SimpleITK", reason="SimpleITK is the independent reader")
    theirs = sitk.GetArrayFromImage(sitk.ReadImage(str(file), imageIO="GDCMImageIO")).squeeze()
    assert np.abs(read_mammogram(file).pixels.astype(int) - theirs).max() <= 1


def test_a_file_without_preamble_and_meta_is_read(tmp_path: Path) -> None:
    ds = dataset()
    meta = ds.file_meta
    del ds.file_meta
    ds.save_as(tmp_path / "a.dcm", implicit_vr=True, little_endian=True, enforce_file_format=False)
    assert meta is not None
    np.testing.assert_array_equal(read_mammogram(tmp_path / "a.dcm").pixels, breast())


def test_a_few_bytes_too_many_are_warned_of(tmp_path: Path) -> None:
    ds = dataset()
    ds.PixelData += b"\0" * 8
    mammogram = read_mammogram(write(tmp_path / "a.dcm", ds))
    np.testing.assert_array_equal(mammogram.pixels, breast())
    assert "bytes-after-pixels" in codes(mammogram.header.notices)
    assert "8 bytes after the last pixel" in texts(mammogram.header.notices)


def test_pixels_in_the_high_bits_are_shifted(tmp_path: Path) -> None:
    ds = dataset(HighBit=15)
    ds.PixelData = (breast() << 4).tobytes()
    mammogram = read_mammogram(write(tmp_path / "a.dcm", ds))
    np.testing.assert_array_equal(mammogram.pixels, breast())
    assert "high-bit-shifted" in codes(mammogram.header.notices)


def test_attributes_of_enhanced_objects_are_found_in_their_groups(tmp_path: Path) -> None:
    group, anatomy, voi = Dataset(), Dataset(), Dataset()
    anatomy.FrameLaterality = "R"
    voi.WindowCenter, voi.WindowWidth = 1000, 800
    group.FrameAnatomySequence, group.FrameVOILUTSequence = [anatomy], [voi]
    ds = dataset(sop_class="1.2.840.10008.5.1.4.1.1.13.1.4", ImageLaterality=None, ViewPosition="MLO")
    ds.SharedFunctionalGroupsSequence = [group]
    mammogram = read_mammogram(write(tmp_path / "a.dcm", ds))
    assert mammogram.header.view_label == "RMLO"
    assert mammogram.display.voi == Window(1000, 800)


def test_damaged_attributes_are_as_if_absent(tmp_path: Path) -> None:
    ds = dataset(ImagerPixelSpacing=[0.07, 0.07])
    ds.save_as(tmp_path / "a.dcm")
    data = (tmp_path / "a.dcm").read_bytes().replace(b"0.07\\0.07", b"wide\\0.07")
    (tmp_path / "a.dcm").write_bytes(data)
    header = read_header(tmp_path / "a.dcm")
    assert header.spacing is None
    assert header.view is View.CC


def test_the_description_tells_what_and_why(tmp_path: Path) -> None:
    ds = dataset(ImagerPixelSpacing=[0.07, 0.07], KVP=28, PixelPaddingValue=0)
    mammogram = read_mammogram(write(tmp_path / "a.dcm", ds))
    rows = {row.label: row for row in describe(mammogram.header, mammogram)}
    assert rows["spacing"].value == "0.07 x 0.07 mm (row x column)"
    assert rows["spacing"].why == "ImagerPixelSpacing, magnification unknown"
    assert rows["view"].why == "CC from ViewPosition"
    assert rows["side"].value == "L"
    assert rows["tube voltage"].value == "28 kV"
    assert rows["display"].value == "full range 0 to 4095"
    assert "%" in rows["padding"].value
    assert "values" not in {row.label for row in describe(mammogram.header)}


def test_what_many_files_say_alike_is_kept_once(tmp_path: Path) -> None:
    # A cohort has hundreds of thousands of headers in memory.
    first, second = (
        read_header(write(tmp_path / f"{number}.dcm", dataset(Manufacturer="HOLOGIC, Inc.")))
        for number in range(2)
    )
    assert first.acquisition.manufacturer == "HOLOGIC, Inc."
    assert first.acquisition.manufacturer is second.acquisition.manufacturer
    assert first.evidence[0][1] is second.evidence[0][1]
