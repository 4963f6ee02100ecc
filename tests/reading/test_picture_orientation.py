"""Pictures and masks with an orientation tag are what viewers show, and measured as upright ones are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageOps

from shared_core.cli.main import main
from shared_core.reading.mask import read_label_file, read_mask_file
from shared_core.reading.picture_orientation import TAG, TURNED, upright
from shared_core.reading.reader import read_header, read_mammogram
from shared_core.training.data.masks import read_label
from tests.reading.synthetic import breast
from tests.told import codes

ORIENTATIONS = range(1, 9)
INVERSE = {6: 8, 8: 6}
KINDS = ("png", "jpg", "tif", "packbits.tif", "lzw.tif", "big-endian.tif")
Kind = Literal["png", "jpg", "tif", "packbits.tif", "lzw.tif", "big-endian.tif"]
CODECS = {"lzw": "tiff_lzw", "packbits": "packbits"}
SHAPE = (300, 220)


def drawing() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A left breast with an artery, and the mask of the artery."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    disc = np.clip(1.2 - np.hypot((rows - 150) / 130, columns / 170), 0, 1)
    image = np.rint(disc * 180).astype(np.uint8)
    mask = np.zeros(SHAPE, np.uint8)
    cv2.polylines(mask, [np.array([[15, 100], [60, 130], [110, 120]], np.int32)], False, 255, 5)
    image[mask > 0] += 60
    return image, mask


def stored(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """The pixels as they lie in a file of this orientation."""
    return upright(pixels, INVERSE.get(orientation, orientation))


def save(path: Path, pixels: NDArray[Any], orientation: int) -> Path:
    """Save what is shown as `pixels`; the file ends as the kind says."""
    grid = stored(pixels, orientation)
    if path.suffix == ".tif":
        codec = next((code for name, code in CODECS.items() if name in path.name), None)
        if codec is not None:
            Image.fromarray(grid).save(path, compression=codec, tiffinfo={TAG: orientation})
            return path
        tifffile.imwrite(
            path,
            grid,
            byteorder=">" if "big" in path.name else "<",
            extratags=[(TAG, 3, 1, orientation, True)],
            metadata=None,
        )
        return path
    exif = Image.Exif()
    exif[TAG] = orientation
    Image.fromarray(grid).save(path, exif=exif, quality=95)
    return path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_picture_is_what_viewers_show(orientation: int, kind: Kind, tmp_path: Path) -> None:
    image, _ = drawing()
    file = save(tmp_path / f"a_LCC.{kind}", image, orientation)
    mammogram, header = read_mammogram(file), read_header(file)
    assert (header.rows, header.columns) == mammogram.pixels.shape == SHAPE
    assert ("turned-upright" in codes(header.notices)) == (orientation > 1)
    assert header.notices == mammogram.header.notices
    if kind == "jpg":
        with Image.open(file) as opened:
            image = np.asarray(ImageOps.exif_transpose(opened))
        assert np.abs(mammogram.pixels.astype(int) - image).max() <= 2  # two decoders
    else:
        np.testing.assert_array_equal(mammogram.pixels, image)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_the_turn_is_that_of_pillow(orientation: int, tmp_path: Path) -> None:
    file = save(tmp_path / "a.png", breast(8), orientation)
    with Image.open(file) as opened:
        shown = np.asarray(ImageOps.exif_transpose(opened))
        np.testing.assert_array_equal(upright(np.asarray(opened), orientation), shown)
    np.testing.assert_array_equal(shown, breast(8))


@pytest.mark.parametrize("kind", ["png", "tif", "packbits.tif", "lzw.tif"])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_mask_is_what_viewers_show(orientation: int, kind: Kind, tmp_path: Path) -> None:
    _, mask = drawing()
    file = save(tmp_path / f"m.{kind}", mask, orientation)
    np.testing.assert_array_equal(read_mask_file(file).mask, mask > 0)
    np.testing.assert_array_equal(read_label_file(file).labels, mask > 0)
    np.testing.assert_array_equal(read_label(file, SHAPE), mask > 0)


def measured(image: Path, mask: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    assert main(["measure", str(image), str(mask), "--json"]) == 0
    return json.loads(capsys.readouterr().out)["metrics"]


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_the_numbers_are_those_of_the_upright_picture(
    orientation: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image, mask = drawing()
    other = ORIENTATIONS[-orientation]
    expected = measured(save(tmp_path / "a_LCC.png", image, 1), save(tmp_path / "m.png", mask, 1), capsys)
    turned = save(tmp_path / "b_LCC.png", image, orientation)
    assert measured(turned, save(tmp_path / "n.tif", mask, other), capsys) == expected
    assert expected["am_px"] == np.count_nonzero(mask)


def test_an_orientation_in_xmp_counts(tmp_path: Path) -> None:
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    image, _ = drawing()
    Image.fromarray(stored(image, 6)).save(tmp_path / "a.jpg", xmp=packet, quality=95)
    assert read_mammogram(tmp_path / "a.jpg").shape == SHAPE


@pytest.mark.parametrize("value", [0, 9, 274])
def test_a_value_that_stands_for_nothing_is_left(value: int, tmp_path: Path) -> None:
    image, _ = drawing()
    exif = Image.Exif()
    exif[TAG] = value
    Image.fromarray(image).save(tmp_path / "a.png", exif=exif)
    mammogram = read_mammogram(tmp_path / "a.png")
    np.testing.assert_array_equal(mammogram.pixels, image)
    assert "turned-upright" not in codes(mammogram.header.notices)


def test_damaged_notes_do_not_matter(tmp_path: Path) -> None:
    image, _ = drawing()
    Image.fromarray(image).save(tmp_path / "a.jpg", exif=b"Exif\0\0II*\0\xff\xff\xff\xff", quality=95)
    assert read_mammogram(tmp_path / "a.jpg").shape == SHAPE


def test_the_words_name_every_turn() -> None:
    assert set(TURNED) == set(ORIENTATIONS) - {1}
    assert all(re.fullmatch(r"[a-z ]+", words) for words in TURNED.values())
