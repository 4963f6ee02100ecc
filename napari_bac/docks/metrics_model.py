"""The table of arteries: one row for each label of each view, kept up to date row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from qtpy.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from qtpy.QtGui import QColor

from napari_bac.layout.colours import label_colour
from napari_bac.session.view_session import ViewSession
from shared_core.quantification.labelled import UNFOLLOWED_LABEL, LabelNumbers

COLUMNS: Final = ("View", "Artery", "Area mm²", "Length mm", "Width mm", "Segments")
_IN_PIXELS: Final = ("View", "Artery", "Area px", "Length px", "Width", "Segments")
_Role = Qt.ItemDataRole


@dataclass(frozen=True)
class ArteryRow:
    """One label of one view. Length and width are None until they were taken of the present labels."""

    view: str
    label: int
    area: float
    length: float | None
    width_mm: float | None
    segments: int | None

    def cells(self) -> tuple[Any, ...]:
        """Values in the order of the columns; used to sort."""
        return (self.view, self.label, self.area, self.length, self.width_mm, self.segments)


def rows_of(view: ViewSession) -> list[ArteryRow]:
    """The rows of a view: areas of this moment, the slow numbers as far as they are of the same area."""
    spacing = view.opened.prepared.spacing
    measured: dict[int, LabelNumbers] = {}
    if view.measured is not None:
        measured = {one.label: one for one in view.measured.labels}
    rows = []
    areas = view.counts.area_px
    for label in areas.nonzero()[0]:
        own = measured.get(int(label))
        # A stroke on one artery leaves what is known of the others.
        if own is not None and own.area_px != areas[label]:
            own = None
        length = None if own is None else own.length_px if spacing is None else own.length_mm
        area = float(areas[label]) * (spacing.pixel_area_mm2 if spacing is not None else 1.0)
        rows.append(
            ArteryRow(
                view.key,
                int(label),
                area,
                length,
                own.mean_calibre_mm if own is not None else None,
                own.segments if own is not None else None,
            )
        )
    return rows


class ArteriesModel(QAbstractTableModel):
    """Rows of all views."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[ArteryRow] = []
        self.in_pixels = False

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Arteries."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Quantities."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        """Names with units."""
        if role == _Role.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return (_IN_PIXELS if self.in_pixels else COLUMNS)[section]
        return None

    def data(self, index: QModelIndex, role: int = _Role.DisplayRole) -> Any:
        """Text, sort value, colour and alignment of a cell."""
        row = self.rows[index.row()]
        value = row.cells()[index.column()]
        if role == _Role.DisplayRole:
            return self._text(index.column(), value)
        if role == _Role.UserRole:
            return -1.0 if value is None else value
        if role == _Role.DecorationRole and index.column() == 1:
            return QColor(label_colour(row.label))
        if role == _Role.TextAlignmentRole and index.column() > 0:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == _Role.ToolTipRole and value is None:
            return "Taken when the hand rests"
        return None

    def put(self, view: str, rows: list[ArteryRow]) -> None:
        """Take over the rows of one view; rows that are the same are left alone."""
        first = next((place for place, row in enumerate(self.rows) if row.view == view), len(self.rows))
        count = sum(row.view == view for row in self.rows)
        for place in range(min(count, len(rows))):
            if self.rows[first + place] != rows[place]:
                self.rows[first + place] = rows[place]
                self.dataChanged.emit(self.index(first + place, 0), self.index(first + place, len(COLUMNS) - 1))
        if len(rows) > count:
            self.beginInsertRows(QModelIndex(), first + count, first + len(rows) - 1)
            self.rows[first + count : first + count] = rows[count:]
            self.endInsertRows()
        elif count > len(rows):
            self.beginRemoveRows(QModelIndex(), first + len(rows), first + count - 1)
            del self.rows[first + len(rows) : first + count]
            self.endRemoveRows()

    def clear(self) -> None:
        """No rows."""
        self.beginResetModel()
        self.rows = []
        self.endResetModel()

    def _text(self, column: int, value: Any) -> str:
        if value is None:
            return "…"
        if column == 1:
            return "other" if value == UNFOLLOWED_LABEL else str(value)
        if column == 2 and self.in_pixels:
            return f"{value:.0f}"
        return f"{value:.2f}" if isinstance(value, float) else str(value)
