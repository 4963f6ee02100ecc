"""What napari opens with the plugin becomes views, hung and measured; masks come back onto their image."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.layers import Image, Labels
from napari.utils.notifications import NotificationSeverity, notification_manager

from napari_bac.layout.hanging_protocol import hang
from napari_bac.reader import read_layers
from napari_bac.session.exam_session import ExamSession
from napari_bac.views.given_labels import METADATA_LABELS
from napari_bac.views.opened_view import METADATA, OpenedView
from napari_bac.views.snapshot import Snapshot
from shared_core import Laterality
from shared_core.exporting.mask_files import mask_png
from shared_core.exporting.png import encode_png
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.unused import unused_sentences
from shared_core.records.canonical_json import json_bytes
from tests.napari_bac import pictures
from tests.reading.segmentations import segment, write_seg
from tests.shared_cases import CASES, needs_cases
from tests.told import codes


@pytest.fixture
def notes() -> Iterator[list[str]]:
    """What napari shows to the person."""
    sentences: list[str] = []

    def note(event: Any) -> None:
        sentences.append(str(event.message))

    notification_manager.notification_ready.connect(note)
    yield sentences
    notification_manager.notification_ready.disconnect(note)


def test_an_exam_folder_opens_as_four_images_that_hang(exam_folder: Path, notes: list[str]) -> None:
    layers = read_layers(str(exam_folder))
    assert [layer[2] for layer in layers] == ["image"] * 4
    opened = {layer[1]["name"]: layer[1]["metadata"][METADATA] for layer in layers}
    assert set(opened) == set(pictures.KEYS)
    assert all(isinstance(view, OpenedView) and view.exam_key == "P1_20200102" for view in opened.values())
    prepared = {name: view.prepared for name, view in opened.items()}
    places = hang(prepared, dict.fromkeys(prepared, (0.2, 0.2)))
    assert {layer[1]["name"]: tuple(layer[1]["translate"]) for layer in layers} == {
        name: pytest.approx(place.translate) for name, place in places.items()
    }
    assert notes == []


@needs_cases
def test_two_women_under_one_id_are_not_one_exam_and_it_is_said(
    notes: list[str], session: ExamSession, qtbot: Any
) -> None:
    layers = read_layers(str(CASES / "two_women_one_id"))
    files = {layer[1]["metadata"][METADATA].path.name[:2] for layer in layers}
    assert (len(layers), len(files)) == (4, 1)
    assert any("2 exams of 2 patients" in note for note in notes)
    assert any("differ in birth date" in note and "Facts…" in note for note in notes)
    said: list[str] = []
    session.signals.said.connect(said.append)
    session.opener.start([CASES / "two_women_one_id"])
    qtbot.waitUntil(lambda: not session.opener.is_open)
    assert any("differ in birth date" in sentence for sentence in said)


def test_every_file_that_is_not_opened_is_named_with_its_reason(tmp_path: Path, notes: list[str]) -> None:
    pictures.write_exam(tmp_path)
    (tmp_path / "notes.txt").write_text("a text")
    (tmp_path / "Thumbs.db").write_bytes(b"\0" * 200)
    (tmp_path / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"\1" * 30)
    assert len(read_layers(str(tmp_path))) == 4
    assert notes == ["\n".join(unused_sentences(find_exams(tmp_path).unused))]
    assert notes[0].startswith("broken.dcm: ")
    assert "a text file, not an image (notes.txt)" in notes[0]
    assert "(Thumbs.db)" in notes[0]


def test_a_folder_without_mammograms_says_so_in_one_sentence(tmp_path: Path, notes: list[str]) -> None:
    (tmp_path / "notes.txt").write_text("a text")
    assert read_layers(str(tmp_path)) == [(None,)]
    assert notes == [
        f"{tmp_path}: contains no mammograms; choose the folder of an exam. "
        "Of kinds that are not read: a text file, not an image (notes.txt)."
    ]


def test_a_damaged_file_is_named(tmp_path: Path, notes: list[str]) -> None:
    (tmp_path / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"\1" * 30)
    assert read_layers(str(tmp_path / "broken.dcm")) == [(None,)]
    assert len(notes) == 1
    assert "broken.dcm" in notes[0]


def test_of_several_dates_the_latest_opens_and_the_person_is_told(tmp_path: Path, notes: list[str]) -> None:
    pictures.write_exam(tmp_path / "a", date="20220304")
    pictures.write_exam(tmp_path / "b", date="20200102")
    layers = read_layers(str(tmp_path))
    assert {layer[1]["metadata"][METADATA].exam_key for layer in layers} == {"P1_20220304"}
    assert len(notes) == 1
    assert "2 exams of one patient; the latest, 2022-03-04, was opened" in notes[0]


def test_a_list_of_files_is_one_exam(exam_folder: Path) -> None:
    layers = read_layers([str(path) for path in sorted(exam_folder.glob("*CC.dcm"))])
    assert [layer[1]["name"] for layer in layers] == ["L-CC", "R-CC"]


def test_napari_opens_a_folder_into_a_session(
    viewer: Any, session: ExamSession, exam_folder: Path, plugin: None
) -> None:
    viewer.open(str(exam_folder), plugin="openbac")
    assert tuple(session.views) == pictures.KEYS
    assert sum(isinstance(layer, Image) for layer in viewer.layers) == 4
    assert sum(isinstance(layer, Labels) for layer in viewer.layers) == 4


def test_a_file_opens_in_an_empty_viewer(viewer: Any, exam_folder: Path, plugin: None) -> None:
    viewer.open(str(exam_folder / "LCC.dcm"), plugin="openbac")
    assert [layer.name for layer in viewer.layers] == ["L-CC"]


def test_our_own_mask_comes_back_onto_its_image(
    viewer: Any,
    session: ExamSession,
    said: list[str],
    exam_folder: Path,
    tmp_path: Path,
    plugin: None,
    qtbot: Any,
) -> None:
    viewer.open(str(exam_folder), plugin="openbac")
    mask = pictures.truth(Laterality.RIGHT)
    (tmp_path / "RMLO_mask.png").write_bytes(mask_png(mask))
    viewer.open(str(tmp_path / "RMLO_mask.png"), plugin="openbac")
    qtbot.waitUntil(lambda: len(viewer.layers) == 8)
    found = session.views["R-MLO"].label_pixels()
    assert np.array_equal(found > 0, mask)
    assert set(np.unique(found)) == {0, 1, 2}
    told = notification_manager.records[-1]
    assert told.message == "Labels loaded: R-MLO from RMLO_mask.png. Undo restores the previous ones."
    assert told.severity is NotificationSeverity.INFO
    assert said == []
    session.views["R-MLO"].labels.undo()
    assert not session.views["R-MLO"].label_pixels().any()


def test_a_dicom_segmentation_goes_onto_the_image_that_it_names(
    viewer: Any, session: ExamSession, exam_folder: Path, tmp_path: Path, plugin: None, qtbot: Any
) -> None:
    viewer.open(str(exam_folder), plugin="openbac")
    uid = session.views["L-MLO"].opened.prepared.header.identity.sop_instance_uid
    mask = pictures.truth()
    # By its name it would be of another view of the same size.
    path = write_seg(tmp_path / "LCC.dcm", mask[None], "BINARY", [segment(1, "BAC")], [1], source=uid)
    viewer.open(str(path), plugin="openbac")
    qtbot.waitUntil(lambda: len(viewer.layers) == 8)
    assert np.array_equal(session.views["L-MLO"].label_pixels() > 0, mask)
    assert not session.views["L-CC"].label_pixels().any()


def test_numbered_labels_keep_their_numbers(
    viewer: Any, session: ExamSession, exam_folder: Path, tmp_path: Path, plugin: None, qtbot: Any
) -> None:
    viewer.open(str(exam_folder), plugin="openbac")
    labels = pictures.labels() * np.uint8(4)
    (tmp_path / "LCC_labels.png").write_bytes(encode_png(labels))
    viewer.open(str(tmp_path / "LCC_labels.png"), plugin="openbac")
    qtbot.waitUntil(lambda: len(viewer.layers) == 8)
    assert np.array_equal(session.views["L-CC"].label_pixels(), labels)


def test_an_exported_folder_opens_with_its_images(
    viewer: Any, exam_folder: Path, tmp_path: Path, plugin: None, session: ExamSession, qtbot: Any
) -> None:
    (tmp_path / "LCC_mask.png").write_bytes(mask_png(pictures.truth()))
    (tmp_path / "LCC.json").write_bytes(json_bytes({"file": str(exam_folder / "LCC.dcm")}))
    viewer.open(str(tmp_path), plugin="openbac")
    qtbot.waitUntil(lambda: len(viewer.layers) == 2)
    assert np.array_equal(session.views["L-CC"].label_pixels() > 0, pictures.truth())


def test_a_file_taken_over_is_no_edit_and_keeps_its_model(
    viewer: Any, session: ExamSession, exam_folder: Path, tmp_path: Path, plugin: None, qtbot: Any
) -> None:
    (tmp_path / "LCC_mask.png").write_bytes(mask_png(pictures.truth()))
    (tmp_path / "LCC_labels.png").write_bytes(encode_png(pictures.labels() * np.uint8(7)))
    model = {"model_name": "openbac-1", "model_sha256": "ab", "threshold": 0.5, "device": "cpu"}
    record = {"file": str(exam_folder / "LCC.dcm"), "model": model}
    (tmp_path / "LCC.json").write_bytes(json_bytes(record))
    viewer.open(str(tmp_path), plugin="openbac")
    qtbot.waitUntil(lambda: len(viewer.layers) == 2)
    view = session.views["L-CC"]
    assert set(np.unique(view.label_pixels())) == {0, 7, 14}
    assert not view.edited
    assert not view.dirty
    final = Snapshot.of(view).final(session.settings)
    assert final.provenance["model_name"] == "openbac-1"
    assert final.provenance["edited_by_hand"] is False
    view.labels.paint((5, 5), 1)
    assert view.edited
    assert view.dirty
    assert "mask-edited" in codes(Snapshot.of(view).final(session.settings).notices)


def test_a_mask_without_its_image_says_what_to_open(
    viewer: Any, session: ExamSession, said: list[str], tmp_path: Path, plugin: None, qtbot: Any
) -> None:
    (tmp_path / "LCC_mask.png").write_bytes(mask_png(pictures.truth()))
    viewer.open(str(tmp_path / "LCC_mask.png"), plugin="openbac")
    qtbot.waitUntil(lambda: bool(said))
    assert said == ["LCC_mask.png: open the mammogram this mask was drawn on first, then the mask."]
    assert METADATA_LABELS in viewer.layers[0].metadata


def test_a_mask_of_another_size_is_refused(
    exam_session: ExamSession, said: list[str], tmp_path: Path, plugin: None, qtbot: Any
) -> None:
    (tmp_path / "L-CC_mask.png").write_bytes(mask_png(np.ones((80, 90), bool)))
    exam_session.viewer.open(str(tmp_path / "L-CC_mask.png"), plugin="openbac")
    qtbot.waitUntil(lambda: bool(said))
    assert "has 80 x 90 pixels, L-CC has 400 x 300" in said[0]
    assert not exam_session.views["L-CC"].label_pixels().any()


def test_a_folder_opened_from_the_dock_follows_the_same_rule(
    session: ExamSession, said: list[str], tmp_path: Path, qtbot: Any
) -> None:
    pictures.write_exam(tmp_path / "a", date="20220304")
    pictures.write_exam(tmp_path / "b", date="20200102")
    (tmp_path / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"\1" * 30)
    session.opener.start([tmp_path])
    qtbot.waitUntil(lambda: not session.opener.is_open, timeout=60000)
    assert tuple(session.views) == pictures.KEYS
    assert {view.opened.exam_key for view in session.views.values()} == {"P1_20220304"}
    assert len(said) == 1
    assert "the latest, 2022-03-04, was opened" in said[0]
    assert "broken.dcm: " in said[0]


def test_an_exam_that_is_dropped_on_an_empty_window_is_seen_whole(
    viewer: Any, exam_folder: Path, plugin: None, qtbot: Any
) -> None:
    viewer.open(str(exam_folder), plugin="openbac")
    low, high = viewer.layers.extent.world
    qtbot.waitUntil(lambda: np.allclose(viewer.camera.center[-2:], (low + high) / 2, atol=1))
    # Later ones do not take the person away from what is looked at.
    viewer.camera.center = (0, 12, 34)
    viewer.open(str(exam_folder / "LCC.dcm"), plugin="openbac")
    qtbot.wait(50)
    assert tuple(viewer.camera.center[-2:]) == (12, 34)
