from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile

from shared_core.errors import UnsupportedImageError
from shared_core.mammogram import Laterality, View
from shared_core.reading.dicom.display_values import display_u8, display_values
from shared_core.reading.picture_patient import named_patient
from shared_core.reading.reader import read_header, read_mammogram
from tests.reading.synthetic import breast


def png(path: Path, image: np.ndarray) -> Path:
    path.write_bytes(cv2.imencode(path.suffix, image)[1].tobytes())
    return path


def test_an_8_bit_png_is_itself(tmp_path: Path) -> None:
    mammogram = read_mammogram(png(tmp_path / "a_LCC.png", breast(8)))
    np.testing.assert_array_equal(mammogram.pixels, breast(8))
    np.testing.assert_array_equal(display_u8(mammogram.pixels, mammogram.display), breast(8))
    assert (mammogram.header.view, mammogram.header.laterality) == (View.CC, Laterality.LEFT)
    assert mammogram.header.file_format == "PNG"
    assert mammogram.spacing is None


@pytest.mark.parametrize(("bits", "top"), [(10, 1023), (12, 4095), (14, 16383), (16, 65535)])
def test_16_bit_images_are_shown_over_the_bits_they_use(tmp_path: Path, bits: int, top: int) -> None:
    mammogram = read_mammogram(png(tmp_path / "a.png", breast(bits)))
    assert mammogram.display.full_range == (0, top)
    np.testing.assert_array_equal(mammogram.pixels, breast(bits))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "zlib"},
        {"tile": (32, 32)},
        {"byteorder": ">"},
        {"rowsperstrip": 7},
        {"bigtiff": True},
    ],
    ids=str,
)
def test_tiffs_of_all_makes_are_read(tmp_path: Path, options: dict[str, Any]) -> None:
    tifffile.imwrite(tmp_path / "a.tif", breast(12), **options)
    mammogram = read_mammogram(tmp_path / "a.tif")
    np.testing.assert_array_equal(mammogram.pixels, breast(12))
    assert mammogram.pixels.dtype == np.uint16
    assert mammogram.pixels.dtype.isnative


def test_a_tiff_that_only_opencv_can_decode(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.tif"), breast(12), [cv2.IMWRITE_TIFF_COMPRESSION, 5])
    np.testing.assert_array_equal(read_mammogram(tmp_path / "a.tif").pixels, breast(12))


def test_a_tiff_where_white_is_zero_is_turned(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", breast(8), photometric="miniswhite")
    mammogram = read_mammogram(tmp_path / "a.tif")
    np.testing.assert_array_equal(mammogram.pixels, 255 - breast(8))
    np.testing.assert_array_equal(display_u8(mammogram.pixels, mammogram.display), 255 - breast(8))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_float_tiffs_are_shown_from_end_to_end(tmp_path: Path, dtype: type) -> None:
    image = (breast(8) / 255 * 3 - 1).astype(dtype)
    tifffile.imwrite(tmp_path / "a.tif", image)
    mammogram = read_mammogram(tmp_path / "a.tif")
    assert mammogram.pixels.dtype == np.float32
    shown = display_values(mammogram.pixels, mammogram.display)
    assert (shown.min(), shown.max()) == (0, 1)


@pytest.mark.parametrize(
    ("dtype", "kept"), [(np.int16, np.int16), (np.int32, np.uint16), (np.uint32, np.uint16)]
)
def test_integer_tiffs_keep_their_values(tmp_path: Path, dtype: type, kept: type) -> None:
    tifffile.imwrite(tmp_path / "a.tif", breast(12).astype(dtype))
    mammogram = read_mammogram(tmp_path / "a.tif")
    assert mammogram.pixels.dtype == kept
    np.testing.assert_array_equal(mammogram.pixels, breast(12))


def test_a_preview_page_is_not_a_stack(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as tiff:
        tiff.write(breast(12))
        tiff.write(breast(12)[::2, ::2], subfiletype=1)
    np.testing.assert_array_equal(read_mammogram(tmp_path / "a.tif").pixels, breast(12))


@pytest.mark.parametrize("channels", [3, 4])
def test_grey_saved_as_colour_is_grey(tmp_path: Path, channels: int) -> None:
    image = np.dstack([breast(8)] * 3 + [np.full_like(breast(8), 255)] * (channels - 3))
    np.testing.assert_array_equal(read_mammogram(png(tmp_path / "a.png", image)).pixels, breast(8))
    assert read_header(tmp_path / "a.png").rows == breast(8).shape[0]


def test_a_grey_jpeg_with_colour_coding_is_grey(tmp_path: Path) -> None:
    smooth = cv2.GaussianBlur(breast(8), (7, 7), 0)
    mammogram = read_mammogram(png(tmp_path / "a.jpg", np.dstack([smooth] * 3)))
    assert mammogram.pixels.ndim == 2
    assert np.abs(mammogram.pixels.astype(int) - smooth).mean() < 3
    assert mammogram.header.acquisition.lossy


def test_the_header_of_a_colour_photograph_is_refused_already(tmp_path: Path) -> None:
    colour = np.random.default_rng(0).integers(0, 255, (24, 18, 3), dtype=np.uint8)
    for suffix in (".png", ".jpg"):
        path = png(tmp_path / f"a{suffix}", cv2.resize(colour, None, fx=20, fy=20))
        with pytest.raises(UnsupportedImageError, match="colour"):
            read_header(path)


def test_resolution_tags_are_not_trusted(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", breast(8), resolution=(300, 300), resolutionunit=2)
    assert read_mammogram(tmp_path / "a.tif").spacing is None
    assert read_mammogram(tmp_path / "a.tif", spacing_mm=0.07).spacing is not None


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("x/cbis-ddsm-P_00646-LCC.png", "cbis-ddsm-P_00646"),
        ("x/monai-density-A1.jpg", "monai-density-A1"),
        ("case7/LCC.png", "case7"),
        ("x/R_MLO_012.tif", "012"),
        ("x/left_cc_p9.png", "p9"),
    ],
)
def test_the_exam_of_a_raster_is_its_name_without_the_view(path: str, group: str) -> None:
    assert named_patient(Path(path))[0] == group
