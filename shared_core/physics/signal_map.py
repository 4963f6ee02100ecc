"""The polychromatic signal of whole images, in a fraction of a second."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.physics.attenuation import linear_attenuation_per_mm
from shared_core.physics.beam import Beam
from shared_core.physics.signal import primary_signal
from shared_core.physics.spectrum import Detector, detector_response, spectrum

Map = NDArray[np.float32]
_THICKEST_MM = 150.0
_TISSUE_STEP_MM, _GLANDULAR_STEP_MM = 0.1, 0.5
_ROWS = 128
"""Rows at a time: they stay in the processor's cache."""
_EXACT_PIXELS = 8192
"""Pixels at a time where every energy is followed."""


@dataclass(frozen=True, eq=False)
class _LogSignal:
    """``-ln I`` of tissue: a plane, and a small rest over (tissue, glandular tissue)."""

    per_tissue_mm: float
    per_glandular_mm: float
    rest: Map


def signal_map(
    beam: Beam,
    *,
    tissue_mm: Map,
    glandular_mm: Map,
    mineral_g_cm2: Map,
    metal_mm: Map,
    detector: Detector,
) -> Map:
    """`primary_signal` of (rows, columns) float32 maps.

    Tissue goes through a table of the logarithmic signal (within 0.1 %); the few rays that meet
    hydroxyapatite or steel are followed energy by energy.
    """
    table = _log_signal(beam, detector)
    signal: Map = np.ones(tissue_mm.shape, np.float32)
    for top in range(0, signal.shape[0], _ROWS):
        rows = slice(top, top + _ROWS)
        if tissue_mm[rows].any():
            signal[rows] = _of_tissue(table, tissue_mm[rows], glandular_mm[rows])
    exact = np.flatnonzero((mineral_g_cm2 > 0) | (metal_mm > 0))
    for start in range(0, exact.size, _EXACT_PIXELS):
        here = exact[start : start + _EXACT_PIXELS]
        signal.flat[here] = primary_signal(
            beam,
            tissue_mm=tissue_mm.flat[here],
            glandular_mm=glandular_mm.flat[here],
            calcium_g_cm2=mineral_g_cm2.flat[here],
            metal_mm=metal_mm.flat[here],
            detector=detector,
        )
    return signal


def _of_tissue(table: _LogSignal, tissue: Map, glandular: Map) -> Map:
    # OpenCV keeps places in 1/32 of a step: harmless in the rest, which is nearly flat.
    remapped = cv2.remap(
        table.rest,
        glandular * np.float32(1 / _GLANDULAR_STEP_MM),
        tissue * np.float32(1 / _TISSUE_STEP_MM),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    exponent = cv2.addWeighted(tissue, -table.per_tissue_mm, glandular, -table.per_glandular_mm, 0.0)
    return np.asarray(cv2.exp(cv2.subtract(exponent, remapped)), np.float32)


@lru_cache(maxsize=8)
def _log_signal(beam: Beam, detector: Detector) -> _LogSignal:
    source = spectrum(beam)
    weight = source.fluence * detector_response(source.energy_kev, detector)
    fat = linear_attenuation_per_mm("adipose", source.energy_kev)
    more = linear_attenuation_per_mm("glandular", source.energy_kev) - fat
    tissue = np.arange(0, _THICKEST_MM, _TISSUE_STEP_MM)
    # Rays hold no more gland than tissue, but interpolation beside the diagonal asks past it.
    glandular = np.arange(0, _THICKEST_MM, _GLANDULAR_STEP_MM)
    behind_fat = np.exp(np.multiply.outer(tissue, -fat)) * (weight / weight.sum())
    signal = behind_fat @ np.exp(np.multiply.outer(-more, glandular))
    log_signal = -np.log(signal)
    middle_row, middle_column = tissue.size // 3, glandular.size // 6
    per_tissue = float(np.gradient(log_signal[:, middle_column], _TISSUE_STEP_MM)[middle_row])
    per_glandular = float(np.gradient(log_signal[middle_row], _GLANDULAR_STEP_MM)[middle_column])
    plane = per_tissue * tissue[:, None] + per_glandular * glandular[None, :]
    return _LogSignal(per_tissue, per_glandular, (log_signal - plane).astype(np.float32))
