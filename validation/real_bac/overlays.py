"""Pictures of the worst images: what was drawn in green, what is marked in orange."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.exporting.atomic_write import write_bytes
from shared_core.mammogram import Mask
from shared_core.training.data.line_file import LineDrawing

_SIDE_PX: Final = 360
_COLUMNS: Final = 5
_DRAWN, _OPEN, _MARKED = (90, 220, 90), (90, 200, 230), (0, 150, 255)


def overlay(
    picture: NDArray[np.uint8], mask: Mask | None, drawing: LineDrawing | None, title: str
) -> NDArray[np.uint8]:
    """One square picture with its title below."""
    factor = _SIDE_PX / max(picture.shape)
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=how)
    coloured = cv2.cvtColor(cv2.createCLAHE(2.0, (4, 4)).apply(small), cv2.COLOR_GRAY2BGR)
    for lines, colour in (
        (drawing.sure if drawing else (), _DRAWN),
        (drawing.open if drawing else (), _OPEN),
    ):
        places = [np.rint(line * factor).astype(np.int32) for line in lines]
        cv2.polylines(coloured, places, False, colour, 1, cv2.LINE_AA)
    if mask is not None:
        shrunk = cv2.resize(
            mask.view(np.uint8) * np.uint8(255), small.shape[::-1], interpolation=cv2.INTER_AREA
        )
        outlines, _ = cv2.findContours(
            (shrunk > 127).view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
        )
        cv2.drawContours(coloured, outlines, -1, _MARKED, 1)
    square = np.zeros((_SIDE_PX + 18, _SIDE_PX, 3), np.uint8)
    square[: coloured.shape[0], : coloured.shape[1]] = coloured
    cv2.putText(square, title[:52], (2, _SIDE_PX + 13), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (255, 255, 255), 1)
    return square


def write_sheet(path: Path, overlays: Sequence[NDArray[np.uint8]]) -> None:
    """Several pictures on one JPEG."""
    blank = np.zeros((_SIDE_PX + 18, _SIDE_PX, 3), np.uint8)
    filled = [*overlays, *[blank] * (-len(overlays) % _COLUMNS)]
    rows = [np.hstack(filled[start : start + _COLUMNS]) for start in range(0, len(filled), _COLUMNS)]
    write_bytes(path, bytes(cv2.imencode(".jpg", np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 80])[1]))
