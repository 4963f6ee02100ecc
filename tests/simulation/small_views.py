"""Small views with rays that are known by construction."""

from __future__ import annotations

import numpy as np

from shared_core.mammogram import Laterality, View
from shared_core.simulation.projected_view import ProjectedView, ViewTruth


def slab(
    *,
    shape: tuple[int, int] = (256, 192),
    tissue_mm: float = 45.0,
    glandular_fraction: float = 0.2,
    calcium_g_cm2: float = 0.0,
    spacing_mm: float = 0.07 / 1.07,
    everywhere: bool = True,
) -> ProjectedView:
    """An even slab, over the whole image or over its left half, with a square of calcium in it."""
    inside = np.zeros(shape, bool)
    inside[:, : shape[1] if everywhere else shape[1] // 2] = True
    tissue = np.where(inside, np.float32(tissue_mm), np.float32(0))
    calcium = np.zeros(shape, np.float32)
    calcium[shape[0] // 2 - 20 : shape[0] // 2 + 20, 30:70] = calcium_g_cm2
    nothing = np.zeros(shape, np.float32)
    truth = ViewTruth(
        mass_mg=float(calcium.sum() * spacing_mm**2 * 10),
        vessels=(),
        calcium_mask=calcium > 0,
        band_mask=calcium > 0,
        breast_mask=inside,
        csbi_grade=0,
    )
    return ProjectedView(
        view=View.CC,
        laterality=Laterality.LEFT,
        spacing_mm=spacing_mm,
        magnification=1.07,
        compressed_mm=tissue_mm,
        tissue_mm=tissue,
        glandular_mm=tissue * np.float32(glandular_fraction),
        calcium_g_cm2=calcium,
        mineral_g_cm2=nothing,
        metal_mm=nothing,
        opaque=np.zeros(shape, bool),
        collimated=np.zeros(shape, bool),
        truth=truth,
    )
