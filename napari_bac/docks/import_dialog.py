"""Asks what must be known of a network from elsewhere, and makes a model of it."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QDialog, QScrollArea, QWidget

from napari_bac.docks.option_form import OptionForm
from napari_bac.docks.widgets import button, column, row, sentence
from napari_bac.remedies import error_words
from napari_bac.session.workers import FunctionWorker, create_worker
from shared_core import hosting as bac


class ImportDialog(QDialog):
    """Ask, without stopping the window. The model is written into a folder of its name beside the file."""

    imported = Signal(object)
    """Path of the card."""

    def __init__(self, file: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Import {file.name}")
        self._file = file
        self._worker: FunctionWorker[Path | str] | None = None
        stated = bac.CHECKPOINT_OPTIONS if bac.is_checkpoint(file) else bac.NETWORK_OPTIONS
        self.form = OptionForm((*bac.MODEL_OPTIONS, *stated), keys_taken="i")
        self.form.show({"name": bac.name_for_card(file.stem)})
        self.problem = sentence()
        self.import_button = button("&Import", "Make a model of it, and choose that", self.start)
        self.import_button.setDefault(True)
        self.cancel_button = button("Cancel", do=self.reject)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self.form.native)
        size, bar = self.form.native.sizeHint(), scroll.verticalScrollBar().sizeHint().width()
        scroll.setMinimumWidth(size.width() + bar)
        column(
            self,
            sentence("State what you know of it. No code in the file is run."),
            (scroll, 1),
            self.problem,
            row(self.import_button, self.cancel_button),
        )
        # As high as the form, where the screen is; else it scrolls.
        self.resize(self.sizeHint().width(), size.height() + 140)

    def start(self) -> None:
        """Begin, or say what is missing."""
        try:
            values = self.form.values()
            name, licence = (str(values.pop(option.name) or "") for option in bac.MODEL_OPTIONS)
            request = bac.ImportRequest(
                file=self._file,
                folder=self._file.parent / name,
                name=_usable(name),
                stated=bac.network_facts(values),
                licence=licence,
            )
        except bac.OpenBacError as error:
            self.problem.setText(str(error))
            return
        self._show(running=True)
        worker: FunctionWorker[Path | str] = create_worker(_import, request, _start_thread=False)
        worker.returned.connect(self._on_end)
        worker.errored.connect(lambda error: self._on_end(f"The import stopped: {error}"))
        self._worker = worker
        worker.start()

    def reject(self) -> None:
        """Leave it, unless the import is under way, which takes seconds."""
        if self._worker is None:
            super().reject()

    def _on_end(self, ended: Path | str) -> None:
        self._worker = None
        self._show(running=False)
        if isinstance(ended, str):
            self.problem.setText(ended)
            return
        self.accept()
        self.imported.emit(ended)

    def _show(self, *, running: bool) -> None:
        self.problem.setText("Importing" if running else "")
        for widget in (self.import_button, self.cancel_button, self.form.native):
            widget.setEnabled(not running)


def _usable(name: str) -> str:
    if not name or name != bac.name_for_card(name):
        raise bac.UsageError("Name: must be small letters, digits, points and hyphens.")
    return name


def _import(request: bac.ImportRequest) -> Path | str:
    """The card, or a sentence; what a worker raises would be shown as a fault of the program."""
    try:
        return bac.write_imported(request)
    except bac.FactsMissingError as error:
        labels = {option.name: option.label for option in bac.NETWORK_OPTIONS}
        missing = "; ".join(labels[name] for name in error.names)
        return f"What the network needs is not all known; fill in {missing}."
    except bac.OpenBacError as error:
        return error_words(error)
