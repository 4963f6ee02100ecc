"""Plots of agreement and of change, as PNG.

Quiet on purpose: one ink for data, one for what is derived from it, limits as bands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared_core.change.change_over_time import PatientChange, QuantityChange
from shared_core.pictures.figure import DATA, DERIVED, QUIET, finish, new_figure, png_bytes

_CURVES = (DATA, DERIVED, "#2a8f5a", "#8a4fa0", "#b8860b")

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def bland_altman_plot(
    first: ArrayLike,
    second: ArrayLike,
    *,
    bias: float,
    limits: tuple[float, float],
    title: str,
    unit: str = "",
    names: tuple[str, str] = ("A", "B"),
) -> bytes:
    """Difference first - second over their mean, with bias and limits of agreement."""
    one, other = np.asarray(first, float), np.asarray(second, float)
    figure = new_figure(6.4, 4.4)
    axes = figure.add_subplot()
    axes.axhspan(*limits, color=DERIVED, alpha=0.10, linewidth=0)
    axes.axhline(0, color=QUIET, linewidth=0.8)
    axes.scatter((one + other) / 2, one - other, s=22, color=DATA, alpha=0.75, linewidths=0)
    axes.axhline(bias, color=DERIVED, linewidth=1.6)
    for level, words in ((limits[1], "+1.96 SD"), (bias, "bias"), (limits[0], "-1.96 SD")):
        if level != bias:
            axes.axhline(level, color=DERIVED, linewidth=1, linestyle=(0, (5, 3)))
        axes.annotate(
            f"{words}\n{level:.3g}",
            (1.01, level),
            xycoords=("axes fraction", "data"),
            color=DERIVED,
            fontsize=8,
            va="center",
        )
    axes.set_xlabel(_with_unit(f"mean of {names[0]} and {names[1]}", unit))
    axes.set_ylabel(_with_unit(f"{names[0]} - {names[1]}", unit))
    finish(axes, title)
    return png_bytes(figure)


def regression_plot(
    x: ArrayLike,
    y: ArrayLike,
    *,
    slope: float,
    intercept: float,
    words: str,
    title: str,
    unit: str = "",
    names: tuple[str, str] = ("B", "A"),
    one_unit: bool = True,
) -> bytes:
    """y over x with the line of regression, and of `one_unit` that of equality; `words` are in the corner."""
    one, other = np.asarray(x, float), np.asarray(y, float)
    figure = new_figure(4.8, 4.8)
    axes = figure.add_subplot()
    low, high = one.min(), one.max()
    if one_unit:
        low, high = min(low, other.min()), max(high, other.max())
    room = 0.04 * (high - low or 1)
    ends = np.array([low - room, high + room])
    if one_unit:
        axes.plot(ends, ends, color=QUIET, linewidth=0.8, linestyle=(0, (2, 3)), label="equality")
        axes.set(ylim=ends, aspect="equal")
    axes.plot(ends, slope * ends + intercept, color=DERIVED, linewidth=1.6, label="regression")
    axes.scatter(one, other, s=22, color=DATA, alpha=0.75, linewidths=0)
    axes.set_xlim(*ends)
    axes.set_xlabel(_with_unit(names[0], unit))
    axes.set_ylabel(_with_unit(names[1], unit))
    axes.text(0.03, 0.97, words, transform=axes.transAxes, va="top", fontsize=8, color=DERIVED)
    axes.legend(loc="lower right", fontsize=8, frameon=False)
    finish(axes, title)
    return png_bytes(figure)


def severe_roc_plot(tables: Mapping[str, NDArray[np.int64]], *, severe: int = 3) -> bytes:
    """ROC curves of grades as scores for a severe reference; a dot where the grade itself is severe.

    Parameters
    ----------
    tables
        By name, (grades, grades) cases: row the grade that is judged, column that of the reference.
    """
    figure = new_figure(5.2, 4.8)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.8, linestyle=(0, (2, 3)))
    for place, (name, table) in enumerate(tables.items()):
        positives, negatives = table[:, severe:].sum(axis=1), table[:, :severe].sum(axis=1)
        up = np.cumsum(positives[::-1]) / positives.sum()
        along = np.cumsum(negatives[::-1]) / negatives.sum()
        colour = _CURVES[place % len(_CURVES)]
        axes.plot([0, *along], [0, *up], color=colour, linewidth=1.6, marker=".", label=name)
        at = len(table) - 1 - severe
        axes.plot(along[at], up[at], "o", color=colour, markersize=8, clip_on=False)
    axes.set(xlim=(0, 1), ylim=(0, 1.02), aspect="equal")
    axes.set_xlabel("1 - specificity", loc="left")
    axes.set_ylabel("sensitivity")
    axes.legend(loc="lower right", fontsize=8, frameon=False)
    finish(axes, f"Grade {severe} of the reference; dots: grade {severe} or not")
    return png_bytes(figure)


def change_plot(change: PatientChange, *, patient: str) -> bytes:
    """Each quantity over time: values with their 95 % error, the line, and what was decided."""
    count = len(change.quantities)
    figure = new_figure(7.2, 0.7 + 2.6 * count)
    for place, axes in enumerate(np.atleast_1d(figure.subplots(count, 1, sharex=True))):
        _draw_change(axes, change, change.quantities[place])
    axes.set_xlabel("date of the exam")
    figure.suptitle(patient, x=0.01, ha="left", fontsize=11, fontweight="bold")
    return png_bytes(figure)


def _draw_change(axes: Axes, change: PatientChange, one: QuantityChange) -> None:
    dates: Sequence[Any] = [exam.date for exam in change.exams]
    values = np.array(one.values)
    years = np.array(one.years)
    line = one.intercept + one.slope_per_year * years
    decided = one.decision in ("increase", "decrease")
    if one.change_limits is not None:
        # What the limits leave open, drawn from the first value of the line.
        low, high = (one.intercept + limit * years / years[-1] for limit in one.change_limits)
        axes.fill_between(dates, low, high, color=DERIVED, alpha=0.12, linewidth=0)
    for before, after in pairwise(change.exams):
        if before.manufacturers and after.manufacturers and before.manufacturers != after.manufacturers:
            between: Any = before.date + (after.date - before.date) / 2
            axes.axvline(between, color=QUIET, linewidth=1, linestyle=":")
            axes.annotate(
                f" {after.manufacturers[0]}", (between, 0.04), xycoords=("data", "axes fraction"), fontsize=7
            )
    axes.plot(dates, line, color=DERIVED, linewidth=1.6 if decided else 1, linestyle="-" if decided else "--")
    error = 1.96 * one.error.sd if one.error is not None else None
    axes.errorbar(dates, values, yerr=error, fmt="o", markersize=5, color=DATA, capsize=3, linewidth=1)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]) if error is None else 0.0)
    axes.set_ylabel(_with_unit(one.quantity.title, one.quantity.unit), fontsize=9)
    views = "all four views" if len(one.views) == 4 else " ".join(one.views)
    finish(axes, f"{one.decision} ({_change_words(one)}; {views})")


def _change_words(one: QuantityChange) -> str:
    unit = f" {one.quantity.unit}" if one.quantity.unit else ""
    if one.change_limits is None:
        return f"{one.change:+.3g}{unit}, no estimate of error"
    low, high = one.change_limits
    percent = f", {one.change_percent:+.0f} %" if one.change_percent is not None else ""
    return f"{one.change:+.3g}{unit} in {one.years[-1]:.1f} y [{low:+.3g}, {high:+.3g}]{percent}"


def _with_unit(name: str, unit: str) -> str:
    return f"{name} [{unit}]" if unit else name
