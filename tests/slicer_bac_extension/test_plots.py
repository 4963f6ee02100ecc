"""Change over time as a chart: the numbers of the engine's timeline, at their dates."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import slicer
import slicer.util
from BACSegmentationLib import plots
from BACSegmentationLib.tables import column_values

from shared_core.change.serial_exams import SERIAL_QUANTITIES
from tests.host.plot_view import chart_picture
from tests.host.scene import HeadlessApp
from tests.host.slice_view import missing_for_rendering
from tests.records.test_timeline import AREA, AREAS, line_of, write

VIEWS = {"R-CC": 2, "L-CC": 0, "R-MLO": 3, "L-MLO": 1}
"""Series to its place among the areas of an exam."""


def series_of(chart: Any) -> list[str]:
    return [chart.GetNthPlotSeriesNode(n).GetYColumnName() for n in range(chart.GetNumberOfPlotSeriesNodes())]


def test_the_points_are_those_of_the_timeline(app: HeadlessApp, tmp_path: Path) -> None:
    line = line_of(write(tmp_path / "r", AREAS))
    chart = plots.show_change(line, AREA)
    table = plots.table_of(chart)
    assert column_values(table, plots.DATE) == ["2016-01-01", "2018-01-01", "2020-01-01"]
    assert column_values(table, plots.YEAR) == [2016, 2018, 2020]
    assert column_values(table, plots.EXAM) == [line.value(one, AREA) for one in line.exams]
    for name, place in VIEWS.items():
        assert column_values(table, name) == [areas[place] for areas in AREAS.values()]


def test_its_table_is_locked_against_typing(app: HeadlessApp, tmp_path: Path) -> None:
    assert plots.table_of(plots.show_change(line_of(write(tmp_path / "r", AREAS)), AREA)).GetLocked()


def test_line_and_limits_are_those_of_the_change(app: HeadlessApp, tmp_path: Path) -> None:
    line = line_of(write(tmp_path / "r", AREAS))
    followed = line.of(AREA)
    assert followed is not None
    assert followed.change_limits is not None
    table = plots.table_of(plots.show_change(line, AREA))
    fitted = column_values(table, plots.LINE)
    assert fitted[-1] - fitted[0] == pytest.approx(followed.change)
    for name, limit in zip(plots.LIMITS, followed.change_limits, strict=True):
        values = column_values(table, name)
        assert values[0] == pytest.approx(followed.intercept)
        assert values[-1] - values[0] == pytest.approx(limit)


def test_the_chart_says_what_and_in_which_unit(app: HeadlessApp, tmp_path: Path) -> None:
    chart = plots.show_change(line_of(write(tmp_path / "r", AREAS)), AREA)
    assert chart.GetYAxisTitle() == "BAC area (mm²)"
    assert chart.GetXAxisTitle() == "Year"
    assert chart.GetTitle().startswith("Increase: +90.5\u00a0mm² in 4.0 years")
    assert max(map(len, chart.GetTitle().split("\n"))) <= 70
    low, high = chart.GetYAxisRange()
    assert low == 0
    assert high > max(column_values(plots.table_of(chart), plots.EXAM))
    low, high = chart.GetXAxisRange()
    assert low < 2016 < 2020 < high
    assert series_of(chart)[-1] == plots.EXAM  # on top of the others
    assert chart.GetNthPlotSeriesNode(0).GetLabelColumnName() == plots.DATE


def test_another_quantity_takes_the_place_of_the_first(app: HeadlessApp, tmp_path: Path) -> None:
    line = line_of(write(tmp_path / "r", AREAS))
    chart = plots.show_change(line, AREA)
    length = next(one for one in SERIAL_QUANTITIES if one.key == "calcified_length_mm")
    assert plots.show_change(line, length, chart_node=chart) is chart
    assert series_of(chart) == []
    plots.show_change(line, AREA, chart_node=chart)
    plots.show_change(line, AREA, chart_node=chart)
    assert len(series_of(chart)) == len(set(series_of(chart))) == 8
    assert len(slicer.util.getNodesByClass("vtkMRMLPlotSeriesNode")) == 8
    assert len(slicer.util.getNodesByClass("vtkMRMLTableNode")) == 1


def test_an_exam_that_cannot_be_compared_is_shown_apart(app: HeadlessApp, tmp_path: Path) -> None:
    usual = write(tmp_path / "r", AREAS)
    other = {"model_sha256": "cd", "threshold": 0.5, "mask_style": "vessel-band"}
    line = line_of(usual, write(tmp_path / "other", {"20220101": (10, 11, 12, 13)}, model=other))
    assert len(line.left_out) == 1
    chart = plots.show_change(line, AREA)
    table = plots.table_of(chart)
    assert math.isnan(column_values(table, plots.EXAM)[-1])
    assert column_values(table, plots.LEFT_OUT)[-1] == line.value(line.exams[-1], AREA)
    assert math.isnan(column_values(table, plots.LINE)[-1])
    assert math.isnan(column_values(table, "L-CC")[-1])
    assert plots.LEFT_OUT in series_of(chart)


def test_a_single_exam_says_why_there_is_no_change(app: HeadlessApp, tmp_path: Path) -> None:
    line = line_of(write(tmp_path / "r", {"20160101": AREAS["20160101"]}))
    chart = plots.show_change(line, AREA)
    assert chart.GetTitle() == line.reason
    assert plots.EXAM in series_of(chart)
    assert plots.LINE not in series_of(chart)


def test_it_is_saved_with_the_scene(app: HeadlessApp, tmp_path: Path) -> None:
    chart = plots.show_change(line_of(write(tmp_path / "r", AREAS)), AREA)
    values = column_values(plots.table_of(chart), plots.EXAM)
    assert app.scene.WriteToMRB(str(tmp_path / "a.mrb"))
    app.close_scene()
    assert app.scene.ReadFromMRB(str(tmp_path / "a.mrb"), True)
    (chart,) = slicer.util.getNodesByClass("vtkMRMLPlotChartNode")
    assert len(series_of(chart)) == 8
    np.testing.assert_allclose(column_values(plots.table_of(chart), plots.EXAM), values, rtol=1e-5)


@pytest.mark.skipif(bool(missing_for_rendering()), reason=missing_for_rendering())
def test_every_series_is_drawn_in_its_colour(app: HeadlessApp, tmp_path: Path) -> None:
    chart = plots.show_change(line_of(write(tmp_path / "r", AREAS)), AREA)
    picture = chart_picture(chart)
    drawn = picture[:, : picture.shape[1] * 7 // 10]  # without the legend
    for n in range(chart.GetNumberOfPlotSeriesNodes()):
        colour = np.round(255 * np.array(chart.GetNthPlotSeriesNode(n).GetColor()))
        close = np.abs(drawn - colour).max(axis=2) <= 12
        assert close.any(), chart.GetNthPlotSeriesNode(n).GetName()


def test_a_date_as_a_year() -> None:
    assert plots.decimal_year(date(2020, 1, 1)) == 2020
    assert plots.decimal_year(date(2021, 7, 2)) == pytest.approx(2021.5, abs=0.002)
