"""Drawn pictures as files, with masks and without, of patients who are told by the names of their folders."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from tests.training.drawn import drawn_view

SIDE = 128


def drawn_file(path: Path, seed: int, *, bands: int, mask: Path | None = None) -> None:
    """A picture of a breast at the left side, with bands in it."""
    image, label = drawn_view(seed, SIDE, bands=bands, brightness=90.0)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows, columns = np.mgrid[:SIDE, : SIDE + 32]
    breast = ((rows - SIDE / 2) / (SIDE / 2)) ** 2 + (columns / (SIDE + 10)) ** 2 < 1
    wide = np.zeros(breast.shape, np.uint8)
    wide[:, :SIDE] = image
    picture = np.where(breast, np.where(wide > 0, wide, 90), 0).astype(np.uint8)
    assert cv2.imwrite(str(path), picture)
    if mask is not None:
        mask.parent.mkdir(parents=True, exist_ok=True)
        drawn = np.zeros(breast.shape, np.uint8)
        drawn[:, :SIDE] = label
        assert cv2.imwrite(str(mask), drawn * breast * np.uint8(255))


def annotated(folder: Path, patients: int) -> str:
    """Files of some patients, two each; a SPEC of ``bac train --data``."""
    for number in range(patients):
        for view in range(2):
            place = Path(f"woman-{number}") / f"view-{view}.png"
            drawn_file(
                folder / "images" / place,
                10 * number + view,
                bands=3,
                mask=folder / "masks" / place,
            )
    return f"folder:{folder / 'images'},masks={folder / 'masks'},patient=folder:1"


def unlabelled(folder: Path, patients: int, *, first: int = 100) -> str:
    """Files of other patients; a SPEC of ``bac train --pool``."""
    for number in range(first, first + patients):
        for view in range(2):
            drawn_file(folder / f"woman-{number}" / f"view-{view}.png", 10 * number + view, bands=3)
    return f"images:{folder},patient=folder:1"
