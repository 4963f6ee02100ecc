"""Labels that another plugin made can be taken for a view."""

from __future__ import annotations

import csv
import importlib.util
import io
from pathlib import Path
from typing import Any

import dask.array as da
import napari
import numpy as np
import pytest
from napari.layers import Labels
from napari.layers._layer_actions import _convert_dtype
from qtpy.QtCore import Qt

from napari_bac.docks.exam_dock import ExamDock
from napari_bac.docks.export_dialog import export_into
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.foreign_labels import use_labels
from napari_bac.session.registry import session_of
from napari_bac.views.opened_view import open_view
from napari_bac.writer import write_segmentation
from shared_core.errors import UsageError
from shared_core.hosting import read_label_file
from tests.napari_bac import pictures
from tests.napari_bac.both_qts import cases
from tests.napari_bac.mouse import show
from tests.tram_track import SHAPE, write_tram_track

LONG_MS = 60_000


def drawn(dtype: type = np.int32) -> np.ndarray:
    labels = np.zeros(SHAPE, np.int64)
    labels[290:310, 40:120], labels[200:210, 50:90] = 1, 2
    return labels.astype(dtype)


def many() -> np.ndarray:
    labels = drawn(np.int64)
    labels[labels > 0] += 70_000
    return labels


KINDS: dict[str, Any] = {
    "bool": drawn(bool),
    "uint8": drawn(np.uint8),
    "int32": drawn(),
    "int64": drawn(np.int64),
    "large numbers": many(),
    "dask": da.from_array(drawn(), chunks=100),  # type: ignore[no-untyped-call]  # dask says nothing
    "pyramid": [drawn(), drawn()[::2, ::2]],
}


@pytest.mark.parametrize("kind", cases(KINDS, with_pyside6=("int64", "pyramid")))
def test_labels_of_any_plugin_are_taken_for_a_view(
    viewer: napari.Viewer, session: ExamSession, tmp_path: Path, qtbot: Any, kind: str
) -> None:
    dock = ExamDock(viewer)
    (key,) = session.add([open_view(write_tram_track(tmp_path / "LCC.png"))])
    layer = Labels(KINDS[kind], multiscale=kind == "pyramid", name="SAM")
    viewer.add_layer(layer)
    viewer.layers.selection.active = layer
    dock.about.labels_button.click()
    qtbot.waitUntil(lambda: not session.is_measuring, timeout=LONG_MS)
    view = session.views[key]
    wanted = drawn(np.uint8)
    np.testing.assert_array_equal(view.label_pixels() > 0, wanted > 0)
    if kind != "bool":
        np.testing.assert_array_equal(view.label_pixels(), wanted)
    assert view.measured is not None
    assert view.measured.view.am_px == np.count_nonzero(wanted)
    assert view.edited
    assert layer in viewer.layers
    view.labels.undo()
    assert not view.label_pixels().any()


def test_what_cannot_be_taken_is_said(viewer: napari.Viewer, session: ExamSession, tmp_path: Path) -> None:
    (key,) = session.add([open_view(write_tram_track(tmp_path / "LCC.png"))])
    small = Labels(np.zeros((30, 40), np.uint8), name="small")
    busy = Labels(np.arange(SHAPE[0] * SHAPE[1]).reshape(SHAPE), name="busy")
    for layer, words in (
        (small, "600 x 400 pixels"),
        (busy, "at most 255 numbers"),
        (session.views[key].labels, "belongs to a view"),
        (session.views[key].image, "Select the layer of the labels"),
        (None, "Select the layer of the labels"),
    ):
        with pytest.raises(UsageError, match=words):
            use_labels(session, layer, key)
    assert not session.views[key].label_pixels().any()


def test_labels_of_a_viewer_that_is_not_current_are_saved(
    session: ExamSession, exam_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.open([exam_folder])
    key = "L-CC"
    session.set_labels(key, pictures.labels())
    other = napari.components.ViewerModel()
    monkeypatch.setattr(napari, "current_viewer", lambda: other)
    data, meta, _ = session.views[key].labels.as_layer_data_tuple()
    written = tmp_path / "seg.dcm"
    assert write_segmentation(str(written), data, meta) == [str(written)]


@pytest.mark.pyside6
def test_with_two_windows_the_labels_of_each_are_saved_and_read_again(
    make_napari_viewer: Any, plugin: None, exam_folder: Path, tmp_path: Path, qtbot: Any
) -> None:
    first = make_napari_viewer()
    session = session_of(first)
    two = [exam_folder / "LCC.dcm", exam_folder / "LMLO.dcm"]
    session.open(two)
    session.set_labels("L-CC", pictures.labels())
    second = make_napari_viewer()
    other = session_of(second)
    other.open(two)
    assert napari.current_viewer() is second
    dicom = [".dcm"] if importlib.util.find_spec("highdicom") is not None else []
    for ending in (".png", ".nii.gz", *dicom):
        labels = session.views["L-CC"].labels
        first.layers.selection = {labels}
        written = tmp_path / f"{'LCC' if ending == '.dcm' else 'LCC_labels'}{ending}"
        assert first.layers.save(str(written), selected=True, plugin="openbac") == [str(written)]
        found = read_label_file(written).labels
        np.testing.assert_array_equal(found > 0, pictures.truth())
        # In the other window they come onto the view that they were drawn on.
        second.open(str(written), plugin="openbac")
        qtbot.waitUntil(lambda: other.views["L-CC"].label_pixels().any())
        came = other.views["L-CC"].label_pixels()
        np.testing.assert_array_equal(came > 0, pictures.truth())
        # A DICOM segmentation has no numbers: the arteries in it are followed anew.
        assert ending == ".dcm" or np.array_equal(came, pictures.labels())
        other.views["L-CC"].labels.undo()
    session.close()
    other.close()


@pytest.mark.parametrize("dtype", cases(["int64", "int8"], with_pyside6=["int64"]))
def test_labels_that_napari_converted_are_exported_with_their_numbers(
    viewer: napari.Viewer, session: ExamSession, exam_folder: Path, tmp_path: Path, qtbot: Any, dtype: str
) -> None:
    session.open([exam_folder])
    view = session.views["L-CC"]
    session.set_labels("L-CC", pictures.labels())
    qtbot.waitUntil(lambda: not session.is_measuring)
    assert view.measured is not None
    grade = view.measured.view.area_grade
    viewer.layers.selection.active = view.labels
    _convert_dtype(viewer.layers, dtype)
    assert export_into(session, tmp_path)
    qtbot.waitUntil(lambda: not session.exporter.busy)
    (table,) = tmp_path.rglob("views.csv")
    rows = {row["laterality"] + row["view"]: row for row in csv.DictReader(io.StringIO(table.read_text()))}
    assert rows["LCC"]["am_px"] == str(np.count_nonzero(pictures.truth()))
    assert rows["LCC"]["area_grade"] == str(grade) != "0"
    assert rows["RCC"]["am_px"] == ""


@pytest.mark.pyside6
def test_labels_are_taken_for_the_view_that_is_selected_in_the_list(
    viewer: napari.Viewer, exam_session: ExamSession, said: list[str], qtbot: Any
) -> None:
    show(viewer)
    dock = ExamDock(viewer)
    viewer.window.add_dock_widget(dock)
    layer = viewer.add_labels(pictures.labels().astype(np.int32), name="nnInteractive")
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(dock.about.labels_button, left)
    assert said == ["Select one view in the list first."]
    row = next(iter(dock.views.findItems("L-MLO", Qt.MatchFlag.MatchExactly)))
    qtbot.mouseClick(dock.views.viewport(), left, pos=dock.views.visualItemRect(row).center())
    viewer.layers.selection.active = layer
    qtbot.mouseClick(dock.about.labels_button, left)
    marked = {key: bool(view.label_pixels().any()) for key, view in exam_session.views.items()}
    assert marked == {"R-CC": False, "L-CC": False, "R-MLO": False, "L-MLO": True}
    np.testing.assert_array_equal(exam_session.views["L-MLO"].label_pixels(), pictures.labels())
