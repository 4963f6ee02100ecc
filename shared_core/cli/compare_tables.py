"""Two tables of results: what ``bac compare`` makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from shared_core.cli.compare_found import grade_rows, has_column, quantity_rows, strata_of
from shared_core.cli.compare_report import Finding, Report, matched, quantity_finding
from shared_core.cli.compare_rows import NamedRows, is_number, key_of, named_rows, require_columns
from shared_core.cli.screen import escape, table_of
from shared_core.errors import UsageError
from shared_core.pictures.plots import severe_roc_plot
from shared_core.quantities.quantity import SCOPES
from shared_core.quantities.registry import QUANTITIES
from shared_core.records.canonical_json import plain
from shared_core.records.results_folder import Cell, Row
from shared_core.records.tables import MODEL_COLUMNS
from shared_core.statistics.catalogue import Found
from shared_core.statistics.comparison import GradeAgreement, grade_agreement

_NO_QUANTITY: Final = frozenset(
    {
        *(*MODEL_COLUMNS, "study_date", "spacing_row_mm", "spacing_column_mm"),
        *("views_analysed", "views_total"),
        *(entry.key for entry in QUANTITIES.of("view") if entry.quantity.kind == "setting"),
    }
)
GRADE_VALUES: Final = (0, 1, 2, 3)
_LEAST_PAIRS = 2


@dataclass(frozen=True)
class TableOptions:
    """What a person may ask for of tables."""

    columns: Sequence[str] | None = None
    """Every column of numbers that all tables have, where none are named."""
    key: str | None = None
    common: bool = False
    """Rows that one table lacks are left out."""
    pairs: Sequence[tuple[str, str]] = ()
    """Columns of A and of B that are compared with each other; no others are then."""
    strata: Sequence[str] = ()
    cases: Path | None = None
    """Another table about the same cases, with columns for strata."""


def compare_tables(a: Path, b: Path, options: TableOptions | None = None) -> Report:
    """Compare two tables row by row, B being the reference.

    Columns whose name ends in ``grade`` are compared by kappa, other numbers as quantities. A row is named by
    the key; else by exam and view in ``views.csv``, ``key`` in ``exams.csv``, ``name`` or ``exam`` in others.

    Raises
    ------
    OpenBacError
        A table cannot be read, rows or columns do not match.
    """
    options = options or TableOptions()
    one, other = (named_rows(path, key_of(options.key, place)) for place, path in enumerate((a, b)))
    pairs, warnings = matched(one.rows, other.rows, common=options.common, what="rows")
    strata = case_strata(list(pairs), options, (one, other))
    findings: list[Finding] = []
    grades: list[GradeAgreement] = []
    found: list[Found] = []
    compared = [*options.pairs] or [
        (column, column) for column in shared_columns((one, other), options.columns)
    ]
    require_columns([one], [column for column, _ in options.pairs])
    require_columns([other], [column for _, column in options.pairs])
    for column_a, column_b in compared:
        title = column_a if column_a == column_b else f"{column_a}={column_b}"
        values = np.array([[_number(x[column_a]), _number(y[column_b])] for x, y in pairs.values()])
        known = np.flatnonzero(np.isfinite(values).all(axis=1))
        if len(known) < len(pairs):
            warnings.append(f"{title}: {len(pairs) - len(known)} of {len(pairs)} rows have no number.")
        if len(known) < _LEAST_PAIRS:
            continue
        first, second = values[known].T
        own = within(strata, known)
        if is_grade(column_a) and is_grade(column_b) and np.isin([first, second], GRADE_VALUES).all():
            grades.append(grade_agreement(title, first, second))
            found += grade_rows(title, ("A", "B"), (first, second), own)
        else:
            names = None if column_a == column_b else (column_a, column_b)
            findings.append(quantity_finding(title, first, second, names=names))
            found += quantity_rows(title, ("A", "B"), (first, second), own)
    if not (findings or grades):
        raise UsageError(f"{a} and {b} have no column with two or more pairs of numbers.")
    return Report(
        kind="tables",
        document={"rows": len(pairs), "grades": [_grade_record(grade) for grade in grades]},
        findings=tuple(findings),
        rows=_rows(pairs, compared),
        tables=(*((_grade_table(grades),) if grades else ()), *contingency_tables(grades)),
        warnings=tuple(warnings),
        found=tuple(found),
        pictures=_roc(found, grades),
    )


def case_strata(
    names: Sequence[str], options: TableOptions, tables: Sequence[NamedRows]
) -> dict[str, list[int]]:
    """The strata asked for: a column of the table of cases, else of the reference, else of another table.

    A `UsageError` where no table has the column.
    """
    sources = [table.rows for table in reversed(tables)]
    if options.cases is not None:
        sources.insert(0, named_rows(options.cases, key_of(options.key, 0)).rows)
    for column in options.strata:
        if not has_column(column, sources):
            raise UsageError(f"No table has the column {column} for strata; check its name.")
    return strata_of(names, options.strata, sources)


def within(strata: Mapping[str, Sequence[int]], known: NDArray[np.intp]) -> dict[str, list[int]]:
    """The strata, of those cases alone that are known, by their new places."""
    place_of = {int(place): new for new, place in enumerate(known)}
    return {
        name: [place_of[place] for place in places if place in place_of] for name, places in strata.items()
    }


def contingency_tables(grades: Sequence[GradeAgreement]) -> Iterator[Table]:
    """Cases by the grade of A (rows) and of B (columns)."""
    for grade in grades:
        columns = [f"B {value}" for value in GRADE_VALUES]
        table = table_of(["Cases"], columns, title=escape(grade.name))
        for value, row in zip(GRADE_VALUES, grade.kappa.table, strict=True):
            table.add_row(f"A {value}", *(str(count) for count in row))
        yield table


def shared_columns(tables: Sequence[NamedRows], asked: Sequence[str] | None) -> list[str]:
    """Columns of numbers that all tables have, or those that were asked for."""
    if asked is not None:
        require_columns(tables, asked)
        return list(asked)
    return [
        column
        for column in tables[0].columns
        if column not in _NO_QUANTITY
        and all(any(is_number(row.get(column)) for row in table.rows.values()) for table in tables)
    ]


def is_grade(column: str) -> bool:
    """As the registry says; in a table of somebody else, as the end of the name says."""
    kinds = {entry.key: entry.quantity.kind for scope in SCOPES for entry in QUANTITIES.of(scope)}
    return kinds.get(column, "grade" if column.endswith("grade") else "number") == "grade"


def _number(cell: Cell) -> float:
    return cell if isinstance(cell, float) else float("nan")


def _roc(found: Sequence[Found], grades: Sequence[GradeAgreement]) -> dict[str, Callable[[], bytes]]:
    """ROC curves of the severe grade, where the reference has such cases and others."""
    drawn = [
        grade for grade in grades if any(row.what == grade.name and row.key == "auc_ordinal" for row in found)
    ]
    if not drawn:
        return {}
    tables = {grade.name: grade.kappa.table for grade in drawn}
    return {"severe_roc.png": lambda: severe_roc_plot(tables)}


def _rows(
    pairs: Mapping[str, tuple[Row, Row]], compared: Sequence[tuple[str, str]]
) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "name": name,
            **{
                f"{side}_{c}": row.get(c)
                for ca, cb in compared
                for side, row, c in (("a", x, ca), ("b", y, cb))
            },
        }
        for name, (x, y) in pairs.items()
    )


def _grade_record(grade: GradeAgreement) -> dict[str, Any]:
    return {
        "name": grade.name,
        "kappa": plain(grade.kappa.kappa),
        "kappa_limits": plain(grade.bootstrap.limits),
        "resamples": grade.bootstrap.resamples,
        "seed": grade.bootstrap.seed,
        "n": grade.kappa.n,
        "table": grade.kappa.table.tolist(),
    }


def _grade_table(grades: Sequence[GradeAgreement]) -> Table:
    table = table_of(["Grade"], ("n", "quadratic kappa [95 % CI]", "equal"), title="Grades 0 to 3")
    for grade in grades:
        low, high = grade.bootstrap.limits
        value = grade.kappa.kappa
        said = f"{value:.3f} [{low:.3f}, {high:.3f}]" if np.isfinite(value) else "- (one grade only)"
        equal = int(np.trace(grade.kappa.table))
        table.add_row(grade.name, str(grade.kappa.n), said, f"{equal} of {grade.kappa.n}")
    return table
