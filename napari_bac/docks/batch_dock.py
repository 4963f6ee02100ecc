"""BAC batch: a folder of exams in, the results of `bac analyze` out; the window stays usable."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qtpy.QtCore import Qt, QUrl
from qtpy.QtGui import QDesktopServices
from qtpy.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

import shared_core.hosting as bac
from napari_bac.docks.connections import Connections
from napari_bac.docks.model_choice import ModelChoice
from napari_bac.docks.progress_row import ProgressRow
from napari_bac.session.batch_list import BatchList, ResultLine, batches_of
from napari_bac.session.batch_run import BatchRequest
from napari_bac.session.registry import session_of

if TYPE_CHECKING:
    import napari

_EXAMS: Final = ("Exam", "Images", "BAC %", "Grade")
_FAILURES: Final = ("File", "Problem")
_Right: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class BatchDock(QWidget):
    """Shows the batch of a session; holds nothing itself but what is typed in.

    Parameters
    ----------
    napari_viewer
        Given by napari.
    """

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
        self.resume_box = QCheckBox("&Keep exams already done")
        self.resume_box.setToolTip(
            "Exams already in the results folder are not analysed again, unless they were made with "
            "different settings"
        )
        self.resume_box.setChecked(True)
        self.pictures_box = QCheckBox("&Pictures of each view and exam")
        self.pictures_box.setToolTip("Save overlays and exam sheets as PNG with the masks and tables")
        self.pictures_box.setChecked(True)
        self.run_button = QPushButton("&Analyse folder")
        self.run_button.setToolTip("Segment and measure every mammogram in the folder, as bac analyze does")
        self.run_button.clicked.connect(self.run)
        self.look_button = QPushButton("&Read results…")
        self.look_button.setToolTip("Show the exams of an existing results folder")
        self.look_button.clicked.connect(self._choose_results)
        self.folder_button = QPushButton("Show &files")
        self.folder_button.setToolTip("Open the results folder in the file manager")
        self.folder_button.clicked.connect(self._open_folder)
        self.progress = ProgressRow(self._batches.cancel)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.exams_table = self._make_table(_EXAMS, "Exams; double-click or Enter opens one with its masks")
        self.exams_table.itemActivated.connect(self._on_activated)
        self.failures_label = QLabel()
        self.failures_table = self._make_table(_FAILURES, "Files that could not be analysed, and why")
        self.failures_table.setWordWrap(True)
        self._lay_out(folder_row, output_row)

    def _path_row(self, tip: str, choose: Any) -> tuple[QLineEdit, QHBoxLayout]:
        edit, button, row = QLineEdit(), QPushButton("…"), QHBoxLayout()
        edit.setToolTip(tip)
        edit.setAccessibleName(tip)
        button.setToolTip(f"Choose: {tip.lower()}")
        button.setAccessibleName(button.toolTip())
        button.setMaximumWidth(36)
        button.clicked.connect(choose)
        row.addWidget(edit, 1)
        row.addWidget(button)
        return edit, row

    def _make_table(self, columns: tuple[str, ...], tip: str) -> QTableWidget:
        table = QTableWidget(0, len(columns))
        table.setHorizontalHeaderLabels(columns)
        table.setToolTip(tip)
        table.setAccessibleName(tip)
        table.verticalHeader().hide()
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if len(columns) == len(_EXAMS):
            header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        else:
            header.setStretchLastSection(True)
        return table

    def _lay_out(self, folder_row: QHBoxLayout, output_row: QHBoxLayout) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Exams", folder_row)
        form.addRow("Results", output_row)
        buttons = QHBoxLayout()
        buttons.addWidget(self.run_button, 1)
        buttons.addWidget(self.look_button)
        buttons.addWidget(self.folder_button)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.choice)
        layout.addWidget(self.resume_box)
        layout.addWidget(self.pictures_box)
        layout.addLayout(buttons)
        layout.addWidget(self.progress)
        layout.addWidget(self.words)
        layout.addWidget(self.exams_table, 3)
        layout.addWidget(self.failures_label)
        layout.addWidget(self.failures_table, 1)
        self.setMinimumWidth(380)

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
        failures = self._batches.failures
        self.failures_label.setText(f"Failed: {len(failures)}")
        for widget in (self.failures_label, self.failures_table):
            widget.setVisible(bool(failures))
        self.failures_table.setRowCount(len(failures))
        for row, (file, sentence) in enumerate(failures):
            for column, text in enumerate((Path(file).name, sentence)):
                item = QTableWidgetItem(text)
                item.setToolTip(f"{file}\n{sentence}")
                self.failures_table.setItem(row, column, item)
        self.failures_table.resizeRowsToContents()

    def _fill_exams(self, lines: list[ResultLine]) -> None:
        table = self.exams_table
        table.setRowCount(len(lines))
        for row, line in enumerate(lines):
            for column, text in enumerate(line.cells()):
                item = table.item(row, column)
                # Only what changed: a new row loses the selection.
                if item is None:
                    item = QTableWidgetItem()
                    table.setItem(row, column, item)
                if item.text() != text:
                    item.setText(text)
                item.setData(Qt.ItemDataRole.UserRole, line.key)
                item.setToolTip(line.words)
                if column >= 2:
                    item.setTextAlignment(_Right)

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
                resume=self.resume_box.isChecked(),
                pictures=self.pictures_box.isChecked(),
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
            self.resume_box.setChecked(run.request.resume)
            self.pictures_box.setChecked(run.request.pictures)

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
