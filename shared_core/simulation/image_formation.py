"""From the rays of a view to raw pixels: primary, scatter, blur, noise, readout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.physics.attenuation import linear_attenuation_per_mm
from shared_core.physics.beam import Beam
from shared_core.physics.signal_map import signal_map
from shared_core.physics.spectrum import detector_response, spectrum
from shared_core.simulation.machine import Machine
from shared_core.simulation.projected_view import Map, ProjectedView

GRID_PRIMARY: Final = 0.73
"""Part of the primary photons that a linear grid passes (Xia et al., Proc. SPIE 5745, 2005)."""
GRID_SCATTER: Final = 0.13
"""Part of the scattered ones."""
SCATTER_PER_MM: Final = 0.011
"""Scatter to primary without a grid: 0.44 behind 4 cm, 0.88 behind 8 cm."""
_SCATTER_REACH_MM = (6.0, 22.0)
"""Standard deviations of the two halves of the scatter kernel, in the plane of the detector."""
_COARSE = 16
_REFERENCE_MM = 5.0
"""Side of the field in which the automatic exposure measures."""
_REFERENCE_PERCENTILE = 20.0


@dataclass(frozen=True)
class Technique:
    """What was set for an exposure."""

    beam: Beam
    mas: float
    grid: bool


@dataclass(frozen=True, eq=False)
class RawImage:
    """A FOR PROCESSING image: pixel values linear in the signal."""

    pixels: NDArray[np.uint16]
    """(rows, columns)."""
    technique: Technique
    machine: Machine
    noise_energy_kev: float
    """Variance / mean of the signal behind the breast: the mean energy of an absorbed photon."""
    kev_per_value: float

    @property
    def air_value(self) -> float:
        """Expected pixel value beside the breast, were there no end to the readout's range."""
        passed = GRID_PRIMARY if self.technique.grid else 1.0
        return self.machine.offset + passed * _air_kev(self.technique, self.machine) / self.kev_per_value


def expose(
    view: ProjectedView,
    machine: Machine,
    *,
    seed: int | tuple[int, ...],
    technique: Technique | None = None,
    noise: bool = True,
) -> RawImage:
    """Expose a view.

    Parameters
    ----------
    view
        On the grid of the detector elements: ``spacing_mm x magnification`` is the machine's pitch, or
        taken for it.
    seed
        Of the noise.
    technique
        None: the machine's beam for the thickness, and mAs until the signal behind the denser parts of
        the breast is as wanted, with a grid.
    noise
        Without it pixels are rounded expectations.
    """
    beam = technique.beam if technique else machine.beam(view.compressed_mm)
    with_grid = technique.grid if technique else True
    signal = detector_signal(view, beam, machine, grid=with_grid)
    if technique is None:
        technique = Technique(beam, _automatic_mas(signal, view, beam, machine), with_grid)
    air_kev = _air_kev(technique, machine)
    energy = _noise_energy_kev(beam, machine, view.compressed_mm)
    kev_per_value = machine.quanta_per_mm2 * machine.pitch_mm**2 * energy / machine.value_there
    values = signal * np.float32(air_kev / kev_per_value)
    if noise:
        _add_noise(values, np.random.default_rng(seed), energy / kev_per_value, machine)
    values += np.float32(machine.offset + 0.5)
    np.clip(values, 0, 2**machine.bits - 1, out=values)
    return RawImage(values.astype(np.uint16), technique, machine, energy, kev_per_value)


def detector_signal(view: ProjectedView, beam: Beam, machine: Machine, *, grid: bool) -> Map:
    """Expected signal in each detector element as a part of that without breast and grid, float32."""
    primary = signal_map(
        beam,
        tissue_mm=view.tissue_mm,
        glandular_mm=view.glandular_mm,
        mineral_g_cm2=view.calcium_g_cm2 + view.mineral_g_cm2,
        metal_mm=view.metal_mm,
        detector=machine.detector,
    )
    primary[view.opaque | view.collimated] = 0
    scatter = scattered(primary, view.tissue_mm, view.spacing_mm * view.magnification)
    if grid:
        primary *= np.float32(GRID_PRIMARY)
        scatter *= np.float32(GRID_SCATTER)
    primary += scatter
    blur_px = machine.blur_mm / (view.spacing_mm * view.magnification)
    if blur_px == 0:
        return primary
    return np.asarray(cv2.GaussianBlur(primary, (0, 0), blur_px, borderType=cv2.BORDER_REFLECT), np.float32)


def scattered(primary: Map, tissue_mm: Map, spacing_mm: float) -> Map:
    """Scatter before the grid: born where there is tissue, spread over centimetres.

    Each ray scatters ``0.011 / mm`` of its tissue times its primary signal; air beside the breast
    scatters nothing. The spread is half a narrow and half a wide Gaussian; breast goes on behind the
    borders of the image.
    """
    rows, columns = primary.shape
    size = (max(columns // _COARSE, 1), max(rows // _COARSE, 1))
    born: Map = np.asarray(cv2.resize(primary * tissue_mm, size, interpolation=cv2.INTER_AREA), np.float32)
    step_mm = spacing_mm * columns / size[0]
    spread = sum(
        cv2.GaussianBlur(born, (0, 0), reach / step_mm, borderType=cv2.BORDER_REPLICATE)
        for reach in _SCATTER_REACH_MM
    )
    half = np.asarray(spread, np.float32) * np.float32(SCATTER_PER_MM / 2)
    return np.asarray(cv2.resize(half, (columns, rows), interpolation=cv2.INTER_LINEAR), np.float32)


def _automatic_mas(signal: Map, view: ProjectedView, beam: Beam, machine: Machine) -> float:
    """mAs that give the machine's quanta behind the denser parts of the breast."""
    step = max(round(_REFERENCE_MM / (view.spacing_mm * view.magnification)), 1)
    size = (max(signal.shape[1] // step, 1), max(signal.shape[0] // step, 1))
    field = np.asarray(cv2.resize(signal, size, interpolation=cv2.INTER_AREA), np.float32)
    open_field = view.truth.breast_mask & ~view.opaque & ~view.collimated
    inside = cv2.resize(open_field.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.99
    reference = np.percentile(field[inside], _REFERENCE_PERCENTILE) if inside.any() else float(field.mean())
    energy = _noise_energy_kev(beam, machine, view.compressed_mm)
    wanted_kev = machine.quanta_per_mm2 * machine.pitch_mm**2 * energy
    mas = wanted_kev / (reference * _air_kev(Technique(beam, 1.0, False), machine))
    return round(min(max(float(mas), 3.0), 600.0), 1)


def _air_kev(technique: Technique, machine: Machine) -> float:
    """Energy that a detector element absorbs without breast and grid."""
    source = spectrum(technique.beam)
    area_cm2 = (machine.pitch_mm / 10) ** 2
    absorbed = source.fluence @ detector_response(source.energy_kev, machine.detector)
    return float(absorbed * area_cm2 * technique.mas)


def _noise_energy_kev(beam: Beam, machine: Machine, compressed_mm: float) -> float:
    """Variance / mean of the energy absorbed behind a breast of that thickness, half of it glandular.

    Photons come by chance (Poisson); each that is absorbed brings its energy: ``Σ n E² / Σ n E``.
    """
    source = spectrum(beam)
    tissues = [linear_attenuation_per_mm(name, source.energy_kev) for name in ("glandular", "adipose")]
    passed = np.exp(-0.5 * compressed_mm * (tissues[0] + tissues[1]))
    absorbed_kev = source.fluence * passed * detector_response(source.energy_kev, machine.detector)
    return float(absorbed_kev @ source.energy_kev / absorbed_kev.sum())


def _add_noise(values: Map, rng: np.random.Generator, values_per_quantum: float, machine: Machine) -> None:
    """Quantum and electronic noise, in place; thousands of quanta are as good as normal."""
    for top in range(0, values.shape[0], 256):
        rows = values[top : top + 256]
        noise = rng.standard_normal(rows.shape, dtype=np.float32)
        variance = np.maximum(rows, 0) * np.float32(values_per_quantum)
        variance += np.float32(machine.electronic_sd**2)
        rows += noise * np.sqrt(variance)
