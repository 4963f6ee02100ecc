"""The list of arteries: a row selects and shows its artery, and the selected artery its row."""

from __future__ import annotations

from qtpy.QtCore import QItemSelectionModel, QModelIndex, QSortFilterProxyModel, Qt
from qtpy.QtGui import QKeyEvent, QKeySequence
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSpinBox,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from napari_bac.docks.clipboard import copy_table
from napari_bac.docks.connections import Connections
from napari_bac.docks.metrics_model import ARTERY, ArteriesModel, rows_of
from napari_bac.docks.widgets import LEFT
from napari_bac.editing.arteries import delete, join, part, renumber, show
from napari_bac.session.exam_session import ExamSession
from napari_bac.views.host import Artery
from shared_core import hosting as bac

_Select = QItemSelectionModel.SelectionFlag


class ArteriesTable(QTableView):
    """All arteries of a session."""

    def __init__(self, session: ExamSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._following = False
        """Whether the selection is being brought to that of the session."""
        self.arteries = ArteriesModel(self)
        self.sorted = QSortFilterProxyModel(self)
        self.sorted.setSourceModel(self.arteries)
        self.sorted.setSortRole(Qt.ItemDataRole.UserRole)
        self.setModel(self.sorted)
        self._look()
        self.arteries.renumber_asked.connect(lambda view, label, to: renumber(session, (view, label), to))
        self.selectionModel().selectionChanged.connect(self._on_selection)
        # Also where the row is selected already: it brings a view back that was moved away.
        self.clicked.connect(self._show_current)
        connections = Connections(self)
        connections.to(session.signals.views_changed, self.refresh)
        connections.to(session.signals.live_changed, self._on_change)
        connections.to(session.signals.measured, self._on_change)
        connections.to(session.signals.selected, self._follow)
        self.refresh()

    def _look(self) -> None:
        self.setAccessibleName("Arteries")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.EditKeyPressed | triggers.DoubleClicked)
        self.setItemDelegateForColumn(ARTERY, _ArteryNumber(self))
        self.setWordWrap(False)
        # Tab leaves the table.
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(40)
        # What the numbers and their units leave.
        for column, widest in ((0, "R-MLO"), (ARTERY, "■ 254")):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(column, self.fontMetrics().horizontalAdvance(widest) + 16)
        header.setHighlightSections(False)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setDefaultAlignment(LEFT)
        # As they hang, until a person sorts.
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)

    def refresh(self) -> None:
        """Take over other views."""
        self.arteries.reset(self._session.views.values())
        if self._session.selected is not None:
            self._follow(*self._session.selected)

    def chosen(self) -> list[Artery]:
        """The arteries of the selected rows, from the top."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return [self._artery(self.sorted.index(row, 0)) for row in rows]

    def delete_chosen(self) -> None:
        """Take the selected arteries out of the mask."""
        row = self.currentIndex().row()
        delete(self._session, self.chosen())
        # The next one is at hand for the keyboard.
        if self.sorted.rowCount() and row >= 0:
            place = self.sorted.index(min(row, self.sorted.rowCount() - 1), 0)
            self.selectionModel().setCurrentIndex(place, _Select.NoUpdate)

    def join_chosen(self) -> None:
        """Make the selected arteries one."""
        join(self._session, self.chosen())

    def part_chosen(self) -> None:
        """Make two of the selected artery."""
        chosen = self.chosen()
        if len(chosen) != 1:
            self._session.say("Select one artery to part it.")
            return
        part(self._session, chosen[0])

    def renumber_chosen(self) -> None:
        """Let a person type another number."""
        rows = self.selectionModel().selectedRows()
        if len(rows) != 1:
            self._session.say("Select one artery to change its number.")
            return
        place = self.sorted.index(rows[0].row(), ARTERY)
        self.setFocus()
        self.setCurrentIndex(place)
        self.edit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter shows the artery, Delete takes it out, Ctrl+C copies the list or the selected rows."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._show_current()
        elif event.matches(QKeySequence.StandardKey.Delete) or key == Qt.Key.Key_Backspace:
            self.delete_chosen()
        elif event.matches(QKeySequence.StandardKey.Copy):
            copy_table(self, row_names=False)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, _search: str) -> None:
        """Letters are keys of the viewer here."""

    def _artery(self, index: QModelIndex) -> Artery:
        return self.arteries.rows[self.sorted.mapToSource(index).row()].artery

    def _show_current(self) -> None:
        chosen = self.chosen()
        if len(chosen) == 1:
            show(self._session, chosen[0])

    def _on_selection(self) -> None:
        if not self._following:
            self._show_current()

    def _on_change(self, key: str) -> None:
        view = self._session.views.get(key)
        if view is None:
            return
        self._following = True
        try:
            self.arteries.put(key, rows_of(view))
        finally:
            self._following = False

    def _follow(self, key: str, label: int) -> None:
        place = self.arteries.place_of((key, label))
        self._following = True
        try:
            if place is None:
                self.clearSelection()
                return
            index = self.sorted.mapFromSource(self.arteries.index(place, 0))
            if (key, label) not in self.chosen():
                flags = _Select.ClearAndSelect | _Select.Rows | _Select.Current
                self.selectionModel().setCurrentIndex(index, flags)
            self.scrollTo(index)
        finally:
            self._following = False


class _ArteryNumber(QStyledItemDelegate):
    """Types the number of an artery."""

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: QModelIndex) -> QWidget:
        """A number from 1 on; the highest say that it is no artery, or none that can be traced."""
        editor = QSpinBox(parent)
        editor.setRange(1, bac.MOST_ARTERIES)
        editor.setToolTip("A number already in use joins the two arteries")
        return editor
