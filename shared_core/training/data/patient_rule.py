"""What a person states of whose an image is: a folder, a pattern of its path, or a column of a table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from shared_core.errors import UsageError
from shared_core.mammogram import MammogramHeader
from shared_core.reading.facts.table import FactsTable
from shared_core.reading.facts.table_reading import read_facts
from shared_core.reading.kinds import image_stem


@dataclass(frozen=True)
class PatientRule:
    """One of: the folder of a depth, the pattern, the table, the header, or the whole name of the file."""

    text: str
    """As it was stated."""
    depth: int = 0
    """Of the folder, 1 for those that lie directly in the source's folder; 0 for another kind of rule."""
    pattern: re.Pattern[str] | None = None
    table: FactsTable | None = None

    @property
    def said(self) -> str:
        """For a list of patients."""
        return f"the rule {self.text}"

    def patient(self, path: Path, root: Path, header: MammogramHeader) -> str:
        """Whose an image is; a `UsageError` where the rule does not tell."""
        found = self._found(path, root, header)
        if not found:
            raise UsageError(f"{path}: the rule {self.text} does not say whose it is; state another rule.")
        return found

    def _found(self, path: Path, root: Path, header: MammogramHeader) -> str:
        full, start = path.absolute(), root.absolute()
        place = full.relative_to(start) if full.is_relative_to(start) else Path(full.name)
        if self.depth:
            return place.parts[self.depth - 1] if self.depth < len(place.parts) else ""
        if self.pattern is not None:
            match = self.pattern.search(place.as_posix())
            return "" if match is None else next((part for part in match.groups() if part), match.group())
        if self.table is not None:
            facts = self.table.facts_of(path)
            return "" if facts is None else facts.patient or ""
        return header.identity.patient_id if self.text == "header" else image_stem(path)


def patient_rule(text: str) -> PatientRule:
    """Understand ``folder:1``, ``name:PATTERN``, ``TABLE.csv``, ``header`` or ``file``.

    ``folder:1`` is the outermost folder below that of the source; PATTERN is a regular expression of which
    the first group counts; the table has columns ``file`` and ``patient``. A `UsageError` for anything else.
    """
    kind, colon, rest = text.partition(":")
    if kind == "folder" and colon and rest.isdecimal() and int(rest) > 0:
        return PatientRule(text, depth=int(rest))
    if kind == "name" and rest:
        try:
            return PatientRule(text, pattern=re.compile(rest))
        except re.error as error:
            raise UsageError(f"The pattern {rest!r} of patient= is no regular expression: {error}.") from None
    if text in ("header", "file"):
        return PatientRule(text)
    if text.lower().endswith((".csv", ".tsv", ".txt")):
        return PatientRule(text, table=read_facts(text))
    raise UsageError(
        f"patient={text} is not understood: give folder:1, name:PATTERN, a table TABLE.csv with columns file "
        "and patient, header, or file."
    )
