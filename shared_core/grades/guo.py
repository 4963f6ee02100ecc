"""The five quantities of Guo 2021 (SCU-Net, eq. 3 and 4) and its exam index.

SIM, TAM_X and TSIM_X are functions of one thing, the histogram of 8-bit intensity inside the mask.
Counted in int64 it is exact: uint8 sums of the published code wrap at 256.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

Comparison = Literal[">", ">="]
"""How a grey level is compared with X of TAM_X and TSIM_X: the paper has ``>``, the published code ``>=``."""

_LEVELS = np.arange(256, dtype=np.int64)


def probability_mass(probability: NDArray[np.float32]) -> float:
    """PM: sum of the probability over the whole image (Guo 2021 eq. 3), accumulated in float64."""
    return float(np.sum(probability, dtype=np.float64))


def intensity_histogram(image_u8: NDArray[np.uint8], mask: Mask) -> NDArray[np.int64]:
    """Pixels of the mask at each of the 256 grey levels, of the intensity after the median; its sum is AM.

    `TypeError` where the intensity is not uint8: X is a grey level of 8-bit images only.
    """
    if image_u8.dtype != np.uint8:
        raise TypeError(f"intensity must be uint8, not {image_u8.dtype}")
    return np.bincount(image_u8[mask], minlength=256).astype(np.int64, copy=False)


def mask_area_px(histogram: NDArray[np.int64]) -> int:
    """AM: number of mask pixels (Guo 2021 eq. 3)."""
    return int(histogram.sum())


def intensity_sum(histogram: NDArray[np.int64]) -> int:
    """SIM: sum of the intensity in the mask (Guo 2021 eq. 3)."""
    return int(histogram @ _LEVELS)


def thresholded_area_px(histogram: NDArray[np.int64], threshold: int, comparison: Comparison = ">") -> int:
    """TAM_X: mask pixels with I > X, or I >= X as the published code has it (Guo 2021 eq. 4)."""
    return int(histogram[_first_level(threshold, comparison) :].sum())


def thresholded_intensity_sum(
    histogram: NDArray[np.int64], threshold: int, comparison: Comparison = ">"
) -> int:
    """TSIM_X: sum of the intensity over the pixels that TAM_X counts (Guo 2021 eq. 4)."""
    first = _first_level(threshold, comparison)
    return int(histogram[first:] @ _LEVELS[first:])


def exam_index(terms: Sequence[float | None]) -> float | None:
    """Sum over views of TAM_X / breast area (Guo 2021, "longitudinally"); None where a term is missing.

    The sum is exactly rounded, so that the order of the views cannot change it.
    """
    known = [term for term in terms if term is not None]
    return math.fsum(known) if known and len(known) == len(terms) else None


def _first_level(threshold: int, comparison: Comparison) -> int:
    """The lowest grey level that counts as bright."""
    return max(threshold + 1 if comparison == ">" else threshold, 0)
