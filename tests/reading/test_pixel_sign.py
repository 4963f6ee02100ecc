"""Pixel Representation and padding held against the pixels: what is wrong is read as meant, else nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread

from shared_core.deidentification.pixels import put_pixels
from shared_core.mammogram import Mammogram
from shared_core.reading.reader import mammogram_from_array, read_mammogram
from tests.reading.synthetic import dataset, write
from tests.told import codes, texts

ROWS, COLUMNS = 120, 160


def smooth(low: int, high: int, noise: int = 0) -> NDArray[np.int64]:
    """A bright hill on a flat background of `low`; without a break up to `high`."""
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS]
    hill = np.clip(1.1 - np.hypot((rows - 60) / 65, columns / 110), 0, 1)
    values = low + (np.minimum(hill, 1) * (high - low)).astype(np.int64)
    if noise:
        values += np.random.default_rng(3).integers(0, noise, values.shape)
    return np.clip(values, low, high)


def stored(values: NDArray[Any], bits: int, *, signed: int, **attributes: Any) -> Any:
    """A file that states `signed`, whatever the values are."""
    size = 1 if bits <= 8 else 2
    raw = (values.astype(np.int64) & ((1 << 8 * size) - 1)).astype(f"u{size}")
    ds = dataset(raw, bits=bits, PixelRepresentation=signed, **attributes)
    ds.PixelData = raw.tobytes()
    return ds


def read(tmp_path: Path, ds: Any) -> Mammogram:
    return read_mammogram(write(tmp_path / "a.dcm", ds))


@pytest.mark.parametrize("bits", [12, 14, 16])
@pytest.mark.parametrize("noise", [0, 30])
@pytest.mark.parametrize("photometric", ["MONOCHROME2", "MONOCHROME1"])
def test_unsigned_values_called_signed_are_read_unsigned(
    bits: int, noise: int, photometric: str, tmp_path: Path
) -> None:
    values = smooth(0, (1 << bits) * 15 // 16, noise)
    wrong = read(tmp_path, stored(values, bits, signed=1, PhotometricInterpretation=photometric))
    right = read(tmp_path, stored(values, bits, signed=0, PhotometricInterpretation=photometric))
    np.testing.assert_array_equal(wrong.pixels, right.pixels)
    assert wrong.display.mirror == right.display.mirror
    assert wrong.display.full_range == right.display.full_range
    assert "sign-wrong" in codes(wrong.header.notices)
    assert "says signed, but only as unsigned values" in texts(wrong.header.notices)
    assert "bits-stored-wrong" not in codes(wrong.header.notices)
    assert "sign-wrong" not in codes(right.header.notices)


@pytest.mark.parametrize("bits", [12, 16])
@pytest.mark.parametrize("extended", [True, False], ids=["sign goes on above", "empty above"])
def test_signed_values_called_unsigned_are_read_signed(bits: int, extended: bool, tmp_path: Path) -> None:
    values = smooth(-2048, 2000)
    raw = values if extended else values & ((1 << bits) - 1)
    told = read(tmp_path, stored(raw, bits, signed=0, RescaleIntercept=2048, RescaleSlope=1))
    np.testing.assert_array_equal(told.pixels, values + 2048)
    assert "sign-wrong" in codes(told.header.notices)
    assert "bits-above-removed" not in codes(told.header.notices)


def test_the_same_comes_of_pixels_that_gdcm_has_read(tmp_path: Path) -> None:
    sitk = pytest.importorskip("SimpleITK", reason="SimpleITK is the independent reader")
    for ds in (
        stored(smooth(0, 3900), 12, signed=1),
        stored(smooth(0, 63000), 16, signed=1),
        stored(smooth(-2048, 2000), 16, signed=0),
        stored(padded(65535), 12, signed=0, PixelPaddingValue=65535),
    ):
        file = write(tmp_path / "a.dcm", ds)
        theirs = sitk.GetArrayFromImage(sitk.ReadImage(str(file), imageIO="GDCMImageIO")).squeeze()
        whole, shown = read_mammogram(file), mammogram_from_array(theirs, source=file)
        np.testing.assert_array_equal(shown.pixels, whole.pixels)
        np.testing.assert_array_equal(shown.padding, whole.padding)
        assert shown.header.notices == whole.header.notices


def hard_edge(low: tuple[int, int], high: tuple[int, int]) -> NDArray[np.int64]:
    """Two noisy fields of extreme values, side by side."""
    rng = np.random.default_rng(5)
    values = rng.integers(*low, (ROWS, COLUMNS))
    values[:, 80:] = rng.integers(*high, (ROWS, 80))
    return values


def labelled(values: NDArray[np.int64], value: int) -> NDArray[np.int64]:
    """With a field and strokes of one value."""
    values = values.copy()
    values[:, 120:] = value
    values[::7, 10:60] = value
    return values


def noisy_label(values: NDArray[np.int64], lowest: int, highest: int) -> NDArray[np.int64]:
    """With a bright field of many values, as lossy coding leaves it."""
    values = values.copy()
    values[:, 120:] = np.random.default_rng(7).integers(lowest, highest + 1, (ROWS, 40))
    return values


@pytest.mark.parametrize(
    ("values", "bits", "signed"),
    [
        (smooth(-1000, 1500, 40), 12, 1),
        (smooth(-1000, 1500, 40), 16, 1),
        (smooth(-32768, 32767), 16, 1),
        (smooth(-5, 60, 9), 16, 1),
        (labelled(smooth(-1000, 1500, 40), -32768), 16, 1),
        (labelled(smooth(-1000, 30000, 40), -32768), 16, 1),
        (labelled(smooth(0, 4000, 40), 65535), 16, 0),
        (labelled(smooth(0, 500, 40), 4095), 12, 0),
        (noisy_label(smooth(0, 4000, 40), 65500, 65535), 16, 0),
        (smooth(0, 65535, 40), 16, 0),
        (hard_edge((0, 300), (65000, 65536)), 16, 0),
        (hard_edge((0, 100), (16000, 16384)), 14, 0),
        (hard_edge((-32768, -32300), (32300, 32768)), 16, 1),
    ],
)
def test_right_signs_are_believed(values: NDArray[Any], bits: int, signed: int, tmp_path: Path) -> None:
    told = read(tmp_path, stored(values, bits, signed=signed))
    np.testing.assert_array_equal(told.pixels, values)
    assert not {"sign-wrong", "bits-stored-wrong"} & set(codes(told.header.notices))


def padded(value: int) -> NDArray[np.int64]:
    values = smooth(100, 4000)
    values[:, 100:] = value
    return values


@pytest.mark.parametrize(("value", "first"), [(65535, 65535), (65535, 60000), (40000, 40000)])
def test_padding_is_compared_before_the_upper_bits_are_cut(value: int, first: int, tmp_path: Path) -> None:
    values = padded(value)
    values[5, 5] = 4095  # saturated, no padding
    limits = {"PixelPaddingValue": value} | ({"PixelPaddingRangeLimit": first} if first != value else {})
    told = read(tmp_path, stored(values, 12, signed=0, **limits))
    np.testing.assert_array_equal(told.padding, values == value)
    np.testing.assert_array_equal(told.pixels, values & 4095)
    assert "bits-above-removed" not in codes(told.header.notices)


def test_padding_of_signed_values_is_compared_before_too(tmp_path: Path) -> None:
    values = smooth(-1000, 1500, 40)
    values[:, 130:] = -32768
    told = read(tmp_path, stored(values, 12, signed=1, PixelPaddingValue=-32768))
    np.testing.assert_array_equal(told.padding, values == -32768)
    np.testing.assert_array_equal(told.pixels[~told.padding], values[values != -32768])


def test_overlays_are_removed_beside_padding(tmp_path: Path) -> None:
    values = padded(65535)
    values[10:20, 10:50] |= 1 << 14
    told = read(tmp_path, stored(values, 12, signed=0, PixelPaddingValue=65535))
    np.testing.assert_array_equal(told.padding, values == 65535)
    np.testing.assert_array_equal(told.pixels, values & 4095)
    assert "bits-above-removed" in codes(told.header.notices)


def test_a_file_written_anew_says_the_sign_that_was_read(tmp_path: Path) -> None:
    ds = stored(smooth(0, 63000), 16, signed=1)
    file = write(tmp_path / "a.dcm", ds)
    put_pixels(ds, dcmread(file), "a.dcm")
    told = read(tmp_path, ds)
    np.testing.assert_array_equal(told.pixels, smooth(0, 63000))
    assert "sign-wrong" not in codes(told.header.notices)


def test_a_file_written_anew_keeps_its_padding(tmp_path: Path) -> None:
    ds = stored(padded(65535), 12, signed=0, PixelPaddingValue=65535)
    file = write(tmp_path / "a.dcm", ds)
    before = read_mammogram(file)
    put_pixels(ds, dcmread(file), "a.dcm")
    np.testing.assert_array_equal(read(tmp_path, ds).padding, before.padding)
