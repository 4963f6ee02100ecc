"""Strict reading of JSON objects that people write: every wrong entry is named."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NoReturn, TypeVar

from shared_core.errors import UsageError

Word = TypeVar("Word", bound=str)


class Entries:
    """The entries of one JSON object; each is asked for once, and none may be left over.

    Every method raises `UsageError` with the file and the entry in its sentence.
    """

    def __init__(self, document: object, name: str, *, where: str = "") -> None:
        if not isinstance(document, dict):
            raise UsageError(f"{name}: {where or 'the file'} must be a JSON object with named entries.")
        self._document = document
        self._name = name
        self._where = where
        self._asked: set[str] = set()

    def number(
        self, key: str, bounds: tuple[float, float], *, optional: bool = False, default: float | None = None
    ) -> float | None:
        """A finite number within bounds; `default` where it is optional and not there."""
        value = self._value(key, optional)
        if value is None:
            return default
        low, high = bounds
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not low <= value <= high:
            self._wrong(key, f"must be a number from {low:g} to {high:g}, not {value!r}")
        return float(value)

    def text(self, key: str, *, optional: bool = False) -> str | None:
        """A text that is not empty."""
        value = self._value(key, optional)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            self._wrong(key, f"must be a text, not {value!r}")
        return value

    def word(self, key: str, words: Sequence[Word]) -> Word:
        """One of some words."""
        word = self.optional_word(key, words)
        if word is None:
            self._wrong(key, "is missing")
        return word

    def optional_word(self, key: str, words: Sequence[Word]) -> Word | None:
        """One of some words, or None where it is not there."""
        value = self._value(key, optional=True)
        if value is None:
            return None
        if value not in words:
            self._wrong(key, f"must be one of {', '.join(words)}, not {value!r}")
        return words[words.index(value)]

    def rectangle(self, key: str, *, optional: bool = False) -> tuple[int, int, int, int] | None:
        """``[top, left, rows, columns]`` in whole pixels."""
        value = self._value(key, optional)
        if value is None:
            return None
        whole = isinstance(value, list) and len(value) == 4 and all(type(number) is int for number in value)
        if not whole or min(value[:2]) < 0 or min(value[2:]) < 1:
            self._wrong(key, f"must be [top, left, rows, columns] in whole pixels, not {value!r}")
        return value[0], value[1], value[2], value[3]

    def items(self, key: str) -> tuple[Entries, ...]:
        """A list of objects."""
        value = self._value(key, optional=False)
        if not isinstance(value, list) or not value:
            self._wrong(key, "must be a list with at least one object")
        return tuple(Entries(item, self._name, where=f"{key}[{number}]") for number, item in enumerate(value))

    def nothing_else(self) -> None:
        """Refuse entries that nobody asked for: most are misspelt."""
        others = sorted(set(self._document) - self._asked)
        if others:
            self._wrong(others[0], f"is not known; known are {', '.join(sorted(self._asked))}")

    def _value(self, key: str, optional: bool) -> Any:
        self._asked.add(key)
        value = self._document.get(key)
        if value is None and not optional:
            self._wrong(key, "is missing")
        return value

    def _wrong(self, key: str, what: str) -> NoReturn:
        entry = f"{self._where}.{key}" if self._where else key
        raise UsageError(f"{self._name}: {entry} {what}.")
