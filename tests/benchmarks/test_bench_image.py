"""The benchmark's image: a mammogram to our reader, the same every time, the same in both files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest

from benchmarks.image import SPACING_MM, make_mammogram, to_u8, write_image_files
from shared_core.mammogram import Laterality, View
from shared_core.preprocessing.prepare import prepare
from shared_core.preprocessing.preset import PreprocessingPreset
from shared_core.reading.reader import read_mammogram

SHAPE = 1024, 832


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_image_files(tmp_path_factory.mktemp("image"), SHAPE)


def test_same_seed_gives_the_same_image_and_another_seed_another() -> None:
    first = make_mammogram((256, 208), seed=3)
    np.testing.assert_array_equal(first, make_mammogram((256, 208), seed=3))
    assert (first != make_mammogram((256, 208), seed=4)).mean() > 0.3


def test_the_files_are_the_same_every_time(files: tuple[Path, Path], tmp_path: Path) -> None:
    for once, again in zip(files, write_image_files(tmp_path, SHAPE), strict=True):
        assert once.read_bytes() == again.read_bytes()


def test_half_of_it_is_breast_of_12_bit_with_something_bright_in_it() -> None:
    pixels = make_mammogram(SHAPE)
    assert pixels.dtype == np.uint16
    assert 0.48 < (pixels > 0).mean() < 0.52
    breast = pixels[pixels > 0]
    assert 600 < breast.mean() < 2000
    assert breast.mean() + 4 * breast.std() < breast.max() <= 4095


def test_the_dicom_file_is_lossless_jpeg_2000_of_a_left_cc_view(files: tuple[Path, Path]) -> None:
    dataset = pydicom.dcmread(files[0])
    assert dataset.file_meta.TransferSyntaxUID == pydicom.uid.JPEG2000Lossless
    np.testing.assert_array_equal(dataset.pixel_array, make_mammogram(SHAPE))
    mammogram = read_mammogram(files[0])
    header = mammogram.header
    assert (header.view, header.laterality) == (View.CC, Laterality.LEFT)
    assert header.spacing is not None
    assert header.spacing.row_mm == header.spacing.column_mm == SPACING_MM


def test_both_files_show_the_same_grey_levels(files: tuple[Path, Path]) -> None:
    dicom, png = files
    read = cv2.imread(str(png), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(read, to_u8(make_mammogram(SHAPE)))
    prepared = prepare(read_mammogram(dicom), PreprocessingPreset(name="test"))
    np.testing.assert_array_equal(prepared.display_u8, read)


def test_the_breast_is_found_where_it_was_drawn(files: tuple[Path, Path]) -> None:
    prepared = prepare(read_mammogram(files[0]), PreprocessingPreset(name="test"))
    drawn = make_mammogram(SHAPE) > 0
    found = prepared.breast_mask
    assert 2 * (drawn & found).sum() / (drawn.sum() + found.sum()) > 0.97
