"""Cells of a table of facts: sides, views, dates, spacings as people write them."""

from __future__ import annotations

import datetime
import math
import re
from typing import Final

from shared_core.mammogram import Laterality, PresentationIntent, View
from shared_core.reading.dicom.spacing import PLAUSIBLE_MM

_SIDES: Final = {
    **dict.fromkeys(("L", "LT", "LEFT"), Laterality.LEFT),
    **dict.fromkeys(("R", "RT", "RIGHT"), Laterality.RIGHT),
    **dict.fromkeys(("B", "BOTH", "BILATERAL"), Laterality.BOTH),
}
_VIEWS: Final = {view.value.upper(): view for view in View if view is not View.UNKNOWN}
_SIDE_AND_VIEW: Final = re.compile(
    r"(?P<before>L|LT|LEFT|R|RT|RIGHT)?[ _-]*(?P<view>XCCL|XCCM|XCC|CC|MLO|LMO|ML|LM|FB|SIO|ISO|SPECIMEN)"
    r"[ _-]*(?P<after>L|LT|LEFT|R|RT|RIGHT)?"
)
_INTENTS: Final = {
    **dict.fromkeys(("PRESENTATION", "FOR PRESENTATION"), PresentationIntent.PRESENTATION),
    **dict.fromkeys(("PROCESSING", "FOR PROCESSING", "RAW"), PresentationIntent.PROCESSING),
}
_DATES: Final = (
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"),
    re.compile(r"(?P<year>\d{4})[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})(?:[T ].*)?"),
    re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})"),
)


def side_of(text: str) -> Laterality:
    """``L``, ``right``, ``LT``; `ValueError` with a sentence where it is none."""
    side = _SIDES.get(text.upper())
    if side is None:
        raise ValueError(f"the side {text!r} is none; give L or R")
    return side


def view_of(text: str) -> tuple[View, Laterality | None]:
    """The view, and the side where it is written with it: ``MLO``, ``L-CC``, ``CCRT``; else `ValueError`."""
    match = _SIDE_AND_VIEW.fullmatch(text.upper())
    sides = {_SIDES[word] for word in (match["before"], match["after"]) if word} if match else set()
    if match is None or len(sides) > 1:
        names = ", ".join(sorted(_VIEWS))
        raise ValueError(f"the view {text!r} is none; give one of {names}")
    return _VIEWS[match["view"]], next(iter(sides), None)


def date_of(text: str) -> str:
    """YYYYMMDD of ``20240131``, ``2024-01-31`` or ``31.01.2024``; else `ValueError`."""
    for pattern in _DATES:
        if match := pattern.fullmatch(text):
            try:
                day = datetime.date(int(match["year"]), int(match["month"]), int(match["day"]))
            except ValueError:
                break
            return day.strftime("%Y%m%d")
    raise ValueError(f"the date {text!r} is none; write it as 2024-01-31")


def length_mm(text: str) -> float:
    """A pixel spacing, with a point or a comma; `ValueError` where it is none that a mammogram has."""
    number = text.lower().removesuffix("mm").strip()
    number = number.replace(",", ".") if "." not in number else number
    low, high = PLAUSIBLE_MM
    try:
        value = float(number)
    except ValueError:
        raise ValueError(f"the spacing {text!r} is no number; give it in mm") from None
    if not math.isfinite(value) or value <= 0:
        raise ValueError(f"the spacing {text!r} is not positive; give it in mm")
    if not low <= value <= high:
        raise ValueError(f"the spacing {text!r} is not plausible; give {low:g} to {high:g} mm")
    return value


def intent_of(text: str) -> PresentationIntent:
    """``presentation`` or ``processing`` (raw); else `ValueError`."""
    intent = _INTENTS.get(" ".join(text.upper().replace("_", " ").split()))
    if intent is None:
        raise ValueError(f"{text!r} is no kind of image; give presentation or processing")
    return intent
