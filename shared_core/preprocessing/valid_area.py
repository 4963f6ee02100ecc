"""Where BAC may be reported: the breast without what the models mistake for arteries.

The published SCU-Net marks film edges, white borders, paddles, labels and beads as arteries, up to
the area of a true finding. These places are taken out before anything is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask
from shared_core.preprocessing.breast import BreastFinding, find_breast
from shared_core.preprocessing.labels import label_zone
from shared_core.preprocessing.markers import find_markers
from shared_core.preprocessing.paddles import paddle_edges
from shared_core.preprocessing.shapes import closed, dilated, disk, eroded, square
from shared_core.preprocessing.working_copy import WorkingCopy

SKIN_RIM = 0.003
"""Width of the skin taken out, as a part of the content's long side: 12 px of 4096."""
SHARP_RIM = 0.006
"""The same where the outline is as sharp as a collimator's or a processed skin line."""
SHARP_STEP = 30.0
"""Grey levels across a sharp outline."""
STRAIGHT_LENGTH = 0.15
"""A collimator's edge is straight over at least this part of the long side."""
MARKER_SIDE_PX = 2000
"""Markers are looked for at this long side, where a bead is some 15 px wide."""


@dataclass(frozen=True, eq=False)
class ValidArea:
    """Where BAC may be reported and why not elsewhere."""

    mask: Mask
    """(rows, columns) bool."""
    exclusions_px: tuple[tuple[str, int], ...]
    """(what, pixels): found and taken out anywhere in the image, each pixel counted once."""


def valid_area(image_u8: NDArray[np.uint8], finding: BreastFinding | None = None) -> ValidArea:
    """Find where BAC may be reported, in an image in which the breast may have been found already.

    Pixels are taken out by cause: ``border`` (frame of one grey), ``film edge``, ``label or haze``,
    ``collimation``, ``paddle``, ``skin``, ``marker``.

    Raises
    ------
    NoBreastError
        When there is no breast.
    """
    finding = find_breast(image_u8) if finding is None else finding
    copy, border = finding.copy, finding.border
    collimation, skin = _outline(finding)
    causes = {
        "border": border.surround,
        "film edge": border.film_edge | border.guard,
        "label or haze": label_zone(finding),
        "collimation": collimation,
        "paddle": paddle_edges(finding),
        "skin": skin,
    }
    out = np.zeros(copy.pixels.shape, bool)
    counts = []
    for name, zone in causes.items():
        counts.append((name, round(np.count_nonzero(zone & ~out) * copy.scale**2)))
        out |= zone
    mask = copy.lift(finding.mask & ~out)
    markers_px = _take_markers_out(image_u8, mask, copy)
    counts.append(("marker", markers_px))
    return ValidArea(mask, tuple((name, pixels) for name, pixels in counts if pixels))


def _outline(finding: BreastFinding) -> tuple[Mask, Mask]:
    """(collimator edges, skin): rims along the breast's outline, not along the image's sides."""
    copy = finding.copy
    narrow, wide = disk(copy.part(SKIN_RIM)), disk(copy.part(SHARP_RIM, 2))
    pad = copy.part(SHARP_RIM, 2) + 5
    # Film edges have their own guard; the image's sides are chest wall, where vessels run on.
    field = closed(finding.mask | finding.border.mask, square(7))
    inside = _continued(field.view(np.uint8), copy, pad, peeled=(0.0,) * 4)
    grey = _continued(copy.pixels, copy, pad, peeled=copy.outside)
    mask = inside.view(bool)
    broad = mask & ~eroded(mask, wide)
    sharp = _sharp_outline(grey, mask)
    reach = disk(copy.part(SHARP_RIM, 2) + 1)
    collimation = broad & dilated(_straight_pieces(sharp, copy), reach)
    skin = ((mask & ~eroded(mask, narrow)) | (broad & dilated(sharp, reach))) & ~collimation
    middle = slice(pad, -pad), slice(pad, -pad)
    return collimation[middle] & finding.mask, skin[middle] & finding.mask


def _continued(
    image: NDArray[np.uint8], copy: WorkingCopy, pad: int, *, peeled: Sequence[float | None]
) -> NDArray[np.uint8]:
    """The copy beyond its sides: repeated at the image's sides, `peeled` where lines were peeled off."""
    out = cv2.copyMakeBorder(image, pad, pad, pad, pad, cv2.BORDER_REPLICATE).astype(np.uint8, copy=False)
    for side, (level, value) in enumerate(zip(copy.outside, peeled, strict=True)):
        if level is not None and value is not None:
            np.rot90(out, side)[:pad] = round(value)
    return out


def _sharp_outline(grey: NDArray[np.uint8], inside: Mask) -> Mask:
    """Outline pixels across which the grey level jumps."""
    outline = inside & ~eroded(inside, square(3))
    brightest = cv2.dilate(np.where(inside, grey, np.uint8(0)), square(9))
    darkest = cv2.erode(np.where(inside, np.uint8(255), grey), square(5))
    return outline & (brightest.astype(np.int16) - darkest >= SHARP_STEP)


def _straight_pieces(sharp: Mask, copy: WorkingCopy) -> Mask:
    """Those outline pixels that lie on one long straight line, as collimators draw them."""
    out = np.zeros(sharp.shape, np.uint8)
    length = copy.part(STRAIGHT_LENGTH, 20)
    lines = cv2.HoughLinesP(
        sharp.view(np.uint8), 1, np.pi / 360, length // 2, minLineLength=length, maxLineGap=4
    )
    if lines is None:
        return out.view(bool)
    for x0, y0, x1, y1 in np.asarray(lines).reshape(-1, 4):
        cv2.line(out, (int(x0), int(y0)), (int(x1), int(y1)), (1,), 1)
    return out.view(bool)


def _take_markers_out(image_u8: NDArray[np.uint8], mask: Mask, copy: WorkingCopy) -> int:
    """Clear markers in `mask`; returns how many pixels went."""
    box = copy.box
    content, room = image_u8[box.slices], mask[box.slices]
    scale = max(1.0, max(box.rows, box.columns) / MARKER_SIDE_PX)
    size = (max(1, round(box.columns / scale)), max(1, round(box.rows / scale)))
    if scale > 1:
        content = cv2.resize(content, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    room_small = cv2.resize(room.view(np.uint8), size, interpolation=cv2.INTER_NEAREST).view(bool)
    markers = find_markers(content, room_small, max(size))
    if not markers.any():
        return 0
    lifted = cv2.resize(markers.view(np.uint8), room.shape[::-1], interpolation=cv2.INTER_NEAREST).view(bool)
    taken = int(np.count_nonzero(lifted & room))
    room &= ~lifted
    return taken
