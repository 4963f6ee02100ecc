"""The signal of calcium from images of a phantom with known areal densities."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from shared_core.documents import DocumentError, from_json
from shared_core.errors import UsageError
from shared_core.mammogram import Mammogram, PresentationIntent
from shared_core.mass.calcium_signal import hydroxyapatite_per_carbonate
from shared_core.mass.exposure_physics import exposure_of
from shared_core.mass.intensity import intensity
from shared_core.mass.scatter import scatter_to_primary
from shared_core.mass.site_calibration import CalibrationPoint, StepMaterial, read_text

_LEAST_RELATIVE_SD = 0.005
"""Nobody knows a phantom better."""
_LARGEST_RESIDUAL = 0.15
"""Of the largest signal: more is a wrong rectangle, not noise."""

_Position = Annotated[int, Meta(ge=0)]
_Extent = Annotated[int, Meta(ge=1)]
Rectangle = tuple[_Position, _Position, _Extent, _Extent]
"""(top, left, rows, columns) in pixels."""


@dataclass(frozen=True)
class Step:
    """One step or insert."""

    areal_density_mg_cm2: Annotated[float, Meta(ge=0, le=2000)]
    rectangle: Rectangle
    background: Rectangle | None = None
    """Bare phantom beside it; None: all steps of 0 mg/cm² together."""


@dataclass(frozen=True)
class StepPhantom:
    """What is known of a phantom and where its steps lie in the images: the steps file, field by field."""

    format: Literal["openbac-calcium-steps-1"]
    material: StepMaterial
    steps: Annotated[tuple[Step, ...], Meta(min_length=1)]
    thickness_mm: Annotated[float, Meta(ge=5, le=200)] | None = None
    """None: what each image says."""
    glandular_fraction: Annotated[float, Meta(ge=0, le=1)] = 0.2
    """Of the breast that its base stands for."""
    areal_density_relative_sd: Annotated[float, Meta(ge=0, le=0.5)] = 0.01
    """Of the steps, as the maker says."""

    @classmethod
    def load(cls, path: str | Path) -> StepPhantom:
        """Read a steps file; `UsageError` names the entry that is wrong."""
        name = str(path)
        try:
            phantom = from_json(read_text(Path(path)), cls)
        except DocumentError as error:
            raise UsageError(error.sentence(name)) from None
        steps = phantom.steps
        if len({step.areal_density_mg_cm2 for step in steps if step.areal_density_mg_cm2 > 0}) < 2:
            raise UsageError(f"{name}: a slope needs steps of at least two different densities above 0.")
        blank = any(step.areal_density_mg_cm2 == 0 for step in steps)
        if not blank and any(step.background is None for step in steps):
            raise UsageError(f"{name}: give a step of 0 mg/cm², or a background rectangle for each step.")
        return phantom


@dataclass(frozen=True)
class StepFit:
    """The straight part and the bend of signal over areal density in one image."""

    point: CalibrationPoint
    residual_mg_cm2: float
    """Root mean square of what the fit leaves."""
    scatter_to_primary: float


def fit_steps(mammogram: Mammogram, phantom: StepPhantom, *, offset: float = 0.0) -> StepFit:
    """k of hydroxyapatite at the exposure of one phantom image.

    The signal of each step is that of the primary, ``-ln((1+S) I/I0 - S)`` with S the scatter-to-primary
    ratio of thickness and grid; ``k sigma - h sigma²`` is fitted through 0, k being wanted.

    Raises
    ------
    UsageError
        If the image is not raw (FOR PROCESSING, LIN, sign 1), a step lies outside of it, or the steps do
        not lie on a curve.
    """
    name, header = mammogram.header.name, mammogram.header
    acquisition = header.acquisition
    linear = (acquisition.pixel_intensity_relationship or "").upper() == "LIN"
    if header.intent is not PresentationIntent.PROCESSING or not linear:
        raise UsageError(f"{name}: is no raw image (FOR PROCESSING, LIN); export the phantom's raw images.")
    exposure = exposure_of(acquisition)
    thickness = phantom.thickness_mm if phantom.thickness_mm is not None else exposure.thickness_mm
    if thickness is None:
        raise UsageError(f"{name}: says no thickness; put thickness_mm into the steps file.")
    scatter = scatter_to_primary(thickness, grid=exposure.grid is not False)
    signal = _signals(mammogram, phantom, offset=offset, scatter=scatter)
    density = np.array([step.areal_density_mg_cm2 / 1000 for step in phantom.steps])
    k, relative_sd, residual = _slope(density, signal)
    if residual > _LARGEST_RESIDUAL * float(np.abs(signal).max()):
        raise UsageError(f"{name}: the steps do not lie on a curve; check rectangles, densities and offset.")
    if phantom.material == "calcium carbonate":
        if exposure.beam is None:
            raise UsageError(f"{name}: lacks its beam, without which CaCO3 does not tell of hydroxyapatite.")
        k *= hydroxyapatite_per_carbonate(
            exposure.beam, thickness_mm=thickness, glandular_fraction=phantom.glandular_fraction
        )
    spread = math.hypot(relative_sd, phantom.areal_density_relative_sd)
    point = CalibrationPoint(
        k_cm2_g=k,
        relative_sd=max(spread, _LEAST_RELATIVE_SD),
        anode=exposure.anode,
        filter_material=exposure.filter_material,
        filter_mm=exposure.filter_mm,
        kvp=exposure.kvp,
        thickness_mm=thickness,
        glandular_fraction=phantom.glandular_fraction,
    )
    return StepFit(point, residual / k * 1000, scatter)


def joined_points(points: list[CalibrationPoint]) -> tuple[CalibrationPoint, ...]:
    """One point an exposure: repeated images give their mean, and their spread raises its uncertainty."""
    groups: dict[tuple[object, ...], list[CalibrationPoint]] = {}
    for point in points:
        key = (point.anode, point.filter_material, point.filter_mm, point.kvp, point.thickness_mm)
        groups.setdefault(key, []).append(point)
    joined = []
    for group in groups.values():
        values = np.array([point.k_cm2_g for point in group])
        k = float(values.mean())
        spread = float(values.std(ddof=1)) / k / math.sqrt(len(group)) if len(group) > 1 else 0.0
        sd = math.hypot(max(point.relative_sd for point in group), spread)
        joined.append(replace(group[0], k_cm2_g=k, relative_sd=sd))
    return tuple(joined)


def _signals(
    mammogram: Mammogram, phantom: StepPhantom, *, offset: float, scatter: float
) -> NDArray[np.float64]:
    means = [_mean(mammogram, step.rectangle, offset) for step in phantom.steps]
    blanks = [mean for mean, step in zip(means, phantom.steps, strict=True) if step.areal_density_mg_cm2 == 0]
    signals = []
    for mean, step in zip(means, phantom.steps, strict=True):
        bare = (
            float(np.mean(blanks)) if step.background is None else _mean(mammogram, step.background, offset)
        )
        primary = (1 + scatter) * mean / bare - scatter
        if primary <= 0:
            raise UsageError(
                f"{mammogram.header.name}: the step of {step.areal_density_mg_cm2:g} mg/cm² lets nothing "
                "through; leave it out."
            )
        signals.append(-math.log(primary))
    return np.array(signals)


def _mean(mammogram: Mammogram, rectangle: Rectangle, offset: float) -> float:
    top, left, rows, columns = rectangle
    if top + rows > mammogram.pixels.shape[0] or left + columns > mammogram.pixels.shape[1]:
        raise UsageError(
            f"{mammogram.header.name}: the rectangle {list(rectangle)} lies outside of the image."
        )
    here = (slice(top, top + rows), slice(left, left + columns))
    mean = float(intensity(mammogram, here, offset).mean())
    if mean <= 0:
        raise UsageError(
            f"{mammogram.header.name}: no X-rays in the rectangle {list(rectangle)}; check it and the offset."
        )
    return mean


def _slope(density: NDArray[np.float64], signal: NDArray[np.float64]) -> tuple[float, float, float]:
    """k at 0, its relative SD, and the root mean square residual; the bend only from three densities on."""
    different = np.unique(density[density > 0]).size
    terms = np.stack([density, -(density**2)][: 2 if different >= 3 else 1], axis=1)
    fit, *_ = np.linalg.lstsq(terms, signal, rcond=None)
    left = signal - terms @ fit
    freedom = max(density.size - terms.shape[1], 1)
    variance = float(left @ left) / freedom
    sd = math.sqrt(variance * float(np.linalg.inv(terms.T @ terms)[0, 0]))
    k = float(fit[0])
    if not 1 <= k <= 20:
        raise UsageError(
            f"The steps give k = {k:.3g} cm²/g, which no mammographic beam has; check the densities (mg/cm²)."
        )
    return k, sd / k, math.sqrt(float(np.mean(left**2)))
