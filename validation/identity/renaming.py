"""What was renamed, dropped or changed on purpose between two tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared_core.errors import UsageError
from validation.identity.rows import read_cells

HEAD: Final = ("before", "after", "note")


@dataclass(frozen=True)
class Rule:
    """One line of the file: a quantity before, and what became of it."""

    before: str
    """A ``*`` stands for anything, each for as little as it can; the same stands for it in `after`."""
    after: str
    """Empty: it is dropped on purpose."""
    note: str = ""
    """Why its values may differ; empty: they may not."""

    def renamed(self, quantity: str) -> str | None:
        """The name afterwards; None where the rule says nothing of this quantity."""
        pattern = "(.*?)".join(map(re.escape, self.before.split("*")))
        found = re.fullmatch(pattern, quantity, re.DOTALL)
        if found is None:
            return None
        stood_for = iter(found.groups())
        return re.sub(r"\*", lambda _: next(stood_for), self.after)


@dataclass(frozen=True)
class Renaming:
    """Rules, of which the first that fits counts."""

    rules: tuple[Rule, ...] = ()

    def of(self, quantity: str) -> Rule:
        """What became of a quantity, its stars filled in; the same name where no rule fits."""
        for rule in self.rules:
            after = rule.renamed(quantity)
            if after is not None:
                return Rule(quantity, after, rule.note)
        return Rule(quantity, quantity)


NOTHING_RENAMED: Final = Renaming()


def read_renaming(path: Path) -> Renaming:
    """Read a file with tabs and the columns ``before``, ``after`` and ``note``.

    Raises
    ------
    UsageError
        It cannot be read, or has other columns.
    """
    head, *lines = read_cells(path) or [[]]
    if tuple(head) != HEAD:
        raise UsageError(f"{path}: the first line must be {', '.join(HEAD)}, with tabs between.")
    return Renaming(tuple(_rule(path, number, line) for number, line in enumerate(lines, start=2) if line))


def _rule(path: Path, number: int, cells: Sequence[str]) -> Rule:
    if not 2 <= len(cells) <= len(HEAD) or not cells[0]:
        raise UsageError(f"{path}: line {number} needs before, after and note, with tabs between.")
    rule = Rule(*cells)
    if rule.after and rule.after.count("*") != rule.before.count("*"):
        raise UsageError(f"{path}: line {number} needs as many * after as before.")
    return rule
