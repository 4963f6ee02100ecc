"""How a value stands in a cell of our tables, and how it is read back."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Literal

LIST_SEPARATOR: Final = " | "
"""Between the items of a list: sentences have commas and semicolons of their own."""


RUN_BY_SPREADSHEETS: Final = re.compile(
    r"'*(?:[=@\t\r\n＝＋－＠]|[+\-](?!(?:\d+\.?\d*|\.\d+)(?:[eE][+\-]?\d+)?$))", re.DOTALL
)
"""How a text begins that a spreadsheet takes for a formula; a number with a sign is none."""
_QUOTE: Final = '"'
_NEEDS_QUOTES: Final = {",": frozenset(',"\n\r'), ";": frozenset(';"\n\r')}
_BYTE_ORDER_MARK: Final = "\ufeff"
_NOT_SHOWN: Final = "\ufffd"
CsvStyle = Literal["plain", "excel", "excel-semicolon"]
"""Plain; with a byte order mark, by which Excel knows UTF-8; and with semicolons and decimal commas besides,
as Excel expects where people write numbers so."""
_HALF_LETTER: Final = re.compile(r"\\udc([89a-f][0-9a-f])")


def guarded(text: str) -> str:
    """A text that no spreadsheet runs: with an apostrophe in front where it looks like a formula."""
    return f"'{text}" if RUN_BY_SPREADSHEETS.match(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given, and a file name that is no UTF-8 as it was."""
    if text.startswith("'") and RUN_BY_SPREADSHEETS.match(text):
        text = text[1:]
    return _HALF_LETTER.sub(lambda found: chr(0xDC00 + int(found[1], 16)), text)


def cell(value: Any) -> Any:
    """A value as it stands in the tables; None stands for an empty cell."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        value = joined(value)
    return guarded(value) if isinstance(value, str) else value


def csv_bytes(
    columns: Sequence[str], rows: Iterable[Iterable[object]], *, style: CsvStyle = "plain"
) -> bytes:
    """A table of values in the order of its columns, as all of ours are written."""
    return b"".join(csv_lines(columns, rows, style=style))


def csv_lines(
    columns: Sequence[str], rows: Iterable[Iterable[object]], *, style: CsvStyle = "plain"
) -> Iterator[bytes]:
    """The same line by line, for tables of any length."""
    comma = style == "excel-semicolon"
    separator = ";" if comma else ","
    if style != "plain":
        yield _BYTE_ORDER_MARK.encode()
    lines = ([_local(cell(value)) if comma else cell(value) for value in row] for row in rows)
    for line in itertools.chain([columns], lines):
        text = separator.join(_quoted(one, separator) for one in line)
        yield f"{text}\n".encode("utf-8", errors="backslashreplace")


def separator_of(head: str) -> str:
    """What parts the columns of a table of ours, by its first line: their names have neither in them."""
    return ";" if ";" in head and "," not in head else ","


def number_of(text: str, separator: str) -> float:
    """A number as it stands in a table with this separator; `ValueError` where it is none."""
    return float(text.replace(",", ".") if separator == ";" else text)


def _local(value: object) -> object:
    return str(value).replace(".", ",") if isinstance(value, float) else value


def _quoted(value: object, separator: str) -> str:
    """As `csv.writer` does, which before Python 3.13 forgets a carriage return.

    A NUL, at which R ends a text and Python 3.10 refuses a table, becomes the sign for what cannot be shown.
    """
    text = "" if value is None else str(value).replace("\0", _NOT_SHOWN)
    return f'"{text.replace(_QUOTE, 2 * _QUOTE)}"' if _NEEDS_QUOTES[separator] & set(text) else text


def joined(items: Sequence[object]) -> str:
    """A list in one cell."""
    return LIST_SEPARATOR.join(map(str, items))


def items_of(text: object) -> tuple[str, ...]:
    """The list that a cell holds."""
    return tuple(item for item in str(text).split(LIST_SEPARATOR) if item) if text else ()
