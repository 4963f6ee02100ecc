"""The views of the exam in the order in which they hang: how far each is, its area and its grade."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem

from napari_bac.docks.quantities import cell_of
from napari_bac.docks.widgets import RIGHT
from napari_bac.remedies import all_notice_words
from napari_bac.session.exam_session import ExamSession
from napari_bac.views.view_session import ViewSession, problem_words
from shared_core import hosting as bac

COLUMNS: Final = ("View", "Labels", "Area", "Grade", "Pixel size")
_LABELS, _AREA, _GRADE, _PIXEL = range(1, len(COLUMNS))
_NUMBERS: Final = {_AREA: "bac_area_mm2", _GRADE: "area_grade"}
_KEY: Final = Qt.ItemDataRole.UserRole
_ROWS_SEEN: Final = 5
_PADDING_PX: Final = 4


def labels_words(view: ViewSession) -> str:
    """The state of a view in a few words: ``by openbac-1, corrected``; and whether an export has it."""
    if view.problem is not None:
        return "not measured: point here to see why"
    words = bac.made_words(view.state, view.origin)
    return words + (", not exported" if view.dirty else "")


def spacing_words(view: ViewSession) -> str:
    """The pixel spacing of a view."""
    spacing = view.opened.prepared.spacing
    if spacing is None:
        return "unknown (px)"
    if abs(spacing.row_mm - spacing.column_mm) < 1e-6:
        return f"{spacing.row_mm:.3f} mm"
    return f"{spacing.row_mm:.3f} × {spacing.column_mm:.3f} mm"


class ViewsList(QTreeWidget):
    """Shows a session's views; calls `chosen` when the person selects other rows."""

    def __init__(self, session: ExamSession, chosen: Callable[[], None]) -> None:
        super().__init__()
        self._session = session
        self._filling = False
        self.setHeaderLabels(list(COLUMNS))
        self.setRootIsDecorated(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAllColumnsShowFocus(True)
        self.setUniformRowHeights(True)
        self.setToolTip("Select one or more views; double-click to show one alone")
        self.setAccessibleName("Views of the exam")
        self.setStyleSheet(f"QTreeWidget::item {{ padding: {_PADDING_PX}px 0; }}")
        header = self.header()
        header.setStretchLastSection(False)
        for place in range(len(COLUMNS)):
            fits = (
                QHeaderView.ResizeMode.Stretch
                if place == _LABELS
                else QHeaderView.ResizeMode.ResizeToContents
            )
            header.setSectionResizeMode(place, fits)
        self.setFixedHeight(
            _ROWS_SEEN * (self.fontMetrics().height() + 2 * _PADDING_PX) + self.header().sizeHint().height()
        )
        self.itemSelectionChanged.connect(lambda: None if self._filling else chosen())
        self.show_views()

    def selected_keys(self) -> list[str]:
        """Keys of the rows that are selected, from above; empty where none is."""
        items = (self.topLevelItem(row) for row in range(self.topLevelItemCount()))
        return [item.data(0, _KEY) for item in items if item is not None and item.isSelected()]

    def show_views(self) -> None:
        """Take over the views that are there; what was selected stays so."""
        selected = set(self.selected_keys())
        self._filling = True
        self.clear()
        for view in self._session.views.values():
            item = QTreeWidgetItem([view.key, "", "", "", spacing_words(view)])
            item.setData(0, _KEY, view.key)
            _show_labels(item, view)
            if view.opened.prepared.spacing is None:
                item.setToolTip(_PIXEL, "The pixel spacing is unknown: numbers are in pixels")
            self.addTopLevelItem(item)
            item.setSelected(view.key in selected)
        self._filling = False

    def show_view(self, key: str) -> None:
        """Take over what changed of one view."""
        view = self._session.views.get(key)
        for row in range(self.topLevelItemCount()):
            item = self.topLevelItem(row)
            if view is not None and item is not None and item.data(0, _KEY) == key:
                _show_labels(item, view)

    def choose(self, key: str) -> None:
        """Select the row of a view alone, as if somebody else had."""
        if self.selected_keys() == [key]:
            return
        self._filling = True
        for row in range(self.topLevelItemCount()):
            item = self.topLevelItem(row)
            if item is not None:
                item.setSelected(item.data(0, _KEY) == key)
        self._filling = False


def _show_labels(item: QTreeWidgetItem, view: ViewSession) -> None:
    item.setText(_LABELS, labels_words(view))
    problem = [problem_words(view.problem)] if view.problem is not None else []
    told = [notice for notice in view.told if notice != view.problem]
    item.setToolTip(_LABELS, "\n".join([*problem, *all_notice_words(told)]))
    for place, quantity in _NUMBERS.items():
        cell = cell_of(view, quantity)
        item.setText(place, f"{cell.text} {cell.unit}".strip())
        item.setToolTip(place, cell.tip)
        item.setTextAlignment(place, RIGHT)
