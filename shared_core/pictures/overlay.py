"""The overlay picture of one view: the mammogram, the finding outlined, the numbers, a closer look.

The outline stays outside the calcium. Nothing is filled, coloured or stretched: what a radiologist sees
is the mammogram.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.connected_parts import Box, bounding_box
from shared_core.mammogram import Mask, PixelSpacing
from shared_core.pictures.lettering import (
    AREA,
    BRIGHT,
    FINDING,
    OTHER,
    QUIET,
    Line,
    ScaleBar,
    block_size,
    draw_block,
    fitting,
    scale_bar,
)
from shared_core.pictures.outline import draw_outlines, mask_outlines
from shared_core.pictures.reduced_view import ReducedView, reduce_view
from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.measurement import ViewMeasurement
from shared_core.wording import phrases

LONGEST_PX = 2000
_WINDOW_MM = 25.0
_MOST_WINDOWS = 2
_NAME_PX = 300
_CROWDED = 0.05
"""Share of breast under the text from which a strip is added for it."""


@dataclass(frozen=True)
class _Look:
    """Sizes that follow the height of the picture."""

    text_px: int
    gap_px: int
    line_px: int


def overlay_picture(
    prepared: PreparedView,
    mask: Mask,
    measurement: ViewMeasurement,
    *,
    provenance: Mapping[str, object],
    other: Mask | None = None,
) -> NDArray[np.uint8]:
    """Draw one view with its BAC outlined.

    Parameters
    ----------
    prepared, mask, measurement
        The view, its mask (rows, columns) at source size, and its numbers.
    provenance
        Of the mask; ``model_name`` and ``threshold`` are shown.
    other
        (rows, columns), calcification that is not along an artery: outlined in another colour.

    Returns
    -------
    (rows, columns, 3) uint8 RGB, the mammogram about 2000 px long; where there is BAC, the places that
    hold most of it are shown enlarged at the right, without and with outline.
    """
    view = reduce_view(prepared, mask, longest_px=LONGEST_PX, other=other)
    look = _look(view)
    picture = _rgb(view.gray_u8)
    draw_outlines(picture, mask_outlines(view.valid, 0), scale=(1, 1), colour=AREA)
    draw_outlines(picture, view.other_outlines, scale=view.scale, colour=OTHER, thickness_px=look.line_px)
    draw_outlines(picture, view.outlines, scale=view.scale, colour=FINDING, thickness_px=look.line_px)
    shown = other if other is not None and not mask.any() else mask
    # Where a classifier looked is no finding to be seen closer.
    windows = [] if phrases.is_heat_map(provenance) else _windows(shown, _window_px(prepared))
    for letter, window in zip("AB", windows, strict=False):
        _mark_window(picture, window, letter, view=view, look=look)
    picture = _with_text(
        np.asarray(picture, np.uint8), view, look, _lines(measurement, view, provenance, look)
    )
    if windows:
        picture = np.hstack(
            [
                picture,
                _closer_look(prepared, (other, mask), windows, rows=picture.shape[0], look=look),
            ]
        )
    return picture


def _look(view: ReducedView) -> _Look:
    rows = view.gray_u8.shape[0]
    return _Look(
        text_px=max(round(rows / 76), 15), gap_px=max(rows // 100, 8), line_px=2 if rows > 1200 else 1
    )


def _lines(
    measurement: ViewMeasurement, view: ReducedView, provenance: Mapping[str, object], look: _Look
) -> list[Line]:
    size, small = look.text_px, round(look.text_px * 0.85)
    header = view.header
    label = ", ".join(
        [phrases.view_name(header.view_label), *(modifier.value for modifier in header.modifiers)]
    )
    lines = [Line(label, round(size * 1.5))]
    if "?" in header.view_label:
        lines.append(Line(fitting(header.name, small, _NAME_PX), small, QUIET))
    if phrases.is_heat_map(provenance):
        lines += _of_classifier(measurement, look)
    else:
        lines += _of_finding(measurement, look)
    lines.append(Line(phrases.model(provenance), small, QUIET))
    lines.append(Line(phrases.RESEARCH_USE, small, QUIET))
    return lines


def _of_classifier(measurement: ViewMeasurement, look: _Look) -> list[Line]:
    """What it says of the view; the area of a heat map is no area of calcium."""
    return [
        Line(phrases.classified(measurement), look.text_px),
        Line(phrases.HEAT_MAP, round(look.text_px * 0.85), FINDING),
    ]


def _of_finding(measurement: ViewMeasurement, look: _Look) -> list[Line]:
    size, small = look.text_px, round(look.text_px * 0.85)
    lines = [Line(phrases.bac_area(measurement), size, FINDING if measurement.am_px else BRIGHT)]
    if measurement.bac_percent_of_breast is not None:
        lines.append(Line(phrases.share(measurement), size))
    if measurement.area_grade is not None:
        lines.append(Line(f"Area grade {phrases.grade(measurement)}", size))
    if measurement.vessels_count:
        lines.append(Line(phrases.vessels(measurement), size))
        if measurement.csbi_grade is not None:
            lines.append(Line(phrases.csbi(measurement), size))
    if measurement.am_px and measurement.other_count is not None and measurement.vessels_count is None:
        lines.append(Line("Uncertain: no grade, have it read", size, FINDING))
    if measurement.other_count:
        lines.append(Line(phrases.other(measurement), size, OTHER))
    if measurement.undecided is not None:
        lines.append(Line("May be an artery at", size, FINDING))
        lines.append(Line(measurement.undecided, small, FINDING))
    lines.append(Line(f"{phrases.tam(measurement)} {phrases.count(measurement.tam_px)} px", size))
    return lines


def _with_text(
    picture: NDArray[np.uint8], view: ReducedView, look: _Look, lines: list[Line]
) -> NDArray[np.uint8]:
    """Write into the corner with the least breast, or into a strip below where every corner has some."""
    height, width = picture.shape[:2]
    bar = scale_bar(view.header.spacing, view.scale[1], length_mm=10, longest_px=max(width // 3, 100))
    rows, columns = block_size(lines, bar)
    gap = 2 * look.gap_px
    corners = [(top, left) for top in (gap, height - rows - gap) for left in (gap, width - columns - gap)]
    occupied = [_occupied(view, Box(top, left, rows, columns)) for top, left in corners]
    if rows + 2 * gap <= height and columns + 2 * gap <= width and min(occupied) <= _CROWDED:
        top, left = corners[int(np.argmin(occupied))]
    else:
        needed = max(columns + 2 * gap - width, 0)
        picture = np.pad(picture, ((0, rows + 2 * gap), (0, needed), (0, 0)))
        top, left = height + gap, gap
    draw_block(picture, top, left, lines=lines, bar=bar, from_right=left > width // 2)
    return picture


def _occupied(view: ReducedView, box: Box) -> float:
    """Share of a rectangle that shows breast, or anything else that is bright."""
    breast = np.count_nonzero(view.breast[box.slices])
    bright = np.count_nonzero(view.gray_u8[box.slices] > 60)
    return max(int(breast), int(bright) // 2) / (box.rows * box.columns)


def _window_px(prepared: PreparedView) -> tuple[int, int]:
    """(rows, columns) of the closer look in source pixels: 25 mm, or a seventh of the image."""
    rows, columns = prepared.display_u8.shape
    spacing = prepared.spacing
    if spacing is None:
        side = max(max(rows, columns) // 7, 16)
        return min(side, rows), min(side, columns)
    return (
        min(max(round(_WINDOW_MM / spacing.row_mm), 16), rows),
        min(max(round(_WINDOW_MM / spacing.column_mm), 16), columns),
    )


def _windows(mask: Mask, size_px: tuple[int, int]) -> list[Box]:
    """The windows that hold the most BAC, largest first; the second one apart from the first."""
    bounds = bounding_box(mask)
    if bounds is None:
        return []
    # A window's content is needed to a few pixels only: count on a coarse grid.
    step = max(min(size_px) // 64, 1)
    inside = mask[bounds.slices].view(np.uint8)
    coarse_size = -(-bounds.columns // step), -(-bounds.rows // step)
    coarse = cv2.resize(inside * np.uint8(255), coarse_size, interpolation=cv2.INTER_AREA).astype(np.float32)
    kernel = size_px[1] // step, size_px[0] // step
    windows: list[Box] = []
    first_content = 0.0
    for _ in range(_MOST_WINDOWS):
        content = cv2.boxFilter(coarse, -1, kernel, normalize=False, borderType=cv2.BORDER_CONSTANT)
        # Of places that hold the same, the middle one shows the finding best.
        best = float(content.max())
        if best < max(0.2 * first_content, 1):
            break
        first_content = first_content or best
        at = np.argwhere(content >= 0.98 * best)
        row, column = at[np.abs(at - at.mean(axis=0)).sum(axis=1).argmin()]
        windows.append(_window_around(bounds, (int(row) * step, int(column) * step), size_px, mask.shape))
        half = kernel[1] // 2, kernel[0] // 2
        coarse[max(row - half[0], 0) : row + half[0] + 1, max(column - half[1], 0) : column + half[1] + 1] = 0
    return windows


def _window_around(
    bounds: Box, middle: tuple[int, int], size_px: tuple[int, int], shape: tuple[int, ...]
) -> Box:
    rows, columns = size_px
    top = min(max(bounds.top + middle[0] - rows // 2, 0), shape[0] - rows)
    left = min(max(bounds.left + middle[1] - columns // 2, 0), shape[1] - columns)
    return Box(top, left, rows, columns)


def _mark_window(
    picture: NDArray[np.uint8], window: Box, letter: str, *, view: ReducedView, look: _Look
) -> None:
    """A thin frame and a letter at the place that is shown enlarged."""
    top, left = round(window.top * view.scale[0]), round(window.left * view.scale[1])
    bottom = round((window.top + window.rows) * view.scale[0]) - 1
    right = round((window.left + window.columns) * view.scale[1]) - 1
    cv2.rectangle(picture, (left, top), (right, bottom), QUIET, 1)
    draw_block(picture, top + 3, left + 6, lines=[Line(letter, look.text_px)])


def _closer_look(
    prepared: PreparedView, masks: tuple[Mask | None, Mask], windows: list[Box], *, rows: int, look: _Look
) -> NDArray[np.uint8]:
    """A column of tiles, each window without and with its outlines: of other calcification, and of BAC."""
    gap = look.gap_px
    side = (rows - 3 * gap) // (2 * _MOST_WINDOWS)
    column = np.zeros((rows, side + gap, 3), np.uint8)
    spacing = prepared.spacing
    for number, (letter, window) in enumerate(zip("AB", windows, strict=False)):
        tile_columns = round(side * window.columns / max(window.rows, window.columns))
        tile_rows = round(side * window.rows / max(window.rows, window.columns))
        scale = tile_rows / window.rows, tile_columns / window.columns
        gray = cv2.resize(
            prepared.display_u8[window.slices], (tile_columns, tile_rows), interpolation=cv2.INTER_CUBIC
        )
        plain = _rgb(gray)
        outlined = plain.copy()
        margin_px = max(round(4 / max(scale)), 1)
        for mask, colour in zip(masks, (OTHER, FINDING), strict=True):
            lines = mask_outlines(mask[window.slices], margin_px) if mask is not None else ()
            draw_outlines(outlined, lines, scale=scale, colour=colour, thickness_px=look.line_px)
        bar = _tile_bar(spacing, scale[1], side)
        draw_block(plain, 4, 8, lines=[Line(letter, look.text_px)], bar=bar)
        top = 2 * number * (side + gap)
        for tile, tile_top in ((plain, top), (outlined, top + side + gap)):
            column[tile_top : tile_top + tile_rows, gap : gap + tile_columns] = tile
    return column


def _tile_bar(spacing: PixelSpacing | None, px_per_source_px: float, side_px: int) -> ScaleBar:
    """5 mm; nothing where the spacing is unknown, as the text block says so already."""
    if spacing is None:
        return ScaleBar("", 0)
    return scale_bar(spacing, px_per_source_px, length_mm=5, longest_px=side_px // 2)


def _rgb(gray: NDArray[Any]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB), dtype=np.uint8)
