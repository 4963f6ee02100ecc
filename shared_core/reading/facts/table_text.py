"""Tables in text files as people have them: any encoding, comma, semicolon or tab."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from shared_core.errors import UnreadableImageError, UsageError
from shared_core.reading.content import read_bytes, read_start

Line = tuple[int, list[str]]
"""Number of the line in the file, from 1, and its cells."""
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SHEETS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of spreadsheet programs begin."""
_DELIMITERS: Final = ";\t|,"
_LONGEST_FIELD: Final = 1_000_000


def table_lines(path: Path, *, words: bool = False) -> Iterator[Line]:
    """Lines of a table that are not empty, cells stripped.

    Parameters
    ----------
    words
        Whether blanks part the cells, as in tables that are aligned by hand.

    Raises
    ------
    UsageError
        It cannot be read, or is no text.
    """
    text = _text(path)
    if words:
        yield from ((n, line.split()) for n, line in enumerate(text.splitlines(), 1) if line.strip())
        return
    delimiter = _delimiter(text)
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped) and not (start == 1 and text.startswith("sep=")):
                yield start, stripped
            start = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(f"{path.name}: line {start} cannot be read ({error}); correct the table.") from None


def _text(path: Path) -> str:
    try:
        read_start(path)
        content = read_bytes(path)
    except UnreadableImageError as error:
        raise UsageError(str(error)) from None
    if content.startswith(_SHEETS):
        raise UsageError(f"{path.name}: is a file of a spreadsheet program; save the table as CSV.")
    encoding = next((name for bom, name in _BOMS if content.startswith(bom)), "")
    if not encoding and content[1:2] == b"\0":
        encoding = "utf-16-le"
    for name in (encoding,) if encoding else ("utf-8", "cp1252", "latin-1"):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise UsageError(f"{path.name}: is no text; save the table as CSV in UTF-8.")


def _delimiter(text: str) -> str:
    """What stands most often between the names of the columns."""
    if text.startswith("sep=") and text[4:5] in _DELIMITERS:
        return text[4]
    head = next((line for line in text.splitlines() if line.strip()), "")
    bare = "".join(part for number, part in enumerate(head.split('"')) if number % 2 == 0)
    return max(reversed(_DELIMITERS), key=bare.count)
