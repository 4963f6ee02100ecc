"""Texts of files and peers as people may be shown them: no letter moves the cursor or begins a line."""

from __future__ import annotations

import unicodedata


def without_control(text: str) -> str:
    """A text with a mark in place of each letter that is not to be seen; lines stay lines."""
    return "".join(one if _is_seen(one) or one in "\n\t" else _marked(one) for one in text)


def one_line(text: object) -> str:
    """The same on one line, for names, which may have any letter in them."""
    return "".join(one if _is_seen(one) else _marked(one) for one in str(text))


def _is_seen(letter: str) -> bool:
    """Also of a space that is none of ASCII's."""
    return letter.isprintable() or unicodedata.category(letter) == "Zs"


def _marked(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
