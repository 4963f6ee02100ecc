"""Two tables of identity, value by value."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from validation.identity.renaming import Renaming
from validation.identity.rows import Place, Values


class Kind(Enum):
    """What a row of two tables shows."""

    DIFFERS = "DIFFERS"
    GONE = "GONE"
    ADDED = "added"
    ON_PURPOSE = "changed on purpose"
    DROPPED = "dropped on purpose"
    WORDING = "another wording"
    INFORMATION = "for information"


_TELLING = frozenset({Kind.DIFFERS, Kind.GONE})
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_FOR_INFORMATION = "probability:"
"""A map may move by a rounding that no mask and no number shows."""


@dataclass(frozen=True)
class Finding:
    """A row that is not the same in both tables."""

    kind: Kind
    place: Place
    """Under its name of afterwards, where it has one."""
    before: str | None
    after: str | None
    note: str = ""


@dataclass(frozen=True)
class Comparison:
    """Of two tables."""

    same: int
    findings: tuple[Finding, ...]

    @property
    def identical(self) -> bool:
        """Whether no value differs and none is gone, but on purpose.

        Two tables without a common row are not.
        """
        return self.same > 0 and not any(finding.kind in _TELLING for finding in self.findings)


def compare(before: Values, after: Values, renaming: Renaming) -> Comparison:
    """Compare each value of `before` with its own of `after`.

    Sentences may have another wording around the same numbers; every single word, number, hash and unknown
    value must stay. Two quantities may have come together under one name: then each is compared with it.
    """
    same, findings, met = 0, [], set()
    for place, value in before.items():
        rule = renaming.of(place.quantity)
        now = place._replace(quantity=rule.after)
        if not rule.after:
            findings.append(Finding(Kind.DROPPED, place, value, None, rule.note))
            continue
        met.add(now)
        other = after.get(now)
        if other == value:
            same += 1
        else:
            findings.append(Finding(_kind(now, value, other, rule.note), now, value, other, rule.note))
    findings += [Finding(Kind.ADDED, place, None, after[place]) for place in after if place not in met]
    return Comparison(same, tuple(findings))


def _kind(place: Place, before: str, after: str | None, note: str) -> Kind:
    if after is None:
        return Kind.GONE
    if place.quantity.startswith(_FOR_INFORMATION):
        return Kind.INFORMATION
    if note:
        return Kind.ON_PURPOSE
    sentences = " " in before and " " in after
    return Kind.WORDING if sentences and _numbers(before) == _numbers(after) else Kind.DIFFERS


def _numbers(sentence: str) -> list[str]:
    return _NUMBER.findall(sentence)


def report(comparison: Comparison, *, examples: int | None = 3) -> Iterator[str]:
    """Yield lines: of each kind, quantity by quantity, some rows.

    Parameters
    ----------
    examples
        Rows shown of a quantity; None shows all.
    """
    for kind in reversed(Kind):
        found = [finding for finding in comparison.findings if finding.kind is kind]
        if found:
            yield f"{kind.value}: {len(found)}"
            yield from _by_quantity(found, examples)
    counts = ", ".join(
        f"{sum(finding.kind is kind for finding in comparison.findings)} {kind.value.lower()}"
        for kind in Kind
    )
    yield f"{comparison.same} the same, {counts}"
    yield "identical" if comparison.identical else "NOT identical"


def _by_quantity(findings: Iterable[Finding], examples: int | None) -> Iterator[str]:
    together: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        together[finding.place.quantity, finding.note].append(finding)
    for (quantity, note), rows in sorted(together.items()):
        yield f"  {quantity}: {len(rows)}{f' ({note})' if note else ''}"
        for row in rows[:examples]:
            values = " -> ".join("-" if value is None else value for value in (row.before, row.after))
            yield f"    {row.place.image}, {row.place.preset}: {values}"
