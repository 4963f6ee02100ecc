"""Simulated mammograms for a first look: made once, in half a minute, and kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from typing import Final

import napari
from qtpy.QtCore import QEventLoop, Qt, QThread, QTimer, Signal
from qtpy.QtWidgets import QApplication, QProgressDialog

from napari_bac.docks.over_time_dock import OverTimeDock
from napari_bac.docks.panel_opening import open_panel
from napari_bac.reader import LayerData, read_layers
from napari_bac.views.opened_view import METADATA
from shared_core import hosting as bac

Maker = Callable[..., bac.Sample]
_VIEWS: Final = 4
"""Of one exam, until the maker says how many there are."""


def sample_exam() -> list[LayerData]:
    """Four views of a simulated patient with calcified arteries in both breasts."""
    return _in_the_panel(layers_of("exam"))


def sample_series() -> list[LayerData]:
    """Three exams of the same patient, two years apart, of which the latest opens."""
    return _in_the_panel(layers_of("series"), over_time=True)


def _in_the_panel(layers: list[LayerData], *, over_time: bool = False) -> list[LayerData]:
    """The layers, which the panel hangs when napari has added them; with all dates where `over_time`."""
    viewer = napari.current_viewer()
    if viewer is not None:
        QTimer.singleShot(0, partial(_open, viewer, _folder_of_dates(layers) if over_time else None))
    return layers


def _open(viewer: napari.Viewer, dates: Path | None) -> None:
    panel = open_panel(viewer)
    if dates is not None:
        over_time = panel.show_tab("Over time")
        assert isinstance(over_time, OverTimeDock), "the tab shows that dock"
        over_time.load(dates)


def _folder_of_dates(layers: list[LayerData]) -> Path | None:
    """The folder of the exams of which the latest has these layers."""
    opened = next((layer[1]["metadata"][METADATA] for layer in layers if len(layer) > 1), None)
    return None if opened is None else opened.path.parent.parent


def layers_of(name: str, *, make: Maker = bac.make_sample) -> list[LayerData]:
    """Make a sample where it is not there yet, with progress and Cancel, and read it.

    Raises
    ------
    OpenBacError
        It cannot be written, or the person cancelled.
    """
    sample = make(name) if QApplication.instance() is None else _Making(name, make).result()
    return read_layers(str(sample.images_dir))


class _Making(QThread):
    """Makes a sample beside the window, which stays alive; one dialog shows how far it is."""

    advanced = Signal(int, int)

    def __init__(self, name: str, make: Maker) -> None:
        super().__init__()
        self._name, self._make = name, make
        self._stop = Event()
        self._sample: bac.Sample | None = None
        self._error: bac.OpenBacError | None = None
        self._showing = False
        self._dialog = QProgressDialog(QApplication.activeWindow())

    def result(self) -> bac.Sample:
        """Wait with the events of the window going on."""
        dialog = self._dialog
        dialog.setLabelText("Simulating mammograms.\nDone only once; takes about half a minute per exam.")
        dialog.setCancelButtonText("Cancel")
        dialog.setRange(0, _VIEWS)
        dialog.setWindowTitle("OpenBAC sample")
        dialog.setWindowModality(Qt.WindowModality.ApplicationModal)
        dialog.setMinimumDuration(300)
        dialog.setAutoClose(False)
        dialog.setAutoReset(False)
        dialog.canceled.connect(self._stop.set)
        dialog.setValue(0)
        self.advanced.connect(self._show)
        loop = QEventLoop()
        self.finished.connect(loop.quit)
        self.start()
        loop.exec()
        self.wait()
        dialog.close()
        dialog.deleteLater()
        if self._error is not None:
            raise self._error
        assert self._sample is not None
        return self._sample

    def _show(self, done: int, total: int) -> None:
        # A modal dialog handles events while it is set, and would be set again within.
        if self._showing or self._stop.is_set():
            return
        self._showing = True
        self._dialog.setMaximum(total)
        self._dialog.setValue(done)
        self._showing = False

    def run(self) -> None:
        """In the other thread."""
        try:
            self._sample = self._make(self._name, progress=self.advanced.emit, cancelled=self._stop.is_set)
        except bac.OpenBacError as error:
            self._error = error
        except Exception as error:  # a thread has nobody above it: the person would wait for ever
            self._error = bac.OpenBacError(f"The sample could not be created: {error}")
