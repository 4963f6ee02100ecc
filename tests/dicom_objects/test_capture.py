"""Pictures as secondary capture: as they were, below a strip that says what they are."""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from shared_core.dicom_objects.equipment import file_bytes
from shared_core.dicom_objects.images.secondary_capture import secondary_capture
from shared_core.errors import UnreadableImageError
from shared_core.exporting.png import encode_png
from tests.dicom_objects.conftest import MeasuredExam


@pytest.fixture(scope="module")
def simulated(make_exam: Callable[..., MeasuredExam]) -> MeasuredExam:
    return make_exam("ge")


def _picture(rows: int = 121, columns: int = 331) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 255, (rows, columns, 3), dtype=np.uint8)


def _capture(exam: MeasuredExam, picture: bytes) -> Dataset:
    return secondary_capture(picture, sources=exam.sources, title="Exam sheet", making=exam.making, number=3)


def test_the_picture_is_kept_below_a_strip(simulated: MeasuredExam) -> None:
    picture = _picture()
    content = file_bytes(_capture(simulated, encode_png(picture)))
    read = pydicom.dcmread(io.BytesIO(content))
    shown = read.pixel_array
    assert np.array_equal(shown[-picture.shape[0] :], picture)
    strip = shown[: -picture.shape[0]]
    orange = (strip[..., 0] > 200) & (strip[..., 1] > 120) & (strip[..., 2] < 60)
    assert strip.shape[0] > 50
    assert orange.sum() > 100
    assert content == file_bytes(_capture(simulated, encode_png(picture)))


def test_it_declares_that_words_are_burned_in_and_that_it_is_research(simulated: MeasuredExam) -> None:
    made = _capture(simulated, encode_png(_picture()))
    assert (made.BurnedInAnnotation, list(made.ImageType)) == ("YES", ["DERIVED", "SECONDARY"])
    assert made.ImageComments.startswith("RESEARCH. Research use only")
    assert "RESEARCH" in made.SeriesDescription
    assert [one.ReferencedSOPInstanceUID for one in made.SourceImageSequence] == [
        source.sop_instance_uid for source in simulated.sources
    ]


@pytest.mark.parametrize("columns", [60, 300, 3000])
def test_the_strip_fits_pictures_of_any_width(simulated: MeasuredExam, columns: int) -> None:
    made = _capture(simulated, encode_png(_picture(20, columns)))
    assert made.Columns == columns
    assert made.Rows > 60


@pytest.mark.parametrize("damaged", [b"", b"no picture", encode_png(_picture())[:40]])
def test_a_damaged_picture_is_told_in_one_sentence(simulated: MeasuredExam, damaged: bytes) -> None:
    with pytest.raises(UnreadableImageError, match=r"^Exam sheet: the picture cannot be read"):
        _capture(simulated, damaged)


def test_grey_pictures_become_colours(simulated: MeasuredExam) -> None:
    done, buffer = cv2.imencode(".png", np.full((30, 200), 77, np.uint8))
    assert done
    assert set(np.unique(_capture(simulated, buffer.tobytes()).pixel_array[-30:])) == {77}
