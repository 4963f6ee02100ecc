"""A walk through napari as a person takes it: from a folder to the numbers, a correction, an export, back.

Real clicks and keys on a real window; `make_napari_screenshots.py` takes a picture of each step for the
documentation, and a test takes the same walk.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import napari
import npe2
import numpy as np
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, QUrl
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialogButtonBox,
    QFileDialog,
    QGroupBox,
    QLineEdit,
    QWidget,
)

import napari_bac
from napari_bac.docks.bac_panel import BacPanel
from napari_bac.docks.panel_opening import open_panel
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.registry import session_of
from napari_bac.settings import PLUGIN

LAPTOP = (1366, 768)
LONGEST_S = 1800.0
STEPS = ("open", "segment", "numbers", "draw", "drawn", "export", "reopen")
"""Of the pictures, in order: ``walk_1_open`` and so on."""
Picture = Callable[[str], None]
"""Called with the name of a step when it is in sight."""


class Walk:
    """One viewer with the panel, and the hand in it.

    Parameters
    ----------
    picture
        Called at each step.
    model
        That the person chooses before.
    """

    def __init__(self, picture: Picture, *, model: str) -> None:
        with_plugin()
        # A dialog of the desktop would be out of reach.
        QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
        self.viewer, self.panel = laptop_viewer()
        self.session = self.panel.exam.session
        self.panel.exam.choice.take(model)
        self.clicks = 0
        """Of the mouse, so far."""
        self._picture = picture

    def open_and_segment(self, folder: Path) -> None:
        """Three clicks from the files to the numbers."""
        self._in_dialog(folder, "open", lambda: self._click(self.panel.exam.open_folder_button))
        wait(lambda: bool(self.session.views) and not self.session.opener.is_open)
        self._click(self.panel.exam.all_button)
        wait(lambda: self.session.run is not None and self.session.run.done > 1)
        self._picture("segment")
        self._rest()
        self._picture("numbers")

    def correct(self, key: str, label: int) -> tuple[float, float]:
        """Take an artery out, and bring it back with the click that completes; where the click was."""
        view = self.session.views[key]
        self.panel.show_tab("Numbers")
        settle()
        table = self.panel.numbers.arteries
        place = table.arteries.place_of((key, label))
        assert place is not None, "the artery is in the table"
        cell = table.visualRect(table.sorted.mapFromSource(table.arteries.index(place, 1)))
        self._click(table.viewport(), cell.center())
        rows, columns = np.nonzero(view.label_pixels() == label)
        middle = len(rows) // 2
        at = float(rows[middle]), float(columns[middle])
        QTest.keyClick(table, Qt.Key.Key_Delete)
        settle()
        self._click(self.panel.numbers.line.draw)
        self._click_on_image(view.labels, at)
        self._picture("draw")
        QTest.keyClick(self._canvas(), Qt.Key.Key_Return)
        self._rest()
        self._picture("drawn")
        self._click(self.panel.numbers.line.draw)
        return at

    def export(self, folder: Path) -> Path:
        """Into a new folder in this one, which is returned."""
        self.panel.show_tab("Exam")
        settle()
        before = set(folder.iterdir())
        self._in_dialog(folder, "", lambda: self._click(self.panel.exam.export_button))
        wait(lambda: not self.session.exporter.busy)
        settle()
        self._picture("export")
        (new,) = set(folder.iterdir()) - before
        return new

    def end(self) -> None:
        """Close the window."""
        self.session.close()
        self.viewer.close()
        settle()

    def reopen(self, exported: Path) -> None:
        """In a new window, drop the folder of the export."""
        self.end()
        self.viewer, self.panel = laptop_viewer()
        self.session = self.panel.exam.session
        self.viewer.open(str(exported), plugin=PLUGIN)
        wait(lambda: bool(self.session.views) and all(view.origin for view in self.session.views.values()))
        self._rest()
        self._picture("reopen")

    def _rest(self) -> None:
        wait(lambda: not self.session.is_running)
        wait(lambda: not self.session.is_measuring)
        settle()

    def _click(self, widget: QWidget, at: QPoint | None = None) -> None:
        self.clicks += 1
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or widget.rect().center())
        settle()

    def _canvas(self) -> QWidget:
        canvas: QWidget = self.viewer.window._qt_viewer.canvas.native
        return canvas

    def _click_on_image(self, layer: Any, place: tuple[float, float]) -> None:
        """On a (row, column) of a layer."""
        self.clicks += 1
        canvas = self._canvas()
        world = np.array(layer.data_to_world(place))[-2:] - np.array(self.viewer.camera.center)[-2:]
        row, column = np.array([canvas.height(), canvas.width()]) / 2 + world * self.viewer.camera.zoom
        at = QPointF(float(column), float(row))
        none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
        for kind, button, held in (
            (QEvent.Type.MouseMove, none, none),
            (QEvent.Type.MouseButtonPress, left, left),
            (QEvent.Type.MouseButtonRelease, left, none),
        ):
            on_screen = QPointF(canvas.mapToGlobal(at.toPoint()))
            event = QMouseEvent(kind, at, on_screen, button, held, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(canvas, event)
            QTest.qWait(30)
        settle()

    def _in_dialog(self, folder: Path, step: str, open_it: Callable[[], None]) -> None:
        """Choose a folder in the dialog that a click opens."""
        timer = QTimer()

        def choose() -> None:
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, QFileDialog):
                return
            timer.stop()
            dialog.setDirectory(str(folder.parent))
            # None of this machine.
            dialog.setSidebarUrls([QUrl.fromLocalFile(str(folder.parent))])
            line = dialog.findChild(QLineEdit)
            assert line is not None, "a dialog of Qt has a line for the name"
            line.setText(folder.name)
            settle()
            if step:
                self._picture(step)
            buttons = dialog.findChild(QDialogButtonBox)
            assert buttons is not None, "a dialog of Qt has buttons"
            accepts = QDialogButtonBox.ButtonRole.AcceptRole
            self._click(next(one for one in buttons.buttons() if buttons.buttonRole(one) == accepts))

        timer.timeout.connect(choose)
        timer.start(100)
        open_it()
        timer.stop()


def with_plugin() -> None:
    """The plugin as napari finds it, also where the package is only on the path."""
    manager = npe2.PluginManager.instance()
    manager.discover()
    if PLUGIN not in manager:
        manager.register(npe2.PluginManifest.from_file(Path(napari_bac.__file__).with_name("napari.yaml")))


def laptop_viewer() -> tuple[napari.Viewer, BacPanel]:
    """A window that fills the screen of a laptop, with the panel."""
    viewer = napari.Viewer(title="napari")
    window = viewer.window._qt_window
    window.move(0, 0)
    panel = open_panel(viewer)
    window.resize(*LAPTOP)
    settle()
    session: ExamSession = session_of(viewer)
    assert panel.exam.session is session
    return viewer, panel


def settle() -> None:
    """Let the window draw what is to be drawn."""
    for _ in range(20):
        QApplication.processEvents()
        time.sleep(0.01)


def wait(until: Callable[[], bool]) -> None:
    """Let the window go on until something is so."""
    end = time.monotonic() + LONGEST_S
    while not until():
        if time.monotonic() > end:
            raise TimeoutError("what was waited for did not come")
        QApplication.processEvents()
        time.sleep(0.02)


def words_in_sight(panel: BacPanel) -> dict[str, list[str]]:
    """What the panel calls its buttons, boxes and groups, under the name of the tab that is in front."""
    tab = panel.tabs.tabText(panel.tabs.currentIndex())
    named = [(one, one.text()) for one in panel.findChildren(QAbstractButton)]
    named += [(one, one.title()) for one in panel.findChildren(QGroupBox)]
    texts = {text.replace("&", "") for one, text in named if one.isVisible() and len(text) > 1}
    return {tab: sorted(texts)}
