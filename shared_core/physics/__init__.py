"""X-rays in mammography: attenuation, spectra, and the signal of calcium behind breast tissue."""

from shared_core.physics.attenuation import (
    CALCIUM_IN_HYDROXYAPATITE,
    Material,
    density_g_cm3,
    linear_attenuation_per_mm,
    mass_attenuation_cm2_g,
)
from shared_core.physics.beam import Anode, Beam, FilterMaterial
from shared_core.physics.signal import HYDROXYAPATITE_G_CM3, effective_k_cm2_g, primary_signal
from shared_core.physics.spectrum import Detector, Spectrum, detector_response, spectrum

__all__ = [
    "CALCIUM_IN_HYDROXYAPATITE",
    "HYDROXYAPATITE_G_CM3",
    "Anode",
    "Beam",
    "Detector",
    "FilterMaterial",
    "Material",
    "Spectrum",
    "density_g_cm3",
    "detector_response",
    "effective_k_cm2_g",
    "linear_attenuation_per_mm",
    "mass_attenuation_cm2_g",
    "primary_signal",
    "spectrum",
]
