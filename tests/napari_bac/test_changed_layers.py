"""A layer that is changed after it was taken is never measured as if it were not."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import napari
import numpy as np
import pytest
from napari.layers import Image, Labels
from qtpy.QtCore import Qt

from napari_bac.docks.exam_dock import ExamDock
from napari_bac.docks.export_dialog import export_into
from napari_bac.docks.metrics_model import rows_of
from napari_bac.docks.quantities import NOT_ANALYSED, ROWS
from napari_bac.session.exam_session import ExamSession
from napari_bac.views.opened_view import OpenedView, open_view
from tests.napari_bac.both_qts import cases
from tests.tram_track import write_tram_track

LONG_MS = 60_000
Change = Callable[[Image, Labels], Any]


def _rotated(image: Image, _labels: Labels) -> None:
    image.rotate = 10


def _sheared(image: Image, _labels: Labels) -> None:
    image.shear = [0.2]


def _fractions(_image: Image, labels: Labels) -> None:
    labels.data = np.arange(labels.data.size, dtype=np.int64).reshape(labels.data.shape)


def _both_scaled(image: Image, labels: Labels) -> None:
    image.scale = labels.scale = (0.05, 0.05)


def _in_place(image: Image, _labels: Labels) -> None:
    image.data[100:200] = 0


def _in_place_and_shown(image: Image, _labels: Labels) -> None:
    image.data[100:200] = 0
    image.refresh()


CHANGES: dict[str, tuple[Change, str]] = {
    "other pixels": (lambda image, _: setattr(image, "data", 255 - image.data), "image-changed"),
    "an equal copy": (lambda image, _: setattr(image, "data", image.data.copy()), "image-changed"),
    "other shape": (lambda image, _: setattr(image, "data", image.data[:300]), "image-changed"),
    "other type": (lambda image, _: setattr(image, "data", image.data.astype(float)), "image-changed"),
    "other pixels in the same memory": (_in_place, "image-changed"),
    "the same, drawn again": (_in_place_and_shown, "image-changed"),
    "image moved": (lambda image, _: setattr(image, "translate", (30, 0)), "labels-moved"),
    "image rotated": (_rotated, "labels-moved"),
    "image sheared": (_sheared, "labels-moved"),
    "image scaled": (lambda image, _: setattr(image, "scale", (2, 2)), "labels-moved"),
    "image warped": (lambda image, _: setattr(image, "affine", np.diag([1.1, 1.0, 1.0])), "labels-moved"),
    "labels moved": (lambda _, labels: setattr(labels, "translate", (0, 12)), "labels-moved"),
    "labels scaled": (lambda _, labels: setattr(labels, "scale", (1, 1.01)), "labels-moved"),
    "labels rotated": (lambda _, labels: setattr(labels, "rotate", 4), "labels-moved"),
    "labels sheared": (lambda _, labels: setattr(labels, "shear", [0.1]), "labels-moved"),
    "labels warped": (lambda _, labels: setattr(labels, "affine", np.diag([1.0, 1.05, 1.0])), "labels-moved"),
    "labels cropped": (lambda _, labels: setattr(labels, "data", labels.data[:200]), "labels-unfit"),
    "labels of too many numbers": (_fractions, "labels-unfit"),
    "both scaled": (_both_scaled, "image-rescaled"),
}


@pytest.fixture
def view(tmp_path: Path) -> OpenedView:
    return open_view(write_tram_track(tmp_path / "LCC.png"))


def settle(qtbot: Any, session: ExamSession) -> None:
    qtbot.wait(150)
    qtbot.waitUntil(lambda: not session.is_measuring, timeout=LONG_MS)


@pytest.mark.parametrize(
    "what",
    cases(CHANGES, with_pyside6=("other pixels", "image rotated", "both scaled", "labels cropped")),
)
def test_a_changed_layer_has_no_numbers_and_says_why(
    session: ExamSession, view: OpenedView, tmp_path: Path, qtbot: Any, what: str
) -> None:
    change, code = CHANGES[what]
    (key,) = session.add([view])
    of = session.views[key]
    of.labels.paint((300, 60), 6)
    settle(qtbot, session)
    assert of.problem is None
    assert session.exam is not None
    assert session.exam.views_analysed == 1
    said: list[str] = []
    session.signals.said.connect(said.append)
    change(of.image, of.labels)
    if what == "other pixels in the same memory":
        # Nothing tells of it: it is seen before the next measurement, run or export.
        session.request_numbers(key)
    settle(qtbot, session)
    assert of.problem is not None
    assert of.problem.code == code
    assert of.measured is None
    cells = [row.of_view(of, of.live) for row in ROWS if row.of_state is None]
    assert {cell.text for cell in cells} == {NOT_ANALYSED.text}
    (analysed,) = [row.of_view(of, of.live) for row in ROWS if row.name == "Analysed"]
    assert analysed.text == "no"
    assert rows_of(of) == []
    assert code in {notice.code for notice in of.told}
    assert session.exporter.metrics_csv().decode().count(code) == 1
    if what != "other pixels in the same memory":
        assert any(of.problem.text in sentence for sentence in said)
    if code != "labels-unfit":
        assert not session.segment([key], model="openbac-1", device="cpu")
    assert not session.exporter.start(tmp_path / "out")


@pytest.mark.pyside6
@pytest.mark.parametrize("what_next", ["run", "export", "table"])
def test_pixels_that_changed_without_a_word_are_found_out_by_what_the_person_does_next(
    viewer: napari.Viewer,
    session: ExamSession,
    view: OpenedView,
    said: list[str],
    tmp_path: Path,
    qtbot: Any,
    what_next: str,
) -> None:
    """As a filter of another plugin leaves them, which works in the memory of the layer."""
    dock = ExamDock(viewer)
    viewer.window.add_dock_widget(dock)
    (key,) = session.add([view])
    of = session.views[key]
    of.labels.paint((300, 60), 6)
    settle(qtbot, session)
    _in_place(of.image, of.labels)
    assert of.problem is None, "napari tells nobody of it"
    if what_next == "run":
        qtbot.mouseClick(dock.all_button, Qt.MouseButton.LeftButton)
        assert session.run is None
    elif what_next == "export":
        assert export_into(session, tmp_path)
        qtbot.waitUntil(lambda: not session.exporter.busy)
        (table,) = tmp_path.rglob("views.csv")
    else:
        table = tmp_path / "views.csv"
        assert session.exporter.save_metrics(table)
    assert of.problem is not None
    assert of.problem.code == "image-changed"
    if what_next != "run":
        (row,) = csv.DictReader(io.StringIO(table.read_text("utf-8")))
        assert (row["am_px"], row["bac_area_mm2"], row["area_grade"]) == ("", "", "")
        assert "image-changed" in row["notice_codes"]
    if what_next != "table":
        assert f"{key}: {of.problem.text}" in said[-1]


@pytest.mark.pyside6
def test_brought_back_it_has_its_numbers_again(session: ExamSession, view: OpenedView, qtbot: Any) -> None:
    (key,) = session.add([view])
    of = session.views[key]
    of.labels.paint((300, 60), 6)
    settle(qtbot, session)
    assert of.measured is not None
    before, pixels, scale = of.measured.view, of.image.data, of.image.scale
    of.image.data = np.zeros_like(pixels)
    of.image.scale = (3, 3)
    settle(qtbot, session)
    assert of.measured is None
    of.image.data, of.image.scale = pixels, scale
    settle(qtbot, session)
    assert of.problem is None
    assert of.measured is not None
    assert of.measured.view == before


def test_both_moved_together_and_hung_again_it_is_measured(
    session: ExamSession, view: OpenedView, qtbot: Any
) -> None:
    (key,) = session.add([view])
    of = session.views[key]
    of.labels.paint((300, 60), 6)
    for layer in (of.image, of.labels):
        layer.translate = np.array(layer.translate) + (7, 9)
    settle(qtbot, session)
    assert of.problem is None
    session.hang()
    settle(qtbot, session)
    assert of.problem is None
    assert of.measured is not None


@pytest.mark.parametrize(
    "dtype", cases([bool, np.int8, np.uint16, np.int32, np.int64], with_pyside6=[np.int64])
)
def test_labels_converted_to_another_type_stay_those_of_the_view(
    session: ExamSession, view: OpenedView, qtbot: Any, dtype: type
) -> None:
    (key,) = session.add([view])
    of = session.views[key]
    of.labels.paint((300, 60), 1)
    settle(qtbot, session)
    assert of.measured is not None
    before = of.measured.view
    of.labels.data = of.labels.data.astype(dtype)
    settle(qtbot, session)
    assert of.label_pixels().dtype == np.uint8
    assert of.problem is None
    assert of.measured is not None
    assert of.measured.view == before
    assert session.exam is not None
    assert session.exam.views_analysed == 1


LOOKS: dict[str, Any] = {
    "opacity": 0.3,
    "visible": False,
    "name": "another name",
    "blending": "additive",
    "contrast_limits": (20, 90),
    "gamma": 0.5,
    "colormap": "magma",
    "interpolation2d": "nearest",
}


@pytest.mark.parametrize("attribute", LOOKS)
def test_what_only_looks_otherwise_has_the_same_numbers(
    session: ExamSession, view: OpenedView, qtbot: Any, attribute: str
) -> None:
    (key,) = session.add([view])
    of = session.views[key]
    of.labels.paint((300, 60), 6)
    settle(qtbot, session)
    assert of.measured is not None
    before = of.measured.view
    for layer in (of.image, of.labels):
        if layer is of.image or attribute in ("opacity", "visible", "name", "blending"):
            setattr(layer, attribute, LOOKS[attribute])
    settle(qtbot, session)
    assert of.problem is None
    assert session.views[key].measured is not None
    assert of.measured.view == before
