"""A person with a laptop of 1366 x 768 pixels at a scaling of 200 %: what of the panel is out of sight.

Qt takes the scaling once, so that this is a process of its own: with ``QT_SCALE_FACTOR=2``,
``python -m tests.napari_bac.at_200_percent FOLDER`` prints what it sees as JSON, and leaves pictures.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import napari
from napari.utils.notifications import show_info
from qtpy.QtCore import QPoint, QRect
from qtpy.QtGui import QGuiApplication, QImage
from qtpy.QtWidgets import QAbstractButton, QComboBox, QDialog, QDoubleSpinBox, QLineEdit, QWidget

from napari_bac.docks.bac_panel import TABS, BacPanel
from napari_bac.docks.panel_opening import open_panel
from napari_bac.docks.widgets import Scrolling
from scripts.napari_walk import settle, wait, with_plugin
from tests.napari_bac import pictures

LOGICAL = (683, 384)
"""What Qt calls the size of such a screen."""
NOTICES = ("Segmented four views.", "The views were taken from the folder as one exam. " * 3)
"""What napari may say, short and long."""


def main(folder: Path) -> dict[str, Any]:
    """Open the panel and an exam, look at each tab, run."""
    with_plugin()
    viewer = napari.Viewer()
    window = viewer.window.main_menu.window()
    window.move(0, 0)
    panel = open_panel(viewer)
    session = panel.exam.session
    panel.exam.choice.take("openbac-1")
    settle()
    session.add(pictures.exam())
    settle()
    found: dict[str, Any] = {"screen": _size(QGuiApplication.primaryScreen().geometry().size())}
    for name in TABS:
        panel.show_tab(name)
        settle()
        _picture(folder / f"{name}.png")
        found[name] = {"window": _size(window.size()), "cut": cut_off(panel), "run": _in_sight(panel)}
    panel.show_tab("Exam")
    panel.exam.segment()
    wait(lambda: session.run is not None and session.run.done > 0)
    settle()
    _picture(folder / "run.png")
    found["running"] = [
        _within(one, window) for one in (panel.exam.progress.bar, panel.exam.progress.cancel_button)
    ]
    panel.exam.progress.cancel_button.click()
    wait(lambda: not session.is_running)
    canvas = viewer.window._qt_viewer.canvas.native
    found["canvas"] = _size(canvas.size())
    found["bar"] = _bar_px(viewer, canvas)
    for sentence in NOTICES:
        show_info(sentence)
    wait(lambda: len([one for one in window.findChildren(QDialog) if one.isVisible()]) == len(NOTICES))
    settle()
    _picture(folder / "notices.png")
    found["bar_beside_notices"] = _bar_px(viewer, canvas)
    session.close()
    viewer.close()
    return found


def _bar_px(viewer: napari.Viewer, canvas: QWidget) -> int:
    """How many pixels of the screen the scale bar changes where it is shown: those that can be seen of it."""
    bar = viewer.canvas.overlays.scale_bar if hasattr(viewer, "canvas") else viewer.scale_bar
    seen = []
    for visible in (False, True):
        bar.visible = visible
        settle()
        image = QGuiApplication.primaryScreen().grabWindow(0).toImage()
        place = QRect(canvas.mapToGlobal(QPoint(0, 0)) * 2, canvas.size() * 2)
        shown = image.convertToFormat(QImage.Format.Format_Grayscale8).copy(place)
        seen.append([shown.pixel(x, y) for y in range(shown.height()) for x in range(shown.width())])
    return sum(first != second for first, second in zip(*seen, strict=True))


def cut_off(panel: BacPanel) -> list[str]:
    """What of the tab in front is out of sight at its side, or narrower than its words."""
    kinds = (QAbstractButton, QComboBox, QDoubleSpinBox, QLineEdit)
    tab = panel.tabs.currentWidget()
    inside = [one for kind in kinds for one in tab.findChildren(kind) if one.isVisible()]
    areas = [one for one in (tab, *tab.findChildren(Scrolling)) if isinstance(one, Scrolling)]
    area = areas[0].viewport()
    return [
        f"{type(one).__name__} {one.accessibleName() or _words(one)}"
        for one in inside
        if area.isAncestorOf(one) and not (_is_across(one, area) and _has_room(one))
    ]


def _is_across(widget: QWidget, area: QWidget) -> bool:
    """What lies below comes into sight with the bar, what lies beside does not."""
    left = widget.mapTo(area, QPoint(0, 0)).x()
    return left >= 0 and left + widget.width() <= area.width()


def _has_room(widget: QWidget) -> bool:
    """For its words, of a number between its buttons."""
    drawn = widget.lineEdit() if isinstance(widget, QDoubleSpinBox) else widget
    return widget.fontMetrics().horizontalAdvance(_words(widget)) <= drawn.width()


def _words(widget: QWidget) -> str:
    said = widget.currentText() if isinstance(widget, QComboBox) else widget.text()
    return str(said).replace("&", "")


def _in_sight(panel: BacPanel) -> bool:
    return _within(panel.exam.all_button, panel.window())


def _within(widget: QWidget, window: QWidget) -> bool:
    """Whether all of it is on the window, and the window on the screen."""
    place = QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size())
    screen = QRect(QPoint(0, 0), QGuiApplication.primaryScreen().geometry().size())
    return widget.isVisible() and window.frameGeometry().contains(place) and screen.contains(place)


def _size(size: Any) -> list[int]:
    return [size.width(), size.height()]


def _picture(path: Path) -> None:
    QGuiApplication.primaryScreen().grabWindow(0).save(str(path))


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
