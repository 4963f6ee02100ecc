"""BAC over time: a patient's exams, what became of each quantity, and a way back to every date."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import napari
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from napari_bac.docks.connections import Connections
from napari_bac.docks.progress_row import ProgressRow
from napari_bac.docks.time_plot import VIEWS, TimePlot, legend_words
from napari_bac.docks.widgets import RIGHT, button, column, reading_table, row, sentence, with_tip
from napari_bac.remedies import all_notice_words
from napari_bac.session.registry import session_of
from napari_bac.session.timeline import interval_words, series_of
from shared_core import hosting as bac

_COLUMNS: Final = ("Date", "Since first", "Value", "Remarks")


class OverTimeDock(QWidget):
    """Shows the series of a session; holds nothing itself."""

    def __init__(self, napari_viewer: napari.Viewer) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self._series = series_of(session_of(napari_viewer))
        self._key = ""
        self._build()
        self._connections = Connections(self)
        self._connections.to(self._series.changed, self.refresh)
        napari_viewer.events.theme.connect(self._on_theme)
        self._connections.finally_(lambda: napari_viewer.events.theme.disconnect(self._on_theme))
        self._on_theme()

    def _build(self) -> None:
        self.open_button = button(
            "&Open folder…",
            "Choose the folder of a patient's exams, or a results folder (from BAC batch, an export or "
            "bac analyze)",
            self._choose_folder,
        )
        self.patient_box = with_tip(QComboBox(), "The patient whose exams are shown")
        self.patient_box.activated.connect(
            lambda index: self._series.choose(patient=self.patient_box.itemText(index))
        )
        self.quantity_box = with_tip(QComboBox(), "The quantity shown over time")
        for quantity in bac.SERIAL_QUANTITIES:
            self.quantity_box.addItem(quantity.heading, quantity.key)
        self.quantity_box.activated.connect(lambda i: self._series.choose(quantity=bac.SERIAL_QUANTITIES[i]))
        self.offer_label, self.decision_label, self.change_label, self.warning_label = (
            sentence(selectable=True) for _ in range(4)
        )
        self.analyse_button = button(
            "&Analyse them",
            "Segment and measure these exams with the default model",
            lambda: self._series.analyse(),
        )
        self.progress = ProgressRow(self._series.cancel)
        font = self.decision_label.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.25)
        self.decision_label.setFont(font)
        self.decision_label.setAccessibleName("Change")
        self.plot = TimePlot(self._on_point, self.tip)
        self.legend = sentence(legend_words(), selectable=True)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.table = self._make_table()
        self.show_button = button(
            "&Show this date",
            "Open the images and masks of the selected date, replacing what is open",
            lambda: self._show(beside=False),
        )
        self.beside_button = button(
            "Show &beside", "Open the selected date and keep what is open", lambda: self._show(beside=True)
        )
        self._lay_out()

    def _make_table(self) -> QTableWidget:
        table = reading_table(_COLUMNS, "Double-click or Enter opens a date")
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setStretchLastSection(True)
        table.setMinimumHeight(110)
        table.itemActivated.connect(lambda _item: self._show(beside=False))
        table.itemSelectionChanged.connect(self._on_row)
        return table

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("&Patient", self.patient_box)
        form.addRow("&Quantity", self.quantity_box)
        buttons = row(self.show_button, self.beside_button)
        buttons.addStretch(1)
        column(
            self,
            self.open_button,
            form,
            row((self.offer_label, 1), self.analyse_button),
            self.progress,
            self.decision_label,
            self.change_label,
            (self.plot, 3),
            self.legend,
            (self.table, 1),
            buttons,
            self.warning_label,
        ).addStretch(0)

    # What is shown

    def refresh(self) -> None:
        """Show the series as it is now."""
        series = self._series
        _fill(self.patient_box, series.patients, series.patient)
        self.quantity_box.setCurrentIndex(self.quantity_box.findData(series.quantity.key))
        without = series.found.without_results if series.found is not None else ()
        offered = bool(without) and not series.is_busy
        for widget in (self.offer_label, self.analyse_button):
            widget.setVisible(offered)
        self.offer_label.setText(f"{bac.counted(len(without), 'exam')} not analysed yet.")
        self.open_button.setEnabled(not series.is_busy)
        self.progress.show_run(series.batch)
        self._show_change(series.timeline)
        self._fill_table(series.timeline)
        self.plot.draw(series.timeline, series.quantity, self._key)
        for widget in (self.plot, self.legend, self.table, self.show_button, self.beside_button):
            widget.setVisible(series.timeline is not None)

    def _show_change(self, line: bac.Timeline | None) -> None:
        followed = line.of(self._series.quantity) if line is not None else None
        about_change: tuple[bac.Notice, ...] = ()
        if line is None:
            self.decision_label.setText("")
            self.change_label.setText(
                self._series.words or "Open the folder of a patient with two or more exams."
            )
        elif followed is None:
            self.decision_label.setText("No comparison")
            why = line.reason or f"{self._series.quantity.title} is not known in the same view of every exam."
            self.change_label.setText(why)
        else:
            assert line.change is not None
            self.decision_label.setText(bac.decision_words(followed))
            names = [VIEWS[label][0] for label in VIEWS if label in followed.views]
            views = "all four views" if len(names) == len(VIEWS) else ", ".join(names)
            self.change_label.setText(f"{bac.change_words(followed)} Compared: {views}.")
            about_change = line.change.notices
        about_exams = self._series.found.words if self._series.found is not None else ()
        told = "\n".join(dict.fromkeys((*about_exams, *all_notice_words(about_change))))
        self.warning_label.setText(told)
        self.warning_label.setVisible(bool(told))

    def _fill_table(self, line: bac.Timeline | None) -> None:
        exams = line.exams if line is not None else ()
        self.table.horizontalHeaderItem(2).setText(self._series.quantity.shown_unit or "Value")
        self.table.blockSignals(True)
        self.table.setRowCount(len(exams))
        for place, one in enumerate(exams):
            assert line is not None
            for cell, text in enumerate(self._cells(line, place)):
                item = QTableWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, one.key)
                item.setToolTip(self.tip(one.key, ""))
                if cell in (1, 2):
                    item.setTextAlignment(RIGHT)
                self.table.setItem(place, cell, item)
            if one.key == self._key:
                self.table.selectRow(place)
        self.table.blockSignals(False)
        chosen = any(one.key == self._key for one in exams)
        for widget in (self.show_button, self.beside_button):
            widget.setEnabled(chosen)

    def _cells(self, line: bac.Timeline, row: int) -> tuple[str, ...]:
        one, value = line.exams[row], line.value(line.exams[row], self._series.quantity)
        since = interval_words(line.exams[0].exam.date, one.exam.date) if row else "–"
        remarks = [line.left_out[one.key]] if one.key in line.left_out else []
        if one.edited:
            names = [VIEWS[label][0] for label in VIEWS if label in one.edited]
            remarks.append(f"corrected: {', '.join(names) or 'other views'}")
        return (
            one.exam.date.isoformat(),
            since,
            "unknown" if value is None else f"{value:.3g}",
            "; ".join(remarks),
        )

    def tip(self, key: str, label: str) -> str:
        """What a point says: date, value, interval, technique, and why it is not compared."""
        line = self._series.timeline
        row = next((row for row, one in enumerate(line.exams) if one.key == key), None) if line else None
        if line is None or row is None:
            return ""
        one, quantity = line.exams[row], self._series.quantity
        value = one.exam.views[label].get(quantity.key) if label else line.value(one, quantity)
        title = VIEWS[label][0] if label else "Exam"
        shown = "unknown" if value is None else f"{value:.4g} {quantity.shown_unit}".strip()
        said = [f"{one.exam.date}, {title}: {shown}"]
        if row:
            said.append(
                f"{interval_words(line.exams[row - 1].exam.date, one.exam.date)} after the previous exam"
            )
        said.append(one.technique or "technique unknown")
        said += [f"Not compared: {line.left_out[key]}"] if key in line.left_out else []
        if (label in one.edited) if label else one.edited:
            said.append("Corrected by hand")
        return "\n".join((*said, "Click to open this date"))

    # What a person does

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder of a patient's exams, or of results")
        if folder:
            self.load(Path(folder))

    def load(self, folder: Path) -> None:
        """Read a folder of exams or of results."""
        self._series.load(folder)

    def _on_point(self, key: str) -> None:
        self._key = key
        self.refresh()
        self._series.open(key)

    def _on_row(self) -> None:
        items = self.table.selectedItems()
        self._key = items[0].data(Qt.ItemDataRole.UserRole) if items else ""
        self.refresh()

    def _show(self, *, beside: bool) -> None:
        if self._key:
            self._series.open(self._key, beside=beside)

    def _on_theme(self, _event: object = None) -> None:
        self.plot.take_theme(self._viewer.theme)
        self.refresh()


def _fill(box: QComboBox, names: list[str], chosen: str) -> None:
    if [box.itemText(index) for index in range(box.count())] != names:
        box.clear()
        box.addItems(names)
    box.setCurrentText(chosen)
    box.setEnabled(len(names) > 1)
