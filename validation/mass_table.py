"""Measured calcium mass beside the true one: bias, error and coverage, over all views and by mass."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from validation.markdown import shown, table

BANDS_MG: Final = ((0, 1), (1, 5), (5, 20), (20, 60), (60, 200), (200, math.inf))
LEAST_VIEWS: Final = 3
"""In a band; fewer say nothing."""
GOALS: Final = (
    "bias of the total within 5 %",
    "95 % intervals hold 90-98 % of the truths",
    "R² 0.99 or more",
    "RMSE 2.3 mg or less (Li 2025)",
)
HEADINGS: Final = (
    *("", "views", "bias mg", "bias %", "R²", "RMSE mg", "median error %"),
    "inside 95 % interval",
)


@dataclass(frozen=True)
class Weighed:
    """One view with calcium."""

    true_mg: float
    mg: float
    low_mg: float
    """95 % interval; NaN where there is none, which counts as one without the truth in it."""
    high_mg: float


def mass_table(views: Sequence[Weighed]) -> list[str]:
    """Lines of the table; `LEAST_VIEWS` views or more.

    Bias % is of the total mass; median error % is that of |measured - true| / true.
    """
    numbers = np.array([(one.true_mg, one.mg, one.low_mg, one.high_mg) for one in views]).reshape(-1, 4)
    if len(numbers) < LEAST_VIEWS:
        raise ValueError(f"a table of masses needs {LEAST_VIEWS} views or more, not {len(numbers)}")
    rows = [_row("all", numbers)]
    for low, high in BANDS_MG:
        inside = (numbers[:, 0] >= low) & (numbers[:, 0] < high)
        if np.count_nonzero(inside) >= LEAST_VIEWS:
            rows.append(_row(_name(low, high), numbers[inside]))
    return table(HEADINGS, rows)


def goals_table(names: Sequence[str], series: Sequence[Sequence[Weighed]]) -> list[str]:
    """Each goal by each series: the number, and whether it holds."""
    rows: list[list[str]] = [[goal] for goal in GOALS]
    for views in series:
        true, found, low, high = np.array([(v.true_mg, v.mg, v.low_mg, v.high_mg) for v in views]).T
        bias = float(100 * (found.sum() / true.sum() - 1))
        inside = float(100 * np.mean((low <= true) & (true <= high)))
        r_squared, rmse = _r_squared(true, found), float(np.sqrt(np.mean((found - true) ** 2)))
        cells = (
            (f"{bias:+.1f} %", abs(bias) <= 5),
            (f"{inside:.1f} %", 90 <= inside <= 98),
            (f"{r_squared:.4f}", r_squared >= 0.99),
            (f"{rmse:.2f} mg", rmse <= 2.3),
        )
        for row, (number, holds) in zip(rows, cells, strict=True):
            row.append(f"{number}: {'holds' if holds else '**does not hold**'}")
    return table(("goal", *names), rows)


def _name(low: float, high: float) -> str:
    return f"above {low} mg" if high == math.inf else f"{low}-{high} mg"


def _row(name: str, numbers: NDArray[np.float64]) -> list[str]:
    true, found, low, high = numbers.T
    error = found - true
    return [
        name,
        str(len(numbers)),
        shown(float(error.mean()), 2, signed=True),
        shown(float(100 * (found.sum() / true.sum() - 1)), 1, signed=True),
        shown(_r_squared(true, found), 4),
        f"{np.sqrt(np.mean(error**2)):.2f}",
        f"{100 * np.median(np.abs(error) / true):.1f}",
        f"{100 * np.mean((low <= true) & (true <= high)):.1f} %",
    ]


def _r_squared(true: NDArray[np.float64], found: NDArray[np.float64]) -> float:
    if np.ptp(true) == 0 or np.ptp(found) == 0:
        return math.nan
    return float(np.corrcoef(true, found)[0, 1] ** 2)
