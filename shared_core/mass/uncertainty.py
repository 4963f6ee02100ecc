"""How sure a calcium mass is: what blank places of the breast would have given, and propagation."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.connected_parts import Box, bounding_box
from shared_core.mammogram import Mask
from shared_core.mass.background import Image, NoBackground, contrast_weights

_LEAST_BLANKS = 6
_MOST_TRIES = 600
_NOISE_WITHOUT_BLANKS = 3.0
"""Times the quantum noise, where no blank place was found: the texture is then not known."""
DETECTION: float = 3.29
"""Limit of detection / SD of blanks: 5 % errors of both kinds (Currie, Anal Chem 40:586, 1968)."""
Z_95: float = 1.96


@dataclass(frozen=True)
class BlankNoise:
    """Standard deviation of a sum of log contrast over a region, where there is no calcium."""

    background_sd: float
    """What the interpolation misses of texture and rim; the quantum noise is taken out."""
    quantum_sd: float
    places: int
    """Blank placements that were used."""

    @property
    def sd(self) -> float:
        """Of both."""
        return math.hypot(self.background_sd, self.quantum_sd)


@dataclass(frozen=True)
class Contribution:
    """One cause of uncertainty."""

    cause: str
    sd_mg: float


def combined_sd_mg(contributions: tuple[Contribution, ...]) -> float:
    """Root of the sum of squares: the causes are independent."""
    return math.sqrt(sum(one.sd_mg**2 for one in contributions))


def blank_noise(
    log_image: Image,
    region: Mask,
    hole: Mask,
    usable: Mask,
    *,
    smoothing_px: float,
    tile_px: int,
    blanks: int,
) -> BlankNoise:
    """Lay the same region on blank places of the same image, and see how far from 0 its sum is.

    The region is cut into tiles of side `tile_px`, so that long arteries find place; each tile's weights are
    laid, also mirrored, on places drawn round it that hold no pixel of the hole and none that is not usable,
    `blanks` of them where there are so many. Tiles add in quadrature. The draw is the same each time.
    """
    random = np.random.default_rng(20250101)
    bad = ~usable | hole
    if usable.any():  # weights add up to 0 only as exactly as they were solved
        log_image = log_image - float(np.median(log_image[usable]))
    with_blanks: list[tuple[float, float, float]] = []
    alone: list[tuple[float, float]] = []
    places = 0
    for box, weights in _tile_weights(region, hole, usable, smoothing_px, tile_px):
        quantum = _quantum_variance(log_image[box.slices], weights, bad[box.slices])
        squares = float((weights * weights).sum())
        sums = _blank_sums(log_image, weights, bad, box, blanks, random)
        places += len(sums)
        if len(sums) >= _LEAST_BLANKS:
            with_blanks.append((float(np.mean(np.square(sums))), squares, quantum))
        else:
            alone.append((squares, quantum))
    blank = sum(variance for variance, _, _ in with_blanks)
    quantum = sum(one for _, _, one in with_blanks)
    # Tiles without a blank place are as much noisier than their quanta as the others are.
    ratio = blank / quantum if quantum > 0 else _NOISE_WITHOUT_BLANKS**2
    rest = sum(one for _, one in alone)
    blank, quantum = blank + rest * max(ratio, 1.0), quantum + rest
    return BlankNoise(math.sqrt(max(blank - quantum, 0.0)), math.sqrt(quantum), places)


def _tile_weights(
    region: Mask, hole: Mask, usable: Mask, smoothing_px: float, tile_px: int
) -> Iterator[tuple[Box, Image]]:
    rows, columns = region.shape
    around = tile_px // 3
    for top in range(0, rows, tile_px):
        for left in range(0, columns, tile_px):
            inner = (slice(top, top + tile_px), slice(left, left + tile_px))
            if not region[inner].any():
                continue
            box = Box(top, left, tile_px, tile_px).widened(around, around, region.shape)
            part = np.zeros((box.rows, box.columns), bool)
            part[top - box.top :, left - box.left :][:tile_px, :tile_px] = region[inner]
            try:
                around_part = _touched(hole[box.slices], part)
                tissue = usable[box.slices] & ~hole[box.slices]
                weights = contrast_weights(part, around_part, tissue, smoothing_px=smoothing_px)
            except NoBackground:
                continue
            support = bounding_box(np.abs(weights) > 1e-9)
            assert support is not None
            tight = replace(support, top=box.top + support.top, left=box.left + support.left)
            yield tight, weights[support.slices]


def _blank_sums(
    log_image: Image,
    weights: Image,
    bad: Mask,
    box: Box,
    wanted: int,
    random: np.random.Generator,
) -> list[float]:
    """Sums of the weights on blank places; nearer ones are tried first."""
    rows, columns = log_image.shape
    support = np.abs(weights) > 1e-9
    # Most places are refused; a few of the pixels are enough for that.
    some_rows, some_columns = (index[:: max(index.size // 64, 1)] for index in np.nonzero(support))
    sums: list[float] = []
    reach = 2.0 * max(box.rows, box.columns)
    for attempt in range(_MOST_TRIES):
        if len(sums) >= wanted:
            break
        away = random.uniform(-1, 1, 2) * reach * (1 + 4 * attempt / _MOST_TRIES)
        top, left = box.top + int(away[0]), box.left + int(away[1])
        up, back = bool(attempt & 1), bool(attempt & 2)
        flip = (slice(None, None, -1 if up else 1), slice(None, None, -1 if back else 1))
        if top < 0 or left < 0 or top + box.rows > rows or left + box.columns > columns:
            continue
        here = (slice(top, top + box.rows), slice(left, left + box.columns))
        some = (
            top + (box.rows - 1 - some_rows if up else some_rows),
            left + (box.columns - 1 - some_columns if back else some_columns),
        )
        if bad[some].any():
            continue
        if not (bad[here] & support[flip]).any():
            sums.append(float(np.vdot(weights[flip], log_image[here])))
    return sums


def _quantum_variance(log_image: Image, weights: Image, bad: Mask) -> float:
    """Σ w² v with v the variance of a pixel, from differences to the mean of its four neighbours."""
    middle = log_image[1:-1, 1:-1]
    around = log_image[:-2, 1:-1] + log_image[2:, 1:-1] + log_image[1:-1, :-2] + log_image[1:-1, 2:]
    dirty = bad[1:-1, 1:-1] | bad[:-2, 1:-1] | bad[2:, 1:-1] | bad[1:-1, :-2] | bad[1:-1, 2:]
    difference = (middle - around / 4)[~dirty]
    if difference.size < 20:
        return 0.0
    deviation: NDArray[np.float64] = np.abs(difference - np.median(difference))
    # 1.4826 x MAD is the SD of a normal; the difference has 1 + 1/4 of a pixel's variance.
    variance = (1.4826 * float(np.median(deviation))) ** 2 / 1.25
    return variance * float((weights * weights).sum())


def _touched(hole: Mask, part: Mask) -> Mask:
    """The connected pieces of the hole that the part lies in."""
    _, labels = cv2.connectedComponents(hole.astype(np.uint8), connectivity=4, ltype=cv2.CV_32S)
    return np.isin(labels, np.unique(labels[part]))
