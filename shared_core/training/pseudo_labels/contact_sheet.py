"""What a round took from the pool, on one picture: to be looked at before its labels are believed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.exporting.atomic_write import write_bytes
from shared_core.pictures.lettering import FINDING, QUIET, Line, draw_block, fitting
from shared_core.pictures.outline import draw_outlines, mask_outlines
from shared_core.training.pseudo_labels.round_files import Taken
from shared_core.wording.phrases import RESEARCH_USE

SHEET_FILE: Final = "taken.png"
MOST_SHOWN: Final = 40
"""Patches: as many as can be told apart on a screen."""
_TILE_PX: Final = 240
_GAP_PX: Final = 6
_TEXT_PX: Final = 13
_COLUMNS: Final = 8
Pixels = NDArray[np.uint8]


def write_sheet(folder: Path, taken: Sequence[Taken], images_u8: Pixels, labels: Pixels, round_: int) -> None:
    """Write ``taken.png``: the surest patches with their pseudo-labels outlined, as many as fit.

    Parameters
    ----------
    images_u8, labels
        (patches, side, side) of the first of `taken`, `MOST_SHOWN` at most; labels are 1 where BAC is.
    """
    tiles = [
        _tile(patch, image, label == 1) for patch, image, label in zip(taken, images_u8, labels, strict=False)
    ]
    columns = min(_COLUMNS, len(tiles))
    blank = np.zeros_like(tiles[0])
    tiles += [blank] * (-len(tiles) % columns)
    lines = [np.hstack(tiles[start : start + columns]) for start in range(0, len(tiles), columns)]
    page = np.vstack(lines)
    page = np.pad(page, ((0, 0), (0, max(0, 3 * _TILE_PX - page.shape[1])), (0, 0)))
    head = np.zeros((28, page.shape[1], 3), np.uint8)
    shown = min(len(taken), MOST_SHOWN)
    words = f"Round {round_}: {shown} of {len(taken)} patches taken, the surest first; orange: pseudo-label. "
    text = fitting(words + RESEARCH_USE, _TEXT_PX + 2, page.shape[1] - 12)
    draw_block(head, 5, 6, lines=[Line(text, _TEXT_PX + 2)])
    picture = np.vstack([head, page])
    _, png = cv2.imencode(".png", np.ascontiguousarray(picture[:, :, ::-1]))
    write_bytes(folder / SHEET_FILE, png.tobytes())


def _tile(patch: Taken, image_u8: Pixels, label: NDArray[np.bool_]) -> Pixels:
    side = image_u8.shape[0]
    how = cv2.INTER_AREA if side > _TILE_PX else cv2.INTER_CUBIC
    grey = cv2.resize(image_u8, (_TILE_PX, _TILE_PX), interpolation=how)
    tile = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
    scale = _TILE_PX / side
    outlines = mask_outlines(np.ascontiguousarray(label), max(round(1 / scale), 1))
    draw_outlines(tile, outlines, scale=(scale, scale), colour=FINDING)
    strip = np.zeros((2 * _TEXT_PX + 10, _TILE_PX, 3), np.uint8)
    lines = [
        Line(fitting(patch.view_id, _TEXT_PX, _TILE_PX - 4), _TEXT_PX),
        Line(f"{patch.entropy_bits:.0f} bit, marked {patch.area:.1%}", _TEXT_PX, QUIET),
    ]
    draw_block(strip, 2, 2, lines=lines)
    framed = np.vstack([tile, strip])
    return np.pad(framed, ((0, _GAP_PX), (0, _GAP_PX), (0, 0)))
