"""Texts of files and peers as a terminal may show them: none of their letters moves the cursor."""

from __future__ import annotations


def without_control(text: str) -> str:
    """A text with a mark in place of each letter that is not to be seen; lines stay lines."""
    return "".join(one if one.isprintable() or one in "\n\t" else _marked(one) for one in text)


def one_line(text: object) -> str:
    """The same on one line, for names, which may have any letter in them."""
    return without_control(str(text).replace("\n", "\\n").replace("\t", "\\t"))


def _marked(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
