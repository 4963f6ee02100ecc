"""Tables to the clipboard, as spreadsheets take them."""

from __future__ import annotations

from qtpy.QtCore import QAbstractItemModel, Qt
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QAbstractItemView


def copy_table(table: QAbstractItemView, *, row_names: bool) -> None:
    """Put a table on the clipboard; the selected rows where there are several, else all of it."""
    model = table.model()
    selection = table.selectionModel()
    rows = sorted({index.row() for index in selection.selectedIndexes()}) if selection is not None else []
    if len(rows) < 2 or row_names:
        rows = list(range(model.rowCount()))
    QGuiApplication.clipboard().setText(table_text(model, rows, row_names=row_names))


def table_text(model: QAbstractItemModel, rows: list[int], *, row_names: bool) -> str:
    """Rows as they are shown, separated by tabs, under their headers."""
    columns = range(model.columnCount())
    heads = [str(model.headerData(column, Qt.Orientation.Horizontal) or "") for column in columns]
    lines = [["", *heads] if row_names else heads]
    for row in rows:
        cells = [str(model.index(row, column).data() or "") for column in columns]
        name = str(model.headerData(row, Qt.Orientation.Vertical) or "")
        lines.append([name, *cells] if row_names else cells)
    return "\n".join("\t".join(line) for line in lines) + "\n"
