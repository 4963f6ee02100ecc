"""View and side written into free text: ``LCC``, ``R_MLO``, ``RIGHT_CC``, ``L CCID``, ``lmlo``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared_core.mammogram import Laterality, View, ViewModifier

_SIDES = {
    **dict.fromkeys(("L", "LT", "LEFT"), Laterality.LEFT),
    **dict.fromkeys(("R", "RT", "RIGHT"), Laterality.RIGHT),
}
_VIEWS = {
    view.value: view
    for view in (View.CC, View.MLO, View.ML, View.LM, View.LMO, View.XCC, View.XCCL, View.XCCM, View.FB)
} | {"SIO": View.SIO, "ISO": View.ISO}
_LONG_VIEWS = (
    (re.compile(r"EXAGGERATED\W+LATERAL", re.I), "XCCL"),
    (re.compile(r"EXAGGERATED\W+MEDIAL", re.I), "XCCM"),
    (re.compile(r"CRANI[OA]\W*CAUDAL(\W+(EXAGGERATED|EXAGG))?", re.I), "CC"),
    (re.compile(r"MEDI[OA]L?\W*LATERAL\W+OBLIQUE", re.I), "MLO"),
    (re.compile(r"LATER[OA]L?\W*MEDIAL\W+OBLIQUE", re.I), "LMO"),
    (re.compile(r"MEDI[OA]L?\W*LATERAL", re.I), "ML"),
    (re.compile(r"LATER[OA]L?\W*MEDIAL", re.I), "LM"),
    (re.compile(r"CAUD[OA]\W*CRANIAL", re.I), "FB"),
)
_UNMISTAKABLE = {View.CC, View.MLO, View.XCCL, View.XCCM}
"""Other views are also common words or abbreviations, and need a side beside them."""
_TOKEN = re.compile(
    r"(?P<side>LEFT|RIGHT|L|R)?(?P<mag>M)?(?P<view>XCCL|XCCM|XCC|CC|MLO|LMO|ML|LM|FB|SIO|ISO)"
    r"(?P<implant>ID)?\d{0,2}"
)
_MODIFIER_WORDS = {
    "MAG": ViewModifier.MAGNIFICATION,
    "MAGNIFICATION": ViewModifier.MAGNIFICATION,
    "MAGNIFIED": ViewModifier.MAGNIFICATION,
    "SPOT": ViewModifier.SPOT_COMPRESSION,
    "TANGENTIAL": ViewModifier.TANGENTIAL,
    "ROLLED": ViewModifier.ROLLED,
    "CLEAVAGE": ViewModifier.CLEAVAGE,
    "EKLUND": ViewModifier.IMPLANT_DISPLACED,
}
_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class Named:
    """What a text names; None where it names nothing, or more than one thing."""

    view: View | None = None
    laterality: Laterality | None = None
    modifiers: tuple[ViewModifier, ...] = ()
    rest: str = ""
    """The text without the words that were understood."""


@dataclass(frozen=True)
class _Find:
    words: tuple[int, ...]
    view: View
    side: Laterality | None
    modifiers: tuple[ViewModifier, ...]


def named_projection(text: str, *, trusted: bool = False) -> Named:
    """Find view, side and modifiers in a text.

    Parameters
    ----------
    text : str
        Description, identifier or file name without its suffix.
    trusted : bool
        The text is meant to hold a view, so that short words such as ``ML`` count alone.

    Examples
    --------
    >>> named_projection("Mass-Test_P_00820_RIGHT_MLO").view
    <View.MLO: 'MLO'>
    >>> named_projection("cbis-ddsm-P_00646-LCC").rest
    'cbis-ddsm-P_00646'
    >>> named_projection("ml_dataset").view is None
    True
    """
    for pattern, short in _LONG_VIEWS:
        text = pattern.sub(f" {short} ", text)
    words = [word.upper() for word in _SEPARATORS.split(text)]
    finds = [find for i in range(len(words)) if (find := _view_at(words, i)) is not None]
    finds = [f for f in finds if trusted or f.side or f.view in _UNMISTAKABLE]
    views, sides = {f.view for f in finds}, {f.side for f in finds if f.side}
    whole = {_SIDES[word] for word in words if word in ("LEFT", "RIGHT")}
    sides = sides or whole
    side = next(iter(sides)) if len(sides) == 1 else None
    if len(views) > 1:  # a list of views, not the name of one
        return Named(laterality=side, rest=text)
    modifiers = [m for f in finds for m in f.modifiers]
    if finds or trusted:
        modifiers += [_MODIFIER_WORDS[w] for w in words if w in _MODIFIER_WORDS]
    taken = {i for f in finds for i in f.words}
    if finds and len(sides) == 1:
        taken |= {i for i, word in enumerate(words) if word in ("LEFT", "RIGHT")}
    return Named(
        next(iter(views), None),
        side,
        tuple(dict.fromkeys(modifiers)),
        _without(text, taken),
    )


def _view_at(words: list[str], i: int) -> _Find | None:
    """The view that word `i` names, with a side within it or beside it."""
    match = _TOKEN.fullmatch(words[i])
    if match is None:
        return None
    taken: tuple[int, ...] = (i,)
    side = _SIDES.get(match["side"] or "")
    for neighbour in (i - 1, i + 1):
        if side is None and 0 <= neighbour < len(words) and words[neighbour] in _SIDES:
            side, taken = _SIDES[words[neighbour]], (i, neighbour)
    marks = (("mag", ViewModifier.MAGNIFICATION), ("implant", ViewModifier.IMPLANT_DISPLACED))
    return _Find(taken, _VIEWS[match["view"]], side, tuple(m for group, m in marks if match[group]))


def _without(text: str, taken: set[int]) -> str:
    """The text without its words number `taken`, each with the separator before it."""
    if not taken:
        return text
    pieces = re.split(r"([^A-Za-z0-9]+)", text)
    kept = [
        ("" if i == 0 else pieces[2 * i - 1]) + pieces[2 * i]
        for i in range(len(pieces) // 2 + 1)
        if i not in taken
    ]
    return "".join(kept).strip(" _-.,")
