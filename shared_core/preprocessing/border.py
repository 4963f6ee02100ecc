"""What surrounds the exposed field: white and grey frames, film edges and the light leaking in there.

Works on a `WorkingCopy`. A film edge is a bright strip along one side of the content whose inner
boundary runs along that side. A vessel that runs into the chest-wall edge crosses the strip and is
averaged away, so it is never taken for an edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask
from shared_core.preprocessing.shapes import closed, components, dilated, disk, opened, square
from shared_core.preprocessing.working_copy import WorkingCopy

STRIP_DEPTH = 0.06
"""Film edges are searched for this deep, as a part of the long side."""
EDGE_STEP = 9.0
"""Grey levels by which a film edge is brighter than what lies inside it."""
EDGE_RUN = 0.05
"""A film edge is at least this long, as a part of the long side."""
EDGE_GAP = 0.3
"""Two pieces of one thin edge may lie this far apart: a film is cut straight."""
SHARPNESS = 0.4
"""Part of the whole rise towards the side that the sharpest step of a film edge makes up."""
THIN_STRIP = 0.003
"""Strips up to this depth may be faint; deeper ones must stand out from what lies inside."""
THICK_STEP = 30.0
"""Grey levels by which a deeper strip is brighter."""
EDGE_GUARD = 0.0035
"""Taken out beside a film edge: the model marks some 12 px of a 4700 px film there."""
BRIGHT_FRAME = 40
"""Frames of at least this grey level count as film edge; darker ones are background."""
SURROUND_SHARE = 0.6
"""A grey surround takes up at least this part of one side."""
SURROUND_AREA = 0.002
"""Pieces of a surround are at least this part of the content."""
SURROUND_SPREAD = 3


@dataclass(frozen=True, eq=False)
class Border:
    """Masks of a working copy's shape."""

    surround: Mask
    """Frames of one grey around the film or the screenshot."""
    film_edge: Mask
    """Bright strips along the sides."""
    guard: Mask
    """Exposed field so near to the others that models mark the edge there."""

    @property
    def mask(self) -> Mask:
        """Everything that is not exposed field (the guard is)."""
        out: Mask = self.surround | self.film_edge
        return out


def find_border(copy: WorkingCopy) -> Border:
    """Find frames and film edges on all four sides."""
    surround = _surround(copy.pixels)
    film_edge = np.zeros(copy.pixels.shape, bool)
    depth_px = min(copy.part(STRIP_DEPTH), min(copy.pixels.shape) // 4)
    if depth_px >= 6:
        for side in range(4):
            # Each side is turned to the top; the views write into film_edge.
            strip = np.rot90(copy.pixels, side)[:depth_px]
            depths = _edge_depths(strip, copy)
            inside = np.arange(depth_px)[:, None] < depths[None, :]
            np.rot90(film_edge, side)[:depth_px] |= inside
    film_edge |= _corners(copy.pixels, film_edge, copy.part(0.03))
    film_edge &= ~surround
    return Border(surround, film_edge, _guard(copy, surround | film_edge))


def _guard(copy: WorkingCopy, border: Mask) -> Mask:
    """Bands beside the border and along sides from which a bright frame was peeled off."""
    width = max(1, round(EDGE_GUARD * copy.side_px))
    out = dilated(border, disk(width))
    for side, level in enumerate(copy.outside):
        if level is not None and level >= BRIGHT_FRAME:
            np.rot90(out, side)[: width + 1] = True
    out &= ~border
    return out


def _surround(pixels: NDArray[np.uint8]) -> Mask:
    """Regions of one bright grey that take up most of a side and are connected to it."""
    out = np.zeros(pixels.shape, bool)
    for line in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
        level = int(np.median(line))
        alike = np.abs(line.astype(np.int16) - level) <= SURROUND_SPREAD
        if level < 40 or alike.mean() < SURROUND_SHARE:
            continue
        low, high = max(0, level - SURROUND_SPREAD), min(255, level + SURROUND_SPREAD)
        same = cv2.inRange(pixels, (low,), (high,)) > 0
        labels, areas = components(same, connectivity=4)
        touching = np.zeros(len(areas), bool)
        touching[np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])] = True
        out |= (touching & (areas >= SURROUND_AREA * pixels.size))[labels]
    # the blurred pixel between frame and image belongs to neither
    return dilated(out, square(3))


def _edge_depths(strip: NDArray[np.uint8], copy: WorkingCopy) -> NDArray[np.intp]:
    """Depth of the film edge at every position along a side, 0 where there is none.

    `strip` has the side at row 0.
    """
    from scipy import ndimage

    depth_px = strip.shape[0]
    along = copy.part(0.03, 5) | 1
    smooth = cv2.blur(strip.astype(np.float32), (along, 1), borderType=cv2.BORDER_REFLECT)
    # Mean of up to two rows outside minus mean of two rows inside, one blurred row left out.
    steps = np.zeros(smooth.shape, np.float32)
    for d in range(1, depth_px - 3):
        steps[d] = smooth[max(0, d - 2) : d].mean(0) - smooth[d + 1 : d + 3].mean(0)
    depth = steps.argmax(0)
    strongest = steps.max(0)
    rows = np.arange(depth_px)[:, None]
    inside = rows > depth[None, :]
    outer_level = np.where(inside, 0, smooth).sum(0) / np.maximum(depth + 1, 1)
    inner_level = np.where(inside, smooth, 0).max(0)
    # Tissue is as bright deeper in; its boundaries are soft, and do not keep one depth along a side.
    sharp = strongest >= SHARPNESS * (np.maximum(smooth[0], smooth[1]) - inner_level)
    neighbours = 2 * max(1, copy.part(0.05) // 2) + 1
    straight = np.abs(depth - ndimage.median_filter(depth, size=neighbours, mode="nearest")) <= 1
    brighter = outer_level >= inner_level + EDGE_STEP / 2
    # Tissue that brightens towards the side does so further in, too.
    further_in = np.where((rows >= depth + 4) & (rows <= depth + 9), steps, 0).max(0)
    abrupt = strongest >= 2 * further_in
    sure = (strongest >= EDGE_STEP) & sharp & straight & brighter & abrupt
    thin = depth <= copy.part(THIN_STRIP, 2)
    faint = _bridged(sure & thin, depth, copy.part(EDGE_RUN), copy.part(EDGE_GAP))
    thick = _bridged(sure & ~thin & (strongest >= THICK_STEP), depth, copy.part(EDGE_RUN), copy.part(0.03))
    return np.maximum(faint, thick)


def _bridged(sure: Mask, depth: NDArray[np.intp], least: int, gap: int) -> NDArray[np.intp]:
    """Pixels from the side to the edge, 0 where none; gaps up to `gap` interpolated, short runs dropped."""
    found = _runs(sure, least, gap)
    position = np.flatnonzero(sure & found)
    if not position.size:
        return np.zeros(len(sure), np.intp)
    filled = np.ceil(np.interp(np.arange(len(sure)), position, depth[position])).astype(np.intp)
    return np.where(found, filled + 1, 0)


def _runs(flags: Mask, least: int, gap: int) -> Mask:
    """Close gaps up to `gap`, then drop runs shorter than `least`."""
    sound = opened(flags[None, :], _line(max(3, least // 4)))
    runs: Mask = opened(closed(sound, _line(gap)), _line(least))[0]
    return runs


def _line(length: int) -> NDArray[np.uint8]:
    return np.ones((1, length | 1), np.uint8)


def _corners(pixels: NDArray[np.uint8], film_edge: Mask, reach: int) -> Mask:
    """Bright rounded corners between two film edges."""
    out = np.zeros(pixels.shape, bool)
    if not film_edge.any():
        return out
    white = 0.92 * float(np.percentile(pixels, 99.8))
    for rows in (slice(None, reach), slice(-reach, None)):
        for columns in (slice(None, reach), slice(-reach, None)):
            edge = film_edge[rows, columns]
            if edge.all(0).any() and edge.all(1).any():
                out[rows, columns] = pixels[rows, columns] >= max(white, 60)
    return out
