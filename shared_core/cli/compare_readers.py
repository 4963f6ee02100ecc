"""Three or more readers, or some against a reference: what ``bac compare`` makes of their tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from shared_core.cli.compare_found import Values, grade_rows
from shared_core.cli.compare_report import Report
from shared_core.cli.compare_rows import NamedRows, key_of, named_rows
from shared_core.cli.compare_tables import (
    GRADE_VALUES,
    TableOptions,
    case_strata,
    is_grade,
    shared_columns,
    within,
)
from shared_core.cli.screen import escape, table_of
from shared_core.errors import UsageError
from shared_core.pictures.plots import severe_roc_plot
from shared_core.statistics.catalogue import Found
from shared_core.statistics.consensus import consensus
from shared_core.statistics.kappa import contingency

_MOST_NAMED = 5
OTHERS = "consensus of the others"


def compare_readers(
    files: tuple[Path, ...], options: TableOptions, *, reference: Path | None = None
) -> Report:
    """Compare the grades of readers, all pairs, and each with a reference.

    Without `reference` that is the consensus of the other readers, case by case; where they have none, the
    case is left out and counted.

    Raises
    ------
    OpenBacError
        A table cannot be read, or rows do not match, or no column of grades is in all.
    """
    paths = files if reference is None else (*files, reference)
    tables = [named_rows(path, key_of(options.key, place)) for place, path in enumerate(paths)]
    labels = _labels(tables)
    names, warnings = _common(tables, common=options.common)
    strata = case_strata(names, options, tables)
    found: list[Found] = []
    screens: list[Table] = []
    documents: list[dict[str, Any]] = []
    curves: dict[tuple[str, str], NDArray[np.int64]] = {}
    for column in _grade_columns(tables, options):
        grades = np.array([[_grade(table.rows[name].get(column)) for name in names] for table in tables])
        known = np.flatnonzero(np.isfinite(grades).all(axis=0))
        if len(known) < len(names):
            warnings.append(
                f"{column}: {len(names) - len(known)} of {len(names)} rows lack a grade of some reader."
            )
        if len(known) < 2:
            continue
        own = within(strata, known)
        for (one, first), (other, second) in _pairs(
            labels, grades[:, known], reference=reference is not None
        ):
            usable = np.flatnonzero(np.isfinite(second))
            if not len(usable):
                continue
            if len(usable) < len(second):
                warnings.append(
                    f"{column}: the other readers have no consensus on {len(second) - len(usable)} of "
                    f"{len(second)} cases, left out for {one}."
                )
            table = contingency(first[usable], second[usable])
            severe = other == OTHERS or reference is not None
            rows = grade_rows(
                column, (one, other), (first[usable], second[usable]), within(own, usable), severe=severe
            )
            found += rows
            documents.append({"name": column, "first": one, "second": other, "table": table.tolist()})
            screens.append(_screen(column, (one, other), table))
            if severe and table[:, 3:].sum() and table[:, :3].sum():
                curves[one, column] = table
    if not found:
        raise UsageError(
            f"No column of grades 0 to 3 is in all of {', '.join(str(path) for path in paths)}; name one "
            "whose name ends in grade."
        )
    return Report(
        kind="readers",
        document={"readers": labels, "rows": len(names), "tables": documents},
        findings=(),
        rows=tuple(_rows(names, labels, tables, _grade_columns(tables, options))),
        tables=tuple(screens),
        warnings=tuple(warnings),
        pictures=_roc(curves),
        found=tuple(found),
    )


def _pairs(
    labels: list[str], grades: Values, *, reference: bool
) -> Iterator[tuple[tuple[str, Values], tuple[str, Values]]]:
    """With a reference, the last, each against it alone; else all pairs, and each against the others."""
    readers = list(zip(labels, grades, strict=True))
    if reference:
        yield from ((reader, readers[-1]) for reader in readers[:-1])
        return
    yield from combinations(readers, 2)
    if len(readers) > 2:
        for place, reader in enumerate(readers):
            yield reader, (OTHERS, consensus([one for _, one in readers[:place] + readers[place + 1 :]]))


def _grade_columns(tables: list[NamedRows], options: TableOptions) -> list[str]:
    return [
        column
        for column in shared_columns(tables, options.columns)
        if is_grade(column)
        and all(
            cell in GRADE_VALUES
            for table in tables
            for row in table.rows.values()
            if isinstance(cell := row.get(column), float)
        )
    ]


def _common(tables: list[NamedRows], *, common: bool) -> tuple[list[str], list[str]]:
    """Names that all tables have, and a warning about others; a `UsageError` where they may not differ."""
    everywhere = [name for name in tables[0].rows if all(name in table.rows for table in tables)]
    missing = sorted({name for table in tables for name in table.rows} - set(everywhere))
    if not everywhere:
        raise UsageError("No row has the same name in all tables; say which column names a row with --key.")
    if not missing:
        return everywhere, []
    more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
    said = f"{', '.join(missing[:_MOST_NAMED])}{more}"
    if not common:
        raise UsageError(f"Rows are not in all tables ({said}); add --common to compare those that are.")
    return everywhere, [f"Rows left out, as they are not in all tables: {said}."]


def _labels(tables: list[NamedRows]) -> list[str]:
    """Names of the tables; with letters where two have one name."""
    names = [table.label for table in tables]
    if len(set(names)) == len(names):
        return names
    return [f"{letter} ({name})" for letter, name in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", names, strict=False)]


def _grade(cell: object) -> float:
    return cell if isinstance(cell, float) else float("nan")


def _screen(column: str, names: tuple[str, str], table: NDArray[np.int64]) -> Table:
    title = escape(f"{column}: {names[0]} (rows) against {names[1]} (columns)")
    shown = table_of(["Cases"], [str(value) for value in GRADE_VALUES], title=title)
    for value, row in zip(GRADE_VALUES, table, strict=True):
        shown.add_row(str(value), *(str(count) for count in row))
    return shown


def _rows(
    names: list[str], labels: list[str], tables: list[NamedRows], columns: list[str]
) -> Iterator[dict[str, Any]]:
    for name in names:
        yield {
            "name": name,
            **{
                f"{label} {column}": table.rows[name].get(column)
                for column in columns
                for label, table in zip(labels, tables, strict=True)
            },
        }


def _roc(curves: Mapping[tuple[str, str], NDArray[np.int64]]) -> dict[str, Callable[[], bytes]]:
    one_column = len({column for _, column in curves}) == 1
    named = {
        reader if one_column else f"{reader}, {column}": table for (reader, column), table in curves.items()
    }
    return {"severe_roc.png": lambda: severe_roc_plot(named)} if named else {}
