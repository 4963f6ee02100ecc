"""The signal behind a breast, and the logarithmic signal of calcium in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared_core.errors import UsageError
from shared_core.physics.attenuation import linear_attenuation_per_mm, mass_attenuation_cm2_g
from shared_core.physics.beam import Beam
from shared_core.physics.spectrum import Detector, detector_response, spectrum

HYDROXYAPATITE_G_CM3 = 3.16
"""Density with which calcium takes the place of tissue."""


def primary_signal(
    beam: Beam,
    *,
    tissue_mm: ArrayLike,
    glandular_mm: ArrayLike = 0.0,
    calcium_g_cm2: ArrayLike = 0.0,
    metal_mm: ArrayLike = 0.0,
    detector: Detector = "a-Se",
) -> NDArray[np.float64]:
    """Signal of the photons that pass, as a part of the signal without a breast.

    ``I / I0`` with ``I = ∫ S(E) R(E) exp(-Σ mu_j(E) t_j) dE`` (polychromatic Beer-Lambert); calcium
    takes the place of tissue: ``sigma / 3.16 g/cm³`` of the ray is no longer tissue of the local mixture.
    The arguments broadcast. What of `tissue_mm` is not `glandular_mm` is adipose; `calcium_g_cm2` is
    hydroxyapatite in the ray, `metal_mm` steel.
    """
    tissue, glandular, calcium, metal = np.broadcast_arrays(
        *(np.asarray(part, np.float64) for part in (tissue_mm, glandular_mm, calcium_g_cm2, metal_mm))
    )
    source = spectrum(beam)
    weight = source.fluence * detector_response(source.energy_kev, detector)
    gland = linear_attenuation_per_mm("glandular", source.energy_kev)
    fat = linear_attenuation_per_mm("adipose", source.energy_kev)
    mineral = mass_attenuation_cm2_g("hydroxyapatite", source.energy_kev)
    steel = linear_attenuation_per_mm("steel", source.energy_kev)
    share = np.divide(glandular, tissue, out=np.zeros_like(tissue), where=tissue > 0)
    left_mm = np.maximum(tissue - calcium * (10.0 / HYDROXYAPATITE_G_CM3), 0.0)
    exponent = (
        np.multiply.outer(left_mm * share, gland)
        + np.multiply.outer(left_mm * (1 - share), fat)
        + np.multiply.outer(calcium, mineral)
        + np.multiply.outer(metal, steel)
    )
    passed: NDArray[np.float64] = np.exp(-exponent) @ (weight / weight.sum())
    return passed


def effective_k_cm2_g(
    beam: Beam,
    *,
    thickness_mm: float,
    glandular_fraction: float,
    calcium_g_cm2: float = 0.0,
    detector: Detector = "a-Se",
) -> float:
    """Logarithmic signal of calcium by its mass per area, ``k = ΔL / sigma`` in cm²/g.

    ``L = -ln I``, so that the mass in a region is ``a / k · Σ ΔL`` with ``a`` the area of a pixel in cm²
    (Molloi's densitometry). k falls with beam energy, thickness and glandularity, and by 3 % towards 0.1
    g/cm² as the beam hardens. At `calcium_g_cm2` it is the chord ``ΔL(sigma) / sigma``, or at 0 the slope.

    `UsageError` where the thickness of tissue is negative, the fraction not in 0-1, or the beam unknown.
    """
    if thickness_mm < 0 or not 0 <= glandular_fraction <= 1 or calcium_g_cm2 < 0:
        raise UsageError(
            "Calcium signal needs a thickness >= 0 mm, a glandular fraction in 0-1 and mass >= 0."
        )
    source = spectrum(beam)
    gland = linear_attenuation_per_mm("glandular", source.energy_kev)
    fat = linear_attenuation_per_mm("adipose", source.energy_kev)
    tissue = glandular_fraction * gland + (1 - glandular_fraction) * fat
    weight = source.fluence * detector_response(source.energy_kev, detector) * np.exp(-tissue * thickness_mm)
    weight /= weight.sum()
    gained = mass_attenuation_cm2_g("hydroxyapatite", source.energy_kev) - tissue * (
        10.0 / HYDROXYAPATITE_G_CM3
    )
    if calcium_g_cm2 == 0:
        return float(weight @ gained)
    return float(-np.log(weight @ np.exp(-gained * calcium_g_cm2)) / calcium_g_cm2)
