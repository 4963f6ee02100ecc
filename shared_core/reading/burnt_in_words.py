"""Words burnt into an image that say it is a synthetic 2-D view, such as ``C-View`` beside the breast.

Where only pixels are left, such a word is all that tells a synthetic view from a mammogram. No text is read:
bright lines on dark ground are compared with drawings of the few names, and of words that look alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from shared_core.mammogram import MammogramHeader
from shared_core.notices.of_files import SYNTHETIC_2D

Features = NDArray[np.float32]
Box = tuple[int, int, int, int]
"""First column, first row, last column and last row, the last ones excluded."""

_MAMMOGRAPHY: Final = "1.2.840.10008.5.1.4.1.1.1.2"
_NAMES: Final = ("C-View", "C-VIEW", "S-View", "S-VIEW", "V-Preview", "V-PREVIEW") + (
    *("Intelligent 2D", "INTELLIGENT 2D", "Insight 2D", "INSIGHT 2D"),
)
_OTHERS: Final = (
    *("CC VIEW", "CC View", "MLO VIEW", "ML VIEW", "VIEW", "View", "REVIEW", "Review", "PREVIEW", "Preview"),
    *("LCC", "RCC", "LMLO", "RMLO", "L CC", "R CC", "L MLO", "R MLO", "LEFT CC", "RIGHT CC", "LEFT MLO"),
    *("RIGHT MLO", "LEFT", "RIGHT", "IMPLANT", "IMPLANT ID", "LCC ID", "RMLO ID", "SPOT MAG", "S-Video"),
    *("Intelligence", "INTELLIGENCE", "Intelligent", "INTELLIGENT", "Insight", "INSIGHT", "HOSPITAL"),
    *("Hospital", "HOLOGIC", "Siemens", "01/02/2020", "Overview", "INTERVIEW", "TOMO HD", "Tomo 2D", "COMBO"),
)
"""Words that stand on mammograms, and words that look alike."""
MOST_UNLIKE: Final = 0.46
"""How unlike a drawing of its name a burnt-in word may be: 0 is the same, 1 has nothing in common."""
LEAST_AHEAD: Final = 0.97
"""Times the unlikeness to the nearest other word: the name must be nearer."""
_REDUCED_FROM_PX: Final = 2400
"""Larger images have letters that are large enough at half their size."""
_DARK: Final = 0.3
"""Part of the range of values; text stands apart from all that is brighter."""
_LETTER_PX: Final = (10, 0.04)
"""Height of letters: at least, and at most as part of the height of the image."""
_LONGEST_GAP: Final = 0.7
"""Between letters and words, in heights."""
_MOST_LETTERS: Final = 2000
_MOST_GROWING: Final = 60
"""Lines that are followed at a time, from the left to the right."""
_ASPECTS: Final = (2.0, 14.0)
_HEIGHT: Final = 16
_NEIGHBOURS: Final = 2
_SHIFT: Final = 0.08
"""By which letters may stand elsewhere than in the drawing, as part of the line."""
_ASPECT_RATIO: Final = 1.6


def with_burnt_in_words(header: MammogramHeader, pixels: NDArray[Any]) -> MammogramHeader:
    """The header with what is burnt into the pixels, where the file says nothing of its kind by itself.

    Mammography objects with an Image Type do; pictures, screenshots and stripped headers do not.
    """
    says = header.acquisition.image_type and header.identity.sop_class_uid.startswith(_MAMMOGRAPHY)
    if says or header.acquisition.synthetic_2d:
        return header
    product = burnt_in_product(pixels)
    if not product:
        return header
    return replace(
        header,
        acquisition=replace(header.acquisition, synthetic_2d=True),
        evidence=(*header.evidence, ("synthetic", f"{product}, burnt into the picture")),
        notices=(*header.notices, SYNTHETIC_2D.notice()),
    )


def burnt_in_product(pixels: NDArray[Any]) -> str:
    """The name of a kind of synthetic view that stands beside the breast; empty where none does.

    Parameters
    ----------
    pixels : (rows, columns) array
        Larger meaning brighter.
    """
    if min(pixels.shape) > _REDUCED_FROM_PX:
        exact = pixels if pixels.dtype in (np.uint8, np.uint16) else pixels.astype(np.float32)
        pixels = cv2.resize(exact, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    low, high = float(pixels.min()), float(pixels.max())
    bright = (pixels > low + _DARK * (high - low)).view(np.uint8)
    for left, top, right, bottom in _lines(bright):
        line = pixels[top:bottom, left:right].astype(np.float32) - low
        name = _name_of(line)
        if name:
            return name
    return ""


def _lines(bright: NDArray[np.uint8]) -> Iterator[Box]:
    """Boxes around letters that stand side by side, apart from all else."""
    _, _, found, _ = cv2.connectedComponentsWithStats(bright, connectivity=8)
    stats = np.asarray(found, np.int32)
    width, height = stats[1:, 2], stats[1:, 3]
    least, most = _LETTER_PX[0], _LETTER_PX[1] * bright.shape[0]
    is_letter = (height >= least) & (height <= most) & (width <= 8 * height)
    if np.count_nonzero(is_letter) > _MOST_LETTERS:
        return
    letters = stats[1:, :4][is_letter]
    dots = stats[1:, :4][(height < least) & (width <= most)]
    for box in _side_by_side(letters[np.argsort(letters[:, 0], kind="stable")].tolist()):
        whole = _with_dots(box, dots)
        aspect = (whole[2] - whole[0]) / (whole[3] - whole[1])
        if _ASPECTS[0] <= aspect <= _ASPECTS[1] and _stands_alone(whole, bright):
            yield whole


def _side_by_side(letters: list[list[int]]) -> list[Box]:
    """Boxes of the lines that letters (first column, first row, width, height), from the left, make up."""
    growing: list[Box] = []
    done: list[Box] = []
    for x, y, width, height in letters:
        for number, (x0, y0, x1, y1) in enumerate(growing):
            shorter, taller = sorted((y1 - y0, height))
            if x - x1 <= _LONGEST_GAP * taller and 2 * (min(y1, y + height) - max(y0, y)) >= shorter:
                growing[number] = x0, min(y0, y), max(x1, x + width), max(y1, y + height)
                break
        else:
            growing.append((x, y, x + width, y + height))
        if len(growing) > _MOST_GROWING:
            done += growing[:-_MOST_GROWING]
            del growing[:-_MOST_GROWING]
    return done + growing


def _with_dots(box: Box, dots: NDArray[np.int32]) -> Box:
    """The box with the dots and strokes that are smaller than letters."""
    left, top, right, bottom = box
    reach = (bottom - top) // 2
    x, y = dots[:, 0] + dots[:, 2] // 2, dots[:, 1]
    near = dots[(x >= left) & (x < right) & (y >= top - reach) & (y + dots[:, 3] <= bottom + reach)]
    if not len(near):
        return box
    return (
        *(min(left, int(near[:, 0].min())), min(top, int(near[:, 1].min()))),
        *(
            max(right, int((near[:, 0] + near[:, 2]).max())),
            max(bottom, int((near[:, 1] + near[:, 3]).max())),
        ),
    )


def _stands_alone(box: Box, bright: NDArray[np.uint8]) -> bool:
    left, top, right, bottom = box
    margin = (bottom - top) // 4
    around = bright[max(top - margin, 0) : bottom + margin, max(left - margin, 0) : right + margin]
    return int(around.sum()) == int(bright[top:bottom, left:right].sum())


def _name_of(line: NDArray[np.float32]) -> str:
    found = _features(line)
    nearest = min((unlikeness(found, drawn), name) for name in _NAMES for drawn in _drawings(name))
    if nearest[0] > MOST_UNLIKE:
        return ""
    other = min(unlikeness(found, drawn) for word in _OTHERS for drawn in _drawings(word))
    return nearest[1] if nearest[0] <= LEAST_AHEAD * other else ""


def unlikeness(one: Features, other: Features) -> float:
    """0 for the same line, about 1 for lines without anything in common; infinite for other proportions.

    Each column, with its neighbours, is compared with the nearest column of the other line that stands at
    about the same place.
    """
    n, m = len(one), len(other)
    if not 1 / _ASPECT_RATIO < n / m < _ASPECT_RATIO:
        return float("inf")
    squares = (one**2).sum(1)[:, None] + (other**2).sum(1)[None] - 2 * one @ other.T
    apart = np.abs(np.arange(n)[:, None] / n - np.arange(m)[None] / m)
    squares = np.where(apart <= _SHIFT, np.maximum(squares, 0), np.inf)
    ends = squares.min(1).sum() / (one**2).sum(), squares.min(0).sum() / (other**2).sum()
    return float(np.sqrt(max(ends)))


def _features(line: NDArray[np.float32]) -> Features:
    """(columns, values) of a line at a height of 16 pixels: each column with two neighbours on a side."""
    inked = line > 0.4 * line.max()
    rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
    tight = line[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    width = max(4, round(tight.shape[1] * _HEIGHT / tight.shape[0]))
    small = cv2.GaussianBlur(
        cv2.resize(tight, (width, _HEIGHT), interpolation=cv2.INTER_AREA), (0, 0), 0.8
    ).astype(np.float32)
    padded = np.pad(small / small.max(), ((0, 0), (_NEIGHBOURS, _NEIGHBOURS)))
    pieces = [padded[:, shift : shift + width] for shift in range(2 * _NEIGHBOURS + 1)]
    return np.ascontiguousarray(np.concatenate(pieces).T, np.float32)


@cache
def _drawings(word: str) -> tuple[Features, ...]:
    """The word in the few fonts that are always there, thin and bold."""
    found = []
    font = ImageFont.load_default(80)
    for bold in (0, 2, 4):
        canvas = Image.new("L", (round(font.getlength(word)) + 60, 150))
        ImageDraw.Draw(canvas).text((20, 20), word, 255, font=font, stroke_width=bold, stroke_fill=255)
        found.append(np.asarray(canvas, np.float32))
    for face in (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX):
        for thickness in (5, 10):
            (width, height), below = cv2.getTextSize(word, face, 2.5, thickness)
            drawn = np.zeros((height + below + 40, width + 40), np.uint8)
            cv2.putText(drawn, word, (15, height + 15), face, 2.5, 255, thickness, cv2.LINE_AA)
            found.append(drawn.astype(np.float32))
    return tuple(_features(one) for one in found)
