"""Keys: ours and napari's never meet, and the page, the panel and the viewer say the same of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import napari
import pytest
from app_model.types import KeyBinding
from napari.layers import Image, Labels
from napari.utils.shortcuts import default_shortcuts
from qtpy.QtCore import Qt
from qtpy.QtGui import QShortcut
from qtpy.QtWidgets import QApplication, QOpenGLWidget

from napari_bac.docks.bac_panel import BacPanel
from napari_bac.docks.metrics_dock import MetricsDock
from napari_bac.editing.view_keys import KEYS
from napari_bac.session.exam_session import ExamSession

PAGE = Path(__file__).resolve().parents[2] / "docs" / "napari.md"
HELD = re.compile(r" \(held?\)$")


@pytest.fixture
def panel(exam_session: ExamSession, plugin: None) -> BacPanel:
    _, made = exam_session.viewer.window.add_plugin_dock_widget("openbac", "BAC panel")
    assert isinstance(made, BacPanel)
    return made


def binding(key: str) -> KeyBinding:
    return KeyBinding.from_str(key.replace("-", "+"))


def spelled_out(keys: str) -> Iterator[str]:
    """``Ctrl+1 to Ctrl+3``: three of them; ``H (held)``: one."""
    one, _, last = HELD.sub("", keys).partition(" to ")
    yield one
    if last:
        yield from (f"{one[:-1]}{number}" for number in range(int(one[-1]) + 1, int(last[-1]) + 1))


def documented() -> list[list[str]]:
    """Of both tables of keys, the keys of each row."""
    section = PAGE.read_text("utf-8").split("\n## Keys\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    joined = [re.sub(r"`(\S+)` to `(\S+)`", r"`\1 to \2`", row) for row in rows]
    return [[key for told in re.findall(r"`([^`]+)`", row) for key in spelled_out(told)] for row in joined]


def of_napari(viewer: napari.Viewer) -> set[KeyBinding]:
    """Every key that napari gives a meaning: of its viewer and layers, and of its menus."""
    from napari._app_model import get_app_model

    of_actions = {key for keys in default_shortcuts.values() for key in keys}
    of_layers = {key for kind in (Image, Labels) for key in kind.class_keymap}
    of_menus = {one.keybinding for one in get_app_model().keybindings}
    return of_actions | of_layers | {key for key in of_menus if isinstance(key, KeyBinding)}


def test_no_key_of_ours_is_one_of_napari(panel: BacPanel) -> None:
    viewer = panel.exam.session.viewer
    ours = set(viewer.keymap)
    assert len(ours) >= 10
    known = of_napari(viewer)
    assert {binding("P"), binding("2"), binding("Ctrl+Z")} <= known
    assert ours & known == set()
    shortcuts = {one.key().toString() for one in panel.numbers.findChildren(QShortcut)}
    assert {binding(key) for key in shortcuts} & known == set()
    # No layer has keys that come before napari's own.
    assert [layer.name for layer in viewer.layers if layer.keymap] == []


def test_the_page_the_panel_and_the_viewer_say_the_same(panel: BacPanel) -> None:
    rows = documented()
    on_canvas = [key for row in rows[:5] for key in row]
    assert {binding(key) for key in on_canvas} == set(panel.exam.session.viewer.keymap)
    of_views = {key for told in KEYS for key in spelled_out(told) if key != "right button"}
    assert of_views == {key for row in rows[:4] for key in row}
    tip = panel.exam.display.keys.toolTip()
    assert [line.partition(":")[0] for line in tip.splitlines()] == list(KEYS)
    said = {key for key in re.findall(r"Ctrl\+\d|\b[A-Z]\b", panel.exam.display.keys.text()) if key != "K"}
    assert said <= of_views
    shortcuts = {one.key().toString() for one in panel.numbers.findChildren(QShortcut)}
    assert shortcuts == {*rows[4], rows[5][0]}
    tips = [panel.numbers.join, panel.numbers.renumber, panel.numbers.delete]
    for key, button in zip(rows[5], tips, strict=True):
        assert f"({key})" in button.toolTip()
    assert set(rows[6]) == set(panel.numbers.line.tool._keys())


def test_keys_that_are_called_those_of_napari_are(panel: BacPanel) -> None:
    named = {key for row in documented()[7:] for key in row}
    assert {"P", "E", "F", "Z", "Ctrl+Z"} <= named
    assert {binding(key) for key in named} <= of_napari(panel.exam.session.viewer)


@pytest.mark.pyside6
def test_a_tool_of_napari_has_the_key_that_its_button_says(panel: BacPanel, qtbot: Any) -> None:
    viewer = panel.exam.session.viewer
    canvas = viewer.window.main_menu.window().findChild(QOpenGLWidget)
    layer = panel.exam.session.views["R-CC"].labels
    viewer.layers.selection.active = layer
    for key, mode in ((Qt.Key.Key_2, "paint"), (Qt.Key.Key_1, "erase"), (Qt.Key.Key_4, "fill")):
        qtbot.keyClick(canvas, key)
        QApplication.processEvents()
        assert layer.mode == mode
    layer.mode = "pan_zoom"
    qtbot.keyClick(canvas, Qt.Key.Key_V)
    QApplication.processEvents()
    assert not layer.visible


def test_the_dock_of_numbers_alone_has_the_keys_too(exam_session: ExamSession) -> None:
    dock = MetricsDock(exam_session.viewer)
    exam_session.viewer.window.add_dock_widget(dock, name="BAC metrics")
    assert {binding("N"), binding("Shift+N")} <= set(exam_session.viewer.keymap)
