"""A quantity over time: views, the exam, the limits of change; a click on a point names its date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timezone
from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from napari.utils.theme import get_theme
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QWidget

from shared_core import hosting as bac

VIEWS: Final = {
    "RCC": ("R-CC", "#E69F00", "s", "■"),
    "LCC": ("L-CC", "#56B4E9", "t1", "▲"),
    "RMLO": ("R-MLO", "#009E73", "d", "◆"),
    "LMLO": ("L-MLO", "#CC79A7", "star", "★"),
}
"""Standard view to name, colour (Okabe and Ito 2008), symbol of pyqtgraph and the same as a letter."""
_LEFT_OUT: Final = "#8A8A8A"
_EXAM_SIZE, _VIEW_SIZE = 13, 9


class TimePlot(pg.PlotWidget):
    """The plot.

    Parameters
    ----------
    clicked
        Called with the key of an exam.
    tip
        Gives the tooltip of an exam and a standard view, or an empty text for the exam as a whole.
    """

    def __init__(
        self, clicked: Callable[[str], None], tip: Callable[[str, str], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, axisItems={"bottom": pg.DateAxisItem(orientation="bottom", utcOffset=0)})
        self._clicked, self._tip = clicked, tip
        self._ink = QColor("#000000")
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)
        self.setMinimumHeight(230)
        self.setAccessibleName("Quantity over time")
        self.points: dict[str, pg.ScatterPlotItem] = {}
        """By standard view; that of the exam under an empty text."""

    def take_theme(self, theme: str) -> None:
        """Colours of napari's theme."""
        colours = get_theme(theme)
        self._ink = QColor(colours.text.as_hex())
        self.setBackground(QColor(colours.background.as_hex()))
        for name in ("left", "bottom"):
            axis = self.getAxis(name)
            axis.setPen(pg.mkPen(self._ink, width=1))
            axis.setTextPen(self._ink)

    def draw(self, line: bac.Timeline | None, quantity: bac.SerialQuantity, chosen: str = "") -> None:
        """Show a quantity; the exam `chosen` stands out."""
        self.clear()
        self.points = {}
        self.setLabel("left", quantity.heading, color=self._ink.name())
        if line is None:
            return
        self._draw_limits(line, quantity)
        for label, (_, colour, symbol, _) in VIEWS.items():
            self._draw_view(line, quantity, label, QColor(colour), symbol)
        self._draw_exams(line, quantity, chosen)
        times = [seconds(one) for one in line.exams]
        room = 0.08 * (max(times) - min(times)) or 1.5e7
        self.setXRange(min(times) - room, max(times) + room, padding=0)
        values = [value for item in self.points.values() for value in item.getData()[1]]
        self.setYRange(0, 1.12 * max(values, default=1.0) or 1.0, padding=0)

    def _draw_limits(self, line: bac.Timeline, quantity: bac.SerialQuantity) -> None:
        followed = line.of(quantity)
        if followed is None or line.change is None:
            return
        compared = [one for one in line.exams if one.key not in line.left_out]
        times, years = np.array([seconds(one) for one in compared]), np.array(followed.years)
        decided = followed.decision in ("increase", "decrease")
        self.plot(
            times,
            followed.intercept + followed.slope_per_year * years,
            pen=pg.mkPen(self._ink, width=1, style=pg.QtCore.Qt.PenStyle.DashLine),
        )
        if followed.change_limits is None:
            return
        low, high = (
            pg.PlotDataItem(times, followed.intercept + limit * years / years[-1])
            for limit in followed.change_limits
        )
        shade = QColor(self._ink)
        shade.setAlpha(40 if decided else 25)
        self.addItem(pg.FillBetweenItem(low, high, brush=shade))

    def _draw_view(
        self, line: bac.Timeline, quantity: bac.SerialQuantity, label: str, colour: QColor, symbol: str
    ) -> None:
        exams = [one for one in line.exams if quantity.key in one.exam.views.get(label, {})]
        values = [one.exam.views[label][quantity.key] for one in exams]
        self._join(line, exams, values, pg.mkPen(colour, width=1))
        self._scatter(line, label, exams, values, colour=colour, symbol=symbol, size=_VIEW_SIZE)

    def _draw_exams(self, line: bac.Timeline, quantity: bac.SerialQuantity, chosen: str) -> None:
        known = [(one, line.value(one, quantity)) for one in line.exams]
        exams = [one for one, value in known if value is not None]
        values = [value for _, value in known if value is not None]
        self._join(line, exams, values, pg.mkPen(self._ink, width=2))
        if chosen in [one.key for one in exams]:
            place = [one.key for one in exams].index(chosen)
            x, y = [seconds(exams[place])], [values[place]]
            self.addItem(pg.ScatterPlotItem(x, y, size=24, brush=None, pen=pg.mkPen(self._ink, width=1)))
        self._scatter(line, "", exams, values, colour=self._ink, symbol="o", size=_EXAM_SIZE)

    def _join(self, line: bac.Timeline, exams: list[bac.DatedExam], values: list[float], pen: Any) -> None:
        both = zip(exams, values, strict=True)
        kept = [(seconds(one), value) for one, value in both if one.key not in line.left_out]
        if len(kept) > 1:
            x, y = zip(*kept, strict=True)
            self.plot(x, y, pen=pen)

    def _scatter(
        self,
        line: bac.Timeline,
        label: str,
        exams: list[bac.DatedExam],
        values: list[float],
        *,
        colour: QColor,
        symbol: str,
        size: int,
    ) -> None:
        inks = [QColor(_LEFT_OUT) if one.key in line.left_out else colour for one in exams]
        hollow = [bool(one.edited) if not label else label in one.edited for one in exams]
        paper = self.backgroundBrush().color()
        item = pg.ScatterPlotItem(
            x=[seconds(one) for one in exams],
            y=values,
            data=[one.key for one in exams],
            symbol=symbol,
            size=size,
            pen=[pg.mkPen(ink, width=2) for ink in inks],
            brush=[pg.mkBrush(paper if empty else ink) for ink, empty in zip(inks, hollow, strict=True)],
            hoverable=True,
            hoverSize=size + 4,
            tip=lambda x, y, data: self._tip(str(data), label),
        )
        item.sigClicked.connect(self._on_click)
        self.points[label] = item
        self.addItem(item)

    def _on_click(self, _item: Any, points: Any, _event: Any = None) -> None:
        if len(points):
            self._clicked(str(points[0].data()))


def seconds(one: bac.DatedExam) -> float:
    """Where an exam stands on the axis of time."""
    return datetime.combine(one.exam.date, time(12), tzinfo=timezone.utc).timestamp()


def legend_words() -> str:
    """What the symbols mean, as rich text in the colours of the plot."""
    views = [
        f'<span style="color:{colour}">{sign}</span>&nbsp;{name}' for name, colour, _, sign in VIEWS.values()
    ]
    return "&ensp; ".join(
        ["●&nbsp;exam", *views, "○&nbsp;corrected&nbsp;by&nbsp;hand"]
        + [f'<span style="color:{_LEFT_OUT}">●</span>&nbsp;not&nbsp;compared']
    )
