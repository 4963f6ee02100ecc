"""Measurements in table nodes: the numbers of ``views.csv`` to the digit, with their units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, Final

import vtk

from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

UNKNOWN: Final = "–"


def fill_table(table_node: Any, records: Sequence[bac.ViewRecord]) -> None:
    """The rows of ``views.csv``: a row a view, columns of the same names in the same order, with units.

    Numbers are double or integer, to the last bit; an unknown one is NaN, and a column of which nothing is
    known is empty text. Slicer itself writes doubles with six digits when it saves a table.

    Parameters
    ----------
    table_node
        vtkMRMLTableNode; what stands in it goes.
    """
    rows = [bac.view_row(record) for record in records]
    modified = table_node.StartModify()
    _clear(table_node)
    for column in bac.view_columns():
        table_node.AddColumn(column_of(column, [bac.cell(row[column]) for row in rows]))
        unit = bac.column_unit(column)
        if unit:
            table_node.SetColumnUnitLabel(column, unit)
    table_node.EndModify(modified)


def fill_summary(
    table_node: Any, records: Sequence[bac.ViewRecord], exam: bac.ExamRecord | None = None
) -> None:
    """For people: a row a quantity with its unit, a column a view, and one of the exam; rounded.

    Parameters
    ----------
    table_node
        vtkMRMLTableNode; what stands in it goes. Quantities of which nothing is known are left out.
    exam
        Of these views.
    """
    of_exam = exam.metrics if exam is not None else None
    shown = bac.people_rows([record.metrics or {} for record in records], of_exam)
    thresholds = [record.number("tam_threshold") for record in records]
    levels = "/".join(dict.fromkeys(str(one) for one in thresholds if one is not None))
    columns = [(_("Quantity"), [row.quantity.label.format(x=levels) for row in shown])]
    for place, title in enumerate(_view_titles(records)):
        columns.append((title, [row.views[place] or UNKNOWN for row in shown]))
    if exam is not None:
        columns.append((_("Exam"), [row.exam or UNKNOWN for row in shown]))
    columns.append((_("Unit"), [row.unit for row in shown]))
    states = _states(records, exam)
    columns = [(title, [state, *texts]) for (title, texts), state in zip(columns, states, strict=True)]
    modified = table_node.StartModify()
    _clear(table_node)
    for title, texts in columns:
        table_node.AddColumn(column_of(title, texts))
    table_node.SetUseColumnTitleAsColumnHeader(True)
    table_node.SetUseFirstColumnAsRowHeader(True)
    table_node.EndModify(modified)


def column_values(table_node: Any, column: str) -> list[Any]:
    """What stands in a column: numbers, and texts."""
    array = table_node.GetTable().GetColumnByName(column)
    return [array.GetValue(row) for row in range(array.GetNumberOfValues())]


def _clear(table_node: Any) -> None:
    table_node.RemoveAllColumns()
    # Against typing in table views: what stands in it was measured.
    table_node.SetLocked(True)
    table_node.SetUseFirstColumnAsRowHeader(False)
    table_node.SetUseColumnTitleAsColumnHeader(True)


def _view_titles(records: Sequence[bac.ViewRecord]) -> list[str]:
    """``L-CC`` and so on; of views that share it, numbered: columns of one name are one column."""
    titles: list[str] = []
    for record in records:
        own = "-".join(filter(None, (record.laterality, record.view))) or record.file
        title, number = own, 2
        while title in titles:
            title, number = f"{own} ({number})", number + 1
        titles.append(title)
    return titles


def _states(records: Sequence[bac.ViewRecord], exam: bac.ExamRecord | None) -> list[str]:
    """The first row: of each view how its mask came about, of the exam how many views were analysed."""
    states = [_("State"), *(record.state or UNKNOWN for record in records)]
    if exam is not None:
        states.append(bac.analysed_words(exam.views_analysed, exam.views_total))
    return [*states, ""]


def column_of(name: str, values: Sequence[Any]) -> Any:
    """A column of numbers where what is known of it are numbers, else of texts."""
    known = [value for value in values if value is not None]
    if not known or not all(isinstance(value, Real) for value in known):
        return _filled(vtk.vtkStringArray(), name, ["" if value is None else str(value) for value in values])
    whole = len(known) == len(values) and all(isinstance(value, Integral) for value in known)
    array = vtk.vtkLongLongArray() if whole else vtk.vtkDoubleArray()
    return _filled(array, name, [math.nan if value is None else value for value in values])


def _filled(array: Any, name: str, values: Sequence[Any]) -> Any:
    array.SetName(name)
    for value in values:
        array.InsertNextValue(value)
    return array
