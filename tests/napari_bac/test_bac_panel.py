"""One panel of four tabs: on a laptop's screen, with what runs always in sight."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import napari
import numpy as np
import pytest
from qtpy.QtCore import QPoint, QRect, Qt
from qtpy.QtWidgets import QApplication, QScrollArea, QWidget

from napari_bac import sample_data
from napari_bac.docks.bac_panel import TABS, BacPanel
from napari_bac.docks.batch_dock import BatchDock
from napari_bac.docks.over_time_dock import OverTimeDock
from napari_bac.docks.panel_opening import open_panel
from napari_bac.docks.views_list import COLUMNS
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.registry import session_of
from napari_bac.views.opened_view import OpenedView
from shared_core import hosting as bac
from tests.napari_bac import pictures
from tests.napari_bac.mouse import canvas
from tests.napari_bac.series import GROWING, write_images

LAPTOP = (1366, 768)
AT_200_PERCENT = (960, 540)
"""What is left of 1920 x 1080; napari alone needs 506 rows."""


@pytest.fixture
def panel(session: ExamSession, plugin: None) -> BacPanel:
    _, made = session.viewer.window.add_plugin_dock_widget("openbac", "BAC panel")
    made.exam.choice.take("openbac-1")
    assert isinstance(made, BacPanel)
    return made


def settle() -> None:
    for _ in range(5):
        QApplication.processEvents()


def on_screen(widget: QWidget, inside: QWidget) -> bool:
    """Whether all of a widget lies within another and nothing scrolls it away."""
    place = QRect(widget.mapTo(inside, QPoint(0, 0)), widget.size())
    return widget.isVisible() and inside.rect().contains(place)


@pytest.mark.pyside6
@pytest.mark.parametrize("size", [LAPTOP, AT_200_PERCENT])
def test_running_is_in_sight_in_every_tab_on_a_small_screen(
    panel: BacPanel, size: tuple[int, int], left_cc: OpenedView
) -> None:
    session = panel.exam.session
    session.add([left_cc])
    window = session.viewer.window.main_menu.window()
    window.show()
    dock = panel.parentWidget()
    dock.hide()
    settle()
    # napari's own controls of a labels layer are higher than some screens.
    alone = window.minimumSizeHint().height()
    dock.show()
    window.resize(*size)
    settle()
    for name in TABS:
        panel.show_tab(name)
        settle()
        # Not even the tallest tab makes the window larger than the screen.
        assert (window.width(), window.height()) == (size[0], max(size[1], alone))
        assert on_screen(panel.exam.all_button, window)
        panel.exam.progress.row.setVisible(True)
        panel.exam.progress.cancel_button.setVisible(True)
        settle()
        assert on_screen(panel.exam.progress.cancel_button, window)
        panel.exam.progress.row.setVisible(False)


def test_the_canvas_keeps_most_of_a_laptop_screen(panel: BacPanel) -> None:
    window = panel.exam.session.viewer.window.main_menu.window()
    window.show()
    window.resize(*LAPTOP)
    settle()
    assert panel.width() <= 0.4 * LAPTOP[0]


@pytest.mark.pyside6
def test_opened_in_a_window_as_large_as_the_screen_the_panel_leaves_most_of_it_to_the_canvas(
    session: ExamSession, plugin: None, left_cc: OpenedView
) -> None:
    viewer = session.viewer
    window = viewer.window.main_menu.window()
    window.show()
    window.resize(*LAPTOP)
    session.add([left_cc])
    settle()
    panel = open_panel(viewer)
    settle()
    assert (window.width(), window.height()) == LAPTOP
    assert panel.width() <= 0.4 * LAPTOP[0]
    assert canvas(viewer).width() >= 0.35 * LAPTOP[0]


def test_tabs_are_the_docks_and_the_late_ones_are_made_once(panel: BacPanel) -> None:
    pages = [panel.tabs.widget(place) for place in range(len(TABS))]
    assert [panel.tabs.tabText(place) for place in range(len(TABS))] == list(TABS)
    late = [page for page in pages if isinstance(page, QScrollArea) and page.widget() is None]
    assert len(late) == 2
    over_time, batch = panel.show_tab("Over time"), panel.show_tab("Batch")
    assert isinstance(over_time, OverTimeDock)
    assert isinstance(batch, BatchDock)
    assert panel.show_tab("Over time") is over_time


@pytest.mark.pyside6
def test_the_number_of_a_view_stands_beside_its_name_after_one_click(
    panel: BacPanel, left_cc: OpenedView, qtbot: Any
) -> None:
    session, tree = panel.exam.session, panel.exam.views
    session.add([left_cc])
    area, grade = COLUMNS.index("Area"), COLUMNS.index("Grade")
    assert [tree.topLevelItem(0).text(place) for place in (area, grade)] == ["–", "–"]
    qtbot.mouseClick(panel.exam.all_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not session.is_running and not session.is_measuring)
    view = session.views["L-CC"]
    assert view.measured is not None
    measured = view.measured.view
    item = tree.topLevelItem(0)
    assert item.text(area) == f"{measured.bac_area_mm2:.1f} mm²"
    assert item.text(grade) == str(measured.area_grade)
    # It follows every stroke, and undo.
    before = item.text(area)
    view.labels.paint((30, 30), 3)
    assert item.text(area) != before
    view.labels.undo()
    assert item.text(area) == before


def test_a_view_without_spacing_has_its_area_in_pixels(panel: BacPanel, viewer: napari.Viewer) -> None:
    session = panel.exam.session
    key = session.take_layer(viewer.add_image(pictures.breast(), name="scan"))
    session.set_labels(key, pictures.labels())
    item = panel.exam.views.topLevelItem(0)
    assert item.text(COLUMNS.index("Area")) == f"{int(pictures.truth().sum())} px"


def test_the_model_is_named(panel: BacPanel) -> None:
    names = [panel.exam.choice.model.itemText(place) for place in range(panel.exam.choice.model.count())]
    assert names[0] == f"{bac.default_model().name} (default)"
    assert len({name.removesuffix(" (default)") for name in names}) == len(names)


def test_opened_twice_it_is_the_same_panel(panel: BacPanel, plugin: None) -> None:
    assert open_panel(panel.exam.session.viewer) is panel


def test_the_sample_series_opens_with_all_its_dates(
    viewer: napari.Viewer, plugin: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:

    exams = write_images(tmp_path / "images", GROWING)
    latest = tmp_path / "images" / max(GROWING)
    assert len(exams) == 3
    monkeypatch.setattr(sample_data, "layers_of", lambda name: sample_data.read_layers(str(latest)))
    viewer.open_sample("openbac", "series")
    session = session_of(viewer)
    qtbot.waitUntil(lambda: bool(session.views))
    qtbot.waitUntil(lambda: "BAC panel" in " ".join(viewer.window.dock_widgets))
    panel = open_panel(viewer)
    assert panel.tabs.tabText(panel.tabs.currentIndex()) == "Over time"
    shown = panel.show_tab("Over time")
    assert isinstance(shown, OverTimeDock)
    qtbot.waitUntil(lambda: shown._series.found is not None)
    assert len(shown._series.found.without_results) == 3


def test_the_sample_exam_is_seen_whole(
    viewer: napari.Viewer, plugin: None, exam_folder: Path, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    monkeypatch.setattr(sample_data, "layers_of", lambda name: sample_data.read_layers(str(exam_folder)))
    viewer.open_sample("openbac", "exam")
    session = session_of(viewer)
    qtbot.waitUntil(lambda: "BAC panel" in " ".join(viewer.window.dock_widgets))
    assert tuple(session.views) == pictures.KEYS
    assert all(view.image.visible and view.labels.visible for view in session.views.values())
    low, high = viewer.layers.extent.world
    np.testing.assert_allclose(viewer.camera.center[-2:], (low + high) / 2, atol=1)


def test_the_brush_is_as_wide_as_the_bands_of_the_model_unless_the_person_chose_one(
    panel: BacPanel, left_cc: OpenedView, qtbot: Any
) -> None:
    session = panel.exam.session
    session.add([left_cc])
    view = session.views["L-CC"]
    panel.exam.segment()
    qtbot.waitUntil(lambda: not session.is_running)
    assert view.labels.brush_size == max(bac.band_width_px(view.label_pixels() > 0) or 0, 3)
    view.labels.brush_size = 31
    session.set_threshold("L-CC", 0.9)
    assert view.labels.brush_size == 31


def test_what_is_said_stays_in_the_panel_until_something_else_begins(
    panel: BacPanel, left_cc: OpenedView, qtbot: Any
) -> None:
    bar = panel.exam.run_bar
    panel.exam.session.viewer.window.main_menu.window().show()
    qtbot.mouseClick(bar.all_button, Qt.MouseButton.LeftButton)
    assert bar.said.text() == "There is no view to segment; open an exam or select an image layer."
    assert bar.said.isVisible()
    panel.show_tab("Numbers")
    settle()
    assert on_screen(bar.said, panel)
    panel.exam.session.add([left_cc])
    assert not bar.said.isVisible()
    panel.exam.session.say("long " * 100)
    assert len(bar.said.text()) == 200
    assert bar.said.toolTip() == "long " * 100
