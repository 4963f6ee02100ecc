"""Change over time as a chart: the exam, its views, and the line with the limits of what can be told."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import slicer

from BACSegmentationLib.tables import column_of
from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

Colour = tuple[float, float, float]
YEAR: Final = _("Year")
DATE: Final = _("Date")
EXAM: Final = _("Exam")
LINE: Final = _("Change")
LIMITS: Final = (_("Lower limit"), _("Upper limit"))
LEFT_OUT: Final = _("Not compared")
_TABLE_ROLE: Final = "OpenBAC.table"


class _Series(NamedTuple):
    column: str
    colour: Colour
    marker: str = "None"
    line: str = "Solid"
    width: float = 1.0
    size: float = 9.0


_VIEWS: Final = (
    _Series("R-CC", (230 / 255, 159 / 255, 0), "Square"),
    _Series("L-CC", (86 / 255, 180 / 255, 233 / 255), "Plus"),
    _Series("R-MLO", (0, 158 / 255, 115 / 255), "Diamond"),
    _Series("L-MLO", (204 / 255, 121 / 255, 167 / 255), "Cross"),
)
"""Colours of Okabe and Ito (2008), as in napari."""
_EXAM: Final = _Series(EXAM, (0, 0, 0), "Circle", width=2.5, size=13)
_LINES: Final = (
    _Series(LINE, (0.35, 0.35, 0.35), line="Dash"),
    *(_Series(name, (0.5, 0.5, 0.5), line="Dash-Dot") for name in LIMITS),
)
_NOT_COMPARED: Final = _Series(LEFT_OUT, (0.54, 0.54, 0.54), "Circle", "None", size=11)


def show_change(line: bac.Timeline, quantity: bac.SerialQuantity, *, chart_node: Any = None) -> Any:
    """Fill a chart with one quantity of a patient's exams.

    Parameters
    ----------
    line
        From `shared_core.records.patient_timeline.timeline`.
    chart_node
        Filled again with its table and series; None makes one.

    Returns
    -------
    The vtkMRMLPlotChartNode; its series share one vtkMRMLTableNode: a row an exam, NaN where there is no
    number, years as decimals (2020.5) and dates as labels.
    """
    chart = chart_node or slicer.mrmlScene.AddNewNodeByClass("vtkMRMLPlotChartNode", "BAC over time")
    _remove_series(chart)
    table = _table_of(chart)
    columns = _columns(line, quantity)
    _fill(table, line.exams, columns)
    for series in (*_VIEWS, *_LINES, _NOT_COMPARED, _EXAM):
        if any(not math.isnan(value) for value in columns.get(series.column, ())):
            chart.AddAndObservePlotSeriesNodeID(_series_node(table, series).GetID())
    followed = line.of(quantity)
    told = line.reason if followed is None else bac.change_sentence(followed)
    chart.SetTitle(_wrapped(told))
    chart.SetTitleFontSize(14)
    chart.SetXAxisTitle(YEAR)
    chart.SetYAxisTitle(quantity.heading)
    chart.SetLegendVisibility(True)
    chart.SetGridVisibility(True)
    _set_ranges(chart, line.exams, columns)
    return chart


def table_of(chart_node: Any) -> Any:
    """The table node of a chart that `show_change` filled, or None."""
    return chart_node.GetNodeReference(_TABLE_ROLE)


def decimal_year(when: date) -> float:
    """2020-07-01 as 2020.497."""
    first = date(when.year, 1, 1)
    return when.year + (when - first).days / (date(when.year + 1, 1, 1) - first).days


def _columns(line: bac.Timeline, quantity: bac.SerialQuantity) -> dict[str, list[float]]:
    out = [one.key in line.left_out for one in line.exams]
    columns: dict[str, list[float]] = {}
    for series in _VIEWS:
        label = series.column.replace("-", "")
        # A line through an exam that is not compared would say that it is.
        columns[series.column] = [
            math.nan if left else one.exam.views.get(label, {}).get(quantity.key, math.nan)
            for one, left in zip(line.exams, out, strict=True)
        ]
    values = [line.value(one, quantity) for one in line.exams]
    numbers = [math.nan if value is None else value for value in values]
    columns[EXAM] = [math.nan if left else value for value, left in zip(numbers, out, strict=True)]
    columns[LEFT_OUT] = [value if left else math.nan for value, left in zip(numbers, out, strict=True)]
    return columns | _limits(line, quantity, out)


def _limits(line: bac.Timeline, quantity: bac.SerialQuantity, out: Sequence[bool]) -> dict[str, list[float]]:
    """The fitted line, and those of the limits of change, at the dates of the exams that are compared."""
    followed = line.of(quantity)
    if followed is None:
        return {}
    years = iter(followed.years)
    since = [math.nan if left else next(years) for left in out]
    found = {LINE: [followed.intercept + followed.slope_per_year * year for year in since]}
    if followed.change_limits is not None:
        span = followed.years[-1]
        for name, limit in zip(LIMITS, followed.change_limits, strict=True):
            found[name] = [followed.intercept + limit * year / span for year in since]
    return found


def _fill(table: Any, exams: Sequence[bac.DatedExam], columns: dict[str, list[float]]) -> None:
    modified = table.StartModify()
    table.RemoveAllColumns()
    table.SetLocked(True)  # as all tables of numbers are, see `tables`
    table.AddColumn(column_of(DATE, [one.exam.date.isoformat() for one in exams]))
    years = [decimal_year(one.exam.date) for one in exams]
    for name, values in {YEAR: years, **columns}.items():
        table.AddColumn(column_of(name, values))
    table.EndModify(modified)


def _set_ranges(chart: Any, exams: Sequence[bac.DatedExam], columns: dict[str, list[float]]) -> None:
    """From 0 on, with room around the points, and for the legend on the right."""
    years = [decimal_year(one.exam.date) for one in exams]
    values = [value for column in columns.values() for value in column if not math.isnan(value)]
    if not years or not values:
        return
    span = max(years) - min(years) or 1.0
    chart.XAxisRangeAutoOff()
    chart.SetXAxisRange(min(years) - 0.08 * span, max(years) + 0.35 * span)
    chart.YAxisRangeAutoOff()
    chart.SetYAxisRange(min(0.0, *values), 1.12 * max(*values, 0.0) or 1.0)


def _series_node(table: Any, series: _Series) -> Any:
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLPlotSeriesNode", series.column)
    node.SetAndObserveTableNodeID(table.GetID())
    node.SetPlotType(node.PlotTypeScatter)
    node.SetXColumnName(YEAR)
    node.SetYColumnName(series.column)
    node.SetLabelColumnName(DATE)
    node.SetColor(*series.colour)
    node.SetLineStyle(node.GetLineStyleFromString(series.line.lower()))
    node.SetLineWidth(series.width)
    node.SetMarkerStyle(node.GetMarkerStyleFromString(series.marker.lower()))
    node.SetMarkerSize(series.size)
    return node


def _table_of(chart: Any) -> Any:
    table = table_of(chart)
    if table is None:
        table = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode", f"{chart.GetName()} table")
        chart.SetNodeReferenceID(_TABLE_ROLE, table.GetID())
    return table


def _remove_series(chart: Any) -> None:
    own = [chart.GetNthPlotSeriesNode(n) for n in range(chart.GetNumberOfPlotSeriesNodes())]
    chart.RemoveAllPlotSeriesNodeIDs()
    for node in filter(None, own):
        slicer.mrmlScene.RemoveNode(node)


def _wrapped(words: str, width: int = 70) -> str:
    """Onto lines, a number with its unit: Slicer cuts a long title off."""
    together = words.replace(" mm", "\u00a0mm").replace(" %", "\u00a0%")
    return "\n".join(_lines(together.split(" "), width))


def _lines(words: Iterable[str], width: int) -> Iterable[str]:
    line = ""
    for word in words:
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line
