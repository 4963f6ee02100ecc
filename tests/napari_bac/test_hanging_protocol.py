"""Views hang as a radiologist reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from napari_bac.session.exam_session import ExamSession
from tests.napari_bac import pictures


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
