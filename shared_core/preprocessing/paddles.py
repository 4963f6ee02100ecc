"""Edges of a compression paddle within the breast, as spot compression views show them."""

from __future__ import annotations

import cv2
import numpy as np

from shared_core.mammogram import Mask
from shared_core.preprocessing.breast import BreastFinding
from shared_core.preprocessing.shapes import dilated, disk, eroded

PADDLE_STEP = 6.0
"""Grey levels across a paddle's edge, averaged along it."""
PADDLE_LENGTH = 0.3
"""A paddle's edge is straight over at least this part of the long side; no vessel is."""
PADDLE_GUARD = 0.005


def paddle_edges(finding: BreastFinding) -> Mask:
    """Long straight steps along rows or columns within the breast, with a guard."""
    copy = finding.copy
    inner = eroded(finding.mask, disk(copy.part(0.012)))
    out = np.zeros(copy.pixels.shape, bool)
    length = copy.part(PADDLE_LENGTH, 20) | 1
    grey = copy.pixels.astype(np.float32)
    kernel, one = np.array([-0.5, -0.5, 0, 0.5, 0.5], np.float32), np.ones(1, np.float32)
    for along_rows in (True, False):
        step = cv2.sepFilter2D(grey, cv2.CV_32F, *((one, kernel) if along_rows else (kernel, one)))
        step[~inner] = 0
        # clipped, so that one bright spot does not pass for a long edge
        step = np.clip(step, -2 * PADDLE_STEP, 2 * PADDLE_STEP)
        window = (length, 1) if along_rows else (1, length)
        mean = np.abs(cv2.blur(step, window, borderType=cv2.BORDER_CONSTANT))
        size = cv2.blur(np.abs(step), window, borderType=cv2.BORDER_CONSTANT)
        within = cv2.blur(inner.astype(np.float32), window, borderType=cv2.BORDER_CONSTANT)
        # sharp: four pixels aside there is hardly any slope left, unlike skin or muscle
        aside = np.maximum(np.roll(mean, 4, int(not along_rows)), np.roll(mean, -4, int(not along_rows)))
        sharp = (mean >= PADDLE_STEP) & (mean >= 2.5 * aside) & (mean >= 0.9 * size) & (within > 0.9)
        out |= dilated(sharp, np.ones(window[::-1], np.uint8)) & inner
    return dilated(out, disk(copy.part(PADDLE_GUARD, 2))) & finding.mask
