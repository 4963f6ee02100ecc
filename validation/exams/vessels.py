"""Lengths, counts and grades of calcified arteries beside the truth."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from shared_core.statistics.bootstrap import KAPPA_RESAMPLES, bootstrap_limits
from shared_core.statistics.kappa import GRADES, contingency, kappa_of_tables
from validation.exams.row import Vessels, ViewRow
from validation.markdown import shown, shown_limits, table

Source = Literal["band", "model"]
SOURCES: Final[dict[Source, str]] = {"band": "true band", "model": "model's mask"}
FEW_VESSELS: Final = 6


@dataclass(frozen=True, eq=False)
class GradeAgreement:
    """Grades of views from one kind of mask beside the true ones."""

    kappa: float
    """Quadratic-weighted."""
    limits: tuple[float, float]
    """95 %; patients are drawn, for the views of one rise and fall together."""
    table: NDArray[np.int64]
    """(grades, grades) views; row: truth, column: measured."""
    without: NDArray[np.int64]
    """(grades,) views that got no grade, by truth."""


def vessels_of(row: ViewRow, source: Source) -> Vessels:
    """What was measured from that mask."""
    return row.band if source == "band" else row.model


def length_table(rows: Sequence[ViewRow]) -> list[str]:
    """Total length of the calcified segments of a view, on the views with BAC."""
    known = [row for row in rows if row.has_bac]
    true = np.array([row.true_length_mm for row in known])

    def error(source: Source) -> NDArray[np.float64]:
        found = np.array([vessels_of(row, source).length_mm for row in known])
        return np.asarray(found / true - 1, np.float64)

    return _by_source(
        {
            "views": lambda source: str(len(known)),
            "median error %": lambda source: f"{100 * np.median(error(source)):+.1f}",
            "median absolute error %": lambda source: f"{100 * np.median(np.abs(error(source))):.1f}",
            "views within 5 %": lambda source: f"{100 * np.mean(np.abs(error(source)) <= 0.05):.1f} %",
            "sum of all views, error %": lambda source: f"{100 * true @ error(source) / true.sum():+.1f}",
        }
    )


def count_table(rows: Sequence[ViewRow]) -> list[str]:
    """Number of calcified arteries of a view: exact, and within one."""
    few = [row for row in rows if row.true_vessels <= FEW_VESSELS]
    with_bac = [row for row in rows if row.has_bac]
    groups = {"all views": rows, f"0-{FEW_VESSELS} arteries": few, "views with BAC": with_bac}
    lines: dict[str, Callable[[Source], str]] = {}
    for name, part in groups.items():
        lines[f"{name} ({len(part)}): exact"] = _count_share(part, within=0)
    lines[f"all views ({len(rows)}): within one"] = _count_share(rows, within=1)
    lines["all views: mean error"] = lambda source: f"{np.mean(_count_errors(rows, source)):+.2f}"
    return _by_source(lines)


def grade_agreement(
    rows: Sequence[ViewRow], source: Source, *, resamples: int = KAPPA_RESAMPLES, seed: int = 0
) -> GradeAgreement:
    """Quadratic-weighted kappa of the views' grades with the true ones.

    The interval is the percentile bootstrap over patients. NaN where all grades are the same.
    """
    tables, without = _graded(rows, source)
    whole = tables.sum(axis=0)
    kappa = float(kappa_of_tables(whole[None])[0])
    patients = len(tables)
    if math.isnan(kappa):
        return GradeAgreement(kappa, (math.nan, math.nan), whole, without)
    drawn = np.random.default_rng(seed).multinomial(patients, np.full(patients, 1 / patients), size=resamples)
    kappas = kappa_of_tables(np.tensordot(drawn, tables, axes=1))
    limits = bootstrap_limits(kappas[~np.isnan(kappas)], kappa, method="percentile")
    return GradeAgreement(kappa, limits, whole, without)


def _graded(rows: Sequence[ViewRow], source: Source) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(patients, grades, grades) views by true and measured grade, and (grades,) views without one."""
    by_patient: dict[int, list[tuple[int, int]]] = {}
    without = np.zeros(GRADES, np.int64)
    for row in rows:
        grade = vessels_of(row, source).grade
        if grade is None:
            without[row.true_grade] += 1
        else:
            by_patient.setdefault(row.patient, []).append((row.true_grade, grade))
    tables = [contingency(*zip(*pairs, strict=True)) for pairs in by_patient.values()]
    return np.array(tables, np.int64).reshape(-1, GRADES, GRADES), without


def kappa_table(rows: Sequence[ViewRow]) -> list[str]:
    """Kappa with its interval, from both kinds of masks."""
    found = {source: grade_agreement(rows, source) for source in SOURCES}
    return _by_source(
        {
            "views with a grade": lambda source: str(found[source].table.sum()),
            "views without": lambda source: str(found[source].without.sum()),
            "quadratic kappa": lambda source: shown(found[source].kappa, 3),
            "95 % interval": lambda source: shown_limits(found[source].limits, 3),
        }
    )


def confusion_table(rows: Sequence[ViewRow], source: Source) -> list[str]:
    """Views by true grade (row) and measured grade (column)."""
    tables, without = _graded(rows, source)
    lines = [
        [f"truly {grade}", *map(str, tables.sum(axis=0)[grade]), str(without[grade])]
        for grade in range(GRADES)
    ]
    return table([SOURCES[source], *map(str, range(GRADES)), "no grade"], lines)


def _by_source(lines: dict[str, Callable[[Source], str]]) -> list[str]:
    rows = [[name, *(value(source) for source in SOURCES)] for name, value in lines.items()]
    return table(["", *SOURCES.values()], rows)


def _count_errors(rows: Sequence[ViewRow], source: Source) -> NDArray[np.int64]:
    return np.array([vessels_of(row, source).vessels - row.true_vessels for row in rows], np.int64)


def _count_share(rows: Sequence[ViewRow], *, within: int) -> Callable[[Source], str]:
    return lambda source: f"{100 * np.mean(np.abs(_count_errors(rows, source)) <= within):.1f} %"
