"""Labels written are labels that come back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from napari.layers import Labels
from napari.utils.notifications import notification_manager

from napari_bac.layout.view_layers import labels_layer
from napari_bac.session.exam_session import ExamSession
from napari_bac.views.given_labels import read_given_labels
from napari_bac.views.opened_view import OpenedView
from napari_bac.writer import write_folder, write_labels, write_mask, write_segmentation
from shared_core.reading.mask import read_mask_file
from tests.napari_bac import pictures


def _layer(opened: OpenedView) -> Labels:
    return labels_layer(opened, "L-CC", pictures.labels())


def test_labels_come_back_with_their_numbers(tmp_path: Path, left_cc: OpenedView) -> None:
    data, meta, _ = _layer(left_cc).as_layer_data_tuple()
    assert write_labels(str(tmp_path / "LCC_labels.png"), data, meta) == [str(tmp_path / "LCC_labels.png")]
    given = read_given_labels(tmp_path / "LCC_labels.png")
    assert given.numbered
    assert np.array_equal(given.labels, pictures.labels())


def test_a_mask_is_as_bac_writes_it(tmp_path: Path, left_cc: OpenedView) -> None:
    data, meta, _ = _layer(left_cc).as_layer_data_tuple()
    write_mask(str(tmp_path / "LCC_mask.png"), data, meta)
    assert np.array_equal(read_mask_file(tmp_path / "LCC_mask.png").mask, pictures.labels() > 0)
    assert not read_given_labels(tmp_path / "LCC_mask.png").numbered


def test_numbers_above_255_take_16_bits(tmp_path: Path) -> None:
    labels = pictures.labels().astype(np.int64) * 300
    write_labels(str(tmp_path / "many.png"), labels, {})
    assert np.array_equal(read_mask_file(tmp_path / "many.png", segment=600).mask, labels == 600)


@pytest.fixture
def said() -> Iterator[list[str]]:
    """What napari tells the person."""
    found: list[str] = []

    def note(event: Any) -> None:
        found.append(event.message)

    notification_manager.notification_ready.connect(note)
    yield found
    notification_manager.notification_ready.disconnect(note)


def test_a_packed_file_of_no_known_type_is_refused(
    tmp_path: Path, left_cc: OpenedView, said: list[str]
) -> None:
    data, meta, _ = _layer(left_cc).as_layer_data_tuple()
    path = tmp_path / "LCC.png.gz"
    assert write_labels(str(path), data, meta) == []
    assert said == [f"{path}: labels are saved as .png, .nii or .nii.gz; choose one of these."]
    assert list(tmp_path.iterdir()) == []


def test_nifti_without_nibabel_is_one_sentence(
    tmp_path: Path, left_cc: OpenedView, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nibabel", None)
    data, meta, _ = _layer(left_cc).as_layer_data_tuple()
    assert write_labels(str(tmp_path / "LCC.nii"), data, meta) == []
    assert said == ["NIfTI files need nibabel, which is not installed: pip install nibabel; or save as PNG."]
    assert list(tmp_path.iterdir()) == []


def test_several_views_go_into_a_folder_with_names_that_are_found_again(
    tmp_path: Path, four_views: list[OpenedView]
) -> None:
    layers = [
        labels_layer(view, view.title, pictures.labels(view.prepared.header.laterality)).as_layer_data_tuple()
        for view in four_views
    ]
    written = write_folder(str(tmp_path / "exam"), layers)
    assert sorted(Path(path).name for path in written) == sorted(f"{key}_labels.png" for key in pictures.KEYS)
    given = read_given_labels(tmp_path / "exam" / "R-MLO_labels.png")
    assert given.image_stem == "R-MLO"


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path, left_cc: OpenedView) -> None:
    (tmp_path / "exam").mkdir()
    (tmp_path / "exam" / "mine.txt").write_text("mine")
    assert write_folder(str(tmp_path / "exam"), [_layer(left_cc).as_layer_data_tuple()]) == []
    assert [path.name for path in (tmp_path / "exam").iterdir()] == ["mine.txt"]


def test_napari_saves_a_labels_layer_through_the_plugin(
    viewer: Any, left_cc: OpenedView, tmp_path: Path, plugin: None
) -> None:
    viewer.add_layer(_layer(left_cc))
    saved = viewer.layers.save(str(tmp_path / "LCC_labels.png"), plugin="openbac")
    assert saved == [str(tmp_path / "LCC_labels.png")]
    assert np.array_equal(read_given_labels(tmp_path / "LCC_labels.png").labels, pictures.labels())


def test_a_dicom_segmentation_lies_on_its_image_and_says_who_drew_it(
    session: ExamSession, exam_folder: Path, tmp_path: Path
) -> None:
    pytest.importorskip("highdicom", reason="the extra dicom is not installed")
    session.open([exam_folder])
    view = session.views["L-CC"]
    session.set_labels("L-CC", pictures.labels())
    data, meta, _ = view.labels.as_layer_data_tuple()
    written = tmp_path / "LCC_seg.dcm"
    assert write_segmentation(str(written), data, meta) == [str(written)]
    found, image = read_mask_file(written), pydicom.dcmread(str(view.opened.path))
    assert np.array_equal(found.mask, pictures.labels() > 0)
    assert found.source_uids == (image.SOPInstanceUID,)
    assert pydicom.dcmread(written).SegmentSequence[0].SegmentAlgorithmType == "MANUAL"


def test_labels_of_no_dicom_image_make_no_segmentation(
    session: ExamSession, left_cc: OpenedView, tmp_path: Path
) -> None:
    said: list[str] = []

    def note(event: Any) -> None:
        said.append(event.message)

    notification_manager.notification_ready.connect(note)
    data, meta, _ = _layer(left_cc).as_layer_data_tuple()
    assert write_segmentation(str(tmp_path / "LCC.dcm"), data, meta) == []
    notification_manager.notification_ready.disconnect(note)
    assert said == [
        "A DICOM segmentation can only be saved from the labels of a mammogram opened with OpenBAC."
    ]
    assert list(tmp_path.glob("*.dcm")) == []
