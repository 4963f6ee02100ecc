"""The breast: largest sensible region of tissue, without labels, borders and background haze."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import NoBreastError
from shared_core.mammogram import Mask
from shared_core.preprocessing.border import Border, find_border
from shared_core.preprocessing.shapes import (
    Element,
    closed,
    components,
    dilated,
    disk,
    filled,
    opened,
    square,
)
from shared_core.preprocessing.working_copy import WorkingCopy, working_copy

OPENING_PART = 0.012
"""Radius of the opening that cuts labels and strips off, as a part of the long side."""
LEAST_PART_OF_IMAGE = 0.01
"""A breast covers at least this part of the image."""
LEAST_CONTRAST = 12.0
"""Grey levels between background and the median of tissue."""
DARK_PART = 0.45
"""Background is darker than this part of the median of tissue."""
FLAT_SHARE = 0.4
"""Least part of the pixels of the background's grey that lie in flat places."""
HAZE_REACH = 0.15
"""Light leaking in at a film's side has died away within this part of the long side."""


@dataclass(frozen=True, eq=False)
class BreastFinding:
    """A breast at the scale of the working copy."""

    copy: WorkingCopy
    border: Border
    mask: Mask
    """(rows, columns) of the copy."""
    debris: Mask
    """Bright things that are neither breast nor border: labels, scanner marks, dust."""
    background: float | None
    """Grey level of the background; None where the breast fills the frame."""


def breast_mask(image_u8: NDArray[np.uint8], *, opening_radius_px: int = 10) -> Mask:
    """Mask of the breast, pectoral muscle included, in an image that is bright where dense.

    Parameters
    ----------
    opening_radius_px
        Least radius, in pixels of the image, of the opening that cuts labels off (Guo 2021: 10). It
        is widened to 1.2 % of the content's long side, because large films carry large labels.

    Raises
    ------
    NoBreastError
        When the image is blank, noise or text only.
    """
    finding = find_breast(image_u8, opening_radius_px=opening_radius_px)
    return finding.copy.lift(finding.mask)


def find_breast(image_u8: NDArray[np.uint8], *, opening_radius_px: int = 10) -> BreastFinding:
    """Find the breast at reduced scale; see `breast_mask`."""
    copy = working_copy(image_u8)
    if copy is None:
        raise NoBreastError("No breast was found, the image is blank; check that it is a mammogram.")
    border = find_border(copy)
    field = ~border.mask
    smooth = cv2.GaussianBlur(copy.pixels.astype(np.float32), (0, 0), 1.5).astype(np.float32, copy=False)
    if not field.any() or not _has_structure(copy.pixels, smooth, field):
        raise NoBreastError("No breast was found, only noise; check that the image is a mammogram.")
    tissue, background = _tissue(smooth, field, copy)
    radius = max(copy.part(OPENING_PART, 2), int(np.ceil(opening_radius_px / copy.scale)))
    region = _largest_region(tissue, radius)
    least_px = LEAST_PART_OF_IMAGE * image_u8.size / copy.scale**2
    if region is None or np.count_nonzero(region) < least_px:
        raise NoBreastError("No breast was found; check that the image is a mammogram with bright tissue.")
    debris = tissue & ~dilated(region, square(3))
    return BreastFinding(copy, border, region, debris, background)


def _has_structure(pixels: NDArray[np.uint8], smooth: NDArray[np.float32], field: Mask) -> bool:
    """Noise loses most of its variance when smoothed, even after a median; anatomy keeps it."""
    coarse = cv2.GaussianBlur(smooth, (0, 0), 4.0)
    total, kept = float(pixels[field].std()), float(coarse[field].std())
    return total > 1.0 and kept > 0.5 * total


def _tissue(smooth: NDArray[np.float32], field: Mask, copy: WorkingCopy) -> tuple[Mask, float | None]:
    """Pixels brighter than the background, and the background's level."""
    values = smooth[field]
    threshold, _ = cv2.threshold(values.astype(np.uint8)[:, None], 0, 255, cv2.THRESH_OTSU)
    bright = values[values > threshold]
    dark = values[values <= threshold]
    tissue_level = float(np.median(bright)) if bright.size else 0.0
    level = _background_level(smooth, field, float(threshold), tissue_level)
    if level is None:
        return field.copy(), None
    if tissue_level - level < LEAST_CONTRAST:
        return np.zeros_like(field), level
    spread = 1.4826 * float(np.median(np.abs(dark[np.abs(dark - level) < 12] - level)))
    lift = max(3.0, 4.0 * spread)
    lift = min(lift, 0.5 * (tissue_level - level))
    haze = _side_haze(smooth, level, 0.8 * tissue_level, copy)
    # The lighter smoothing keeps a sharp outline in its place, the other one keeps noise out.
    light = cv2.GaussianBlur(copy.pixels, (0, 0), 0.7)
    candidate = field & (smooth > haze + lift) & (light > haze + lift)
    return candidate & ~_plateaus(smooth, candidate, field, level, lift, tissue_level, copy), level


def _background_level(
    smooth: NDArray[np.float32], field: Mask, threshold: float, tissue_level: float
) -> float | None:
    """Most frequent dark and flat grey level; None where hardly anything is dark and flat."""
    flat = _steepness(smooth) < 0.5
    levels = smooth[field & flat & (smooth <= threshold)]
    if levels.size < 0.01 * smooth.size:
        return None
    counts = np.bincount(levels.astype(np.int64), minlength=1).astype(np.float64)
    mode = int(np.convolve(counts, np.ones(3), "same").argmax())
    if mode > DARK_PART * tissue_level and mode > 3:
        return None
    level = float(np.median(levels[np.abs(levels - mode) <= 1.5]))
    # dark fat that fills the frame has a texture: hardly any of it is flat
    alike = field & (np.abs(smooth - level) <= 4)
    return level if flat[alike].mean() >= FLAT_SHARE else None


def _side_haze(
    smooth: NDArray[np.float32], level: float, ceiling: float, copy: WorkingCopy
) -> NDArray[np.float32]:
    """Background with the light that leaks in at a film's sides.

    A line that has fallen to the background a little way from its side holds no breast there, or the
    tip of one. What such lines have in common, depth by depth, is the haze of that side.
    """
    haze = np.full(smooth.shape, level, np.float32)
    reach = min(copy.part(HAZE_REACH), min(smooth.shape) // 3)
    if reach < 3:
        return haze
    for side in range(4):
        near, out = np.rot90(smooth, side)[:reach], np.rot90(haze, side)[:reach]
        empty = np.rot90(smooth, side)[reach] <= level + 4
        if empty.mean() < 0.05:
            continue
        low, common, high = np.percentile(near[:, empty], (15, 35, 65), axis=1)
        # leaked light is much the same along a side, the tip of a breast is not
        common = np.where(high - low <= 0.6 * common + 6, common, level)
        common = np.minimum.accumulate(np.clip(1.25 * common, level, max(level, ceiling)))
        lines = cv2.dilate(empty.view(np.uint8)[None, :], np.ones((1, 5), np.uint8))[0].view(bool)
        out[:, lines] = np.maximum(out[:, lines], common[:, None])
    return haze


def _steepness(smooth: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gradient in grey levels a pixel."""
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)
    return np.asarray(np.sqrt(np.square(down) + np.square(across)), np.float32)


def _plateaus(
    smooth: NDArray[np.float32],
    candidate: Mask,
    field: Mask,
    level: float,
    lift: float,
    tissue_level: float,
    copy: WorkingCopy,
) -> Mask:
    """Dark even regions beside the background: the shadow of a paddle, a second haze level."""
    flat = _steepness(smooth) < 0.15
    even = candidate & flat & (smooth <= level + 0.3 * (tissue_level - level))
    labels, areas = components(opened(closed(even, square(3)), disk(copy.part(0.006))), connectivity=4)
    out: Mask = (areas >= 0.004 * smooth.size)[labels] & field
    return out


def _largest_region(tissue: Mask, radius_px: int) -> Mask | None:
    """Largest part of the opened tissue, grown back, filled and smooth."""
    # Mirrored sides: a strip along a side counts with twice its width only, a breast keeps its corners.
    rid = _beyond_sides(opened, filled(tissue), radius_px, cv2.BORDER_REFLECT)
    labels, areas = components(rid, connectivity=4)
    if not areas.any():
        return None
    core: Mask = labels == areas.argmax()
    grown = dilated(core, disk(max(1, radius_px // 2))) & tissue
    # Repeated sides: the skin meets the side without a step.
    region = filled(_beyond_sides(closed, grown | core, max(1, radius_px // 2), cv2.BORDER_REPLICATE))
    soft = cv2.GaussianBlur(region.view(np.uint8) * np.uint8(255), (0, 0), 2.0, borderType=cv2.BORDER_REFLECT)
    out: Mask = soft > 127
    return out


def _beyond_sides(
    operation: Callable[[Mask, Element], Mask], mask: Mask, radius_px: int, continuation: int
) -> Mask:
    """A morphological operation with a disk on an image that goes on beyond its sides."""
    pad = 3 * radius_px
    padded = cv2.copyMakeBorder(mask.view(np.uint8), pad, pad, pad, pad, continuation).view(bool)
    return operation(padded, disk(radius_px))[pad:-pad, pad:-pad]
