"""Whether images can be of one woman: her name, birth date and sex, compared and never shown."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from shared_core.mammogram import Person

_NO_IDENTIFIER: Final = re.compile(
    r"(anon(ym(ous|i[sz]ed?|i[sz]ation|e|isiert))?|de?identified|deid|patient(id|name)?|no(id|name|tgiven)"
    r"|notavailable|notapplicable|unknown|unbekannt|inconnu|undefined|unspecified|unnamed|removed|deleted"
    r"|blank|empty|hidden|private|redacted|masked|confidential|dummy|default)+"
    r"|none|null|nan|na|test|xx+|0+"
)
"""Words that anonymisers write in place of an identifier, letters and digits only."""
_PLACEHOLDER_BIRTHS: Final = frozenset({"19000101", "19010101", "18000101", "00010101", "99991231"})
_EXPANDED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
_STROKES: Final = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
)
_SEPARATORS: Final = re.compile(r"[\s^_/\\|;:,.()\[\]{}<>+&・·\"]+")
_WITHIN_WORDS: Final = re.compile("[-\u2010-\u2015\u2212'\u2018\u2019\u02bc`\u00b4]")
"""Hyphens and apostrophes, as one program writes them and another leaves them out."""
_ONE_SCRIPT: Final = {"HIRAGANA": "KANA", "KATAKANA": "KANA", "KATAKANA-HIRAGANA": "KANA"}
_AS_HIRAGANA: Final = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_DAY: Final = 8
"""Digits of a whole date."""
_SHORT: Final = 4
"""Letters up to which oe is no way of writing ö, as in Doe."""
_UNREADABLE: Final = ("?", "\ufffd", "*")


def is_no_identifier(text: str) -> bool:
    """Whether a patient ID or name is empty or one of those that anonymisers give to everybody.

    Examples
    --------
    >>> is_no_identifier("ANONYMOUS"), is_no_identifier("0"), is_no_identifier("** removed **")
    (True, True, True)
    >>> is_no_identifier("ANON_0017"), is_no_identifier("10"), is_no_identifier("P1")
    (False, False, False)
    """
    letters = _letters(text)
    return not letters or _NO_IDENTIFIER.fullmatch(letters) is not None


def said_of(names: Sequence[str], *, birth_date: str, sex: str, visit: Sequence[str]) -> Person:
    """What is said of a woman; what anonymisers write in its place is not said."""
    birth = re.sub(r"\D", "", birth_date)[:8]
    known = len(birth) in (4, 6, 8) and birth not in _PLACEHOLDER_BIRTHS and int(birth[:4]) > 1800
    return Person(
        names=() if all(map(is_no_identifier, names)) else tuple(names),
        birth_date=birth if known else "",
        sex=sex.upper()[:1] if sex.upper()[:1] in ("F", "M") else "",
        visit=tuple(visit) if any(visit) else (),
    )


def is_same_text(one: str, other: str) -> bool:
    """Whether two texts have the same letters and digits."""
    return _letters(one) == _letters(other)


def is_known(person: Person) -> bool:
    """Whether a name or birth date speaks for its being one woman."""
    return bool(person.birth_date or person.names)


def contradictions(one: Person, other: Person) -> tuple[str, ...]:
    """What the two differ in, in words; what one of them does not say is no difference."""
    found = []
    length = min(len(one.birth_date), len(other.birth_date))
    if one.birth_date[:length] != other.birth_date[:length]:
        found.append("birth date")
    if _names_differ(one.names, other.names):
        found.append("name")
    if one.sex and other.sex and one.sex != other.sex:
        found.append("sex")
    return tuple(found)


def is_renamed(one: Person, other: Person) -> bool:
    """Whether names that differ may be of one woman, for images with one patient ID or of one study.

    She may have married: the day of birth is known and the same, and so is one of her given names.
    """
    if len(one.birth_date) != _DAY or one.birth_date != other.birth_date:
        return False
    return set(contradictions(one, other)) == {"name"} and _given_agree(one.names, other.names)


def _given_agree(one: Sequence[str], other: Sequence[str]) -> bool:
    given = [[part.split("^")[1] if "^" in part else "" for part in names] for names in (one, other)]
    return any(
        _one_name(_words(mine), _words(theirs))
        for mine, theirs in itertools.product(*given)
        if _letters(mine) and _letters(theirs)
    )


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _names_differ(one: Sequence[str], other: Sequence[str]) -> bool:
    """By all ways of writing in one script that both have: where one agrees, it is one name."""
    known = [[name for name in names if not is_no_identifier(name)] for names in (one, other)]
    compared = [
        any(_one_name(a, b) for a, b in itertools.product(_spellings(mine), _spellings(theirs)))
        for mine, theirs in itertools.product(*known)
        if _scripts(mine) == _scripts(theirs)
    ]
    return bool(compared) and not any(compared)


def _scripts(name: str) -> frozenset[str]:
    """Of its letters; what is written with another script cannot be compared."""
    letters = (c for c in unicodedata.normalize("NFKC", name) if c.isalpha())
    found = {unicodedata.name(letter, "").partition(" ")[0] for letter in letters}
    return frozenset(_ONE_SCRIPT.get(script, script) for script in found)


def _spellings(name: str) -> tuple[list[str], list[str]]:
    """Its words with hyphens between them, and with hyphens within them."""
    return _words(_WITHIN_WORDS.sub(" ", name)), _words(name)


def _words(name: str) -> list[str]:
    """Words of family, given and middle name; title and suffix are left out."""
    parts = _WITHIN_WORDS.sub("", " ".join(name.split("^")[:3]))
    normal = unicodedata.normalize("NFKC", parts).casefold().translate(_AS_HIRAGANA)
    return [word for word in _SEPARATORS.split(normal) if word]


def _one_name(one: list[str], other: list[str]) -> bool:
    """Whether each word of the shorter name stands in the longer, as a word or its initial."""
    fewer, more = sorted((one, list(other)), key=len)
    left = list(more)
    for word in sorted(fewer, key=len, reverse=True):
        match = next((w for w in left if _forms(w) & _forms(word)), None)
        match = match or next((w for w in left if _is_initial(w, word)), None)
        if match is not None:
            left.remove(match)
            continue
        run = _run_of(left, word)
        if run is None:
            return "".join(fewer) == "".join(more)
        del left[run]
    return True


def _run_of(words: list[str], whole: str) -> slice | None:
    """The neighbours that make one word: Mary Ann is Maryann."""
    for start in range(len(words)):
        for stop in range(start + 2, len(words) + 1):
            if _forms("".join(words[start:stop])) & _forms(whole):
                return slice(start, stop)
    return None


def _is_initial(one: str, other: str) -> bool:
    if any(sign in one + other for sign in _UNREADABLE):
        return True
    return min(len(one), len(other)) == 1 and one[0] == other[0] and one.isascii() and other.isascii()


def _forms(word: str) -> set[str]:
    """``müller`` is ``muller`` and ``mueller``, and these are each other."""
    plain = unicodedata.normalize("NFKD", word.translate(_STROKES))
    stripped = "".join(c for c in plain if not unicodedata.combining(c))
    forms = {stripped, word.translate(_EXPANDED)}
    if len(stripped) > _SHORT:
        forms.add(re.sub(r"([aou])e", r"\1", stripped))
    return forms
