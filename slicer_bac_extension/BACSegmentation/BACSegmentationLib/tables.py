"""Measurements in table nodes: the numbers of ``views.csv`` to the digit, with their units."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any, Final, NamedTuple

import vtk

# The engine's tables need packages that Slicer lacks before the first Apply: they are imported where used.

Record = Mapping[str, Any]
"""Of a view: `shared_core.exporting.view_record`, or its JSON read back."""
UNKNOWN: Final = "–"


class Quantity(NamedTuple):
    """A row of the summary."""

    title: str
    """With ``{x}`` where the threshold of grey levels stands."""
    column: str
    """Of ``views.csv``."""
    form: str
    unit: str
    exam: str = ""
    """Key of the exam's record; empty where a view's number means nothing for the exam."""


SUMMARY: Final = (
    Quantity("BAC area", "bac_area_mm2", "{:.2f}", "mm²"),
    Quantity("BAC of breast", "bac_percent_of_breast", "{:.3f}", "%", "bac_percent_of_breast"),
    Quantity("Area grade", "area_grade", "{}", "", "area_grade"),
    Quantity("Area grade, in words", "area_grade_name", "{}", "", "area_grade_name"),
    Quantity("Calcified length", "calcified_length_mm", "{:.1f}", "mm", "calcified_length_mm"),
    Quantity("Vessels", "vessels_count", "{}", "", "vessels_count"),
    Quantity("Segments", "segments_count", "{}", ""),
    Quantity("Mean width", "mean_calibre_mm", "{:.2f}", "mm"),
    Quantity("CSBI grade", "csbi_grade", "{}", "", "csbi_grade"),
    Quantity("Calcium mass", "mass_ha_mg", "{:.1f}", "mg", "mass_ha_mg"),
    Quantity("PM", "pm", "{:.1f}", ""),
    Quantity("AM", "am_px", "{}", "px"),
    Quantity("SIM", "sim", "{}", ""),
    Quantity("TAM{x}", "tam_px", "{}", "px"),
    Quantity("TSIM{x}", "tsim", "{}", ""),
    Quantity("TAM{x} / breast", "tam_per_breast_area", "{:.6f}", "", "guo_index"),
    Quantity("Breast area", "breast_area_mm2", "{:.0f}", "mm²"),
    Quantity("Breast area", "breast_area_px", "{}", "px"),
)


def fill_table(table_node: Any, records: Sequence[Record]) -> None:
    """The rows of ``views.csv``: a row a view, columns of the same names in the same order, with units.

    Numbers are double or integer, to the last bit; an unknown one is NaN, and a column of which nothing is
    known is empty text. Slicer itself writes doubles with six digits when it saves a table.

    Parameters
    ----------
    table_node
        vtkMRMLTableNode; what stands in it goes.
    """
    from shared_core.hosting import VIEW_COLUMNS, cell, column_unit, view_row

    rows = [view_row(record) for record in records]
    modified = table_node.StartModify()
    _clear(table_node)
    for column in VIEW_COLUMNS:
        table_node.AddColumn(_array(column, [cell(row[column]) for row in rows]))
        unit = column_unit(column)
        if unit:
            table_node.SetColumnUnitLabel(column, unit)
    table_node.EndModify(modified)


def fill_summary(table_node: Any, records: Sequence[Record], exam: Record | None = None) -> None:
    """For people: a row a quantity with its unit, a column a view, and one of the exam; rounded.

    Parameters
    ----------
    table_node
        vtkMRMLTableNode; what stands in it goes. Quantities of which nothing is known are left out.
    exam
        `shared_core.exporting.exam_record`, or its JSON read back.
    """
    from shared_core.hosting import view_row

    rows = [view_row(record) for record in records]
    known = [one for one in SUMMARY if any(row[one.column] is not None for row in rows)]
    if all(row["breast_area_mm2"] is not None for row in rows):
        known = [one for one in known if one.column != "breast_area_px"]
    levels = dict.fromkeys(str(row["tam_threshold"]) for row in rows if row["tam_threshold"] is not None)
    columns = [("Quantity", [one.title.format(x="/".join(levels)) for one in known])]
    for title, row in zip(_view_titles(rows), rows, strict=True):
        columns.append((title, [_text(one.form, row[one.column]) for one in known]))
    if exam is not None:
        of_exam = [_text(one.form, exam.get(one.exam) if one.exam else None) for one in known]
        columns.append(("Exam", of_exam))
    columns.append(("Unit", [one.unit for one in known]))
    modified = table_node.StartModify()
    _clear(table_node)
    for title, texts in columns:
        table_node.AddColumn(_texts(title, texts))
    table_node.SetUseColumnNameAsColumnHeader(True)
    table_node.SetUseFirstColumnAsRowHeader(True)
    table_node.EndModify(modified)


def column_values(table_node: Any, column: str) -> list[Any]:
    """What stands in a column: numbers, and texts."""
    array = table_node.GetTable().GetColumnByName(column)
    return [array.GetValue(row) for row in range(array.GetNumberOfValues())]


def _clear(table_node: Any) -> None:
    table_node.RemoveAllColumns()
    table_node.SetUseFirstColumnAsRowHeader(False)
    table_node.SetUseColumnNameAsColumnHeader(True)


def _view_titles(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """``L-CC`` and so on; of views that share it, numbered: columns of one name are one column."""
    titles: list[str] = []
    for row in rows:
        own = "-".join(filter(None, (row["laterality"], row["view"]))) or str(row["file"])
        title, number = own, 2
        while title in titles:
            title, number = f"{own} ({number})", number + 1
        titles.append(title)
    return titles


def _text(form: str, value: Any) -> str:
    return UNKNOWN if value is None else form.format(value)


def _array(name: str, values: Sequence[Any]) -> Any:
    known = [value for value in values if value is not None]
    if not known or not all(isinstance(value, Real) for value in known):
        return _texts(name, ["" if value is None else str(value) for value in values])
    whole = len(known) == len(values) and all(isinstance(value, Integral) for value in known)
    array = vtk.vtkLongLongArray() if whole else vtk.vtkDoubleArray()
    array.SetName(name)
    for value in values:
        array.InsertNextValue(math.nan if value is None else value)
    return array


def _texts(name: str, values: Sequence[str]) -> Any:
    array = vtk.vtkStringArray()
    array.SetName(name)
    for value in values:
        array.InsertNextValue(value)
    return array
