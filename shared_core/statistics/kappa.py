"""Agreement of two readers on an ordinal scale: quadratic-weighted kappa (Cohen 1968; Ibrahim 2025)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared_core.errors import UsageError
from shared_core.statistics.paired_samples import Values, values

GRADES = 4
"""Grades 0 to 3, so that the weights are 1 - (i - j)² / 9."""


@dataclass(frozen=True, eq=False)
class Kappa:
    """Quadratic-weighted kappa of two readers."""

    kappa: float
    """NaN where both readers give one and the same grade throughout."""
    table: NDArray[np.int64]
    """(grades, grades) cases; row: first reader, column: second."""
    n: int


def contingency(first: ArrayLike, second: ArrayLike, *, grades: int = GRADES) -> NDArray[np.int64]:
    """Cases by the grade of the first reader (row) and of the second (column).

    `UsageError` where the lengths differ, or a grade is not a whole number from 0 to `grades` - 1.
    """
    one, other = (_grades(reader, grades) for reader in (first, second))
    if one.size != other.size:
        raise UsageError(f"Both readers must grade the same cases; they graded {one.size} and {other.size}.")
    return np.bincount(one * grades + other, minlength=grades**2).reshape(grades, grades).astype(np.int64)


def quadratic_kappa(first: ArrayLike, second: ArrayLike, *, grades: int = GRADES) -> Kappa:
    """Quadratic-weighted kappa: (p_o - p_e) / (1 - p_e), weighted by 1 - (i - j)² / (grades - 1)²."""
    table = contingency(first, second, grades=grades)
    return Kappa(kappa=float(kappa_of_tables(table[None])[0]), table=table, n=int(table.sum()))


def kappa_of_tables(tables: NDArray[np.int64]) -> Values:
    """Quadratic-weighted kappa of many (count, grades, grades) tables at once, float64 (count,).

    In disagreements: 1 - sum d_ij n_ij / (sum d_ij r_i c_j / n) with d = (i - j)².
    """
    grade = np.arange(tables.shape[-1], dtype=np.int64)
    apart = (grade[:, None] - grade[None, :]) ** 2
    rows, columns = tables.sum(axis=2), tables.sum(axis=1)
    seen = np.einsum("kij,ij->k", tables, apart) * tables.sum(axis=(1, 2))
    by_chance = np.einsum("ki,ij,kj->k", rows, apart, columns)
    kappa: Values = np.full(len(tables), np.nan)
    known = by_chance > 0
    kappa[known] = 1 - seen[known] / by_chance[known]
    return kappa


def _grades(reader: ArrayLike, grades: int) -> NDArray[np.int64]:
    given = values(reader, what="grades")
    if not np.isin(given, np.arange(grades)).all():
        raise UsageError(f"Grades must be whole numbers from 0 to {grades - 1}.")
    return given.astype(np.int64)
