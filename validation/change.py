"""Print the table of docs/statistics.md: false alarms and found growth of `bac change` on simulated series.

python -m validation.change
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from shared_core.change.change_over_time import change_over_time
from validation.simulated_series import series

SERIES = 1200
YEARLY = (0, 1, 2, 3, 4, 5)
CASES = (
    (YEARLY, 0.15, 0.04),
    (YEARLY, 0.10, 0.04),
    (YEARLY, 0.20, 0.04),
    (YEARLY, 0.15, 0.08),
    (YEARLY, 0.10, 0.08),
    ((0, 2, 4), 0.15, 0.04),
    ((0, 2, 4), 0.10, 0.04),
    ((0, 2, 4), 0.10, 0.08),
    ((0, 5), 0.10, 0.04),
)
"""Years of the exams, coefficient of variation of a view and of a whole exam."""


def decisions(growth: float, years: tuple[int, ...], view_cv: float, exam_cv: float) -> Iterator[list[str]]:
    """Of each series the decision after the second exam, the third, and so on."""
    random = np.random.default_rng(0)
    for _ in range(SERIES):
        exams = series(random, growth=growth, years=years, view_cv=view_cv, exam_cv=exam_cv)
        yield [change_over_time(exams[:n]).quantities[0].decision for n in range(2, len(years) + 1)]


def main() -> None:
    """Print the rows."""
    print("| exams at years | view | whole exam | false alarms | at any exam | 10 % a year found |")
    print("|---|---:|---:|---:|---:|---:|")
    for years, view_cv, exam_cv in CASES:
        still = list(decisions(0.0, years, view_cv, exam_cv))
        grown = list(decisions(0.1, years, view_cv, exam_cv))
        alarms = np.mean([found[-1] != "no measurable change" for found in still])
        ever = np.mean([any(one != "no measurable change" for one in found) for found in still])
        power = np.mean([found[-1] == "increase" for found in grown])
        print(
            f"| {', '.join(map(str, years))} | {view_cv:.0%} | {exam_cv:.0%} "
            f"| {alarms:.1%} | {ever:.1%} | {power:.0%} |".replace("%", " %")
        )


if __name__ == "__main__":
    main()
