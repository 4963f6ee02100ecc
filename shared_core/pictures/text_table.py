"""A table drawn into a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from shared_core.pictures.lettering import AREA, BRIGHT, QUIET, Colour, draw_text, fitting, text_width


@dataclass(frozen=True)
class Column:
    """Heading of a column; numbers stand at its right side."""

    title: str
    number: bool = True


@dataclass(frozen=True)
class Row:
    """Cells of a row, as many as there are columns."""

    cells: tuple[str, ...]
    colour: Colour = BRIGHT


def table_picture(
    columns: Sequence[Column], rows: Sequence[Row], *, width_px: int, text_px: int
) -> NDArray[np.uint8]:
    """Draw a table on black, RGB.

    Columns are as wide as they must; what is left over lies between them. Where they are too wide
    together, texts (not numbers) lose their middle.
    """
    line_px = round(1.6 * text_px)
    picture = Image.new("RGB", (width_px, line_px * (len(rows) + 1) + text_px // 2))
    pen = ImageDraw.Draw(picture)
    widths = _widths(columns, rows, text_px, width_px)
    gap = (width_px - sum(widths)) // max(len(columns) - 1, 1)
    titles = Row(tuple(column.title for column in columns), QUIET)
    for number, row in enumerate((titles, *rows)):
        left, top = 0, number * line_px
        for column, cell, width in zip(columns, row.cells, widths, strict=True):
            text = fitting(cell, text_px, width)
            x = left + width - text_width(text, text_px) if column.number else left
            draw_text(pen, (x, top), text, size_px=text_px, colour=row.colour)
            left += width + gap
    rule = line_px - text_px // 5
    pen.line(((0, rule), (width_px, rule)), fill=AREA)
    return np.asarray(picture, dtype=np.uint8)


def _widths(columns: Sequence[Column], rows: Sequence[Row], text_px: int, width_px: int) -> list[int]:
    cells = [row.cells for row in rows] + [tuple(column.title for column in columns)]
    # One more than measured: the widths of single letters are rounded.
    widths = [max(text_width(row[i], text_px) for row in cells) + 1 for i in range(len(columns))]
    excess = sum(widths) + text_px * (len(columns) - 1) - width_px
    texts = [i for i, column in enumerate(columns) if not column.number]
    while excess > 0 and texts:
        widest = max(texts, key=lambda i: widths[i])
        if widths[widest] <= 4 * text_px:
            break
        widths[widest] -= text_px
        excess -= text_px
    return widths
