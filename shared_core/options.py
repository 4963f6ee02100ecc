"""What a person may choose or state, described once: command line and forms are made of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from shared_core.errors import UsageError

Kind = Literal["switch", "choice", "text", "whole", "number"]
OptionValue: TypeAlias = bool | int | float | str | None


@dataclass(frozen=True)
class Option:
    """One value: what it is called, what it is, and what it may be."""

    name: str
    """Of the field that takes it."""
    label: str
    """In a form, beside its box."""
    help: str
    """What it is, as a part of a sentence."""
    kind: Kind = "text"
    default: OptionValue = None
    """None: nobody said, and nothing is assumed."""
    choices: tuple[str, ...] = ()
    """Of a choice; one without a default may be left open."""
    least: int | None = None
    most: int | None = None
    """Limits of a whole number."""

    def value_of(self, text: str) -> OptionValue:
        """What a person typed; None where it is empty.

        Raises
        ------
        ValueError
            It is no such value; says what it must be, as the second half of a sentence.
        """
        typed = text.strip()
        if not typed:
            return None
        if self.kind == "choice" and typed not in self.choices:
            raise ValueError(f"must be one of {', '.join(self.choices)}, not {text}")
        if self.kind == "number":
            return _number(typed)
        return self._whole(typed) if self.kind == "whole" else typed

    def _whole(self, typed: str) -> int:
        value = _number(typed)
        low = -math.inf if self.least is None else self.least
        high = math.inf if self.most is None else self.most
        if value != int(value) or not low <= value <= high:
            raise ValueError(f"must be {self._limits()}, not {typed}")
        return int(value)

    def _limits(self) -> str:
        if self.least is None or self.most is None:
            return "a whole number" if self.least is None else f"a whole number from {self.least} on"
        return f"a whole number from {self.least} to {self.most}"


def values_of(options: Iterable[Option], given: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
    """What stands in a form, as values by name: texts are understood, and what is empty is as if unsaid.

    Raises
    ------
    UsageError
        One of them is no such value; the sentence begins with its label.
    """
    values: dict[str, OptionValue] = {}
    for option in options:
        value = given.get(option.name, option.default)
        try:
            values[option.name] = option.value_of(value) if isinstance(value, str) else value
        except ValueError as error:
            raise UsageError(f"{option.label}: {error}.") from None
    return values


def _number(typed: str) -> float:
    text = typed.replace(",", ".") if "." not in typed else typed
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"must be a number, not {typed!r}") from None
    if not math.isfinite(value):
        raise ValueError(f"must be a finite number, not {typed}")
    return value
