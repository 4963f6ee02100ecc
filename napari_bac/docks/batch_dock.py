"""BAC batch: a folder of exams in, the results of `bac analyze` out; the window stays usable."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import napari
from qtpy.QtCore import Qt, QUrl
from qtpy.QtGui import QDesktopServices
from qtpy.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableWidgetItem,
    QWidget,
)

from napari_bac.docks.connections import Connections
from napari_bac.docks.model_choice import ModelChoice
from napari_bac.docks.option_form import OptionForm
from napari_bac.docks.progress_row import ProgressRow
from napari_bac.docks.widgets import RIGHT, button, column, reading_table, row, sentence, with_tip
from napari_bac.session.batch_list import BatchList, ResultLine, batches_of
from napari_bac.session.batch_run import BatchRequest
from napari_bac.session.registry import session_of
from shared_core import hosting as bac

_EXAMS: Final = ("Exam", "Images", "BAC %", "Grade")
_FAILURES: Final = ("File", "Problem")


class BatchDock(QWidget):
    """Shows the batch of a session; holds nothing itself but what is typed in."""

    def __init__(self, napari_viewer: napari.Viewer) -> None:
        super().__init__()
        self._batches: BatchList = batches_of(session_of(napari_viewer))
        self._build()
        self._connections = Connections(self)
        self._connections.to(self._batches.changed, self.refresh)
        self._take_request()
        self.refresh()

    def _build(self) -> None:
        self.folder_edit, folder_row = self._path_row("Folder with the exams", self._on_folder)
        self.output_edit, output_row = self._path_row("Folder for the results", self._on_output)
        self.folder_edit.editingFinished.connect(self._suggest_output)
        self.choice = ModelChoice()
        self.options = OptionForm(bac.BATCH_OPTIONS, keys_taken="adfmor")
        self.run_button = button(
            "&Analyse folder",
            "Segment and measure every mammogram in the folder, as bac analyze does",
            self.run,
        )
        self.look_button = button(
            "&Read results…", "Show the exams of an existing results folder", self._choose_results
        )
        self.folder_button = button(
            "Show &files", "Open the results folder in the file manager", self._open_folder
        )
        self.progress = ProgressRow(self._batches.cancel)
        self.words = sentence()
        self.exams_table = reading_table(_EXAMS, "Exams; double-click or Enter opens one with its masks")
        self.exams_table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.exams_table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.exams_table.itemActivated.connect(self._on_activated)
        self.unused_label = with_tip(QLabel(), "What was found and not used, or is in doubt", is_name=True)
        self.unused_label.setWordWrap(True)
        self.failures_label = QLabel()
        self.failures_table = reading_table(_FAILURES, "Files that could not be analysed, and why")
        self.failures_table.horizontalHeader().setStretchLastSection(True)
        self.failures_table.setWordWrap(True)
        for table in (self.exams_table, self.failures_table):
            table.setAccessibleName(table.toolTip())
        self._lay_out(folder_row, output_row)

    def _path_row(self, tip: str, choose: Any) -> tuple[QLineEdit, QHBoxLayout]:
        edit = with_tip(QLineEdit(), tip, is_name=True)
        chooser = with_tip(button("…", do=choose), f"Choose: {tip.lower()}", is_name=True)
        chooser.setMaximumWidth(36)
        return edit, row((edit, 1), chooser)

    def _lay_out(self, folder_row: QHBoxLayout, output_row: QHBoxLayout) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Exams", folder_row)
        form.addRow("Results", output_row)
        column(
            self,
            form,
            self.choice,
            self.options.native,
            row((self.run_button, 1), self.look_button, self.folder_button),
            self.progress,
            self.words,
            (self.exams_table, 3),
            self.failures_label,
            (self.failures_table, 1),
            self.unused_label,
        )

    # What is shown

    def refresh(self) -> None:
        """Show the batch as it is now."""
        run = self._batches.run
        running = run is not None and run.state == "running"
        self.run_button.setEnabled(not running)
        self.look_button.setEnabled(not running)
        self.progress.show_run(run)
        self.words.setText(self._batches.words)
        self.words.setVisible(bool(self._batches.words) and not running)
        self.folder_button.setEnabled(self._batches.output is not None and self._batches.output.is_dir())
        self._fill_exams(self._batches.lines)
        others = [file for file in self._batches.unused if not file.is_failure]
        self.unused_label.setText("\n".join(bac.unused_sentences(others)))
        self.unused_label.setVisible(bool(others))
        failures = self._batches.failures
        self.failures_label.setText(f"Failed: {len(failures)}")
        for widget in (self.failures_label, self.failures_table):
            widget.setVisible(bool(failures))
        self.failures_table.setRowCount(len(failures))
        for place, (file, reason) in enumerate(failures):
            for cell, text in enumerate((Path(file).name, reason)):
                item = QTableWidgetItem(text)
                item.setToolTip(f"{file}\n{reason}")
                self.failures_table.setItem(place, cell, item)
        self.failures_table.resizeRowsToContents()

    def _fill_exams(self, lines: list[ResultLine]) -> None:
        table = self.exams_table
        table.setRowCount(len(lines))
        for place, line in enumerate(lines):
            for cell, text in enumerate(line.cells()):
                item = table.item(place, cell)
                # Only what changed: a new row loses the selection.
                if item is None:
                    item = QTableWidgetItem()
                    table.setItem(place, cell, item)
                if item.text() != text:
                    item.setText(text)
                item.setData(Qt.ItemDataRole.UserRole, line.key)
                item.setToolTip(line.words)
                if cell >= 2:
                    item.setTextAlignment(RIGHT)

    # What a person does

    def run(self) -> None:
        """Begin, or say what is missing."""
        self._suggest_output()
        folder, output = self.folder_edit.text().strip(), self.output_edit.text().strip()
        self._batches.start(
            BatchRequest(
                Path(folder) if folder else None,
                Path(output) if output else None,
                model=self.choice.name,
                device=self.choice.chosen_device,
                choices=bac.batch_choices(self.options.values()),
            )
        )

    def _take_request(self) -> None:
        """What runs, or ran last, is shown again in a dock that was closed."""
        run = self._batches.run
        if run is not None:
            self.folder_edit.setText(str(run.request.folder))
            self.output_edit.setText(str(run.request.output))
            if run.request.model is not None:
                self.choice.take(run.request.model)
            self.choice.device.setCurrentIndex(self.choice.device.findData(run.request.device))
            self.options.show(asdict(run.request.choices))

    def _on_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder with the exams", self.folder_edit.text())
        if folder:
            self.folder_edit.setText(folder)
            self.output_edit.setText(str(bac.place_for_results(Path(folder))))

    def _on_output(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder for the results", self.output_edit.text())
        if folder:
            self.output_edit.setText(folder)

    def _suggest_output(self) -> None:
        folder = self.folder_edit.text().strip()
        if folder and not self.output_edit.text().strip():
            self.output_edit.setText(str(bac.place_for_results(Path(folder))))

    def _choose_results(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder of results", self.output_edit.text())
        if folder:
            self._batches.read(Path(folder))

    def _open_folder(self) -> None:
        if self._batches.output is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._batches.output)))

    def _on_activated(self, item: QTableWidgetItem) -> None:
        self._batches.open(str(item.data(Qt.ItemDataRole.UserRole)))
