"""A table of facts: each row found again by its image."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from shared_core.errors import UsageError
from shared_core.mammogram import StatedFacts
from shared_core.notices import Notice
from shared_core.notices.of_files import FACTS_FIT_NOTHING, FACTS_MISSING, FACTS_OF_OTHER_FILES
from shared_core.reading.facts.public_tables import PUBLIC_TABLES, cut

_MOST_NAMED: Final = 8


@dataclass(frozen=True)
class FactsRow:
    """One row: which image it is of, and what it states."""

    line: int
    file: str
    """As it stands in the table."""
    facts: StatedFacts


@dataclass(frozen=True)
class FactsTable:
    """What a table states of images."""

    path: Path
    rows: tuple[FactsRow, ...]
    public: str = ""
    """Name of the public set that it comes with; empty for a table of one's own."""
    notices: tuple[Notice, ...] = ()

    @property
    def name(self) -> str:
        """For messages."""
        return self.path.name

    @cached_property
    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def facts_of(self, file: Path) -> StatedFacts | None:
        """What is stated of an image; None where it has no row.

        Raises
        ------
        UsageError
            Several rows are of this image.
        """
        rows = self._rows_of(file)
        if len(rows) > 1 and not self.public:
            lines = ", ".join(str(row.line) for row in rows)
            raise UsageError(f"{self.name}: the lines {lines} are all of {file}; leave one of them.")
        return rows[0].facts if rows else None

    def matched(self, files: Sequence[Path]) -> tuple[dict[Path, StatedFacts], tuple[Notice, ...]]:
        """What is stated of each image, and a notice about rows of images that are not here.

        Raises
        ------
        UsageError
            Several rows are of one image, or one row of several, or rows of one image contradict each other.
        """
        found: dict[Path, StatedFacts] = {}
        used: dict[int, list[Path]] = defaultdict(list)
        for file in files:
            facts = self.facts_of(file)
            if facts is not None:
                found[file] = facts
                used[self._rows_of(file)[0].line].append(file)
        if not self.public:
            self._refuse_ambiguous(used)
        left = [row for row in self.rows if row.line not in used]
        if self.public:
            nothing = (FACTS_FIT_NOTHING.notice(table=self.name),) if files and not found else ()
            return found, (*self.notices, *nothing)
        left = self._without_spellings(left, files)
        return found, (*self.notices, *self._about_left(left))

    def _refuse_ambiguous(self, used: Mapping[int, Sequence[Path]]) -> None:
        wrong = [
            f"line {row.line}: {row.file} is the name of {len(used[row.line])} images "
            f"({', '.join(map(str, used[row.line][:2]))}); write their paths"
            for row in self.rows
            if len(used.get(row.line, ())) > 1
        ]
        refuse(wrong, self.name)

    def _without_spellings(self, left: Sequence[FactsRow], files: Sequence[Path]) -> list[FactsRow]:
        """Without rows that say of an image, by another spelling of its path, what its own row says."""
        lines = {row.line for row in left}
        told: set[int] = set()
        wrong: dict[int, str] = {}
        for file in files if lines else ():
            fitting = self._fitting(file)
            if len(fitting) < 2:
                continue
            own = self._rows_of(file)[0]
            for row in fitting:
                if row.line not in lines:
                    continue
                told.add(row.line)
                if replace(row.facts, source="") != replace(own.facts, source=""):
                    text = f"line {row.line}: contradicts line {own.line} about {row.file}"
                    wrong.setdefault(row.line, text)
        refuse([wrong[line] for line in sorted(wrong)], self.name)
        return [row for row in left if row.line not in told]

    def _about_left(self, left: Sequence[FactsRow]) -> tuple[Notice, ...]:
        if not left:
            return ()
        rows = ", ".join(first_named([f"line {row.line} ({row.file})" for row in left]))
        return (FACTS_OF_OTHER_FILES.notice(table=self.name, rows=rows),)

    def _rows_of(self, file: Path) -> Sequence[FactsRow]:
        if self.public:
            key = cut(PUBLIC_TABLES[self.public].of_file, file.absolute().as_posix())
            return self._by_name.get(key, ()) if key else ()
        fitting = self._fitting(file)
        longest = max((len(row_parts(row, self.path)) for row in fitting), default=0)
        return [row for row in fitting if len(row_parts(row, self.path)) == longest]

    def _fitting(self, file: Path) -> list[FactsRow]:
        """Rows whose file is the end of the path, however much of it they write."""
        parts = _parts(os.path.normpath(file.absolute()))
        stem = parts[-1].rpartition(".")[0] or parts[-1]
        rows = [*self._by_name.get(parts[-1], ()), *self._by_name.get(stem, ())]
        return [row for row in dict.fromkeys(rows) if _is_end_of(row_parts(row, self.path), parts)]

    @cached_property
    def _by_name(self) -> Mapping[str, list[FactsRow]]:
        """Rows by the last part of their file, or by what a public set calls it."""
        found: dict[str, list[FactsRow]] = defaultdict(list)
        for row in self.rows:
            key = public_key(row, self.public) if self.public else row_parts(row, self.path)[-1]
            if key:
                found[key].append(row)
        return found


def stated_of(table: FactsTable | None, file: Path) -> tuple[StatedFacts | None, tuple[Notice, ...]]:
    """What a table, where there is one, states of one image, and what is to be said of the table."""
    if table is None:
        return None, ()
    facts = table.facts_of(file)
    missing = (FACTS_MISSING.notice(table=table.name, name=file.name),) if facts is None else ()
    return facts, (*table.notices, *missing)


def refuse(wrong: Sequence[str], name: str) -> None:
    """`UsageError` that names wrong rows, where there are any."""
    if wrong:
        count = "1 row is" if len(wrong) == 1 else f"{len(wrong)} rows are"
        raise UsageError(f"{name}: {count} wrong: {'; '.join(first_named(wrong))}.")


def first_named(texts: Sequence[str]) -> list[str]:
    """The first of many, and how many more there are."""
    more = [f"and {len(texts) - _MOST_NAMED} more"] if len(texts) > _MOST_NAMED else []
    return [*texts[:_MOST_NAMED], *more]


def public_key(row: FactsRow, public: str) -> str | None:
    return cut(PUBLIC_TABLES[public].of_row, row.file)


def row_parts(row: FactsRow, table: Path) -> tuple[str, ...]:
    """Of its file; a path that leads upwards begins at the table."""
    text = row.file.replace("\\", "/")
    if text.startswith("../"):
        text = str((table.parent / text).absolute())
    return _parts(os.path.normpath(text))


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.replace("\\", "/").casefold().split("/") if part)


def _is_end_of(short: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether a path is the end of another, whose last part may have an ending more."""
    end = tuple(whole[-len(short) :])
    stem = (*end[:-1], end[-1].rpartition(".")[0])
    return tuple(short) in (end, stem)
