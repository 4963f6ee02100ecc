"""Pixel Representation and padding held against the pixels: what is wrong is read as meant, else nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread

from shared_core.deidentification.pixels import put_pixels
from shared_core.errors import UnreadableImageError
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
    return np.asarray(np.clip(values, low, high))


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


def written_on(values: NDArray[np.int64], lowest: int, highest: int, *, soft: bool) -> NDArray[np.int64]:
    """With a label and white letters on black, as burnt in."""
    ink = np.zeros(values.shape, np.uint8)
    kind = cv2.LINE_AA if soft else cv2.LINE_8
    cv2.putText(ink, "LCC 12", (88, 25), cv2.FONT_HERSHEY_SIMPLEX, 0.55, 255, 2, kind)
    cv2.rectangle(ink, (112, 95), (150, 112), 255, -1)
    inked = values + (ink / 255) * (highest - np.maximum(values, lowest))
    return np.asarray(np.rint(inked), np.int64)


def of_all_kinds(bits: int, signed: int) -> Iterator[tuple[str, NDArray[np.int64], dict[str, Any]]]:
    """Pictures that reach beyond the middle, with letters, padding, inverted, and each without."""
    top = (1 << bits) - 1
    lowest = -(1 << (bits - 1)) * signed
    for letters, padded_, inverted in product(("none", "hard", "soft"), (False, True), (False, True)):
        values = smooth(0, top * 15 // 16, top // 64)
        if letters != "none":
            values = written_on(values, 0, top, soft=letters == "soft")
        if padded_:
            values[:, -12:] = top
        values = (top - values if inverted else values) + lowest
        marked = int(values[0, -1])
        more: dict[str, Any] = {"PhotometricInterpretation": "MONOCHROME1" if inverted else "MONOCHROME2"}
        if padded_:
            more["PixelPaddingValue"] = marked
        yield f"{letters} letters, padding {padded_}, inverted {inverted}", values, more


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("signed", [0, 1], ids=["unsigned", "signed"])
def test_the_sign_is_that_of_the_pixels_whatever_is_said(bits: int, signed: int, tmp_path: Path) -> None:
    for name, values, more in of_all_kinds(bits, signed):
        for said in (0, 1):
            ds = stored(values, bits, signed=said)
            for keyword, value in more.items():
                if keyword == "PixelPaddingValue":
                    ds.add_new(keyword, "SS" if said else "US", as_said(value, bits, said))
                else:
                    setattr(ds, keyword, value)
            told = read(tmp_path, ds)
            largest, inverted = (1 << bits) - 1, more["PhotometricInterpretation"] == "MONOCHROME1"
            expected = (largest - 2 * (1 << (bits - 1)) * signed) - values if inverted else values
            np.testing.assert_array_equal(told.pixels, expected, err_msg=f"{name}, said {said}")
            assert ("sign-wrong" in codes(told.header.notices)) == (said != signed), name
            is_padding = np.zeros(values.shape, bool) if told.padding is None else told.padding
            marked = more.get("PixelPaddingValue")
            np.testing.assert_array_equal(is_padding, values == marked if marked is not None else False)


def as_said(value: int, bits: int, said: int) -> int:
    """A value as software writes it that believes the sign which is said."""
    low = value & ((1 << bits) - 1)
    return low - (1 << bits) if said and low >> (bits - 1) else low


@pytest.mark.parametrize("signed", [0, 1], ids=["unsigned", "signed"])
def test_white_letters_and_frames_on_a_dark_picture_prove_nothing(signed: int, tmp_path: Path) -> None:
    lowest = -128 * signed
    for soft in (False, True):
        values = written_on(smooth(0, 90, 4), 0, 255, soft=soft)
        values[:6], values[-6:] = 255, np.random.default_rng(2).integers(244, 256, (6, COLUMNS))
        told = read(tmp_path, stored(values + lowest, 8, signed=signed))
        np.testing.assert_array_equal(told.pixels, values + lowest)
        assert "sign-wrong" not in codes(told.header.notices)


def test_noise_about_zero_that_is_called_unsigned_is_read_signed(tmp_path: Path) -> None:
    values = smooth(0, 1500) + np.random.default_rng(4).integers(-6, 7, (ROWS, COLUMNS))
    told = read(tmp_path, stored(values, 16, signed=0))
    np.testing.assert_array_equal(told.pixels, values)


def test_specks_that_reach_beyond_the_middle_are_read_as_the_tissue_around_them(tmp_path: Path) -> None:
    values = smooth(200, 2040, 60)
    for row, column in product(range(50, 72, 5), range(2, 18, 5)):
        values[row : row + 3, column : column + 3] = np.array([[2320, 2400, 2340]] * 3) + row // 2
    told = read(tmp_path, stored(values, 12, signed=1))
    np.testing.assert_array_equal(told.pixels, values)


def test_values_that_no_sign_puts_in_order_are_refused(tmp_path: Path) -> None:
    values = smooth(0, 8000, 30) & 4095
    with pytest.raises(UnreadableImageError, match="jump by their whole range") as refused:
        read(tmp_path, stored(values, 12, signed=1))
    assert str(refused.value).startswith("a.dcm: Pixel Representation says signed")


def test_calcium_alone_beyond_zero_leaves_the_sign_in_doubt(tmp_path: Path) -> None:
    """A part of a thousand tells too little to overrule a header, and too much to be silent."""
    values = smooth(-2000, -40, 60)
    for row in range(50, 72, 5):
        values[row : row + 3, 2:26] = 260
    told = read(tmp_path, stored(values, 12, signed=0))
    np.testing.assert_array_equal(told.pixels, values & 4095)
    assert "sign-doubtful" in codes(told.header.notices)


def test_values_that_were_cut_off_above_are_told(tmp_path: Path) -> None:
    values = smooth(0, 8000, 30) & 4095
    told = read(tmp_path, stored(values, 12, signed=0))
    np.testing.assert_array_equal(told.pixels, values)
    assert "sign-doubtful" in codes(told.header.notices)
    right = read(tmp_path, stored(smooth(0, 4000, 30), 12, signed=0))
    assert "sign-doubtful" not in codes(right.header.notices)


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
    assert told.padding is not None
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
