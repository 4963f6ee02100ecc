"""From logarithmic signal to areal density of hydroxyapatite, for one exposure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.mass.exposure_physics import Exposure
from shared_core.mass.settings import MassSettings
from shared_core.mass.site_calibration import Calibration, CalibrationPoint
from shared_core.mass.status import Refusal
from shared_core.physics.attenuation import (
    density_g_cm3,
    linear_attenuation_per_mm,
    mass_attenuation_cm2_g,
)
from shared_core.physics.beam import Beam
from shared_core.physics.signal import effective_k_cm2_g, primary_signal
from shared_core.physics.spectrum import Detector, detector_response, spectrum

_SHARES_OF_THICKNESS: Final = np.array([0.1, 0.3, 0.5, 0.7, 0.85, 1.0, 1.15, 1.3, 1.6])
_DENSITIES_G_CM2: Final = np.concatenate([[0.0], np.geomspace(0.005, 2.0, 20)])
_USUAL_ARTERY_PER_MM: Final = 0.02
_TRANSFER_SD_PER_CM: Final = 0.005
"""What carrying a calibration to another thickness adds, for each cm of difference."""


@dataclass(frozen=True, eq=False)
class CalciumSignal:
    """How calcium shows at one exposure."""

    k_cm2_g: float
    """At small areal density."""
    source: str
    """Where k is from, in words."""
    calibrated: bool
    k_relative_sd: float
    scatter_known: bool
    """Whether the scatter is that of the calibration, so that its error cancels."""
    log_signal: NDArray[np.float64]
    """Signal at `_DENSITIES_G_CM2`, which the hardening of the beam bends."""
    artery_per_mm: float = _USUAL_ARTERY_PER_MM
    """Log signal of blood and wall that take the place of tissue, which is more fatty."""
    elsewhere: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    """(-ln of the primary beside that at the compressed thickness, k / `k_cm2_g`) behind thinner and
    thicker tissue; None where the beam is not known."""

    def areal_density_g_cm2(
        self, log_contrast: NDArray[np.float64], log_excess: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Hydroxyapatite in g/cm² from ΔL, corrected for hardening; linear below 0.

        Parameters
        ----------
        log_contrast
            ΔL of the primary.
        log_excess
            How much more the tissue around attenuates than the breast at its full thickness, as -ln. Where
            it is thinner or more fatty the beam is softer, and the same calcium shows more.
        """
        contrast = log_contrast
        if self.elsewhere is not None:
            contrast = log_contrast / np.interp(log_excess, *self.elsewhere)
        dense = np.interp(contrast, self.log_signal, _DENSITIES_G_CM2)
        return np.where(contrast > 0, dense, contrast / self.k_cm2_g)


def calcium_signal(
    exposure: Exposure, calibration: Calibration | None, settings: MassSettings
) -> CalciumSignal | Refusal:
    """The signal from the site's calibration where it has the exposure, else from the beam's spectrum.

    Where neither can be had, the status and the reason.
    """
    point, why_not = calibration.find(exposure) if calibration is not None else (None, "")
    if calibration is not None and point is not None:
        return _calibrated(exposure, calibration, point, settings)
    beam = exposure.beam
    if beam is None:
        return "not_computed:no_beam", (
            "No calcium mass: the file lacks kVp, anode or filter, or they are of no known kind, "
            "and no calibration supplies the signal."
        )
    if exposure.thickness_mm is None:
        return "not_computed:no_thickness", (
            "No calcium mass: the file lacks the compressed thickness, and no calibration makes up for it."
        )
    try:
        curve = _Curve(beam, exposure.thickness_mm, settings.glandular_fraction, exposure.detector)
        signal = curve.log_signal()
        spread = curve.relative_spread(settings)
    except UsageError as error:
        return "not_computed:unsupported_beam", f"No calcium mass: {error}"
    notes = "".join(f"; {note}" for note in (*exposure.notes, why_not) if note)
    return CalciumSignal(
        k_cm2_g=curve.k(),
        source=f"model: {_words(beam)}, {exposure.thickness_mm:g} mm{notes}",
        calibrated=False,
        k_relative_sd=float(np.hypot(settings.model_relative_sd, spread)),
        scatter_known=False,
        log_signal=signal,
        artery_per_mm=curve.artery_per_mm(),
        elsewhere=curve.elsewhere(),
    )


def hydroxyapatite_per_carbonate(beam: Beam, *, thickness_mm: float, glandular_fraction: float) -> float:
    """k of hydroxyapatite / k of calcium carbonate, which turns a CaCO3 phantom's slope into that of HA.

    Each displaces the tissue of its own volume, as in `effective_k_cm2_g`.
    """
    source = spectrum(beam)
    gland = linear_attenuation_per_mm("glandular", source.energy_kev)
    fat = linear_attenuation_per_mm("adipose", source.energy_kev)
    tissue = glandular_fraction * gland + (1 - glandular_fraction) * fat
    weight = source.fluence * detector_response(source.energy_kev, "a-Se") * np.exp(-tissue * thickness_mm)
    carbonate = mass_attenuation_cm2_g("calcium_carbonate", source.energy_kev)
    carbonate = carbonate - tissue * (10.0 / density_g_cm3("calcium_carbonate"))
    k_ha = effective_k_cm2_g(beam, thickness_mm=thickness_mm, glandular_fraction=glandular_fraction)
    return k_ha / float(np.average(carbonate, weights=weight))


@dataclass(frozen=True)
class _Curve:
    beam: Beam
    thickness_mm: float
    glandular_fraction: float
    detector: Detector

    def k(self, calcium_g_cm2: float = 0.0) -> float:
        return effective_k_cm2_g(
            self.beam,
            thickness_mm=self.thickness_mm,
            glandular_fraction=self.glandular_fraction,
            calcium_g_cm2=calcium_g_cm2,
            detector=self.detector,
        )

    def log_signal(self) -> NDArray[np.float64]:
        return np.array([sigma * self.k(sigma) for sigma in _DENSITIES_G_CM2])

    def elsewhere(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """See `CalciumSignal.elsewhere`."""
        at_mm = self.thickness_mm * _SHARES_OF_THICKNESS
        primary = primary_signal(
            self.beam, tissue_mm=at_mm, glandular_mm=self.glandular_fraction * at_mm, detector=self.detector
        )
        here = primary[_SHARES_OF_THICKNESS == 1]
        k = np.array([replace(self, thickness_mm=float(mm)).k() for mm in at_mm])
        return -np.log(primary / here), k / self.k()

    def artery_per_mm(self) -> float:
        """Blood and wall attenuate like glandular tissue."""
        glandular_mm = self.glandular_fraction * self.thickness_mm
        without, with_one_mm = primary_signal(
            self.beam,
            tissue_mm=self.thickness_mm,
            glandular_mm=[glandular_mm, glandular_mm + 1 - self.glandular_fraction],
            detector=self.detector,
        )
        return float(np.log(without / with_one_mm))

    def relative_spread(self, settings: MassSettings) -> float:
        """Of k, from thickness, glandularity and tube voltage as uncertain as `settings` say."""
        thicker = replace(self, thickness_mm=self.thickness_mm + settings.thickness_sd_mm)
        moved = min(self.glandular_fraction + settings.glandular_sd, 1.0)
        denser = replace(self, glandular_fraction=moved)
        down = replace(self.beam, kvp=self.beam.kvp - settings.kvp_sd)
        softer = replace(self, beam=down)
        k = self.k()
        return float(np.sqrt(sum((other.k() / k - 1) ** 2 for other in (thicker, denser, softer))))


def _calibrated(
    exposure: Exposure, calibration: Calibration, point: CalibrationPoint, settings: MassSettings
) -> CalciumSignal:
    """The measured k, carried by physics from the phantom's thickness to the breast's."""
    source = f"calibration: {calibration.name} of {calibration.date}"
    beam = exposure.beam if point.beam is None else point.beam
    k, relative_sd = point.k_cm2_g, point.relative_sd
    signal, elsewhere, artery = k * _DENSITIES_G_CM2, None, _USUAL_ARTERY_PER_MM
    if beam is not None and exposure.thickness_mm is not None:
        breast = _Curve(beam, exposure.thickness_mm, settings.glandular_fraction, exposure.detector)
        elsewhere, artery = breast.elsewhere(), breast.artery_per_mm()
        signal = breast.log_signal() * (k / breast.k())
        spread = breast.relative_spread(replace(settings, kvp_sd=0.0))
        if point.thickness_mm is not None:
            phantom = replace(
                breast, thickness_mm=point.thickness_mm, glandular_fraction=point.glandular_fraction
            )
            factor = k / phantom.k()
            k = factor * breast.k()
            signal = factor * breast.log_signal()
            apart_cm = abs(point.thickness_mm - exposure.thickness_mm) / 10.0
            spread = float(np.hypot(spread, _TRANSFER_SD_PER_CM * apart_cm))
        relative_sd = float(np.hypot(relative_sd, spread))
    scatter_known = point.thickness_mm is not None
    return CalciumSignal(k, source, True, relative_sd, scatter_known, signal, artery, elsewhere)


def _words(beam: Beam) -> str:
    return f"{beam.anode}/{beam.filter_material} {beam.filter_mm:g} mm, {beam.kvp:g} kV"
