"""BAC metrics: the arteries, the numbers that follow every stroke, and the sentence for the report."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import napari
from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QKeySequence
from qtpy.QtWidgets import QFileDialog, QSplitter, QWidget

from napari_bac.docks.arteries_table import ArteriesTable
from napari_bac.docks.clipboard import copy_table
from napari_bac.docks.connections import Connections
from napari_bac.docks.line_panel import LinePanel
from napari_bac.docks.numbers_table import NumbersTable, note_sentences
from napari_bac.docks.report_box import ReportBox
from napari_bac.docks.widgets import button, column, row, sentence
from napari_bac.editing.arteries import go
from napari_bac.editing.artery_keys import BEFORE, NEXT, bind_artery_keys
from napari_bac.editing.artery_picker import ArteryPicker
from napari_bac.session.registry import session_of
from napari_bac.views.open_exams import whose_words

try:
    from qtpy.QtGui import QShortcut
except ImportError:  # Qt 5
    from qtpy.QtWidgets import QShortcut

_NOTES_SHOWN = 3
_LEAST_COLUMNS = 2
_MARGIN_PX = 6


class MetricsDock(QWidget):
    """Shows the session of a viewer; may be closed and opened again at any time."""

    def __init__(self, napari_viewer: napari.Viewer) -> None:
        super().__init__()
        self._session = session_of(napari_viewer)
        self.arteries = ArteriesTable(self._session)
        self.line = LinePanel(self._session)
        self.numbers = NumbersTable(self._session)
        self.report = ReportBox(self._session)
        self.whose = sentence(selectable=True)
        self.notes = sentence(selectable=True)
        self.before = button("◀ Pr&evious", f"Show the previous artery ({BEFORE})", partial(self._go, -1))
        self.next = button("&Next ▶", f"Show the next artery ({NEXT})", partial(self._go, 1))
        self.renumber = button(
            "N&umber…", "Change the number of the selected artery (F2)", self.arteries.renumber_chosen
        )
        self.join = button(
            "&Join",
            "Join the selected arteries into one (Ctrl+J); select several with Ctrl or Shift",
            self.arteries.join_chosen,
        )
        self.part = button(
            "&Part",
            "Make two arteries of the selected one, at its widest gap; press again for further gaps",
            self.arteries.part_chosen,
        )
        self.delete = button(
            "&Delete",
            "Remove the selected arteries from the mask (Delete); Ctrl+Z brings them back",
            self.arteries.delete_chosen,
        )
        self.copy = button(
            "&Copy numbers",
            "Copy the table for a spreadsheet (Ctrl+C in a table)",
            lambda: copy_table(self.numbers, row_names=True),
        )
        self.save = button(
            "&Save CSV…", "Save all measurements of the views, as bac measure does", self._choose_file
        )
        self._lay_out()
        self._connect()
        self._refresh()

    def _lay_out(self) -> None:
        top, middle = QWidget(), QWidget()
        arteries_row = row(self.before, self.next, self.renumber, self.join, self.part, self.delete)
        column(top, arteries_row, (self.arteries, 1), self.line, margin_px=0)
        column(middle, self.whose, (self.numbers, 1), self.notes, row(self.copy, self.save), margin_px=0)
        splitter = QSplitter(Qt.Orientation.Vertical)
        for place, (widget, share) in enumerate(((top, 3), (middle, 5), (self.report, 1))):
            splitter.addWidget(widget)
            splitter.setStretchFactor(place, share)
            splitter.setCollapsible(place, False)
        column(self, splitter, margin_px=_MARGIN_PX)
        splitter.setSizes([260, 440, 150])
        # More columns scroll where the screen is small.
        self.setMinimumWidth(self.numbers.width_of(_LEAST_COLUMNS) + 2 * _MARGIN_PX)

    def _connect(self) -> None:
        session = self._session
        self.arteries.selectionModel().selectionChanged.connect(self._on_selection)
        for key, do in (
            (NEXT, partial(self._go, 1)),
            (BEFORE, partial(self._go, -1)),
            ("Ctrl+J", self.arteries.join_chosen),
        ):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(do)
        bind_artery_keys(session)
        connections = Connections(self)
        connections.to(session.signals.views_changed, self._refresh)
        connections.to(session.signals.exam_measured, self._refresh)
        connections.finally_(ArteryPicker(session, lambda: self.line.tool.active).stop)

    def sizeHint(self) -> QSize:
        """Wide enough for four views and the exam."""
        return QSize(540, 860)

    def save_csv(self, path: Path) -> bool:
        """Write the numbers of all views as they are now; False, and a sentence, where that cannot be."""
        return self._session.exporter.save_metrics(path)

    def _go(self, step: int, *_: object) -> None:
        go(self._session, step)

    def _choose_file(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save the measurements", "views.csv", "Tables (*.csv)")
        if name:
            self.save_csv(Path(name))

    def _refresh(self) -> None:
        notes = (
            note_sentences(self._session) if self._session.views else ["Open a mammogram or an exam first."]
        )
        self.whose.setText(whose_words(self._session.views.values()))
        more = len(notes) - _NOTES_SHOWN
        shown = (
            notes if more <= 0 else [*notes[:_NOTES_SHOWN], f"… and {more} more; hover here to read them."]
        )
        self.notes.setText("\n".join(shown))
        self.notes.setToolTip("\n".join(notes))
        for widget in (self.copy, self.save):
            widget.setEnabled(bool(self._session.views))
        self._on_selection()

    def _on_selection(self) -> None:
        chosen = self.arteries.chosen()
        self.renumber.setEnabled(len(chosen) == 1)
        self.part.setEnabled(len(chosen) == 1)
        self.join.setEnabled(len(chosen) > 1 and len({key for key, _ in chosen}) == 1)
        self.delete.setEnabled(bool(chosen))
