"""The numbers of every view and of the exam: a column each, refreshed one by one."""

from __future__ import annotations

from typing import Any, Final

from qtpy.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from napari_bac.docks.quantities import ROWS, Cell
from napari_bac.docks.widgets import LEFT, RIGHT
from napari_bac.session.exam_session import ExamSession
from napari_bac.views.open_exams import exam_keys, whose_words

EXAM: Final = "Exam"
_Role = Qt.ItemDataRole


class NumbersModel(QAbstractTableModel):
    """Quantities down, views across; last the exam, where there is one and more than one view."""

    def __init__(self, session: ExamSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.columns: dict[str, tuple[Cell, ...]] = {}
        self.reset()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Quantities."""
        return 0 if parent is not None and parent.isValid() else len(ROWS)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Views, and the exam."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        """Names of quantities and views."""
        across = orientation == Qt.Orientation.Horizontal
        if role == _Role.DisplayRole:
            return list(self.columns)[section] if across else self._name(section)
        if role == _Role.ToolTipRole and not across:
            return ROWS[section].tip
        if role == _Role.ToolTipRole and (view := self._session.views.get(list(self.columns)[section])):
            return whose_words([view])
        if role == _Role.TextAlignmentRole and not across:
            return LEFT
        return None

    def data(self, index: QModelIndex, role: int = _Role.DisplayRole) -> Any:
        """Text, explanation and alignment of a cell."""
        cell = list(self.columns.values())[index.column()][index.row()]
        if role == _Role.DisplayRole:
            return (
                f"{cell.text} {cell.unit}" if len(self._units(index.row())) > 1 and cell.unit else cell.text
            )
        if role == _Role.ToolTipRole:
            return cell.tip or ROWS[index.row()].tip
        if role == _Role.TextAlignmentRole:
            return RIGHT
        return None

    def reset(self) -> None:
        """Take over other views."""
        self.beginResetModel()
        self.columns = {key: self._of_view(key) for key in self._session.views}
        if len(self.columns) > 1 and len(exam_keys(self._session.views.values())) == 1:
            self.columns[EXAM] = self._of_exam()
        self.endResetModel()

    def refresh(self, key: str) -> None:
        """Take over the present numbers of one view, and what they mean for the exam."""
        if key in self.columns and key in self._session.views:
            self._put(key, self._of_view(key))
        self.refresh_exam()

    def refresh_exam(self) -> None:
        """Take over the present numbers of the exam."""
        if EXAM in self.columns:
            self._put(EXAM, self._of_exam())

    def _name(self, row: int) -> str:
        name = ROWS[row].name.format(x=self._session.settings.intensity_threshold)
        units = self._units(row)
        return f"{name}, {units.pop()}" if len(units) == 1 else name

    def _units(self, row: int) -> set[str]:
        return {cells[row].unit for cells in self.columns.values() if cells[row].unit}

    def _put(self, name: str, cells: tuple[Cell, ...]) -> None:
        before = self.columns[name]
        if cells != before:
            units = [self._units(row) for row in range(len(ROWS))]
            self.columns[name] = cells
            if units != [self._units(row) for row in range(len(ROWS))]:
                self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, len(ROWS) - 1)
            column = list(self.columns).index(name)
            rows = [row for row, (old, new) in enumerate(zip(before, cells, strict=True)) if old != new]
            self.dataChanged.emit(self.index(rows[0], column), self.index(rows[-1], column))

    def _of_view(self, key: str) -> tuple[Cell, ...]:
        view = self._session.views[key]
        live = view.live
        return tuple(row.of_view(view, live) for row in ROWS)

    def _of_exam(self) -> tuple[Cell, ...]:
        current = all(view.measured_is_current for view in self._session.views.values())
        exam = self._session.exam if current else None
        return tuple(row.of_exam(exam) for row in ROWS)
