"""One table, or the covariates of two: groups, classes of area, and percentiles by age."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.table import Table

from shared_core.cli.compare_found import ALL, Values
from shared_core.cli.compare_report import Report
from shared_core.cli.compare_rows import AREA_CLASS, NamedRows, is_number, key_of, named_rows, require_columns
from shared_core.cli.screen import escape, number, table_of
from shared_core.errors import UsageError
from shared_core.grades.dapamede import CLASS_NAMES
from shared_core.grades.ibrahim import GRADE_NAMES
from shared_core.statistics.catalogue import Found
from shared_core.statistics.hypothesis_tests import kolmogorov_smirnov, mann_whitney
from shared_core.statistics.percentiles import BAND_YEARS, LEAST_IN_BAND, age_percentile

AGES: Final = ("age", "patient_age", "age_years")
_MOST_ROWS: Final = 40
_BANDS: Final = "vessel-band"
_SCHEMES: Final = (
    # column, scheme, names of the classes, mask style that it needs
    ("area_grade", "Ibrahim 2025, % of the breast", GRADE_NAMES, _BANDS),
    ("csbi_grade", "CSBI 2023, arteries (estimate)", ("0", "1", "2", "3"), _BANDS),
    (AREA_CLASS, "Dapamede 2026, mm²", CLASS_NAMES, "that of the model; theirs may differ"),
)


def compare_groups(
    files: Sequence[Path], *, covariates: Sequence[str], between: str | None, key: str | None
) -> Report:
    """Compare the distributions of covariates: of two tables, or of the groups of a column of one.

    Raises
    ------
    OpenBacError
        A table cannot be read, or has no such column; there is one group only.
    """
    tables = [named_rows(path, key_of(key, place)) for place, path in enumerate(files)]
    require_columns(tables, [*covariates, *([between] if between else [])])
    found: list[Found] = []
    for covariate in covariates:
        groups = _groups(tables, covariate, between)
        if len(groups) < 2:
            raise UsageError(
                f"{covariate}: there is only one group with numbers, {', '.join(groups)}; give two."
            )
        for one, other in combinations(groups, 2):
            found += _tests(covariate, (one, other), (groups[one], groups[other]))
    return Report("groups", {"covariates": list(covariates)}, (), (), (), found=tuple(found))


def describe_table(
    path: Path, *, percentiles: Path | None, columns: Sequence[str] | None, key: str | None
) -> Report:
    """Classes of the cases of one table, and their percentiles by age in the table of a site.

    Raises
    ------
    OpenBacError
        A table cannot be read, or has no age.
    """
    table = named_rows(path, key)
    counted = [count for count in (_counted(table, *scheme) for scheme in _SCHEMES) if count is not None]
    rows = list(_percentiles(table, named_site(percentiles), columns)) if percentiles is not None else []
    if not (counted or rows):
        raise UsageError(
            f"{path}: holds no grade and no BAC area in mm²; give another table to compare it with, "
            "or the table of a site for percentiles."
        )
    screens = ([_class_table(counted)] if counted else []) + ([_percentile_table(rows)] if rows else [])
    return Report("table", {"classes": counted, "percentiles": rows}, (), tuple(rows), tuple(screens))


def named_site(path: Path) -> NamedRows:
    """The table of a site: a person a row, with age and quantities; rows are numbered."""
    from shared_core.records.results_folder import read_table

    return NamedRows(path, {str(place): row for place, row in enumerate(read_table(path), 2)})


def _groups(tables: Sequence[NamedRows], covariate: str, between: str | None) -> dict[str, Values]:
    found: dict[str, list[float]] = {}
    for letter, table in zip("AB", tables, strict=False):
        for row in table.rows.values():
            value = row.get(covariate)
            if not isinstance(value, float) or not np.isfinite(value):
                continue
            cell = row.get(between) if between is not None else letter
            if cell is not None:
                name = (
                    letter
                    if between is None
                    else f"{between} = {cell:g}"
                    if isinstance(cell, float)
                    else f"{between} = {cell}"
                )
                found.setdefault(name, []).append(value)
    return {name: np.array(found[name]) for name in sorted(found)}


def _tests(covariate: str, names: tuple[str, str], groups: tuple[Values, Values]) -> Iterator[Found]:
    one, other = groups
    n = one.size + other.size
    yield Found(covariate, *names, ALL, "median_first", float(np.median(one)), one.size)
    yield Found(covariate, *names, ALL, "median_second", float(np.median(other)), other.size)
    ranks, distance = mann_whitney(one, other), kolmogorov_smirnov(one, other)
    yield Found(covariate, *names, ALL, "mann_whitney_u", ranks.statistic, n, p=ranks.p)
    yield Found(covariate, *names, ALL, "kolmogorov_smirnov_d", distance.statistic, n, p=distance.p)


def _counted(
    table: NamedRows, column: str, scheme: str, names: Sequence[str], style: str
) -> dict[str, Any] | None:
    if column not in table.columns:
        return None
    cells = [row.get(column) for row in table.rows.values()]
    # What is no class, as another program may have written it, is one that is not known.
    counts = Counter(int(cell) for cell in cells if isinstance(cell, float) and cell in range(len(names)))
    return {
        "column": column,
        "scheme": scheme,
        "mask_style_needed": style,
        "mask_styles": sorted(
            {str(row["mask_style"]) for row in table.rows.values() if row.get("mask_style")}
        ),
        "classes": [{"class": place, "name": name, "n": counts[place]} for place, name in enumerate(names)],
        "unknown": len(cells) - sum(counts.values()),
    }


def _percentiles(
    table: NamedRows, site: NamedRows, columns: Sequence[str] | None
) -> Iterator[dict[str, Any]]:
    age_of, age_there = _age_column(table), _age_column(site)
    if columns is not None:
        require_columns([table, site], columns)
    shared = columns or [
        column
        for column in site.columns
        if column != age_there and any(is_number(row.get(column)) for row in table.rows.values())
    ]
    if not shared:
        raise UsageError(
            f"{site.path}: has no column of numbers that {table.path} has as well, beside the age."
        )
    for column in shared:
        known = np.array(
            [
                (row[age_there], row[column])
                for row in site.rows.values()
                if is_number(row.get(age_there)) and is_number(row.get(column))
            ],
            np.float64,
        ).reshape(-1, 2)
        for name, row in table.rows.items():
            age, value = row.get(age_of), row.get(column)
            if not (isinstance(age, float) and isinstance(value, float)):
                continue
            found = age_percentile(value, age, ages=known[:, 0], values=known[:, 1])
            percentile = None if np.isnan(found.percentile) else found.percentile
            yield {
                "name": name,
                "age": age,
                "quantity": column,
                "value": value,
                "percentile": percentile,
                "age_group": found.band,
                "n_age_group": found.n,
            }


def _age_column(table: NamedRows) -> str:
    for column in AGES:
        if column in table.columns:
            return column
    raise UsageError(f"{table.path}: has no column {', '.join(AGES)}, which percentiles by age need.")


def _class_table(counted: Sequence[Mapping[str, Any]]) -> Table:
    table = table_of(["Scheme", "Mask style it needs"], ["0", "1", "2", "3", "unknown"], title="Classes")
    for one in counted:
        cells = [f"{entry['n']} ({entry['name']})" for entry in one["classes"]]
        table.add_row(one["scheme"], one["mask_style_needed"], *cells, str(one["unknown"]))
    return table


def _percentile_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    title = f"Percentiles by {BAND_YEARS} years of age; none below {LEAST_IN_BAND} people"
    table = table_of(["Case", "Quantity"], ["value", "age", "percentile", "age group (n)"], title=title)
    for row in rows[:_MOST_ROWS]:
        percentile = number(row["percentile"], 0)
        group = f"{row['age_group']} ({row['n_age_group']})"
        cells = f"{row['value']:.4g}", f"{row['age']:g}", percentile, group
        table.add_row(escape(row["name"]), escape(row["quantity"]), *cells)
    if len(rows) > _MOST_ROWS:
        table.add_row(f"... {len(rows) - _MOST_ROWS} more", *[""] * 5)
    return table
