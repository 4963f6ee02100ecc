"""Reading a table of facts, one's own or that of a public set: what is wrong in it is named by its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

from shared_core.errors import UsageError
from shared_core.mammogram import StatedFacts
from shared_core.notices.of_files import FACTS_COLUMNS_UNUSED, FACTS_NOT_UNDERSTOOD
from shared_core.reading.facts.cells import date_of, intent_of, length_mm, side_of, view_of
from shared_core.reading.facts.public_tables import PUBLIC_TABLES, Fact, PublicTable, cut
from shared_core.reading.facts.table import FactsRow, FactsTable, first_named, public_key, refuse, row_parts
from shared_core.reading.facts.table_text import table_lines
from shared_core.reading.persons import is_no_identifier

COLUMNS: Final[tuple[Fact, ...]] = (
    *("file", "patient", "exam", "study_date", "side", "view"),
    *("row_spacing_mm", "column_spacing_mm", "manufacturer", "intent"),
)
"""As ``bac facts`` writes them."""
_OTHER_NAMES: Final[Mapping[str, Fact]] = {
    **dict.fromkeys(("filename", "file_name", "path", "file_path", "image"), "file"),
    **dict.fromkeys(("patient_id", "patientid"), "patient"),
    **dict.fromkeys(("exam_id", "study"), "exam"),
    **dict.fromkeys(("date", "studydate", "exam_date"), "study_date"),
    **dict.fromkeys(("laterality", "breast"), "side"),
    **dict.fromkeys(("view_position", "viewposition", "projection"), "view"),
    **dict.fromkeys(("spacing_mm", "spacing", "pixel_spacing", "pixel_spacing_mm"), "spacing_mm"),
    **dict.fromkeys(("row_spacing", "spacing_row_mm"), "row_spacing_mm"),
    **dict.fromkeys(("column_spacing", "spacing_column_mm"), "column_spacing_mm"),
    **dict.fromkeys(("maker", "vendor"), "manufacturer"),
    "source": "source",
    **dict.fromkeys(("presentation_or_processing", "presentation_intent", "kind"), "intent"),
}
_PLAIN_NAMES: Final[Mapping[str, Fact]] = {
    name.replace("_", ""): fact for name, fact in (*((fact, fact) for fact in COLUMNS), *_OTHER_NAMES.items())
}
_LEFT_EMPTY: Final = frozenset({"", "nan", "none", "null", "na", "n/a"})
"""What programs write in cells without a value."""
_Value = TypeVar("_Value")


def read_facts(text: str) -> FactsTable:
    """Read ``TABLE.csv``, or the table of a public set as in ``rsna:train.csv``.

    Raises
    ------
    UsageError
        It cannot be read, or has wrong rows: each is named with its line.
    """
    public, colon, rest = text.partition(":")
    if colon and public.lower() in PUBLIC_TABLES:
        return _public_table(Path(rest), public.lower())
    return _own_table(Path(text))


def _own_table(path: Path) -> FactsTable:
    lines = table_lines(path)
    _, head = next(lines, (0, []))
    named = [_column(name) for name in head]
    twice = {name for name in named if name and named.count(name) > 1}
    if twice:
        raise UsageError(f"{path.name}: the column {', '.join(sorted(twice))} is there twice.")
    if "file" not in named:
        raise UsageError(
            f"{path.name}: no column is called file, with names or paths of images; the others may be "
            f"{', '.join(COLUMNS[1:])}."
        )
    rows: list[FactsRow] = []
    wrong: list[str] = []
    first_of: dict[str, int] = {}
    for number, cells in lines:
        # one more that is empty is a comma at the end of the line; more come of commas within numbers
        if len(cells) > len(head) + (not cells[-1]):
            wrong.append(f"line {number}: has {_cells(cells)}, and there are {len(head)} columns")
            continue
        if len(cells) < _fewest(head):
            wrong.append(f"line {number}: has {_cells(cells)}, and there are {_fewest(head)} columns")
            continue
        values = {name: cell for name, cell in zip(named, cells, strict=False) if name and cell}
        try:
            row = _row(path, number, values)
        except ValueError as error:
            wrong.append(f"line {number}: {error}")
            continue
        key = "/".join(row_parts(row, path))
        if key in first_of:
            wrong.append(f"line {number}: is of {row.file}, and so is line {first_of[key]}")
        first_of.setdefault(key, number)
        rows.append(row)
    refuse(wrong, path.name)
    if not rows:
        raise UsageError(f"{path.name}: has no rows below the names of its columns.")
    unused = [name for name, fact in zip(head, named, strict=True) if fact is None and name]
    notices = [FACTS_COLUMNS_UNUSED.notice(table=path.name, columns=", ".join(unused))] if unused else []
    return FactsTable(path, tuple(rows), notices=tuple(notices))


def _column(name: str) -> Fact | None:
    return _PLAIN_NAMES.get(re.sub(r"[\s\[\](){}<>_.:,/-]+", "", name.casefold()))


def _fewest(head: list[str]) -> int:
    """Cells that a row has at least: to the last column that has a name."""
    return max((number for number, name in enumerate(head, 1) if name), default=0)


def stated_facts(values: Mapping[str, str], *, source: str = "stated by hand") -> StatedFacts:
    """Facts that a person types, under the names of `COLUMNS`; what is empty is not stated.

    Raises
    ------
    UsageError
        One of them cannot be understood.
    """
    known = {fact: values[fact].strip() for fact in COLUMNS if values.get(fact, "").strip()}
    try:
        return _facts(known, source)
    except ValueError as error:
        sentence = str(error)
        raise UsageError(f"{sentence[:1].upper()}{sentence[1:]}.") from None


def _row(path: Path, number: int, values: Mapping[Fact, str]) -> FactsRow:
    """A row of one's own table; `ValueError` where something in it is wrong."""
    if "file" not in values:
        raise ValueError("names no file")
    source = values.get("source", "") or f"in {path.name}, line {number}"
    return FactsRow(number, values["file"], _facts(values, f"stated {source}"))


def _facts(values: Mapping[Fact, str], source: str) -> StatedFacts:
    facts = StatedFacts(
        source=source,
        patient=values.get("patient", ""),
        exam=values.get("exam", ""),
        study_date=date_of(values["study_date"]) if "study_date" in values else "",
        laterality=side_of(values["side"]) if "side" in values else None,
        spacing_mm=_spacing(values),
        manufacturer=values.get("manufacturer", ""),
        intent=intent_of(values["intent"]) if "intent" in values else None,
    )
    if "view" in values:
        view, side = view_of(values["view"])
        if side is not None and facts.laterality not in (None, side):
            raise ValueError(f"the view {values['view']!r} and the side {values['side']!r} contradict")
        facts = replace(facts, view=view, laterality=facts.laterality or side)
    return facts


def _spacing(values: Mapping[Fact, str]) -> tuple[float, float] | None:
    both = values.get("spacing_mm")
    row, column = values.get("row_spacing_mm", both), values.get("column_spacing_mm", both)
    if row is None and column is None:
        return None
    if row is None or column is None:
        raise ValueError("gives one spacing; give both row_spacing_mm and column_spacing_mm")
    return length_mm(row), length_mm(column)


def _public_table(path: Path, public: str) -> FactsTable:
    kind = PUBLIC_TABLES[public]
    rows: dict[str, FactsRow] = {}
    wrong: list[str] = []
    unclear: list[str] = []
    for number, values in _public_lines(path, kind, unclear):
        row = _public_row(path, number, values, unclear)
        key = public_key(row, public) if row is not None else None
        if row is None or not key:
            continue
        first = rows.setdefault(key, row)
        if replace(first.facts, source="") != replace(row.facts, source=""):
            wrong.append(f"line {number}: contradicts line {first.line} about {row.file}")
    refuse(wrong, path.name)
    if not rows:
        raise UsageError(f"{path.name}: has no rows of the kind that {public} comes with.")
    told = "; ".join(first_named(unclear))
    notices = (FACTS_NOT_UNDERSTOOD.notice(table=path.name, rows=told),) if unclear else ()
    return FactsTable(path, tuple(rows.values()), public, notices)


def _public_lines(path: Path, kind: PublicTable, unclear: list[str]) -> Iterable[tuple[int, dict[Fact, str]]]:
    """Values by line; rows that are cut off are told, for a cell may be missing anywhere in them."""
    lines = table_lines(path, words=kind.words)
    if kind.positions:
        head = list(kind.positions)
    else:
        _, head = next(lines, (0, []))
        head = [name.casefold() for name in head]
        needed = [name for name in kind.columns["file"] if name not in head]
        if needed:
            raise UsageError(f"{path.name}: has no column {', '.join(needed)}, as the table of the set has.")
    for number, cells in lines:
        if kind.rows and cut(f"({kind.rows})", cells[0]) != cells[0].casefold():
            continue
        if not kind.positions and len(cells) < _fewest(head):
            unclear.append(f"line {number} has {_cells(cells)} of {_fewest(head)}")
            continue
        named = dict(zip(head, cells, strict=False))
        values: dict[Fact, str] = dict(kind.constants)
        for fact, names in kind.columns.items():
            values[fact] = "/".join(named.get(name, "") for name in names)
        yield number, {fact: value for fact, value in values.items() if value.strip("/")}


def _cells(cells: list[str]) -> str:
    return "1 cell" if len(cells) == 1 else f"{len(cells)} cells"


def _public_row(path: Path, number: int, values: Mapping[Fact, str], unclear: list[str]) -> FactsRow | None:
    """What is understood of a row; a view that is none of ours is not stated."""
    if "file" not in values:
        return None
    patient = values.get("patient", "")
    facts = StatedFacts(
        source=f"stated in {path.name}, line {number}",
        patient="" if is_no_identifier(patient) else patient,
        exam=values.get("exam", ""),
        spacing_mm=_spacing(values),
        manufacturer=values.get("manufacturer", ""),
    )

    def understood(parse: Callable[[str], _Value], fact: Fact, what: str) -> _Value | None:
        text = values.get(fact, "")
        if text.casefold() in _LEFT_EMPTY:
            return None
        try:
            return parse(text)
        except ValueError:
            unclear.append(f"line {number} has the {what} {text!r}")
            return None

    side = understood(side_of, "side", "side")
    view, side_of_view = understood(view_of, "view", "view") or (None, None)
    date = understood(date_of, "study_date", "date") or ""
    return FactsRow(
        number,
        values["file"],
        replace(facts, laterality=side or side_of_view, view=view, study_date=date),
    )
