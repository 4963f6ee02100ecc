"""Simulated mammograms for a first look: made once, in half a minute, and kept."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Final

from qtpy.QtCore import QEventLoop, Qt, QThread, Signal
from qtpy.QtWidgets import QApplication, QProgressDialog

from napari_bac.reader import LayerData, read_layers
from shared_core import hosting as bac

Maker = Callable[..., bac.Sample]
_VIEWS: Final = 4
"""Of one exam, until the maker says how many there are."""


def sample_exam() -> list[LayerData]:
    """Four views of a simulated patient with calcified arteries in both breasts."""
    return layers_of("exam")


def sample_series() -> list[LayerData]:
    """Three exams of the same patient, two years apart, of which the latest opens."""
    return layers_of("series")


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
