"""Inputs that were reported to be read wrongly, on the command line: made here, and as reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from pydicom import dcmread

from shared_core.cli.main import main
from shared_core.inference.model import Model, load_model
from shared_core.pipeline import analyze_view
from shared_core.reading.reader import read_mammogram
from tests.reading import synthetic
from tests.reading.synthetic import breast, dataset, write
from tests.reading.variants import Variant
from tests.shared_cases import case
from tests.told import codes, texts
from tests.tram_track import SHAPE, tram_track

DICOMDIR = "1.2.840.10008.1.3.10"


def info(path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """What ``bac info`` says of one file."""
    main(["info", "--pixels", "--json", str(path)])
    return json.loads(capsys.readouterr().out)["files"][0]


def told(document: Any) -> dict[str, str]:
    """Sentences by code."""
    return {notice["code"]: notice["text"] for notice in document["notices"]}


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("openbac-1")


@pytest.mark.parametrize("window", [8, 12, 16])
@pytest.mark.parametrize("depth", [8, 10, 12, 16])
def test_the_area_does_not_depend_on_depth_and_window(
    depth: int, window: int, tmp_path: Path, model: Model, area_of_12_bits: float
) -> None:
    result = analyze_view(artery(tmp_path / "LCC.dcm", depth, window), model=model)
    assert result.measurement.bac_area_mm2 == pytest.approx(area_of_12_bits, rel=0.03)
    assert ("display-unfit" in codes(result.notices)) == (depth != window)


@pytest.fixture(scope="module")
def area_of_12_bits(tmp_path_factory: pytest.TempPathFactory, model: Model) -> float:
    file = artery(tmp_path_factory.mktemp("control") / "LCC.dcm", 12, 12)
    area = analyze_view(file, model=model).measurement.bac_area_mm2
    assert area is not None
    assert area > 1
    return area


@pytest.mark.parametrize(("bits", "inverted"), [(16, False), (12, True)])
def test_unsigned_pixels_that_are_called_signed_give_the_same_area(
    bits: int,
    inverted: bool,
    tmp_path: Path,
    area_of_12_bits: float,
    capsys: pytest.CaptureFixture[str],
) -> None:
    top = 2**bits - 1
    values = np.rint(tram_track() / 255 * top).astype(np.uint16)
    ds = dataset(
        top - values if inverted else values,
        bits=bits,
        PixelRepresentation=1,
        ImagerPixelSpacing=[0.07, 0.07],
        PhotometricInterpretation="MONOCHROME1" if inverted else "MONOCHROME2",
    )
    main(["analyze", str(write(tmp_path / "LCC.dcm", ds)), "--json", "--workers", "0"])
    (view,) = json.loads(capsys.readouterr().out)["views"]
    assert view["metrics"]["bac_area_mm2"] == pytest.approx(area_of_12_bits, rel=0.03)
    assert "sign-wrong" in told(view)
    assert "sign-wrong" in told(info(tmp_path / "LCC.dcm", capsys))


def test_signed_pixels_that_are_called_unsigned_give_the_same_area(tmp_path: Path, model: Model) -> None:
    ds = dcmread(case("control_12bit.dcm"))
    values = ds.pixel_array.astype(np.int64) - 2048
    ds.PixelData = (values & 65535).astype("<u2").tobytes()
    ds.RescaleIntercept, ds.RescaleSlope = 2048, 1
    found, expected = (
        analyze_view(one, model=model) for one in (write(tmp_path / "LCC.dcm", ds), case("control_12bit.dcm"))
    )
    assert found.measurement.bac_area_mm2 == pytest.approx(expected.measurement.bac_area_mm2, rel=0.03)
    assert "sign-wrong" in codes(found.notices)


def artery(path: Path, depth: int, window: int) -> Path:
    """A calcified artery, stored with one depth and the window of another."""
    grey = tram_track() / 255
    pixels = np.rint(grey * (2**depth - 1)).astype(np.uint8 if depth == 8 else np.uint16)
    ds = dataset(
        pixels,
        bits=depth,
        ImagerPixelSpacing=[0.07, 0.07],
        WindowCenter=2 ** (window - 1),
        WindowWidth=2**window,
    )
    return write(path, ds)


@pytest.mark.parametrize(
    ("name", "control", "sentence"),
    [
        ("window_too_wide_8bit.dcm", "control_12bit.dcm", "The window 2048 / 4096 (LINEAR) does not fit"),
        ("window_too_narrow_14bit.dcm", "control_12bit.dcm", "The window 2048 / 4096 (LINEAR) does not fit"),
        ("values_exceed_bitsstored12.dcm", "values_exceed_control16.dcm", "Bits Stored is 12, but"),
        ("htj2k.dcm", "control_12bit.dcm", ""),
    ],
)
def test_a_reported_file_is_measured_as_its_control(
    name: str, control: str, sentence: str, model: Model, capsys: pytest.CaptureFixture[str]
) -> None:
    found, expected = (analyze_view(case(one), model=model) for one in (name, control))
    assert expected.measurement.bac_area_mm2
    assert found.measurement.bac_area_mm2 == pytest.approx(expected.measurement.bac_area_mm2, rel=0.03)
    assert sentence in texts(found.notices)
    assert sentence in " ".join(told(info(case(name), capsys)).values())


def test_the_class_of_the_file_counts_where_the_data_set_has_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stripped = dataset(SOPClassUID=None, Modality=None, ViewPosition=None)
    document = info(write(tmp_path / "a.dcm", stripped), capsys)
    assert "Digital Mammography X-Ray Image" in told(document)["class-of-file-meta"]
    assert document["understood"]["intent"]["value"] == "FOR PRESENTATION"
    assert not info(case("rsna_like.dcm"), capsys)["error"]


def test_an_index_of_a_disc_is_called_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    index = dataset(sop_class=DICOMDIR, SOPClassUID=None)
    for path in (write(tmp_path / "DICOMDIR", index), case("DICOMDIR")):
        assert (
            info(path, capsys)["error"] == "DICOMDIR: is a DICOMDIR index, not a mammogram; it is left alone."
        )


def test_a_class_of_the_file_that_contradicts_the_data_set_does_not_refuse_a_mammogram(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Scripts that make DICOM of pictures write any class there."""
    path = write(tmp_path / "a.dcm", dataset(sop_class=synthetic.CT, SOPClassUID=None))
    assert "because of Modality MG" in told(info(path, capsys))["not-stored-as-mammography"]
    path = write(tmp_path / "b.dcm", dataset(sop_class=synthetic.CT, SOPClassUID=None, Modality="CT"))
    assert "because of a mammographic view" in told(info(path, capsys))["not-stored-as-mammography"]
    nothing = dataset(sop_class=synthetic.CT, SOPClassUID=None, Modality="CT", ViewPosition=None)
    assert "not a mammogram" in info(write(tmp_path / "c.dcm", nothing), capsys)["error"]


def test_a_synthetic_view_stored_as_tomosynthesis_has_millimetres(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Variant(
        0, 12, "of depth", "full", "MONOCHROME2", "none", "measures", "codes", "explicit", "LCC"
    ).write(tmp_path)
    for path, spacing in ((made, "0.085 x 0.09 mm"), (case("bto_cview.dcm"), "0.089 x 0.089 mm")):
        document = info(path, capsys)
        assert document["understood"]["spacing"] == {
            "value": f"{spacing} (row x column)",
            "why": "PixelSpacing of tomosynthesis (Pixel Measures)",
        }
        assert not [code for code in told(document) if "spacing" in code]  # ITK reads the same
        assert document["understood"]["synthetic 2-D"]["value"] == "yes"


def test_the_middle_of_three_slices_is_the_second(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    volume = dataset(sop_class=synthetic.TOMO, NumberOfFrames=3)
    for path in (write(tmp_path / "a.dcm", volume), case("bto_3frames.dcm")):
        assert "the middle one (2)" in info(path, capsys)["error"]


def test_a_missing_codec_is_not_called_damage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.ones((100, 150), np.uint8), metadata=None)
    with tifffile.TiffFile(tmp_path / "a.tif", mode="r+") as tiff:
        tags = tiff.pages[0].tags
        tags[256].overwrite(100)
        tags[258].overwrite(12)
    for path in (tmp_path / "a.tif", case("L_CC_12packed.tif")):
        error = info(path, capsys)["error"]
        assert "12 bits" in error
        assert "imagecodecs" in error
        assert "damaged" not in error


def test_a_big_endian_file_without_meta_is_dicom(tmp_path: Path) -> None:
    ds = dataset(syntax=synthetic.SYNTAXES["big endian"])
    ds.PixelData = breast().astype(">u2").tobytes()
    del ds.file_meta
    ds.save_as(tmp_path / "a", implicit_vr=False, little_endian=False)
    np.testing.assert_array_equal(read_mammogram(tmp_path / "a").pixels, breast())


def measured(image: Path, mask: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    assert main(["measure", "--json", str(image), str(mask)]) == 0
    return json.loads(capsys.readouterr().out)["metrics"]


def test_a_picture_that_lies_upside_down_is_measured_upright(capsys: pytest.CaptureFixture[str]) -> None:
    turned, upright = (
        measured(case(f"mask/{name}"), case("mask/m255.png"), capsys)
        for name in ("exif3_L_CC.jpg", "upright_L_CC.png")
    )
    assert turned["am_px"] == upright["am_px"]
    assert turned["tam_px"] == pytest.approx(upright["tam_px"], rel=0.01)  # a JPEG and a PNG
    assert upright["tam_px"] > 4000


def test_a_mask_with_soft_edges_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = tmp_path / "LCC.png"
    cv2.imwrite(str(image), tram_track())
    mask = np.zeros(SHAPE, np.uint8)
    cv2.line(mask, (20, 300), (200, 320), 255, 20)
    cv2.imwrite(str(tmp_path / "soft.png"), cv2.GaussianBlur(mask, (7, 7), 0))
    pairs = [(image, tmp_path / "soft.png"), (case("mask/img_L_CC.dcm"), case("mask/mantialias.png"))]
    for pair in pairs:
        assert main(["measure", *map(str, pair)]) != 0
        assert "soft edges" in capsys.readouterr().err
    assert measured(case("mask/img_L_CC.dcm"), case("mask/m255.png"), capsys)["am_px"] == 4440
