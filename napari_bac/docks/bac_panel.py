"""BAC panel: exam, numbers, change over time and batch as tabs; the run and its progress below them all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import napari
from qtpy.QtCore import QSize, QTimer
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QScrollArea, QTabWidget, QWidget

from napari_bac.docks.batch_dock import BatchDock
from napari_bac.docks.connections import Connections
from napari_bac.docks.exam_dock import ExamDock
from napari_bac.docks.metrics_dock import MetricsDock
from napari_bac.docks.over_time_dock import OverTimeDock
from napari_bac.docks.small_screen import fit_screen
from napari_bac.docks.widgets import Scrolling, column

Tab = Literal["Exam", "Numbers", "Over time", "Batch"]
TABS: Final[tuple[Tab, ...]] = ("Exam", "Numbers", "Over time", "Batch")
_USUAL: Final = QSize(440, 620)
"""Beside the canvas and the layer list of a laptop's screen."""


class BacPanel(QWidget):
    """All docks in one. The tabs *Over time* and *Batch* are made when they are first looked at."""

    def __init__(self, napari_viewer: napari.Viewer) -> None:
        super().__init__()
        self.exam = ExamDock(napari_viewer)
        self.numbers = MetricsDock(napari_viewer)
        self._late: dict[Tab, Callable[[], QWidget]] = {
            "Over time": lambda: OverTimeDock(napari_viewer),
            "Batch": lambda: BatchDock(napari_viewer),
        }
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.exam, TABS[0])
        self.tabs.addTab(Scrolling(self.numbers), TABS[1])
        for name in self._late:
            self.tabs.addTab(Scrolling(), name)
        self.tabs.currentChanged.connect(self._fill)
        column(self, (self.tabs, 1), self.exam.run_bar, margin_px=0)
        # A window gets its size, and napari the controls of new layers, after they are told of.
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.setInterval(0)
        self._fitting.timeout.connect(lambda: fit_screen(self))
        self._connections = Connections(self)
        self._connections.to(self.exam.session.signals.views_changed, lambda: self._fitting.start())

    def sizeHint(self) -> QSize:
        """Room for the canvas stays on a screen of 1366 x 768 pixels."""
        return _USUAL

    def showEvent(self, event: QShowEvent) -> None:
        """On a small screen, find room."""
        super().showEvent(event)
        self._fitting.start()

    def show_tab(self, name: Tab) -> QWidget:
        """Bring a tab to the front; return what it shows."""
        self.tabs.setCurrentIndex(TABS.index(name))
        page = self.tabs.currentWidget()
        assert page is not None, "there are four tabs"
        shown = page.widget() if isinstance(page, QScrollArea) else page
        assert shown is not None, "a tab is filled when it comes to the front"
        return shown

    def _fill(self, place: int) -> None:
        make = self._late.pop(TABS[place], None)
        page = self.tabs.widget(place)
        if make is not None and isinstance(page, QScrollArea):
            page.setWidget(make())
