"""Rows of statistics for ``bac compare``: of grades, of quantities, by strata; on the screen and in files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from shared_core.cli.screen import escape, number, table_of
from shared_core.records.canonical_json import plain
from shared_core.records.results_folder import Cell, Row
from shared_core.statistics.agreement import icc
from shared_core.statistics.bootstrap import kappa_bootstrap
from shared_core.statistics.catalogue import LEAST_FOR_INTERVAL, Found, StatisticKey
from shared_core.statistics.paired_samples import Limits
from shared_core.statistics.proportions import exact_limits
from shared_core.statistics.regression import correlation
from shared_core.statistics.severe import severe_rates

Values = NDArray[np.float64]
ALL = "all"
SEVERE = 3
Strata = Mapping[str, Sequence[int]]
"""Places of the cases of each stratum, by what they have in common; `ALL` first."""


def strata_of(
    names: Sequence[str], columns: Sequence[str], tables: Sequence[Mapping[str, Row]]
) -> dict[str, list[int]]:
    """All cases, then those of every value of every column; a case without a value is in none.

    Parameters
    ----------
    tables
        Rows by name; the first table that has a column says it.
    """
    found: dict[str, list[int]] = {ALL: list(range(len(names)))}
    for column in columns:
        own: dict[str, list[int]] = {}
        for place, name in enumerate(names):
            value = _first_cell(name, column, tables)
            if value is not None:
                own.setdefault(_words(value), []).append(place)
        found |= {f"{column} = {value}": own[value] for value in sorted(own)}
    return found


def has_column(column: str, tables: Sequence[Mapping[str, Row]]) -> bool:
    """Whether any of the tables has the column."""
    return any(column in row for table in tables for row in table.values())


def grade_rows(
    what: str, names: tuple[str, str], grades: tuple[Values, Values], strata: Strata, *, severe: bool = True
) -> Iterator[Found]:
    """Kappa, share of equal grades, and how well the first finds the severe cases of the second."""
    for stratum, places in strata.items():
        first, second = (reader[list(places)] for reader in grades)
        n = first.size
        if not n:
            continue
        kappa = kappa_bootstrap(first, second)
        same = int(np.sum(first == second))
        rows: list[tuple[StatisticKey, float, Limits | None, int]] = [
            ("kappa", kappa.kappa, kappa.limits, n),
            ("equal", same / n, exact_limits(same, n), n),
        ]
        if severe and (second >= SEVERE).any():
            rates = severe_rates(second, first, severe=SEVERE)
            rows += [(key, rate.value, rate.limits, rate.n) for key, rate in rates.items()]
        yield from (_row(what, names, stratum, row, enough=n >= LEAST_FOR_INTERVAL) for row in rows)


def quantity_rows(
    what: str, names: tuple[str, str], values: tuple[Values, Values], strata: Strata
) -> Iterator[Found]:
    """Agreement of a quantity in every stratum but that of all, which has tables of its own."""
    for stratum, places in strata.items():
        first, second = (side[list(places)] for side in values)
        n = first.size
        if stratum == ALL or not n:
            continue
        difference = first - second
        rows: list[tuple[StatisticKey, float, Limits | None, int]] = [
            ("bias", float(difference.mean()), None, n),
            ("rmse", float(np.sqrt(np.mean(difference**2))), None, n),
        ]
        if n > 1:
            single = icc(np.column_stack([first, second]))
            rows.insert(0, ("icc_agreement", single.icc, single.limits, n))
        if n > 2 and np.ptp(first) > 0 and np.ptp(second) > 0:
            rows.append(("pearson", correlation(first, second, method="pearson").r, None, n))
            rows.append(("spearman", correlation(first, second).r, None, n))
        yield from (_row(what, names, stratum, row, enough=n >= LEAST_FOR_INTERVAL) for row in rows)


def found_record(found: Found) -> dict[str, Any]:
    """As JSON and CSV have it."""
    low, high = found.limits if found.limits is not None else (None, None)
    return {
        "what": found.what,
        "first": found.first,
        "second": found.second,
        "stratum": found.stratum,
        "statistic": found.key,
        "label": found.statistic.label,
        "value": plain(found.value),
        "low": plain(low),
        "high": plain(high),
        "interval": found.statistic.interval if found.limits is not None else None,
        "p": plain(found.p),
        "n": found.n,
    }


def found_tables(rows: Sequence[Found]) -> Iterator[Table]:
    """One table for each thing that was compared."""
    for what in dict.fromkeys(row.what for row in rows):
        own = [row for row in rows if row.what == what]
        columns = ["n", "value", "95 % CI", "P"]
        table = table_of(["Of", "Stratum", "Statistic"], columns, title=escape(what))
        before = None
        for row in own:
            between = f"{row.first} against {row.second}" if row.second else row.first
            shown = escape(between) if (between, row.stratum) != before else ""
            stratum = escape(row.stratum) if (between, row.stratum) != before else ""
            before = between, row.stratum
            table.add_row(
                shown,
                stratum,
                escape(row.statistic.label),
                str(row.n),
                number(row.value),
                "-" if row.limits is None else f"{number(row.limits[0])} to {number(row.limits[1])}",
                "" if row.p is None else f"{row.p:.3g}",
            )
        yield table


def _row(
    what: str,
    names: tuple[str, str],
    stratum: str,
    row: tuple[StatisticKey, float, Limits | None, int],
    *,
    enough: bool,
) -> Found:
    key, value, limits, n = row
    known = enough and limits is not None and bool(np.isfinite(limits).all())
    return Found(what, *names, stratum, key, value, n, limits if known else None)


def _first_cell(name: str, column: str, tables: Sequence[Mapping[str, Row]]) -> Cell:
    for table in tables:
        cell = table.get(name, {}).get(column)
        if cell is not None:
            return cell
    return None


def _words(cell: Cell) -> str:
    return f"{cell:g}" if isinstance(cell, float) else str(cell)
