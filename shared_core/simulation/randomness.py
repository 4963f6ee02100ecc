"""Seeded chance: one independent stream for every part, and noise with a given spectrum."""

from __future__ import annotations

from functools import lru_cache
from zlib import crc32

import cv2
import numpy as np
from numpy import fft
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Map = NDArray[np.float32]


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """Random numbers that belong to one named part of a patient.

    Parts draw from streams of their own, so that a change in one part leaves the others as they were.
    """
    key = tuple(name if isinstance(name, int) else crc32(name.encode()) for name in names)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def smooth_noise(rng: np.random.Generator, samples: int, correlation: float) -> Floats:
    """One-dimensional noise of about unit variance; the correlation length is in samples."""
    knots = rng.standard_normal(int(samples / max(correlation, 1.0)) + 3)
    left, weight = _between(len(knots), samples)
    return np.asarray(knots[left] * (1 - weight) + knots[left + 1] * weight)


@lru_cache(maxsize=256)
def _between(knots: int, samples: int) -> tuple[NDArray[np.intp], Floats]:
    """The knot before each sample and the weight of the one after; a view has thousands of equal fibres."""
    place: Floats = np.zeros(samples)
    if samples > 1:
        place = np.asarray(np.linspace(0, knots - 1.001, samples), np.float64)
    left = place.astype(np.intp)
    weight = place - left
    return left, weight * weight * (3 - 2 * weight)


def power_law_noise(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    *,
    beta: float,
    grid_mm: float,
    longest_mm: float,
) -> Map:
    """Noise with the power spectrum f^-beta, as mammographic texture has (beta about 3; Burgess 2001).

    It has zero mean and unit variance. Waves longer than `longest_mm` are held at its power.
    """
    rows, columns = (cv2.getOptimalDFTSize(size) for size in shape)
    spectrum = fft.rfft2(rng.standard_normal((rows, columns), dtype=np.float32))
    across = fft.rfftfreq(columns, grid_mm).astype(np.float32)[None, :]
    down = fft.fftfreq(rows, grid_mm).astype(np.float32)[:, None]
    squared = across * across + down * down + np.float32(1 / longest_mm**2)
    spectrum *= squared ** np.float32(-beta / 4)
    spectrum[0, 0] = 0
    noise = fft.irfft2(spectrum, s=(rows, columns), axes=(0, 1))[: shape[0], : shape[1]]
    return np.asarray(noise / (noise.std() + 1e-9), np.float32)
