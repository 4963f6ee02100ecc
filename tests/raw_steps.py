"""Raw images of calcium steps on an even phantom, or on a breast that is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from shared_core.mass.scatter import scatter_to_primary
from shared_core.physics.beam import Beam
from shared_core.physics.signal import effective_k_cm2_g
from tests.reading.synthetic import MG_RAW, dataset

BEAM = Beam("W", "Rh", 0.05, 28)
DENSITIES = (0, 20, 50, 100)
STRONGER = 1.05
"""The k of this machine over that of the physics."""
STEPS = tuple((150, 60 + 110 * number, 50, 50) for number in range(len(DENSITIES)))
"""Where they lie: top, left, rows, columns."""


def raw_dicom(
    *,
    sop_class: str = MG_RAW,
    densities: Sequence[int] = DENSITIES,
    steps: Sequence[Sequence[int]] = STEPS,
    shape: tuple[int, int] = (400, 600),
    kvp: int = 28,
    **attributes: Any,
) -> Dataset:
    """Steps of these mg/cm² in a row on a half disc, as thick as a phantom or a breast."""
    beam = Beam("W", "Rh", 0.05, kvp)
    scatter = scatter_to_primary(45, grid=True)
    row, column = np.mgrid[: shape[0], : shape[1]]
    disc = np.hypot((row / shape[0] - 0.5) / 0.475, column / shape[1] * 15 / 14) < 1
    # A woman is not flat; a phantom is.
    flat = tuple(densities) == DENSITIES
    tissue = 3000.0 if flat else 3000 * np.exp(0.2 * np.sin(row / 60) * np.sin(column / 80))
    pixels = np.where(disc, tissue, 15500.0)
    pixels += np.random.default_rng(0).normal(0, 10, pixels.shape)
    for density, (top, left, rows, columns) in zip(densities, steps, strict=False):
        if density == 0:
            continue
        sigma = density / 1000
        k = effective_k_cm2_g(beam, thickness_mm=45, glandular_fraction=0.2, calcium_g_cm2=sigma)
        primary = np.exp(-k * STRONGER * sigma)
        pixels[top : top + rows, left : left + columns] *= (primary + scatter) / (1 + scatter)
    made: Dataset = dataset(
        pixels.astype(np.uint16),
        sop_class=sop_class,
        bits=14,
        **{
            "PresentationIntentType": "FOR PROCESSING",
            "PixelIntensityRelationship": "LIN",
            "PixelIntensityRelationshipSign": 1,
            "PhotometricInterpretation": "MONOCHROME1",
            "KVP": kvp,
            "AnodeTargetMaterial": "TUNGSTEN",
            "FilterMaterial": "RHODIUM",
            "FilterThicknessMinimum": 0.05,
            "FilterThicknessMaximum": 0.05,
            "BodyPartThickness": 45,
            "Grid": ["RECIPROCATING", "PARALLEL"],
            "DeviceSerialNumber": "A1",
            "ImagerPixelSpacing": [0.1, 0.1],
            "EstimatedRadiographicMagnificationFactor": 1.0,
            **attributes,
        },
    )
    return made
