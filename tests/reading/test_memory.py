"""Images that a host has in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from shared_core.errors import UnreadableImageError, UnsupportedImageError, UsageError
from shared_core.mammogram import Laterality, SpacingSource, View
from shared_core.reading.dicom.display_values import display_u8
from shared_core.reading.reader import mammogram_from_array, read_mammogram
from tests.reading.synthetic import breast, dataset, write
from tests.reading.test_pixel_values import CASES, Case, gdcm_pixels, write_as


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_pixels_from_gdcm_give_the_mammogram_of_the_file(tmp_path: Path, case: Case) -> None:
    ds = dataset(
        case.stored, sop_class=case.sop_class, bits=case.bits, PixelPaddingValue=0, **case.attributes
    )
    file = write_as(tmp_path / "a.dcm", ds, case.syntax)
    ours, theirs = read_mammogram(file), mammogram_from_array(gdcm_pixels(file), source=file)
    np.testing.assert_array_equal(theirs.pixels, ours.pixels)
    np.testing.assert_array_equal(theirs.padding, ours.padding)
    np.testing.assert_array_equal(
        display_u8(theirs.pixels, theirs.display), display_u8(ours.pixels, ours.display)
    )
    assert theirs.header.identity == ours.header.identity
    assert theirs.display.description == ours.display.description


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float32, np.float64])
def test_a_host_may_have_changed_the_type(tmp_path: Path, dtype: type) -> None:
    file = write(tmp_path / "a.dcm", dataset(WindowCenter=1000, WindowWidth=800))
    volume = breast().astype(dtype)[None]
    np.testing.assert_array_equal(
        mammogram_from_array(volume, source=file).pixels, read_mammogram(file).pixels
    )


@pytest.mark.parametrize(
    "pixels",
    [breast()[:80], breast() + 0.5, breast().astype(int) - 1, breast().astype(int) * 2],
    ids=range(4),
)
def test_other_pixels_than_the_files_are_noticed(tmp_path: Path, pixels: Any) -> None:
    file = write(tmp_path / "a.dcm", dataset())
    with pytest.raises(UsageError, match=r"a\.dcm"):
        mammogram_from_array(pixels, source=file)


def with_sharp_edges() -> NDArray[np.uint16]:
    """Neighbours that differ by nearly all that 12 bits hold, as where GDCM cut values off."""
    pixels = breast(12).copy()
    pixels[10:20, 10:20], pixels[12:18, 12:18] = 4095, 0
    return pixels


def test_a_changed_image_is_not_replaced_by_its_file_whatever_its_edges(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm", dataset(with_sharp_edges()))
    changed = with_sharp_edges()
    changed[40:50, 10:20] = 77
    np.testing.assert_array_equal(mammogram_from_array(changed, source=file).pixels, changed)


def test_a_layer_of_unknown_origin(tmp_path: Path) -> None:
    mammogram = mammogram_from_array(breast(), name="P7_LCC", spacing_mm=0.07)
    assert mammogram.header.path is None
    assert mammogram.header.file_format == "memory"
    assert mammogram.header.view_label == "LCC"
    assert mammogram.display.full_range == (0, 4095)
    assert mammogram.spacing is not None
    assert mammogram.spacing.source is SpacingSource.USER


def test_view_and_side_can_be_given() -> None:
    mammogram = mammogram_from_array(breast(8), view=View.MLO, laterality=Laterality.RIGHT, name="LCC")
    assert mammogram.header.view_label == "RMLO"
    np.testing.assert_array_equal(display_u8(mammogram.pixels, mammogram.display), breast(8))


def test_header_and_display_of_an_earlier_reading_are_kept(tmp_path: Path) -> None:
    read = read_mammogram(write(tmp_path / "a.dcm", dataset(WindowCenter=1000, WindowWidth=800)))
    again = mammogram_from_array(read.pixels, header=read.header, display=read.display)
    assert again.header == read.header
    assert again.display is read.display
    with pytest.raises(UsageError, match="header"):
        mammogram_from_array(read.pixels[:70], header=read.header)
    assert mammogram_from_array(read.pixels, header=replace(read.header, spacing=None)).spacing is None


def test_the_hosts_array_stays_writeable() -> None:
    pixels = breast()
    mammogram = mammogram_from_array(pixels)
    assert pixels.flags.writeable
    assert not mammogram.pixels.flags.writeable


@pytest.mark.parametrize(
    ("pixels", "error"),
    [
        (np.zeros((2, 96, 72), np.uint8), UsageError),
        (np.zeros((96, 72, 3), np.uint8), UsageError),
        (breast() > 5, UsageError),
        (breast().astype(complex), UsageError),
        (breast()[:9], UnsupportedImageError),
        (np.zeros((96, 72)), UnsupportedImageError),
        (np.full((96, 72), np.nan), UnreadableImageError),
    ],
    ids=range(7),
)
def test_what_is_no_grey_image_is_refused(pixels: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="image in memory"):
        mammogram_from_array(pixels)


@pytest.mark.parametrize("name", ["patient A", "左乳房", "scan 1.5x"])
def test_an_image_without_a_file_keeps_the_name_that_the_host_gave_it(name: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 200, (400, 300)).astype(np.uint8)
    header = mammogram_from_array(pixels, name=name).header
    assert (header.name, header.stem) == (name, name)
    # also where the header is known from before
    again = mammogram_from_array(pixels, header=replace(header, given_name=""), name=name).header
    assert again.name == name
