"""The tables equal a recount after whatever was done to the labels, with the mouse or without."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import napari
import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication

from napari_bac.docks.metrics_dock import MetricsDock
from napari_bac.docks.quantities import ROWS
from napari_bac.session.exam_session import ExamSession
from napari_bac.views.opened_view import OpenedView, open_view
from napari_bac.views.view_session import ViewSession
from shared_core import Laterality, measure_exam, measure_view
from shared_core.cli.main import main
from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.png import encode_png
from shared_core.quantification.labelled_mask import measure_labels
from shared_core.wording import phrases
from tests.napari_bac import pictures
from tests.napari_bac.mouse import polygon, show, stroke


@pytest.fixture
def dock(viewer: napari.Viewer, session: ExamSession) -> MetricsDock:
    made = MetricsDock(viewer)
    viewer.window.add_dock_widget(made, name="BAC metrics")
    return made


def settle(qtbot: Any, session: ExamSession) -> None:
    qtbot.waitUntil(lambda: not session.is_measuring, timeout=60_000)


def check_counts(dock: MetricsDock, view: ViewSession) -> None:
    """The live numbers are those of a recount."""
    labels = view.label_pixels()
    counted = np.bincount(labels.ravel(), minlength=256)
    spacing = view.opened.prepared.spacing
    pixel = spacing.pixel_area_mm2 if spacing is not None else 1.0
    rows = {row.label: row.area for row in dock.arteries.arteries.rows if row.view == view.key}
    assert rows == {int(n): counted[n] * pixel for n in np.flatnonzero(counted) if n}
    image = view.opened.prepared.image_u8[labels > 0].astype(int)
    bright = image[image > 100]
    shown = numbers(dock, view.key)
    assert (shown["AM"], shown["SIM"]) == (str(image.size), str(image.sum()))
    assert (shown["TAM{x}"], shown["TSIM{x}"]) == (str(bright.size), str(bright.sum()))


def check_everything(dock: MetricsDock, view: ViewSession, session: ExamSession) -> None:
    """All numbers are those that measuring the labels gives."""
    check_counts(dock, view)
    prepared = view.opened.prepared
    labels, settings = view.label_pixels(), session.settings
    if view.numbered:
        expected = measure_labels(prepared, labels, settings=settings, numbered=True).view
    else:
        expected = measure_view(prepared, labels > 0, None, mask_style="vessel-band", settings=settings)
    assert view.measured is not None
    assert view.measured.view == expected
    shown = numbers(dock, view.key)
    assert shown["Vessels"] == str(expected.vessels_count)
    assert "…" not in shown.values()
    assert all(row.known for row in dock.arteries.arteries.rows)


def numbers(dock: MetricsDock, column: str) -> dict[str, str]:
    """As shown in a column."""
    cells = dock.numbers.numbers.columns[column]
    return {quantity.name: cell.text for quantity, cell in zip(ROWS, cells, strict=True)}


def chest_wall_on_the_left(laterality: Laterality) -> OpenedView:
    """A view whose file has the chest wall on the left: a right breast is then turned on the canvas."""
    opened = pictures.opened(laterality)
    arrays = ("display_u8", "image_u8", "breast_mask", "valid_mask")
    turned = {name: np.ascontiguousarray(getattr(opened.prepared, name)[:, ::-1]) for name in arrays}
    return replace(opened, prepared=replace(opened.prepared, **turned))


@pytest.mark.pyside6
@pytest.mark.parametrize("how", ["as it hangs", "mirrored", "transposed"])
def test_numbers_follow_the_mouse(
    viewer: napari.Viewer, session: ExamSession, dock: MetricsDock, qtbot: Any, how: str
) -> None:
    mirrored = how == "mirrored"
    show(viewer)
    opened = chest_wall_on_the_left(Laterality.RIGHT) if mirrored else pictures.opened()
    (key,) = session.add([opened])
    view = session.views[key]
    layer = view.labels
    assert (layer.affine.affine_matrix[-2, -2] < 0) == mirrored
    session.set_labels(key, pictures.labels())
    viewer.layers.selection.active = layer
    if how == "transposed":
        viewer.dims.transpose()
    viewer.reset_view()
    QApplication.processEvents()

    def act(what: str, mode: str, places: list[tuple[float, float]], label: int = 1) -> None:
        layer.mode, layer.selected_label = mode, label
        before, revision = layer.data.copy(), view.revision
        (polygon if mode == "polygon" else stroke)(viewer, layer, places)
        layer.mode = "pan_zoom"
        assert view.revision > revision, what
        assert (before != layer.data).any(), what
        check_counts(dock, view)

    act("brush", "paint", [(180, 60), (190, 90), (200, 120)], label=3)
    assert layer.data[180, 60] == layer.data[200, 120] == 3
    act("eraser", "erase", [(180, 55), (181, 62)], label=3)
    layer.undo()
    check_counts(dock, view)
    layer.undo()
    assert 3 not in layer.data
    check_counts(dock, view)
    layer.redo()
    check_counts(dock, view)
    inside = tuple(np.argwhere(layer.data == 2)[40])
    act("fill", "fill", [(float(inside[0]), float(inside[1]))], label=5)
    assert 2 not in layer.data
    act("polygon", "polygon", [(300, 40), (300, 90), (340, 90), (340, 40)], label=4)
    assert layer.data[320, 65] == 4
    settle(qtbot, session)
    check_everything(dock, view, session)


def test_numbers_follow_programs(
    session: ExamSession, dock: MetricsDock, left_cc: OpenedView, qtbot: Any
) -> None:
    (key,) = session.add([left_cc])
    view = session.views[key]
    layer = view.labels
    for what in (
        lambda: session.set_labels(key, pictures.labels()),
        lambda: layer.paint_polygon([(150, 30), (150, 130), (190, 130), (190, 30)], 4),
        lambda: layer.data_setitem(np.nonzero(layer.data == 1), np.uint8(2)),
        lambda: (layer.data.__setitem__((slice(10, 20), slice(10, 20)), 7), layer.refresh()),
        lambda: setattr(layer, "data", np.where(layer.data == 4, 0, layer.data).astype(np.uint8)),
        lambda: layer.paint((200, 100), 255),
        lambda: layer.fill((5, 5), 9),
        layer.undo,
        layer.redo,
        layer.undo,
    ):
        what()
        check_counts(dock, view)
    settle(qtbot, session)
    check_everything(dock, view, session)


def test_slow_numbers_are_dots_until_they_are_of_these_labels(
    session: ExamSession, dock: MetricsDock, four_views: list[OpenedView], qtbot: Any
) -> None:
    session.add(four_views[:3])
    for key, (side, _) in zip(session.views, pictures.STANDARD, strict=False):
        session.set_labels(key, pictures.labels(side))
    settle(qtbot, session)
    assert numbers(dock, "Exam")["CSBI grade"] not in ("…", "")
    emitted: list[tuple[int, int]] = []
    dock.arteries.arteries.dataChanged.connect(lambda top, bottom: emitted.append((top.row(), bottom.row())))
    session.views["R-CC"].labels.paint((10, 10), 1)
    # Its own row only, and only what the stroke changed is unknown.
    assert emitted == [(0, 0)]
    assert [row.known for row in dock.arteries.arteries.rows] == [False] + 5 * [True]
    assert numbers(dock, "R-CC")["Calcified length"] == numbers(dock, "Exam")["BAC of breast"] == "…"
    assert numbers(dock, "L-CC")["Calcified length"] != "…"
    settle(qtbot, session)
    assert all(row.known for row in dock.arteries.arteries.rows)
    assert session.exam is not None
    assert numbers(dock, "Exam")["BAC of breast"] == phrases.percentage(session.exam.bac_percent_of_breast)
    # Without one of its views it is another exam, at once.
    session.viewer.layers.remove(session.views["R-MLO"].image)
    left = [(view.opened.prepared.header, view.measured.view) for view in session.views.values()]
    assert session.exam == measure_exam(left)
    assert numbers(dock, "Exam")["Calcified length"] == f"{session.exam.calcified_length_mm:.1f}"
    assert numbers(dock, "Exam")["Vessels"] == str(session.exam.vessels_count)


def test_without_spacing_numbers_are_pixels(
    session: ExamSession, dock: MetricsDock, without_spacing: OpenedView, qtbot: Any
) -> None:
    (key,) = session.add([without_spacing])
    session.set_labels(key, pictures.labels())
    settle(qtbot, session)
    check_everything(dock, session.views[key], session)
    heads = [dock.arteries.arteries.headerData(n, Qt.Orientation.Horizontal) for n in range(6)]
    assert heads[2:5] == ["Area px", "Length px", "Width px"]
    names = [dock.numbers.numbers.headerData(row, Qt.Orientation.Vertical) for row in range(len(ROWS))]
    assert {"BAC area, px", "Calcified length, px", "Breast area, px"} <= set(names)
    assert numbers(dock, key)["Mean width"] == "–"
    assert "spacing is unknown" in dock.notes.toolTip()


def test_saved_numbers_are_those_of_bac_measure(
    session: ExamSession, dock: MetricsDock, exam_folder: Path, tmp_path: Path, qtbot: Any
) -> None:
    (key,) = session.add([open_view(exam_folder / "LCC.dcm")])
    view = session.views[key]
    session.set_labels(key, pictures.labels())
    view.labels.brush_size = 9
    view.labels.paint((200, 100), 3)
    settle(qtbot, session)
    assert dock.save_csv(tmp_path / "table.csv")
    write_bytes(tmp_path / "mask.png", encode_png(view.label_pixels()))
    out = tmp_path / "out"
    assert main(["measure", str(exam_folder / "LCC.dcm"), str(tmp_path / "mask.png"), "-o", str(out)]) == 0
    (ours,) = csv.DictReader(io.StringIO((tmp_path / "table.csv").read_text("utf-8")))
    (theirs,) = csv.DictReader(io.StringIO((out / "views.csv").read_text("utf-8")))
    assert ours.keys() == theirs.keys()
    about_the_mask = {"exam", "model_name", "model_sha256", "threshold", "preprocessing", "warnings"}
    about_the_mask |= {"notice_codes", "state", "made_by"}
    differing = {name for name in ours if ours[name] != theirs[name]}
    assert differing <= about_the_mask
    assert (ours["am_px"], ours["vessels_count"]) == (str((view.labels.data > 0).sum()), "2")
    shown = numbers(dock, key)
    assert shown["BAC area"] == f"{float(theirs['bac_area_mm2']):.1f}"
    assert shown["TAM{x} / breast"] == f"{float(theirs['tam_per_breast_area']):.6f}"
    assert shown["Calcified length"] == f"{float(theirs['calcified_length_mm']):.1f}"
