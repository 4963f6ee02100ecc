"""Reading single attributes of a DICOM data set without being hurt by damaged ones."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from typing import Any

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

_FUNCTIONAL_GROUPS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")

_LONGEST_TEXT = 1024


def _printable(text: str) -> str:
    """Text as it may stand in a sentence: one line, without control characters, and not endless.

    Kept once: thousands of files of a cohort are of one machine, and four of one study.
    """
    return sys.intern("".join(c if c.isprintable() else " " for c in text[:_LONGEST_TEXT]).strip())


class Attributes:
    """View of a data set in which an absent, empty or damaged attribute is simply not there.

    Attributes that an enhanced object keeps in its functional groups (PS3.3 C.7.6.16) are found as
    if they stood at the top: only single-frame objects are read here. A data set that was stripped of its
    SOP Class UID has that of its File Meta Information (PS3.10 7.1), as for GDCM.
    """

    def __init__(self, dataset: Dataset, *, in_groups: bool = True) -> None:
        self.dataset = dataset
        self._in_groups = in_groups

    def outside_groups(self) -> Attributes:
        """The same without what stands in functional groups alone."""
        return Attributes(self.dataset, in_groups=False)

    def _value(self, keyword: str) -> Any:
        try:
            value = self.dataset.get(keyword)
            if value in (None, "") and keyword == "SOPClassUID":
                return self._file_meta().get("MediaStorageSOPClassUID")
            if value is None and self._in_groups:
                value = next(
                    (v for item in self._functional_groups() if (v := item.get(keyword)) is not None), None
                )
        except Exception:  # pydicom converts at the first access: a damaged file can raise anything
            return None
        return value

    def has_class_of_file_meta(self) -> bool:
        """Whether the SOP Class UID stands in the File Meta Information alone."""
        try:
            return not self.dataset.get("SOPClassUID") and self.has("SOPClassUID")
        except Exception:  # as in `_value`
            return False

    def _file_meta(self) -> Dataset:
        found: Dataset | None = getattr(self.dataset, "file_meta", None)
        return Dataset() if found is None else found

    def _functional_groups(self) -> Iterator[Dataset]:
        for keyword in _FUNCTIONAL_GROUPS:
            for group in list(self.dataset.get(keyword) or [])[:1]:
                for element in group:
                    if element.VR == "SQ":
                        yield from list(element.value or [])[:1]

    def has(self, keyword: str) -> bool:
        """Whether the attribute is there with a value."""
        return self._value(keyword) not in (None, "", b"")

    def texts(self, keyword: str) -> tuple[str, ...]:
        """All values as stripped text."""
        value = self._value(keyword)
        if value is None or isinstance(value, bytes):
            return ()
        values = value if isinstance(value, (MultiValue, list, tuple)) else [value]
        try:
            return tuple(_printable(str(v)) for v in values)
        except Exception:  # a damaged character set shows only here
            return ()

    def text(self, keyword: str) -> str:
        """First value as stripped text; empty where there is none."""
        return next(iter(self.texts(keyword)), "")

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """All values as finite numbers; empty where one of them is not a number."""
        try:
            values = tuple(float(text) for text in self.texts(keyword))
        except ValueError:
            return ()
        return values if all(math.isfinite(v) for v in values) else ()

    def number(self, keyword: str) -> float | None:
        """First value as a finite number."""
        return next(iter(self.numbers(keyword)), None)

    def integer(self, keyword: str) -> int | None:
        """First value as a whole number."""
        value = self.number(keyword)
        return int(value) if value is not None and value == int(value) else None

    def integers(self, keyword: str) -> tuple[int, ...]:
        """All values as whole numbers; numbers packed as bytes are taken as they are."""
        value = self._value(keyword)
        if isinstance(value, bytes):
            return tuple(value)
        return tuple(int(v) for v in self.numbers(keyword))

    def items(self, keyword: str) -> tuple[Attributes, ...]:
        """Items of a sequence."""
        value = self._value(keyword)
        try:
            return tuple(Attributes(item) for item in value or () if isinstance(item, Dataset))
        except Exception:  # a sequence is parsed at the first access, too
            return ()
