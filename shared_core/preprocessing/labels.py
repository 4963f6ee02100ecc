"""View labels, scanner marks and stickers: what is bright and not part of the breast."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask
from shared_core.preprocessing.breast import BreastFinding
from shared_core.preprocessing.shapes import dilated, disk, square

NEAR_LABEL = 0.006
"""Margin kept round a label, as a part of the long side."""
GLYPH_HEIGHT = (0.004, 0.07)
"""Height of burned-in letters, as a part of the long side."""
GLYPHS_IN_TEXT = 3
INK = 0.95
"""Each letter reaches this part of the brightest grey: calcium beside brighter calcium does not."""
DIM = 0.75
"""Below this part of the brightest grey there is no ink."""
BRIGHT_RIM = 0.3
"""Ink ends at once: less of a letter's rim is brighter than `DIM`; of a piece of wall, more than half."""


def label_zone(finding: BreastFinding) -> Mask:
    """Debris next to the breast and burned-in text on it, with a margin; at the copy's scale."""
    margin = disk(finding.copy.part(NEAR_LABEL, 2))
    return dilated(finding.debris | burned_in_text(finding), margin)


def burned_in_text(finding: BreastFinding) -> Mask:
    """Letters on the breast: three or more saturated strokes of similar height side by side."""
    copy = finding.copy
    tissue = copy.pixels[finding.mask]
    level = 0.88 * float(copy.pixels.max())
    out = np.zeros(copy.pixels.shape, bool)
    # Where tissue itself is shown white, white is no sign of a letter.
    if not tissue.size or level < 150 or np.percentile(tissue, 98) >= 0.92 * level:
        return out
    letters = ((copy.pixels >= level) & (finding.mask | finding.debris)).view(np.uint8)
    count, labels, stats, centres = cv2.connectedComponentsWithStats(letters, connectivity=8)
    heights = np.maximum(stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_WIDTH])
    low, high = copy.part(GLYPH_HEIGHT[0], 3), copy.part(GLYPH_HEIGHT[1], 6)
    hollow = stats[:, cv2.CC_STAT_AREA] <= 0.8 * stats[:, cv2.CC_STAT_WIDTH] * stats[:, cv2.CC_STAT_HEIGHT]
    glyphs = [i for i in range(1, count) if low <= heights[i] <= high and hollow[i]]
    if len(glyphs) > 400:
        return out
    grey = np.asarray(copy.pixels / np.float32(copy.pixels.max()), np.float32)
    near = {i: _around(stats[i]) for i in glyphs}
    glyphs = [i for i in glyphs if _is_ink(grey[near[i]], labels[near[i]] == i)]
    for i in glyphs:
        row = [
            j
            for j in glyphs
            if abs(centres[j][1] - centres[i][1]) <= 0.3 * heights[i]
            and abs(centres[j][0] - centres[i][0]) <= 4 * heights[i]
            and 0.6 <= heights[j] / heights[i] <= 1.7
        ]
        if len(row) >= GLYPHS_IN_TEXT:
            out |= np.isin(labels, row)
    return out


def _around(box: NDArray[np.int32]) -> tuple[slice, slice]:
    """A glyph's box and the 2 px about it."""
    left, top, width, height = (int(n) for n in box[:4])
    return slice(max(0, top - 2), top + height + 2), slice(max(0, left - 2), left + width + 2)


def _is_ink(grey: NDArray[np.float32], glyph: Mask) -> bool:
    """Whether a glyph is white and the rim 2 px off it dim: a wall goes on about its brightest parts."""
    rim = dilated(glyph, square(5)) & ~dilated(glyph, square(3))
    return float(grey[glyph].max()) >= INK and float(np.mean(grey[rim] >= DIM)) < BRIGHT_RIM
