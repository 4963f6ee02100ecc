"""The one real image with clear BAC: what is found of the artery, and what is marked where none can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from shared_core.mammogram import Mask
from shared_core.statistics.overlap import Overlap
from shared_core.training.evaluation.operating_point import operating_point, reference_of
from shared_core.training.example import Identity, TrainingView

Rectangle = tuple[int, int, int, int]
"""First row, first column, row behind the last, column behind the last."""

SHAPE: Final = (1739, 1135)
"""Of cbis-ddsm-P_00646-LCC."""
REGIONS: Final[dict[str, tuple[Rectangle, ...]]] = {
    # A corner of a label that shines through, and its fog, end at row 84 and column 118.
    "label": ((0, 0, 100, 135),),
    # A disc of 19 px around row 1308, column 568; 10 px are added.
    "marker disc": ((1288, 548, 1329, 588),),
    # Fog beside the film's edge, bottom right, and 12 px along all sides. Through the right side the artery
    # leaves the image at row 955, and a faint one at row 1025: there, nothing is said.
    "film edge": (
        (1655, 1005, 1739, 1135),
        (0, 0, 12, 1135),
        (1727, 0, 1739, 1135),
        (0, 0, 1739, 12),
        (0, 1123, 900, 1135),
        (1080, 1123, 1739, 1135),
    ),
}
"""Where no artery is and models like to see one; drawn by eye on the image."""


@dataclass(frozen=True)
class FilmScores:
    """One model's mask beside the mask of the published processing."""

    line_found: float
    """Share of the published mask's centre lines with a mark within 12 px."""
    dice: float
    beside_px: dict[str, int]
    """Marked in each of `REGIONS`."""


def film_scores(mask: Mask, published: Mask) -> FilmScores:
    """Compare two masks of the image.

    Raises
    ------
    ValueError
        If they are not of that image: the regions would lie elsewhere.
    """
    if mask.shape != SHAPE or published.shape != SHAPE:
        raise ValueError(f"the regions are of an image of {SHAPE}, not {mask.shape}")
    nobody = Identity("film", "film", "folder")
    view = TrainingView(nobody, np.zeros(SHAPE, np.uint8), published, np.ones(SHAPE, np.bool_))
    reference = reference_of(view)
    point = operating_point(mask, reference, threshold=0.5)
    overlap: Overlap = point.overlap
    return FilmScores(
        line_found=point.line_found_px / max(len(reference.line), 1),
        dice=overlap.dice,
        beside_px={
            name: int(np.count_nonzero(mask & region_mask(rectangles)))
            for name, rectangles in REGIONS.items()
        },
    )


def region_mask(rectangles: tuple[Rectangle, ...]) -> Mask:
    """Pixels in any of the rectangles."""
    inside = np.zeros(SHAPE, np.bool_)
    for top, left, bottom, right in rectangles:
        inside[top:bottom, left:right] = True
    return inside
