"""Names of files and folders in public sets, by documented patterns: patient, side and view.

Evidence of last resort: whatever the file itself says counts more.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared_core.mammogram import Laterality, View
from shared_core.reading.projection_names import Named


@dataclass(frozen=True)
class PublicName:
    """What the name of a file says in a public set."""

    collection: str
    patient: str = ""
    exam: str = ""
    side: Laterality | None = None
    view: View | None = None
    contrast_subtracted: bool = False

    @property
    def source(self) -> str:
        """As evidence: ``the file name, as INbreast has it``."""
        return f"the file name, as {self.collection} has it"

    @property
    def named(self) -> Named:
        """Side and view."""
        return Named(self.view, self.side)


@dataclass(frozen=True)
class _Pattern:
    """A set, and what its paths look like at their end; groups: patient, exam, side, view."""

    collection: str
    path: re.Pattern[str]
    patient: Callable[[re.Match[str]], str] = lambda match: match["patient"]
    side: Callable[[re.Match[str]], Laterality | None] | None = None
    view: View | None = None
    """Of all its images."""


_SIDES: Final = {"L": Laterality.LEFT, "R": Laterality.RIGHT}
_OTHER_VIEWS: Final = {("INbreast", "ML"): View.MLO}
"""Where a set calls a view otherwise."""


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|/){text}", re.IGNORECASE)


def _film(match: re.Match[str]) -> int:
    return int(match["film"])


def _pair_of_films(match: re.Match[str]) -> str:
    """MIAS: the films of a woman come one after the other, an odd number first."""
    first = _film(match) - (_film(match) + 1) % 2
    return f"mdb{first:03}-{first + 1:03}"


def _side_of_film(match: re.Match[str]) -> Laterality | None:
    """By the letter of the full-size set; else left are the even numbers, right the odd ones."""
    if match["letter"]:
        return _SIDES[match["letter"].upper()]
    return Laterality.RIGHT if _film(match) % 2 else Laterality.LEFT


_PATTERNS: Final = (
    _Pattern(
        "INbreast",
        _pattern(r"\d{8}_(?P<patient>[0-9a-f]{16})_MG_(?P<side>[LR])_(?P<view>[A-Z]{2,4})_ANON(?:\.[^/]*)?$"),
    ),
    _Pattern(
        "CBIS-DDSM",
        _pattern(
            r"(?:Mass|Calc)-(?:Training|Test)_(?P<patient>P_\d+)_(?P<side>LEFT|RIGHT)_(?P<view>CC|MLO)"
            r"(?:/.*|\.[^/]*)?$"
        ),
    ),
    _Pattern(
        "CSAW-CC",
        _pattern(r"(?P<patient>\d{5})_20990909_(?P<side>[LR])_(?P<view>CC|MLO)_(?P<exam>\d+)(?:[._][^/]*)?$"),
    ),
    _Pattern(
        "CDD-CESM",
        _pattern(r"(?P<patient>P\d+)_(?P<side>[LR])_(?P<kind>DM|CM)_(?P<view>[A-Z]{2,4})\d*\s*(?:\.[^/]*)?$"),
    ),
    _Pattern("VinDr-Mammo", _pattern(r"(?P<patient>[0-9a-f]{32})/[0-9a-f]{32}(?:\.[^/]*)?$")),
    _Pattern("RSNA", _pattern(r"(?:train|test)_images/(?P<patient>\d+)/\d+(?:\.[^/]*)?$")),
    _Pattern("EMBED", _pattern(r"cohort_\d+/(?P<patient>\d{8})/.*$")),
    _Pattern(
        "MIAS",
        _pattern(r"mdb(?P<film>\d{3})(?:(?P<letter>[lr])[a-z])?(?:\.[^/]*)?$"),
        patient=_pair_of_films,
        side=_side_of_film,
        view=View.MLO,
    ),
)
"""The sets whose names tell something; those of DMID are mere numbers."""


def public_name(path: Path) -> PublicName | None:
    """What a path says by the pattern of a public set; None where it has none.

    Examples
    --------
    >>> found = public_name(Path("20586908_6c613a14b80a8591_MG_R_ML_ANON.dcm"))
    >>> found.collection, found.patient, found.side.value, found.view.value
    ('INbreast', '6c613a14b80a8591', 'R', 'MLO')
    >>> public_name(Path("LCC.dcm")) is None
    True
    """
    text = path.absolute().as_posix()
    for one in _PATTERNS:
        match = one.path.search(text)
        if match is not None:
            return _of_match(one, match)
    return None


def _of_match(one: _Pattern, match: re.Match[str]) -> PublicName:
    groups = match.groupdict()
    side = one.side(match) if one.side is not None else _SIDES.get((groups.get("side") or "")[:1].upper())
    name = (groups.get("view") or "").upper()
    views = {view.value: view for view in View}
    return PublicName(
        one.collection,
        patient=one.patient(match),
        exam=groups.get("exam") or "",
        side=side,
        view=one.view or _OTHER_VIEWS.get((one.collection, name)) or views.get(name),
        contrast_subtracted=(groups.get("kind") or "").upper() == "CM",
    )
