"""The worst views of a model on one picture: what is labelled, what is marked, and a closer look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.connected_parts import Box
from shared_core.errors import OpenBacError
from shared_core.exporting.mask_files import read_mask
from shared_core.mammogram import Mask
from shared_core.pictures.lettering import FINDING, QUIET, Colour, Line, draw_block, fitting
from shared_core.pictures.outline import draw_outlines, mask_outlines
from shared_core.training.evaluation.model_runs import ModelRows, mask_path
from shared_core.training.evaluation.row import ViewRow
from shared_core.training.example import TrainingView, ViewSource
from shared_core.wording.phrases import RESEARCH_USE

Picture = NDArray[np.uint8]

LABEL: Final[Colour] = (86, 180, 233)
"""Sky blue: told from orange by every kind of colour vision."""
_TILE_PX: Final = 720
_GAP_PX: Final = 10
_CLOSE_MM: Final = 25.0
_CLOSE_PX: Final = 350
"""Where the spacing is not known."""
_COLUMNS: Final = 4


def worst_views(rows: Sequence[ViewRow], count: int = _COLUMNS) -> tuple[list[ViewRow], list[ViewRow]]:
    """Views with BAC of the lowest Dice, and views without of the largest false area, the worst first."""
    with_bac = [row for row in rows if row.kind == "BAC"]
    without = [row for row in rows if row.kind == "none" and row.at_card.marked_px]
    with_bac.sort(key=lambda row: (row.at_card.overlap.dice, row.number))
    without.sort(key=lambda row: (-row.at_card.marked_px, row.number))
    return with_bac[:count], without[:count]


def gallery_picture(model: ModelRows, source: ViewSource) -> Picture | None:
    """Draw the worst views, with BAC above, without below; None where no view has anything to show.

    Parameters
    ----------
    source
        That the rows are of; the views are loaded again.
    """
    lines = [
        [tile for row in rows if (tile := _tile_of(row, model, source)) is not None]
        for rows in worst_views(model.rows)
    ]
    if not any(lines):
        return None
    strips = [_beside(tiles) for tiles in lines if tiles]
    width = max(max(strip.shape[1] for strip in strips), 900)
    page = np.vstack([np.pad(strip, ((0, _GAP_PX), (0, width - strip.shape[1]), (0, 0))) for strip in strips])
    head = np.zeros((34, width, 3), np.uint8)
    draw_block(head, 6, 8, lines=[Line(f"{model.card.name}: worst views.", 17)])
    draw_block(head, 6, 360, lines=[Line("labelled", 17, LABEL)])
    draw_block(head, 6, 450, lines=[Line("marked", 17, FINDING)])
    draw_block(head, 6, 540, lines=[Line(RESEARCH_USE, 17, QUIET)])
    return np.vstack([head, page])


def _tile_of(row: ViewRow, model: ModelRows, source: ViewSource) -> Picture | None:
    try:
        view = source.load(row.number)
        mask = read_mask(mask_path(model.folder, row), view.label.shape)
    except OpenBacError:
        # Moved or changed since it was scored: the tables do not need it.
        return None
    return tile_picture(view, mask, _words(row))


def tile_picture(view: TrainingView, mask: Mask, words: Sequence[str]) -> Picture:
    """One view with label and mask outlined, and the place of most error without and with outlines."""
    rows, columns = view.image_u8.shape
    scale = _TILE_PX / rows
    whole = _drawn(view, mask, Box(0, 0, rows, columns), (_TILE_PX, max(round(columns * scale), 1)))
    window = _window(view, mask)
    side = (_TILE_PX - _GAP_PX) // 2
    plain = _grey(view, window, (side, side))
    outlined = _drawn(view, mask, window, (side, side))
    corner = (round(window.left * scale), round(window.top * scale))
    end = (round((window.left + window.columns) * scale), round((window.top + window.rows) * scale))
    cv2.rectangle(whole, corner, end, QUIET, 1)
    right = np.vstack([plain, np.zeros((_TILE_PX - 2 * side, side, 3), np.uint8), outlined])
    tile = np.hstack([whole, np.zeros((_TILE_PX, _GAP_PX, 3), np.uint8), right])
    strip = np.zeros((22 * len(words) + 8, tile.shape[1], 3), np.uint8)
    draw_block(strip, 4, 4, lines=[Line(fitting(text, 15, tile.shape[1] - 8), 15) for text in words])
    return np.vstack([tile, strip])


def _words(row: ViewRow) -> list[str]:
    point = row.at_card
    tags = ", ".join(f"{tag} {value}" for tag, value in sorted(row.tags.items()))
    if row.kind == "none":
        area = row.area_mm2(point.marked_px)
        mm2 = "" if area is None else f", {area:.1f} mm²"
        numbers = f"no BAC: {point.marked_px:,} px{mm2} marked in {point.parts} parts"
    else:
        share = f"{point.line_found_px / row.line_px:.0%}" if row.line_px else "-"
        numbers = (
            f"Dice {point.overlap.dice:.2f}, {share} of the length found, {point.false_parts} false parts"
        )
    return [row.identity.view_id, numbers, tags]


def _window(view: TrainingView, mask: Mask) -> Box:
    """The square with the most error in it; of the label where there is none."""
    rows, columns = view.image_u8.shape
    side = round(_CLOSE_MM / view.spacing_mm) if view.spacing_mm is not None else _CLOSE_PX
    side = max(min(side, rows, columns), 1)
    wrong = mask ^ view.label
    if view.ignore is not None:
        wrong &= ~view.ignore
    shown = wrong if wrong.any() else view.label
    step = max(side // 64, 1)
    coarse = cv2.resize(
        shown.astype(np.float32), (-(-columns // step), -(-rows // step)), interpolation=cv2.INTER_AREA
    )
    content = cv2.boxFilter(
        coarse, -1, (side // step, side // step), normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    # Of places that hold the same, the middle one shows it best.
    at = np.argwhere(content >= 0.98 * content.max())
    row, column = at[np.abs(at - at.mean(axis=0)).sum(axis=1).argmin()]
    top = min(max(int(row) * step - side // 2, 0), rows - side)
    left = min(max(int(column) * step - side // 2, 0), columns - side)
    return Box(top, left, side, side)


def _drawn(view: TrainingView, mask: Mask, box: Box, size: tuple[int, int]) -> Picture:
    picture = _grey(view, box, size)
    scale = size[0] / box.rows, size[1] / box.columns
    margin = max(round(2 / max(scale)), 1)
    for shown, colour in ((view.label, LABEL), (mask, FINDING)):
        lines = mask_outlines(np.ascontiguousarray(shown[box.slices]), margin)
        draw_outlines(picture, lines, scale=scale, colour=colour)
    return picture


def _grey(view: TrainingView, box: Box, size: tuple[int, int]) -> Picture:
    shrinking = size[0] < box.rows
    grey = cv2.resize(
        view.image_u8[box.slices],
        (size[1], size[0]),
        interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC,
    )
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)


def _beside(tiles: Sequence[Picture]) -> Picture:
    height = max(tile.shape[0] for tile in tiles)
    padded = [np.pad(tile, ((0, height - tile.shape[0]), (0, 2 * _GAP_PX), (0, 0))) for tile in tiles]
    return np.hstack(padded)
