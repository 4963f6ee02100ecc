"""The table of arteries: one row for each label of each view, kept up to date row by row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from qtpy.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal
from qtpy.QtGui import QColor

from napari_bac.docks.widgets import RIGHT
from napari_bac.editing.arteries import NO_ARTERY, SPOT
from napari_bac.layout.colours import label_colour
from napari_bac.views.host import Artery
from napari_bac.views.view_session import ViewSession
from shared_core import hosting as bac

LATER: Final = "…"
NONE: Final = "–"
COLUMNS: Final = ("View", "Artery", "Area", "Length", "Width", "Segments")
ARTERY: Final = 1
_UNITS: Final = {"Area": ("mm²", "px"), "Length": ("mm", "px"), "Width": ("mm", "px")}
_TIPS: Final = (
    "The view in which it is marked",
    "Number and colour of the artery. F2 or double-click changes the number",
    "Area of everything marked with this number",
    "Calcified length along the centre line; gaps below 1 cm are included (Guo 2021)",
    "Mean width of the marked band, wider than the artery itself",
    "Calcified segments; a gap of 1 cm ends a segment (Guo 2021)",
)
_NAMES: Final = {bac.UNFOLLOWED_LABEL: SPOT, bac.OTHER_LABEL: NO_ARTERY}
"""Of the labels that are no numbers of arteries."""
_TIPS_OF: Final = {
    bac.UNFOLLOWED_LABEL: "Marked, but too small or too round to be traced as an artery",
    bac.OTHER_LABEL: "Calcifications that are not along an artery, in no number of BAC: have them read. "
    "K moves the part under the cursor",
}
_Role = Qt.ItemDataRole


@dataclass(frozen=True)
class ArteryRow:
    """One label of one view. The slow numbers are known only of the present labels."""

    view: str
    label: int
    area: float
    in_mm: bool
    known: bool
    """Whether length, width and segments were taken of the present labels."""
    length: float | None = None
    width: float | None = None
    segments: int | None = None

    @property
    def artery(self) -> Artery:
        """Which one it is."""
        return self.view, self.label

    def cells(self) -> tuple[Any, ...]:
        """Values in the order of the columns; used to sort."""
        return (self.view, self.label, self.area, self.length, self.width, self.segments)


def rows_of(view: ViewSession) -> list[ArteryRow]:
    """The rows of a view: areas of this moment, slow numbers of the arteries that were not changed since.

    None where the view cannot be measured.
    """
    if view.problem is not None:
        return []
    spacing = view.opened.prepared.spacing
    measured: dict[int, bac.LabelNumbers] = {}
    if view.measured is not None:
        measured = {one.label: one for one in view.measured.labels if one.label not in view.stale}
    areas, in_mm = view.counts.area_px, spacing is not None
    rows = []
    for label in np.flatnonzero(areas).tolist():
        area = float(areas[label]) * (spacing.pixel_area_mm2 if spacing is not None else 1.0)
        own = measured.get(label)
        if own is None:
            # Nothing but its area is measured of what is no artery.
            rows.append(ArteryRow(view.key, label, area, in_mm, known=label == bac.OTHER_LABEL))
            continue
        row = ArteryRow(
            view.key,
            label,
            area,
            in_mm,
            known=True,
            width=own.mean_calibre_mm if in_mm else own.mean_calibre_px,
        )
        if own.length_px > 0:
            row = replace(row, length=own.length_mm if in_mm else own.length_px, segments=own.segments)
        rows.append(row)
    return rows


class ArteriesModel(QAbstractTableModel):
    """Rows of all views, in the order of the views."""

    renumber_asked = Signal(str, int, int)
    """(view, label, new label) A person typed another number."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[ArteryRow] = []

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Arteries."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Quantities."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        """Names, with units where all views have the same."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == _Role.DisplayRole:
            units = _UNITS.get(COLUMNS[section])
            kinds = {row.in_mm for row in self.rows}
            if units is None or len(kinds) > 1:
                return COLUMNS[section]
            return f"{COLUMNS[section]} {units[0] if kinds != {False} else units[1]}"
        return _TIPS[section] if role == _Role.ToolTipRole else None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """The number of an artery can be changed."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        has_number = index.column() == ARTERY and self.rows[index.row()].label != bac.OTHER_LABEL
        return flags | Qt.ItemFlag.ItemIsEditable if has_number else flags

    def data(self, index: QModelIndex, role: int = _Role.DisplayRole) -> Any:
        """Text, sort value, colour and alignment of a cell."""
        row, column = self.rows[index.row()], index.column()
        value = row.cells()[column]
        if role == _Role.DisplayRole:
            return self._text(row, column, value)
        if role == _Role.EditRole:
            return value
        if role == _Role.UserRole:
            return -1.0 if value is None else value
        if role == _Role.DecorationRole and column == ARTERY:
            return QColor(label_colour(row.label))
        if role == _Role.TextAlignmentRole and column > 0:
            return RIGHT
        if role == _Role.ToolTipRole:
            if row.label in _TIPS_OF:
                return _TIPS_OF[row.label]
            return "Updated when you stop drawing" if value is None and not row.known else None
        return None

    def setData(self, index: QModelIndex, value: Any, role: int = _Role.EditRole) -> bool:
        """Ask for another number; the row changes when the labels have."""
        row = self.rows[index.row()]
        if role != _Role.EditRole or index.column() != ARTERY or int(value) == row.label:
            return False
        self.renumber_asked.emit(row.view, row.label, int(value))
        return True

    def put(self, view: str, rows: list[ArteryRow]) -> None:
        """Take over the rows of one view; rows that are the same are left alone."""
        first = next((place for place, row in enumerate(self.rows) if row.view == view), len(self.rows))
        wanted = {row.label: row for row in rows}
        place = first
        while place < len(self.rows) and self.rows[place].view == view:
            if self.rows[place].label in wanted:
                place += 1
                continue
            self.beginRemoveRows(QModelIndex(), place, place)
            del self.rows[place]
            self.endRemoveRows()
        for place, row in enumerate(rows, start=first):
            present = self.rows[place] if place < len(self.rows) else None
            if present is None or present.view != view or present.label != row.label:
                self.beginInsertRows(QModelIndex(), place, place)
                self.rows.insert(place, row)
                self.endInsertRows()
            elif present != row:
                self.rows[place] = row
                self.dataChanged.emit(self.index(place, 0), self.index(place, len(COLUMNS) - 1))

    def reset(self, views: Iterable[ViewSession]) -> None:
        """Take over other views."""
        self.beginResetModel()
        self.rows = [row for view in views for row in rows_of(view)]
        self.endResetModel()

    def place_of(self, artery: Artery) -> int | None:
        """The row of an artery."""
        return next((place for place, row in enumerate(self.rows) if row.artery == artery), None)

    def _text(self, row: ArteryRow, column: int, value: Any) -> str:
        if value is None:
            return NONE if row.known else LATER
        if column == ARTERY:
            return _NAMES.get(value, str(value))
        if not isinstance(value, float):
            return str(value)
        text = f"{value:.0f}" if not row.in_mm else f"{value:.2f}" if column != 3 else f"{value:.1f}"
        if len({other.in_mm for other in self.rows}) > 1:
            return f"{text} {_UNITS[COLUMNS[column]][0 if row.in_mm else 1]}"
        return text
