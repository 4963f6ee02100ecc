"""The names of synthetic views, burnt into pictures in other fonts than they are compared with."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from shared_core.reading.burnt_in_words import burnt_in_product
from shared_core.reading.reader import read_mammogram
from tests.reading.synthetic import SC, dataset, write
from tests.told import codes

FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSerif-Bold")
NAMES = ("C-View", "S-View", "V-Preview", "Intelligent 2D", "INSIGHT 2D")
OTHERS = (
    "RCC",
    "L MLO",
    "RIGHT CC",
    "RMLO ID",
    "CC VIEW",
    "REVIEW",
    "HOLOGIC",
    "Siemens",
    "Intelligence",
) + (*("Mammomat", "SPOT MAG", "Tomo HD", "F 54Y", "12345-678", "S. Vega", "C. Weber", "ST. VINCENT", "3D"),)


def picture(word: str, font: str, size: int) -> NDArray[np.uint8]:
    """A breast with a word beside it."""
    matplotlib = pytest.importorskip("matplotlib", reason="its fonts are those that are drawn")
    file = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"
    canvas = Image.new("L", (900, 1200))
    drawing = ImageDraw.Draw(canvas)
    drawing.ellipse((-400, 300, 400, 1000), fill=140)
    drawing.text((520, 60), word, 255, font=ImageFont.truetype(str(file), size))
    drawing.text((600, 1100), "L CC", 255, font=ImageFont.truetype(str(file), size))
    noise = np.random.default_rng(0).integers(0, 6, (1200, 900))
    return np.clip(np.asarray(canvas) + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", [22, 36])
@pytest.mark.parametrize("font", FONTS)
@pytest.mark.parametrize("name", NAMES)
def test_names_are_found(name: str, font: str, size: int) -> None:
    assert burnt_in_product(picture(name, font, size)) == name


@pytest.mark.parametrize("font", FONTS)
def test_other_words_are_not_taken_for_them(font: str) -> None:
    for word in OTHERS:
        assert burnt_in_product(picture(word, font, 30)) == "", word


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_all_depths_are_looked_at(bits: int) -> None:
    grey = picture("C-View", "DejaVuSans", 30)
    assert burnt_in_product(np.rint(grey * ((2**bits - 1) / 255)).astype(np.uint16)) == "C-View"


def test_a_name_within_the_breast_is_left() -> None:
    grey = picture("", "DejaVuSans", 30)
    cv2.putText(grey, "C-View", (60, 600), cv2.FONT_HERSHEY_DUPLEX, 1.5, 255, 3)
    assert burnt_in_product(grey) == ""


def test_what_is_found_is_told(tmp_path: Path) -> None:
    grey = picture("C-View", "DejaVuSans", 30)
    cv2.imwrite(str(tmp_path / "a_LCC.png"), grey)
    write(tmp_path / "capture.dcm", dataset(grey, bits=8, sop_class=SC))
    write(tmp_path / "mammography.dcm", dataset(grey, bits=8, ImageType=["ORIGINAL", "PRIMARY"]))
    for name, found in (("a_LCC.png", True), ("capture.dcm", True), ("mammography.dcm", False)):
        header = read_mammogram(tmp_path / name).header
        assert header.acquisition.synthetic_2d == found
        assert ("synthetic-2d" in codes(header.notices)) == found
        assert ("synthetic", "C-View, burnt into the picture") in header.evidence or not found


def test_of_the_real_images_the_synthetic_ones_are_known(real_mammograms: Path) -> None:
    found = {
        path.stem[-2:]: read_mammogram(path).header for path in sorted(real_mammograms.glob("monai*.jpg"))
    }
    assert {name for name, header in found.items() if header.acquisition.synthetic_2d} == {"A1", "A2", "D4"}
    assert len(found) >= 7
