"""Looking for identifiers in what was written, in the spellings that people and programs use.

Never found by chance: what a key or a hash function made is passed over, digits count as a number only
where they stand alone, and letters and digits only where the program has no such word of its own. Where it
is said who somebody is, all of a value counts, however short it is and whoever else has the word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Final

from shared_core.deidentification.identifiers import Identifiers, bare, folded
from shared_core.deidentification.own_words import library_versions, own_numbers, own_texts, own_words
from shared_core.mammogram import Laterality, View

_SIDE: Final = "|".join(one.value.lower() for one in Laterality)
_VIEW: Final = "|".join(one.value.lower() for one in View)
_LABEL: Final = f"(?:{_SIDE}|x)(?:{_VIEW}|x)"
"""Side and view, with which the names of our images begin; ``x`` for what is unknown."""
_MADE: Final = re.compile(
    r"(?<!\d)2\.25\.\d{30,39}(?!\d)|(?<![0-9a-z])(?:anon-[0-9a-f]{12}|(?=\d*[a-f])[0-9a-f]{24}|[0-9a-f]{32,64})(?![0-9a-z])"
    rf"|(?<=_)(?=\d*[a-f])[0-9a-f]{{8}}(?=[_.]|$)|(?<![0-9a-z]){_LABEL}_[0-9a-f]{{8}}(?=[_.]|$)"
)
"""UIDs from a UUID, pseudonyms, digests, and the digits at the end of the names of our images: decimal ones
alone may be a date elsewhere."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_WHOLE_NUMBER: Final = re.compile(r"(?<!\d)(?<!\d\.)(?:\d{8,}(?!\d)|\d+(?!\.?\d))")
"""Not a decimal, nor a part of a UID or version; a date and time may end in parts of a second."""
_LEAST_INSIDE: Final = 4
"""Letters of a name that is found inside a longer word."""
_OF_WORDS: Final = ("CJK", "HANGUL", "HIRAGANA", "KATAKANA")
_LEAST_NUMBER: Final = 6
"""Digits of a number that is found beside other words; a shorter one has to be all of a text."""
_LEAST_IN_BYTES: Final = 6
"""Letters of a name, or with two more digits of a number, that no bytes of pixels spell by chance."""
_MONTHS: Final = ("jan", "feb|fév|fev", "mar|mär", "apr|avr", "mai|may|mag", "jun|juin|giu")
_MORE_MONTHS: Final = ("jul|juil|lug", "aug|aoû|ago", "sep|set", "oct|okt|ott", "nov", "dec|dez|déc|dic")
_MONTH: Final = "|".join(f"(?P<m{i}>{names})" for i, names in enumerate((*_MONTHS, *_MORE_MONTHS), 1))
_DAY_FIRST: Final = re.compile(rf"(?<!\d)(\d{{1,2}})[.\s-]*(?:{_MONTH})[^\W\d_]*[.,\s-]*(\d{{4}})(?!\d)")
_MONTH_FIRST: Final = re.compile(
    rf"(?:{_MONTH})[^\W\d_]*\.?\s*(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)"
)
_NUMERIC_DATE: Final = re.compile(r"(?<![\d.])(\d{1,4})([-./ ])(\d{1,2})\2(\d{1,4})(?!\.?\d)")

_VERSION: Final = re.compile(r"(?<![\w.])\d[\w.+]*\w")
"""2026.4.1 of a library is no date."""


def found_in_text(text: str, identifiers: Identifiers) -> frozenset[str]:
    """Which of the identifiers a text holds."""
    return found_in_texts((text,), identifiers)


def found_in_texts(texts: Iterable[str], identifiers: Identifiers) -> frozenset[str]:
    """Which of the identifiers any of several texts holds; each is looked at for itself."""
    found: set[str] = set()
    for text in set(texts):
        plain = folded(text)
        found |= {uid for uid in identifiers.uids if _stands_alone(uid, plain)}
        rest = _MADE.sub(" ", plain)
        found |= _names(rest, identifiers.names)
        found |= _numbers(rest, identifiers.numbers)
        found |= {mark for mark in identifiers.marks if _has_mark(rest, mark) and not is_own(mark)}
        found |= {str(one) for one in _dates(rest) & identifiers.dates} if identifiers.dates else set()
    return frozenset(found)


def found_in_identity(values: Iterable[str], identifiers: Identifiers) -> frozenset[str]:
    """Which of the identifiers are all of a value that says who a patient is, or which examination."""
    found: set[str] = set()
    for value in set(values):
        rest = bare(_MADE.sub(" ", folded(value)))
        found |= {rest} & identifiers.whole
        found |= {word for word in rest.split() if word in identifiers.names or word in identifiers.numbers}
    return frozenset(found)


def found_in_number(text: str, identifiers: Identifiers) -> frozenset[str]:
    """Which of the identifiers a value that is a number spells: one of six digits or more does."""
    digits = re.sub(r"\D", "", text)
    return frozenset(one for one in identifiers.numbers if len(one) >= _LEAST_NUMBER and one in digits)


def found_in_bytes(content: bytes, identifiers: Identifiers) -> frozenset[str]:
    """Which of the long identifiers bytes spell, in the encodings of today."""
    lowered = content.lower()
    long = {name for name in identifiers.names if len(name.encode()) >= _LEAST_IN_BYTES}
    long |= {number for number in identifiers.numbers if len(number) >= _LEAST_IN_BYTES + 2}
    long |= {mark.replace(" ", "") for mark in identifiers.marks if len(mark) > _LEAST_IN_BYTES}
    return frozenset(one for one in long if one.encode() in lowered or one.encode("utf-16-le") in lowered)


def _names(text: str, names: Collection[str]) -> set[str]:
    words = _WORD.findall(text)
    candidates = {word: word for word in words}
    candidates |= {f"{one} {other}": one + other for one, other in pairwise(words)}
    found: set[str] = set()
    for written, joined in candidates.items():
        hits = {joined} & set(names)
        if written == joined:
            hits |= {name for name in names if name in joined and _tells_inside(name)}
        # Looked up last: most texts hold no hit, and the own words take seconds to gather.
        if hits and written not in own_words():
            found |= hits
    return found


def _tells_inside(name: str) -> bool:
    """Whether a name is found inside a longer word: ideographs are, which have no spaces between words."""
    return len(name) >= _LEAST_INSIDE or any(
        unicodedata.name(letter, "").startswith(_OF_WORDS) for letter in name
    )


def _numbers(text: str, numbers: Collection[str]) -> set[str]:
    found = {text.strip()} & set(numbers)
    for run in set(_WHOLE_NUMBER.findall(text)):
        if len(run) >= _LEAST_NUMBER:
            found |= {one for one in numbers if one == run or (len(one) >= 8 and one in run)}
    return {one for one in found if not is_own(one)}


def _has_mark(text: str, mark: str) -> bool:
    """Whether the parts stand one after the other, whatever separates them."""
    pattern = r"[\W_]{0,2}".join(map(re.escape, mark.split(" ")))
    return re.search(rf"(?<![^\W_]){pattern}(?![^\W_])", text) is not None


@cache
def is_own(mark: str) -> bool:
    """Whether the program says this of everybody: ``sha256``, the number of a template or a concept.

    Parameters
    ----------
    mark
        In the form of `bare`.
    """
    if any(part.isalpha() for part in mark.split()):
        return any(_has_mark(text, mark) for text in own_texts())
    return mark in own_numbers()


def _stands_alone(uid: str, text: str) -> bool:
    return uid in text and re.search(rf"(?<!\d){re.escape(uid)}(?!\d)", text) is not None


def _dates(text: str) -> set[date]:
    """Every date that a text can be understood to name."""
    found: set[date] = set()
    text = _VERSION.sub(lambda match: " " if match[0] in library_versions() else match[0], text)
    for first, _, second, third in _NUMERIC_DATE.findall(text):
        parts = first, second, third
        full = max(map(len, parts)) == 4 or all(len(part) == 2 for part in parts)
        if full:  # 2.4.1 is a version
            a, b, c = map(int, parts)
            found |= {
                one
                for year, month, day in ((a, b, c), (c, b, a), (c, a, b))
                for century in ((0,) if year > 99 else (1900, 2000))
                if (one := _date(century + year, month, day)) is not None
            }
    for pattern in (_DAY_FIRST, _MONTH_FIRST):
        for match in pattern.finditer(text):
            month = next(int(name[1:]) for name, value in match.groupdict().items() if value)
            digits = [group for group in match.groups() if group and group.isdecimal()]
            one = _date(int(digits[1]), month, int(digits[0]))
            found |= {one} if one is not None else set()
    return found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
