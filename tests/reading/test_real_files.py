"""Real files, where they are present."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.mammogram import Laterality, View
from shared_core.reading.dicom.display_values import display_u8
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.reader import read_header, read_mammogram
from tests.told import codes


def test_cbis_exams_are_two_of_four_views(cbis_dicoms: Path) -> None:
    listing = find_exams([cbis_dicoms])
    assert listing.unused == ()
    # Each image of this collection has a study of its own.
    assert [(e.key, e.missing_views, codes(e.notices)) for e in listing.exams] == [
        ("P_00173_20161004", (), ["exam-studies-joined"]),
        ("P_00820_20161004", (), ["exam-studies-joined"]),
    ]
    for exam in listing.exams:
        assert [h.view_label for h in exam.headers] == ["LCC", "LMLO", "RCC", "RMLO"]
        assert all(h.spacing is None for h in exam.headers)
        assert all("gdcm-spacing-unfounded" in codes(h.notices) for h in exam.headers)


def test_a_cbis_view_is_read_as_gdcm_reads_it(cbis_dicoms: Path) -> None:
    sitk = pytest.importorskip("SimpleITK", reason="SimpleITK is the independent reader")
    file = sorted(cbis_dicoms.rglob("*.dcm"))[0]
    mammogram = read_mammogram(file)
    theirs = sitk.GetArrayFromImage(sitk.ReadImage(str(file), imageIO="GDCMImageIO")).squeeze()
    assert mammogram.pixels.dtype == np.uint16
    assert np.array_equal(mammogram.pixels, theirs)
    assert mammogram.display.full_range == (0, 65535)


def test_the_film_with_bac_is_read_as_it_is(real_mammograms: Path) -> None:
    file = real_mammograms / "cbis-ddsm-P_00646-LCC.png"
    mammogram = read_mammogram(file)
    assert (mammogram.header.view, mammogram.header.laterality) == (View.CC, Laterality.LEFT)
    image = display_u8(mammogram.pixels, mammogram.display)
    assert np.array_equal(image, cv2.imread(str(file), cv2.IMREAD_GRAYSCALE))


def test_the_jpegs_are_read_as_opencv_makes_them_grey(real_mammograms: Path) -> None:
    files = sorted(real_mammograms.glob("*.jpg"))
    assert len(files) == 7
    for file in files:
        mammogram = read_mammogram(file)
        decoded = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        assert np.array_equal(display_u8(mammogram.pixels, mammogram.display), decoded), file.name
        assert read_header(file).view is View.UNKNOWN
