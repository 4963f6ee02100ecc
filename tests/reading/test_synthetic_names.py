"""Synthetic 2-D views by the names that their makers give them, in the header and in the file name."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from shared_core.reading.description import describe
from shared_core.reading.reader import read_header, read_mammogram
from shared_core.reading.synthetic_names import synthetic_product, synthetic_words
from tests.reading.synthetic import breast, dataset, write
from tests.told import codes

NAMES = [
    *("C-View", "CVIEW", "C View", "L CC C-View", "R_MLO_CVIEW", "rcc_c-view_2", "C_VIEW"),
    *("S-View", "SVIEW", "V-Preview", "VPREVIEW", "L MLO V-PREVIEW"),
    *("Intelligent 2D", "INTELLIGENT2D", "Intelligent_2D", "Intelligent 2-D", "Insight 2D", "INSIGHT-2D"),
]
WORDS = [
    "SynthesizedMammo",
    "Synthetic 2D",
    "SYNTHESISED",
    "GENERATED_2D",
    "TOMO_2D",
    "SM 2D",
    "L CC S-MAMMO",
]
OTHERS = [
    *("L CC VIEW", "CC View", "MLO views", "LCC", "review", "preview", "Tomo + 2D", "COMBO 2D", "interview"),
    *("patient's view", "C-VIEWER", "PARATHYROID VIEW", "2D", "Photosynthesis", ""),
]


@pytest.mark.parametrize("text", NAMES)
def test_names_of_products_are_known(text: str) -> None:
    assert synthetic_product(text)
    assert synthetic_words(text) == synthetic_product(text)


@pytest.mark.parametrize("text", WORDS)
def test_descriptions_are_known(text: str) -> None:
    assert synthetic_words(text)
    assert not synthetic_product(text)


@pytest.mark.parametrize("text", OTHERS)
def test_other_words_are_not_taken_for_them(text: str) -> None:
    assert not synthetic_words(text)


@pytest.mark.parametrize(
    "keyword",
    ["SeriesDescription", "AcquisitionDeviceProcessingDescription", "ProtocolName", "ImageComments"],
)
def test_the_header_says_it_and_where(keyword: str, tmp_path: Path) -> None:
    header = read_header(write(tmp_path / "a.dcm", dataset(**{keyword: "L CC Intelligent 2D"})))
    assert header.acquisition.synthetic_2d
    assert "synthetic-2d" in codes(header.notices)
    (row,) = (row for row in describe(header) if row.label == "synthetic 2-D")
    assert row.why == f"Intelligent 2D in {keyword}"


@pytest.mark.parametrize("suffix", [".dcm", ".png"])
def test_the_name_of_the_file_says_it(suffix: str, tmp_path: Path) -> None:
    for name, synthetic in (("P1_LCC_CView", True), ("P1_LCC", False), ("synthetic_LCC", False)):
        file = tmp_path / f"{name}{suffix}"
        if suffix == ".dcm":
            write(file, dataset())
        else:
            cv2.imwrite(str(file), breast(8))
        mammogram = read_mammogram(file)
        assert mammogram.header.acquisition.synthetic_2d == synthetic
        assert ("synthetic-2d" in codes(mammogram.header.notices)) == synthetic
        assert mammogram.header.view_label == "LCC"
