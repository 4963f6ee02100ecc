"""How the pages of the PDF report look: letters, tables, pictures, and the edge of each page."""

from __future__ import annotations

import html
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import cv2
import numpy as np

from shared_core.dicom_objects.required_libraries import needed
from shared_core.errors import UnreadableImageError
from shared_core.wording.phrases import RESEARCH_USE

_FONT, _BOLD = "OpenBAC", "OpenBAC-Bold"
_INK, _QUIET, _RULE, _WARN = "#1a1a1a", "#5f5f5f", "#c8c8c8", "#9a3b00"
_MARGIN_MM: Final = 16
_FRAME_PT: Final = 6
"""Reportlab keeps text so far from the edge of its frame."""
_JPEG_QUALITY: Final = 90
_LONGEST_PX: Final = 1800


@dataclass(frozen=True)
class PageEdge:
    """What every page says at its top and bottom."""

    patient: str
    software: str


@cache
def letters() -> frozenset[str]:
    """Make the fonts known, those that come with reportlab; the letters that they have."""
    ttfonts, metrics = needed("reportlab.pdfbase.ttfonts"), needed("reportlab.pdfbase.pdfmetrics")
    for name, file in ((_FONT, "Vera.ttf"), (_BOLD, "VeraBd.ttf")):
        metrics.registerFont(ttfonts.TTFont(name, file))
    metrics.registerFontFamily(_FONT, normal=_FONT, bold=_BOLD, italic=_FONT, boldItalic=_BOLD)
    return frozenset(map(chr, metrics.getFont(_FONT).face.charToGlyph))


def printable(text: str) -> str:
    """The text in letters that the font has, ``?`` for the others."""
    known = letters()
    return "".join(letter if letter in known else "?" for letter in text)


def paragraph(text: str, *, size: float = 9, bold: bool = False, colour: str = _INK, after: float = 3) -> Any:
    """Running text; whatever a file or a person wrote in it is only text, never markup."""
    letters()
    style = needed("reportlab.lib.styles").ParagraphStyle(
        "text",
        fontName=_BOLD if bold else _FONT,
        fontSize=size,
        leading=1.35 * size,
        textColor=colour,
        spaceAfter=after,
        splitLongWords=True,
    )
    return needed("reportlab.platypus").Paragraph(html.escape(printable(text)), style)


def heading(text: str) -> Any:
    """Of a section; stays with what follows."""
    made = paragraph(text, size=11, bold=True, after=4)
    made.style.spaceBefore, made.keepWithNext = 10, True
    return made


def warning(text: str) -> Any:
    """A sentence that is not to be overlooked."""
    return paragraph(f"\u2022 {text}", colour=_WARN)


def quiet(text: str) -> Any:
    """A note."""
    return paragraph(text, size=7.5, colour=_QUIET)


def facts(pairs: Sequence[tuple[str, str]], *, columns: int = 1) -> Any:
    """Names and values, in one or more pairs of columns."""
    rows = -(-len(pairs) // columns)
    padded = [*pairs, *[("", "")] * (rows * columns - len(pairs))]
    cells = [
        [
            cell
            for column in range(columns)
            for name, value in [padded[column * rows + row]]
            for cell in (quiet(name), paragraph(value, after=0))
        ]
        for row in range(rows)
    ]
    width = _width() / columns
    sizes = [0.34 * width, 0.66 * width] * columns if columns > 1 else [0.26 * width, 0.74 * width]
    table = needed("reportlab.platypus").Table(cells, colWidths=sizes, hAlign="LEFT")
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_padding(1)])
    return table


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], *, shares: Sequence[float]) -> Any:
    """A table with a heading on each page that it reaches; `shares` of the width."""
    cells = [[paragraph(title, size=7.5, colour=_QUIET, after=0) for title in titles]]
    cells += [[paragraph(cell, size=8, after=0) for cell in row] for row in rows]
    width = _width()
    made = needed("reportlab.platypus").Table(
        cells, colWidths=[share / sum(shares) * width for share in shares], repeatRows=1, hAlign="LEFT"
    )
    made.setStyle(
        [
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, _INK),
            ("LINEBELOW", (0, 1), (-1, -1), 0.3, _RULE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            *_padding(2.5),
        ]
    )
    return made


def picture(png: bytes, *, height_mm: float, name: str) -> Any:
    """A picture as wide as the text, no higher than `height_mm`, on black as it is.

    Raises
    ------
    UnreadableImageError
        It cannot be read.
    """
    found = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR) if png else None
    if found is None:
        raise UnreadableImageError(f"{name}: the picture cannot be read; make the results again.")
    factor = min(_LONGEST_PX / max(found.shape[:2]), 1)
    small = (
        cv2.resize(found, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else found
    )
    _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    rows, columns = small.shape[:2]
    scale = min(_width() / columns, height_mm * _mm() / rows)
    return needed("reportlab.platypus").Image(
        io.BytesIO(jpeg.tobytes()), width=columns * scale, height=rows * scale, hAlign="LEFT"
    )


def new_page() -> Any:
    """What follows begins a page."""
    return needed("reportlab.platypus").PageBreak()


def gap(points: float) -> Any:
    """Empty room."""
    return needed("reportlab.platypus").Spacer(1, points)


def pdf_bytes(story: Sequence[Any], *, title: str, edge: PageEdge) -> bytes:
    """The pages, the same bytes each time: neither the clock nor chance has a say."""
    letters()
    buffer, margin = io.BytesIO(), _MARGIN_MM * _mm()
    document = needed("reportlab.platypus").SimpleDocTemplate(
        buffer,
        pagesize=needed("reportlab.lib.pagesizes").A4,
        leftMargin=margin - _FRAME_PT,
        rightMargin=margin - _FRAME_PT,
        topMargin=margin + 4 * _mm(),
        bottomMargin=margin,
        title=printable(title),
        author=printable(edge.software),
        subject=RESEARCH_USE,
        creator="OpenBAC",
        invariant=1,
    )

    def draw(canvas: Any, of: Any) -> None:
        _draw_edge(canvas, edge, of.page)

    document.build(list(story), onFirstPage=draw, onLaterPages=draw)
    return buffer.getvalue()


def _draw_edge(canvas: Any, edge: PageEdge, page: int) -> None:
    width, height = needed("reportlab.lib.pagesizes").A4
    margin = _MARGIN_MM * _mm()
    canvas.saveState()
    canvas.setFillColor(_WARN)
    canvas.setFont(_BOLD, 9)
    canvas.drawString(margin, height - margin + 4, f"RESEARCH. {RESEARCH_USE}. Not verified by anybody.")
    canvas.setStrokeColor(_RULE)
    canvas.line(margin, height - margin, width - margin, height - margin)
    canvas.setFillColor(_QUIET)
    canvas.setFont(_FONT, 7)
    canvas.drawString(margin, margin - 10, printable(f"{edge.patient}   {edge.software}"))
    canvas.drawRightString(width - margin, margin - 10, f"page {page}")
    canvas.restoreState()


def _padding(points: float) -> list[tuple[Any, ...]]:
    every = ((0, 0), (-1, -1))
    return [
        ("LEFTPADDING", *every, 0),
        ("RIGHTPADDING", *every, 4),
        ("TOPPADDING", *every, points),
        ("BOTTOMPADDING", *every, points),
    ]


def _width() -> float:
    return float(needed("reportlab.lib.pagesizes").A4[0]) - 2 * _MARGIN_MM * _mm()


def _mm() -> float:
    return float(needed("reportlab.lib.units").mm)
