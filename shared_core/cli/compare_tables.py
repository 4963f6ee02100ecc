"""Two tables of results: what ``bac compare`` makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.table import Table

from shared_core.cli.compare_report import Finding, Report, matched, quantity_finding
from shared_core.cli.screen import table_of
from shared_core.errors import UsageError
from shared_core.quantities.quantity import SCOPES
from shared_core.quantities.registry import QUANTITIES
from shared_core.records.canonical_json import plain
from shared_core.records.results_folder import Row, read_table
from shared_core.records.tables import MODEL_COLUMNS
from shared_core.statistics.comparison import GradeAgreement, grade_agreement

_NO_QUANTITY: Final = frozenset(
    {
        *(*MODEL_COLUMNS, "study_date", "spacing_row_mm", "spacing_column_mm"),
        *("views_analysed", "views_total"),
        *(entry.key for entry in QUANTITIES.of("view") if entry.quantity.kind == "setting"),
    }
)
_GRADES: Final = (0, 1, 2, 3)
_LEAST_PAIRS = 2


def compare_tables(
    a: Path, b: Path, *, columns: Sequence[str] | None = None, key: str | None = None, common: bool = False
) -> Report:
    """Compare two tables row by row, B being the reference.

    Columns whose name ends in ``grade`` are compared by kappa, other numbers as quantities: every column of
    numbers that both tables have, where none are named. A row is named by `key`; else by exam and view in
    ``views.csv``, ``key`` in ``exams.csv``, ``name`` in others. With `common`, rows that one table lacks are
    left out.

    Raises
    ------
    OpenBacError
        A table cannot be read, rows or columns do not match.
    """
    one, other = read_table(a), read_table(b)
    pairs, warnings = matched(_by_name(one, a, key), _by_name(other, b, key), common=common, what="rows")
    findings: list[Finding] = []
    grades: list[GradeAgreement] = []
    for column in _columns(one, other, columns, (a, b)):
        known = [
            (x, y)
            for x, y in ((first[column], second[column]) for first, second in pairs.values())
            if _is_number(x) and _is_number(y)
        ]
        if len(known) < len(pairs):
            warnings.append(f"{column}: {len(pairs) - len(known)} of {len(pairs)} rows have no number.")
        if len(known) < _LEAST_PAIRS:
            continue
        first, second = np.array(known, dtype=np.float64).T
        if _is_grade(column) and np.isin([first, second], _GRADES).all():
            grades.append(grade_agreement(column, first, second))
        else:
            findings.append(quantity_finding(column, first, second))
    if not (findings or grades):
        raise UsageError(f"{a} and {b} have no column with two or more pairs of numbers.")
    return Report(
        kind="tables",
        document={"rows": len(pairs), "grades": [_grade_record(grade) for grade in grades]},
        findings=tuple(findings),
        rows=_rows(pairs, [f.agreement.name for f in findings] + [grade.name for grade in grades]),
        tables=(_grade_table(grades),) if grades else (),
        warnings=tuple(warnings),
    )


def _by_name(rows: Sequence[Row], path: Path, key: str | None) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in rows:
        if row.get("status") not in (None, "ok"):
            continue
        name = _name(row, path, key)
        if name in found:
            raise UsageError(
                f"{path}: two rows are named {name}; choose the column that names them with --key."
            )
        found[name] = row
    return found


def _name(row: Row, path: Path, key: str | None) -> str:
    if key is not None:
        if row.get(key) is None:
            raise UsageError(f"{path}: a row has nothing in the column {key}; choose another --key.")
        return str(row[key])
    if "key" in row:
        return str(row["key"])
    if "file" in row and "view" in row:
        if row.get("exam") and row.get("view") and row.get("laterality"):
            return f"{row['exam']} {row['laterality']}{row['view']}"
        return Path(str(row["file"])).name
    if "name" in row:
        return str(row["name"])
    raise UsageError(f"{path}: no column key or name; say which column names a row with --key.")


def _columns(
    one: Sequence[Row], other: Sequence[Row], asked: Sequence[str] | None, paths: tuple[Path, Path]
) -> list[str]:
    if asked is not None:
        for column in asked:
            for rows, path in zip((one, other), paths, strict=True):
                if column not in rows[0]:
                    raise UsageError(f"{path}: has no column {column}; it has {', '.join(rows[0])}.")
        return list(asked)
    return [
        column
        for column in one[0]
        if column not in _NO_QUANTITY
        and column in other[0]
        and any(_is_number(row[column]) for row in one)
        and any(_is_number(row[column]) for row in other)
    ]


def _is_grade(column: str) -> bool:
    """As the registry says; in a table of somebody else, as the end of the name says."""
    kinds = {entry.key: entry.quantity.kind for scope in SCOPES for entry in QUANTITIES.of(scope)}
    return kinds.get(column, "grade" if column.endswith("grade") else "number") == "grade"


def _is_number(cell: object) -> bool:
    return isinstance(cell, float) and np.isfinite(cell)


def _rows(pairs: dict[str, tuple[Row, Row]], columns: Sequence[str]) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "name": name,
            **{f"{side}_{c}": row[c] for c in columns for side, row in (("a", first), ("b", second))},
        }
        for name, (first, second) in pairs.items()
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
