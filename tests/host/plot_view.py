"""A chart node drawn with VTK's charts, without Qt and without a screen.

Stands in for qMRMLPlotView, which is Qt: it takes the same properties of the same nodes.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import vtk
from numpy.typing import NDArray
from vtk.util.numpy_support import vtk_to_numpy

_MARKERS: Final = {
    "cross": vtk.vtkPlotPoints.CROSS,
    "plus": vtk.vtkPlotPoints.PLUS,
    "square": vtk.vtkPlotPoints.SQUARE,
    "circle": vtk.vtkPlotPoints.CIRCLE,
    "diamond": vtk.vtkPlotPoints.DIAMOND,
}
_LINES: Final = {
    "none": vtk.vtkPen.NO_PEN,
    "solid": vtk.vtkPen.SOLID_LINE,
    "dash": vtk.vtkPen.DASH_LINE,
    "dot": vtk.vtkPen.DOT_LINE,
    "dash-dot": vtk.vtkPen.DASH_DOT_LINE,
    "dash-dot-dot": vtk.vtkPen.DASH_DOT_DOT_LINE,
}


def chart_picture(chart_node: Any, size: tuple[int, int] = (720, 480)) -> NDArray[np.uint8]:
    """Render a vtkMRMLPlotChartNode: (rows, columns, 3).

    Parameters
    ----------
    size
        (columns, rows).
    """
    view = vtk.vtkContextView()
    view.GetRenderWindow().SetOffScreenRendering(1)
    view.GetRenderWindow().SetSize(*size)
    view.GetRenderer().SetBackground(1, 1, 1)
    chart = vtk.vtkChartXY()
    view.GetScene().AddItem(chart)
    for n in range(chart_node.GetNumberOfPlotSeriesNodes()):
        _add_series(chart, chart_node.GetNthPlotSeriesNode(n))
    chart.SetTitle(chart_node.GetTitle() or "")
    chart.GetTitleProperties().SetFontSize(chart_node.GetTitleFontSize())
    chart.SetShowLegend(chart_node.GetLegendVisibility())
    for axis, title, automatic, ends in (
        (
            vtk.vtkAxis.BOTTOM,
            chart_node.GetXAxisTitle(),
            chart_node.GetXAxisRangeAuto(),
            chart_node.GetXAxisRange(),
        ),
        (
            vtk.vtkAxis.LEFT,
            chart_node.GetYAxisTitle(),
            chart_node.GetYAxisRangeAuto(),
            chart_node.GetYAxisRange(),
        ),
    ):
        chart.GetAxis(axis).SetTitle(title or "")
        if not automatic:
            chart.GetAxis(axis).SetBehavior(vtk.vtkAxis.FIXED)
            chart.GetAxis(axis).SetRange(*ends)
    picture = _grabbed(view)
    view.GetRenderWindow().Finalize()
    return picture


def words_of(chart_node: Any) -> dict[str, list[str]]:
    """What a chart says, by the part of it."""
    several = range(chart_node.GetNumberOfPlotSeriesNodes())
    return {
        "axes": [chart_node.GetXAxisTitle(), chart_node.GetYAxisTitle()],
        "series": [chart_node.GetNthPlotSeriesNode(number).GetName() for number in several],
        "title": [" ".join((chart_node.GetTitle() or "").split())],
    }


def _add_series(chart: Any, series: Any) -> None:
    plot = chart.AddPlot(vtk.vtkChart.LINE)
    table = series.GetTableNode().GetTable()
    plot.SetInputData(table, series.GetXColumnName(), series.GetYColumnName())
    plot.SetColorF(*series.GetColor())
    plot.SetLabel(series.GetName())
    plot.SetWidth(series.GetLineWidth())
    plot.GetPen().SetLineType(_LINES[series.GetLineStyleAsString(series.GetLineStyle())])
    marker = series.GetMarkerStyleAsString(series.GetMarkerStyle())
    plot.SetMarkerStyle(_MARKERS.get(marker, vtk.vtkPlotPoints.NONE))
    plot.SetMarkerSize(series.GetMarkerSize())


def _grabbed(view: Any) -> NDArray[np.uint8]:
    view.Render()
    grab = vtk.vtkWindowToImageFilter()
    grab.SetInput(view.GetRenderWindow())
    grab.ReadFrontBufferOff()
    grab.Update()
    image = grab.GetOutput()
    columns, rows, _ = image.GetDimensions()
    values = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(rows, columns, -1)
    return np.ascontiguousarray(values[::-1, :, :3])
