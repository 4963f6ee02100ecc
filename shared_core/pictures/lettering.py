"""Text and scale bars in pictures, quiet and legible."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from shared_core.mammogram import PixelSpacing

Colour = tuple[int, int, int]

BRIGHT: Final[Colour] = (235, 235, 235)
QUIET: Final[Colour] = (165, 165, 165)
FINDING: Final[Colour] = (255, 176, 0)
"""Orange: told from grey, and from `AREA`, by every kind of colour vision."""
OTHER: Final[Colour] = (86, 180, 233)
"""Light blue, of what is calcified and no artery: told from both by every kind of colour vision."""
AREA: Final[Colour] = (48, 92, 128)

_LINE_HEIGHT = 1.35


@dataclass(frozen=True)
class Line:
    """One line of a text block."""

    text: str
    size_px: int
    colour: Colour = BRIGHT


@dataclass(frozen=True)
class ScaleBar:
    """A bar of known length, or the words that there is none."""

    text: str
    length_px: int


@lru_cache(maxsize=32)
def font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font that comes with Pillow."""
    return ImageFont.load_default(size=size_px)


def text_width(text: str, size_px: int) -> int:
    """Width of one line of text, in pixels."""
    return round(sum(font(size).getlength(run) for run, size, _ in _runs(text, size_px)))


def draw_text(
    pen: ImageDraw.ImageDraw, corner: tuple[int, int], text: str, *, size_px: int, colour: Colour
) -> None:
    """Write one line; each letter has a dark rim, to be read on breast as well as on background."""
    x, y = corner
    rim = max(size_px // 14, 1)
    for run, size, lift in _runs(text, size_px):
        pen.text((x, y - lift), run, fill=colour, font=font(size), stroke_width=rim, stroke_fill=(0, 0, 0))
        x += round(font(size).getlength(run))


def fitting(text: str, size_px: int, width_px: int) -> str:
    """`text`, its middle replaced by an ellipsis until it fits; both ends of a file name tell something."""
    if text_width(text, size_px) <= width_px:
        return text
    kept = len(text) - 1
    while kept > 1 and text_width(_shortened(text, kept), size_px) > width_px:
        kept -= 1
    return _shortened(text, kept)


def wrapped(text: str, size_px: int, width_px: int) -> list[str]:
    """`text` in lines no wider than `width_px`, broken between words."""
    lines: list[str] = []
    current = ""
    for word in text.split():
        longer = f"{current} {word}".strip()
        if current and text_width(longer, size_px) > width_px:
            lines.append(current)
            longer = word
        current = longer
    return [*lines, current] if current else lines


def scale_bar(
    spacing: PixelSpacing | None, px_per_source_px: float, *, length_mm: float, longest_px: int
) -> ScaleBar:
    """A horizontal bar of `length_mm` in a picture of the given scale (columns).

    Where it would be longer than `longest_px`, its length is halved until it fits.
    """
    if spacing is None:
        return ScaleBar("pixel spacing unknown", 0)
    px_per_mm = px_per_source_px / spacing.column_mm
    while length_mm * px_per_mm > longest_px:
        length_mm /= 2
    return ScaleBar(f"{length_mm:.3g} mm", round(length_mm * px_per_mm))


def block_size(lines: Sequence[Line], bar: ScaleBar | None = None) -> tuple[int, int]:
    """(rows, columns) that `draw_block` needs."""
    rows = sum(round(line.size_px * _LINE_HEIGHT) for line in lines)
    columns = max((text_width(line.text, line.size_px) for line in lines), default=0)
    if bar is not None:
        size = _bar_text_size(lines)
        rows += 2 * size
        columns = max(columns, _bar_columns(bar, size))
    return rows, columns


def draw_block(
    picture: NDArray[np.uint8],
    top: int,
    left: int,
    *,
    lines: Sequence[Line],
    bar: ScaleBar | None = None,
    from_right: bool = False,
) -> None:
    """Write lines, and a scale bar below them, into an RGB picture, in place.

    Lines start at the block's left side; with `from_right` they end at its right side.
    """
    rows, columns = block_size(lines, bar)
    area = picture[max(top, 0) : top + rows, max(left, 0) : left + columns]
    if not area.size:
        return
    image = Image.fromarray(area)
    pen = ImageDraw.Draw(image)
    y = 0
    for line in lines:
        x = columns - text_width(line.text, line.size_px) if from_right else 0
        draw_text(pen, (x, y), line.text, size_px=line.size_px, colour=line.colour)
        y += round(line.size_px * _LINE_HEIGHT)
    if bar is not None:
        size = _bar_text_size(lines)
        x = columns - _bar_columns(bar, size) if from_right else 0
        _draw_bar(pen, (x, y + size // 2), bar, size)
    area[...] = np.asarray(image)


def _runs(text: str, size_px: int) -> list[tuple[str, int, int]]:
    """(text, size, lift) of the pieces of a line: the font has no raised 2, so it is made from a 2."""
    small, lift = round(size_px * 0.62), -round(size_px * 0.06)
    runs: list[tuple[str, int, int]] = []
    for piece in re.split("(²)", text):
        if piece == "²":
            runs.append(("2", small, lift))
        elif piece:
            runs.append((_printable(piece, font(size_px)), size_px, 0))
    return runs


def _printable(text: str, of_font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """`text` in the letters that the font has: accents dropped, ``?`` for what is left."""
    if text.isascii():
        return text
    missing = bytes(of_font.getmask("\uffff"))
    letters = []
    for letter in text:
        if letter.isascii() or bytes(of_font.getmask(letter)) != missing:
            letters.append(letter)
        else:
            letters.append(unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode() or "?")
    return "".join(letters)


def _draw_bar(pen: ImageDraw.ImageDraw, corner: tuple[int, int], bar: ScaleBar, size_px: int) -> None:
    """A bar with end ticks, its length in words to the right."""
    x, y = corner
    if bar.length_px:
        middle, tick, end = y + size_px // 2, size_px // 3, x + bar.length_px
        strokes = [
            ((x, middle), (end, middle)),
            ((x, middle - tick), (x, middle + tick)),
            ((end, middle - tick), (end, middle + tick)),
        ]
        for width, colour in ((5, (0, 0, 0)), (2, BRIGHT)):
            for stroke in strokes:
                pen.line(stroke, fill=colour, width=width)
        x = end + size_px // 2
    draw_text(pen, (x, y), bar.text, size_px=size_px, colour=BRIGHT if bar.length_px else QUIET)


def _bar_text_size(lines: Sequence[Line]) -> int:
    return lines[-1].size_px if lines else 16


def _bar_columns(bar: ScaleBar, size_px: int) -> int:
    gap = size_px // 2 if bar.length_px else 0
    return bar.length_px + gap + text_width(bar.text, size_px) + 2


def _shortened(text: str, kept: int) -> str:
    head = kept // 2
    return f"{text[:head]}…{text[len(text) - (kept - head) :]}"
