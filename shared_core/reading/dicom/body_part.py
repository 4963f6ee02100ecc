"""The breast as the part of the body, and its side: Body Part Examined and Anatomic Region (PS3.3 10.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared_core.mammogram import Laterality
from shared_core.reading.dicom.attributes import Attributes

_BREAST = re.compile(r"BREASTS?|MAMMAE?|MAMMARY|MAMMO(GRAM|GRAPHY)?")
_SIDE_WORDS = {
    **dict.fromkeys(("L", "LT", "LEFT", "SINISTRA"), Laterality.LEFT),
    **dict.fromkeys(("R", "RT", "RIGHT", "DEXTRA"), Laterality.RIGHT),
}
_JOINED = re.compile(r"(?P<before>L|LT|LEFT|R|RT|RIGHT)?BREAST(?P<after>L|LT|LEFT|R|RT|RIGHT)?")
_BREAST_CODES = {"76752008", "T-04000", "63762007", "T-04080"}
"""The breast and both breasts, as whole examinations are described: no side of an image."""
_CODE_SIDES = {
    **dict.fromkeys(("80248007", "T-04030"), Laterality.LEFT),
    **dict.fromkeys(("73056007", "T-04020"), Laterality.RIGHT),
    **dict.fromkeys(("7771000", "G-A101"), Laterality.LEFT),
    **dict.fromkeys(("24028007", "G-A100"), Laterality.RIGHT),
}
"""Left and right breast, and the modifiers left and right (PS3.16 CID 244), in SCT and SRT."""


def breast_examined(attributes: Attributes) -> str:
    """The attribute that names the breast, with its value; empty where none does."""
    return next((source for source, _ in _named_breasts(attributes)), "")


def breast_sides(attributes: Attributes) -> Iterator[tuple[str, Laterality]]:
    """Sides that the body part is given with, and where."""
    for source, side in _named_breasts(attributes):
        if side is not None:
            yield source, side


def _named_breasts(attributes: Attributes) -> Iterator[tuple[str, Laterality | None]]:
    text = attributes.text("BodyPartExamined")
    words, side = _read(text)
    if words:
        yield f"Body Part Examined {text}", side
    for item in attributes.items("AnatomicRegionSequence"):
        code, meaning = item.text("CodeValue"), item.text("CodeMeaning")
        words, side = _read(meaning)
        if not (words or code in _BREAST_CODES or code in _CODE_SIDES):
            continue
        side = _CODE_SIDES.get(code) or side
        for modifier in item.items("AnatomicRegionModifierSequence"):
            more = _CODE_SIDES.get(modifier.text("CodeValue"))
            side = side or more or _SIDE_WORDS.get(modifier.text("CodeMeaning").upper())
        yield f"Anatomic Region {meaning or code}", side


def _read(text: str) -> tuple[bool, Laterality | None]:
    """Whether a text names the breast, and its one side.

    Examples
    --------
    >>> _read("LEFT BREAST")[1].value, _read("RBREAST")[1].value
    ('L', 'R')
    >>> _read("BOTH BREASTS")
    (True, None)
    """
    words = [word for word in re.split(r"[^A-Z]+", text.upper()) if word]
    joined = [match for word in words if (match := _JOINED.fullmatch(word))]
    named = bool(joined) or any(_BREAST.fullmatch(word) for word in words)
    found = [*words, *(word for match in joined for word in match.groups() if word)]
    sides = {_SIDE_WORDS[word] for word in found if word in _SIDE_WORDS}
    return named, next(iter(sides)) if len(sides) == 1 else None
