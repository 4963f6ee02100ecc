"""Views hang as a radiologist reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_bac.session.exam_session import ExamSession
from tests.napari_bac import pictures
from tests.reading.synthetic import dataset, write
from tests.shared_cases import CASES, needs_cases


def test_four_views_hang_with_chest_walls_back_to_back(exam_session: ExamSession) -> None:
    assert tuple(exam_session.views) == pictures.KEYS
    boxes = {key: view.image.extent.world for key, view in exam_session.views.items()}
    for key, box in boxes.items():
        assert (box[1, 1] <= 0) == key.startswith("R")
        assert (box[0, 0] > pictures.SHAPE[0] * pictures.SPACING_MM - 1) == key.endswith("MLO")


def test_labels_lie_on_their_image(exam_session: ExamSession) -> None:
    for view in exam_session.views.values():
        assert np.array_equal(view.labels.extent.world, view.image.extent.world)


def test_a_folder_of_dicom_files_is_opened(session: ExamSession, exam_folder: Path) -> None:
    assert session.open([exam_folder]) == ()
    assert tuple(session.views) == pictures.KEYS
    assert all(view.spacing_is_known for view in session.views.values())


def place_of(session: ExamSession, row: int, column: int) -> tuple[float, float]:
    """Where a pixel of the one view stands, as a share of its height and width."""
    (view,) = session.views.values()
    top_left, bottom_right = view.image.extent.world
    place = np.asarray(view.image.data_to_world((row, column)))
    return tuple(np.round((place - top_left) / (bottom_right - top_left), 1))


@needs_cases
def test_the_shared_case_upside_down_hangs_upright_and_is_told(session: ExamSession) -> None:
    session.open([CASES / "flips" / "lcc_upside_AL.dcm"])
    assert place_of(session, 0, 0) == (1, 0)
    (view,) = session.views.values()
    assert "orientation-unusual" in [notice.code for notice in view.notices]


@pytest.mark.parametrize(
    ("orientation", "first_pixel"),
    [
        ("A\\R", (0, 0)),
        ("A\\L", (1, 0)),
        ("P\\R", (0, 1)),
        ("P\\L", (1, 1)),
        ("R\\A", (0, 0)),
        ("L\\A", (1, 0)),
        ("R\\P", (0, 1)),
    ],
)
def test_a_left_cc_hangs_upright_however_it_is_stored(
    session: ExamSession, tmp_path: Path, orientation: str, first_pixel: tuple[int, int]
) -> None:
    pixels = pictures.breast()  # A\\R
    turn = {"across": orientation[0] in "RL", "front": "A" in orientation, "above": "R" in orientation}
    pixels = pixels if turn["front"] else pixels[:, ::-1]
    pixels = pixels if turn["above"] else pixels[::-1]
    pixels = np.ascontiguousarray(pixels.T if turn["across"] else pixels)
    ds = dataset(pixels, bits=8, PatientOrientation=orientation.split("\\"), ImagerPixelSpacing=[0.2, 0.2])
    session.open([write(tmp_path / "a.dcm", ds)])
    (view,) = session.views.values()
    assert place_of(session, 0, 0) == first_pixel
    height, width = np.ptp(view.image.extent.world, axis=0)
    assert height > width
    assert np.array_equal(view.labels.extent.world, view.image.extent.world)
    assert view.labels.data.shape == pixels.shape
