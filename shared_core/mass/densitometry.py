"""Calcium mass of a view: densitometry on raw pixels (Molloi 2008, Li 2025).

``M = a Σ sigma(L - L_bg)`` over mask and margin, with L = -ln I, the background L_bg interpolated from
outside of the mask, sigma(ΔL) the areal density of hydroxyapatite that gives the signal ΔL at this exposure,
and a the area of a pixel in the plane of the breast.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from shared_core.arteries.artery_ends import artery_ends
from shared_core.arteries.connected_parts import bounding_box
from shared_core.mammogram import Mammogram, MammogramHeader, Mask, PixelSpacing, SpacingSource
from shared_core.mass.background import Image, NoBackground, harmonic_background
from shared_core.mass.calcium_signal import CalciumSignal, calcium_signal
from shared_core.mass.corrections import artery_path_mm, lost_to_blur, noise_steepness
from shared_core.mass.exposure_physics import Exposure, exposure_of
from shared_core.mass.intensity import intensity
from shared_core.mass.scatter import scatter_to_primary
from shared_core.mass.settings import DEFAULT_MASS_SETTINGS, MassSettings
from shared_core.mass.site_calibration import Calibration
from shared_core.mass.status import (
    NO_PIXELS,
    MassStatus,
    MassStratum,
    Refusal,
    image_refusal,
    mass_stratum,
)
from shared_core.mass.uncertainty import (
    DETECTION,
    Z_95,
    Contribution,
    blank_noise,
    combined_sd_mg,
)
from shared_core.physics.attenuation import CALCIUM_IN_HYDROXYAPATITE
from shared_core.physics.spectrum import Detector
from shared_core.weights.card import MaskStyle

_TILE_MM = 12.0
_SURROUNDINGS_MM = 25.0
"""Of the mask that are looked at: for blank places."""
_NEAR_MM = 2.0
"""Of the mask: where the noise is like that under it."""
_LEAST_PRIMARY = 0.003
"""Of the background's; less cannot be told from no signal."""
_WITHOUT_CALCIUM = ("background", "quantum noise", "artery")
"""Causes that are there where no calcium is."""
_USUAL_PSF_MM: Final[dict[Detector, float]] = {"a-Se": 0.035, "CsI": 0.05}
_STEP = 4
"""Pixels from one to the next that are looked at for the breast's attenuation."""
_FULL_THICKNESS_PERCENTILE = 60.0
"""Of L in the breast: its thinner rim lies below."""
_MG_PER_G: Final = 1000.0


@dataclass(frozen=True)
class MassResult:
    """Calcium mass of one view, or why there is none; numbers are None then."""

    status: MassStatus
    reason: str
    """One sentence: why not, or how sure."""
    mass_ha_mg: float | None = None
    """Hydroxyapatite; may be a little below 0 where there is none."""
    mass_ca_mg: float | None = None
    """Calcium in it: 0.399 of the mass."""
    interval_low_mg: float | None = None
    """95 % interval of `mass_ha_mg`."""
    interval_high_mg: float | None = None
    limit_of_detection_mg: float | None = None
    """Hydroxyapatite on a mask of this shape that would be told from none."""
    k_cm2_g: float | None = None
    k_source: str | None = None
    scatter_to_primary: float | None = None
    background: float | None = None
    """Median X-ray intensity (pixel value) interpolated under the mask."""
    pixels: int | None = None
    """Added up: mask and margin."""
    stratum: MassStratum | None = None
    contributions: tuple[Contribution, ...] = ()
    """Standard deviation of each cause."""


WITHOUT_PIXELS: Final = MassResult("not_computed:no_pixels", NO_PIXELS)
"""For masks that come without the pixels as read."""


def measure_mass(
    mammogram: Mammogram,
    mask: Mask,
    *,
    calibration: Calibration | None = None,
    settings: MassSettings = DEFAULT_MASS_SETTINGS,
    breast: Mask | None = None,
    mask_style: MaskStyle = "vessel-band",
) -> MassResult:
    """Measure the calcium under a mask.

    Parameters
    ----------
    mammogram
        As read. `Mammogram.spacing` lies in the plane of the breast, so magnification is in it already.
    mask
        (rows, columns) bool, True where calcium may be; tight or a band over the vessel.
    calibration
        Of the site; without it, or where it lacks the exposure, k comes from the beam's spectrum.
    settings
        Assumptions and their uncertainty.
    breast
        (rows, columns) bool: where the background may be taken from. None: the whole image but padding.
    mask_style
        ``vessel-band`` is wider than the artery, ``calcium`` as wide: decides on what blood and wall are
        taken to add to the signal. Under a ``heat-map`` nothing is weighed.

    Returns
    -------
    MassResult
        Always; `status` says whether there is a number.

    Raises
    ------
    ValueError
        If mask or breast do not have the shape of the image.
    """
    for what, array in (("mask", mask), ("breast", breast)):
        if array is not None and array.shape != mammogram.pixels.shape:
            raise ValueError(f"{what} has shape {array.shape}, the image has {mammogram.pixels.shape}")
    if mask_style == "heat-map":
        return MassResult(
            "not_computed:heat_map", "No calcium mass: a heat map does not say where the calcium ends."
        )
    found = _signal(mammogram.header, calibration, settings)
    if not isinstance(found, _Found):
        return MassResult(*found)
    box = bounding_box(np.ascontiguousarray(mask, dtype=bool))
    if box is None:
        return _empty(found)
    spacing = found.spacing
    rows, columns = (math.ceil(_SURROUNDINGS_MM / mm) for mm in (spacing.row_mm, spacing.column_mm))
    window = box.widened(rows, columns, mask.shape)
    beam = intensity(mammogram, window.slices, found.offset)
    usable = beam > 0
    for allowed in (breast, None if mammogram.padding is None else ~mammogram.padding):
        if allowed is not None:
            usable &= allowed[window.slices]
    try:
        full_log = _full_thickness_log(mammogram, breast, mask, found)
        scene = _Scene(beam, mask[window.slices].astype(bool), usable, full_log, mask_style)
        return _measured(scene, found, settings)
    except NoBackground:
        return MassResult(
            "not_computed:no_background",
            "No calcium mass: a part of the mask has no breast tissue around it to compare with.",
        )


def mass_refusal(
    header: MammogramHeader,
    *,
    calibration: Calibration | None = None,
    settings: MassSettings = DEFAULT_MASS_SETTINGS,
) -> MassResult | None:
    """The result without a number that the header alone forces; None where pixels must be looked at."""
    found = _signal(header, calibration, settings)
    return None if isinstance(found, _Found) else MassResult(*found)


@dataclass(frozen=True, eq=False)
class _Found:
    """Everything of the exposure that the pixels are measured with."""

    signal: CalciumSignal
    exposure: Exposure
    spacing: PixelSpacing
    scatter: float
    offset: float


def _signal(
    header: MammogramHeader, calibration: Calibration | None, settings: MassSettings
) -> _Found | Refusal:
    refusal = image_refusal(header)
    if refusal is not None:
        return refusal
    offset = calibration.offset if calibration is not None else None
    if header.acquisition.pixel_intensity_sign == -1 and offset is None:
        return "not_computed:pixel_relationship", (
            "No calcium mass: pixel values fall with X-rays, and no calibration says from which value."
        )
    exposure = exposure_of(header.acquisition)
    signal = calcium_signal(exposure, calibration, settings)
    if not isinstance(signal, CalciumSignal):
        return signal
    assert header.spacing is not None
    # A calibration that fits every thickness has the scatter in its k.
    scatter = 0.0
    if exposure.thickness_mm is not None and (signal.scatter_known or not signal.calibrated):
        scatter = scatter_to_primary(exposure.thickness_mm, grid=exposure.grid is not False)
    return _Found(signal, exposure, header.spacing, scatter, settings.offset if offset is None else offset)


@dataclass(frozen=True, eq=False)
class _Scene:
    """A mask and what lies around it."""

    beam: Image
    """X-ray intensity."""
    mask: Mask
    usable: Mask
    """Where the background may come from."""
    full_log: float
    """L behind the breast at its full thickness."""
    style: MaskStyle

    def log_image(self) -> Image:
        # Calcium that lets nothing through shows as the least signal that can be told.
        floor = float(np.median(self.beam[self.usable])) * _LEAST_PRIMARY if self.usable.any() else 1.0
        return np.asarray(-np.log(np.maximum(self.beam, floor)), np.float64)


def _measured(scene: _Scene, found: _Found, settings: MassSettings) -> MassResult:
    pixel_mm = math.sqrt(found.spacing.pixel_area_mm2)
    psf_mm = settings.psf_sigma_mm
    psf_px = (_USUAL_PSF_MM[found.exposure.detector] if psf_mm is None else psf_mm) / pixel_mm
    margin_px = math.ceil(settings.margin_sigmas * psf_px) + 1
    smoothing_px = settings.rim_smoothing_mm / pixel_mm
    region, hole = _dilated(scene.mask, margin_px), _dilated(scene.mask, margin_px + 1)
    calibre_mm, artery_sd = settings.artery(scene.style)
    if scene.style == "calcium":
        hole |= artery_ends(scene.mask, pixel_mm=pixel_mm, widest_mm=calibre_mm)
    usable = scene.usable & ~hole
    log_image = scene.log_image()
    background = harmonic_background(log_image, hole, usable, smoothing_px=smoothing_px)
    primary = (1 + found.scatter) * np.exp(background - log_image) - found.scatter
    primary = np.maximum(primary, _LEAST_PRIMARY)
    contrast = -np.log(primary)
    area_cm2 = found.spacing.pixel_area_mm2 / 100.0
    mg_per_log = area_cm2 / found.signal.k_cm2_g * _MG_PER_G
    near = usable & _dilated(region, max(round(_NEAR_MM / pixel_mm), 2))
    of_noise = noise_steepness(log_image, near)
    lost = lost_to_blur(primary, region, of_noise, blur_px2=psf_px**2 + 1 / 12, scatter=found.scatter)
    path_mm, width_sd = artery_path_mm(scene.mask, pixel_mm=pixel_mm, calibre_mm=calibre_mm)
    artery = path_mm * found.signal.artery_per_mm
    density = found.signal.areal_density_g_cm2(
        (contrast - artery)[region], background[region] - scene.full_log
    )
    mass = float(density.sum()) * area_cm2 * _MG_PER_G + lost * mg_per_log
    noise = blank_noise(
        log_image,
        region,
        hole,
        usable,
        smoothing_px=smoothing_px,
        tile_px=max(round(_TILE_MM / pixel_mm), 8 * margin_px),
        blanks=settings.blanks,
    )
    rim = region & ~_dilated(scene.mask, margin_px - 1)
    blank_mg = mg_per_log * (1 + found.scatter)
    contributions = (
        Contribution("background", noise.background_sd * blank_mg),
        Contribution("quantum noise", noise.quantum_sd * blank_mg),
        Contribution("artery", float(artery.sum()) * mg_per_log * math.hypot(artery_sd, width_sd)),
        Contribution("mask margin", abs(float(contrast[rim].sum())) * mg_per_log / 2),
        Contribution("blur", abs(lost) * mg_per_log / 2),
        *_in_proportion(mass, found, settings),
    )
    return _result(
        found,
        mass,
        contributions,
        background=float(np.exp(-np.median(background[scene.mask]))),
        pixels=int(np.count_nonzero(region)),
    )


def _in_proportion(mass: float, found: _Found, settings: MassSettings) -> tuple[Contribution, ...]:
    """What goes with the mass."""
    return (
        Contribution("k", abs(mass) * found.signal.k_relative_sd),
        Contribution("scatter", abs(mass) * _scatter_relative_sd(found, settings)),
        Contribution("height in the breast", abs(mass) * _area_relative_sd(found, settings)),
        Contribution("method", abs(mass) * settings.method_relative_sd),
    )


def _result(
    found: _Found,
    mass: float,
    contributions: tuple[Contribution, ...],
    *,
    background: float,
    pixels: int,
) -> MassResult:
    limit_mg = DETECTION * combined_sd_mg(
        tuple(one for one in contributions if one.cause in _WITHOUT_CALCIUM)
    )
    sd = combined_sd_mg(contributions)
    return MassResult(
        status="computed:calibrated" if found.signal.calibrated else "computed:uncalibrated",
        reason=_how_sure(found, mass, limit_mg),
        mass_ha_mg=mass,
        mass_ca_mg=mass * CALCIUM_IN_HYDROXYAPATITE,
        interval_low_mg=mass - Z_95 * sd,
        interval_high_mg=mass + Z_95 * sd,
        limit_of_detection_mg=limit_mg,
        k_cm2_g=found.signal.k_cm2_g,
        k_source=found.signal.source,
        scatter_to_primary=found.scatter,
        background=background,
        pixels=pixels,
        stratum=mass_stratum(mass),
        contributions=contributions,
    )


def _full_thickness_log(mammogram: Mammogram, breast: Mask | None, mask: Mask, found: _Found) -> float:
    """L behind the breast where it has its full thickness: the greater part of its area."""
    every = (slice(None, None, _STEP), slice(None, None, _STEP))
    beam = intensity(mammogram, every, found.offset)
    tissue = (beam > 0) & ~mask[every]
    for allowed in (breast, None if mammogram.padding is None else ~mammogram.padding):
        if allowed is not None:
            tissue &= allowed[every]
    if not tissue.any():
        raise NoBackground("there is no tissue beside the mask")
    return float(np.percentile(-np.log(beam[tissue]), _FULL_THICKNESS_PERCENTILE))


def _scatter_relative_sd(found: _Found, settings: MassSettings) -> float:
    if found.signal.calibrated and not found.signal.scatter_known:
        return 0.0
    relative = settings.scatter_relative_sd
    if found.exposure.grid is None:
        relative = settings.unknown_grid_relative_sd
    if found.signal.scatter_known:
        relative /= 2
    return relative * found.scatter / (1 + found.scatter)


def _area_relative_sd(found: _Found, settings: MassSettings) -> float:
    """Of a pixel's area where the arteries lie: its square goes with their distance from the focus."""
    height_sd_mm = settings.height_sd_fraction * (found.exposure.thickness_mm or 50.0)
    of_height = 2 * height_sd_mm / settings.focus_to_breast_mm
    unknown = found.spacing.source is SpacingSource.IMAGER
    return math.hypot(of_height, settings.unknown_magnification_relative_sd if unknown else 0.0)


def _how_sure(found: _Found, mass: float, limit: float) -> str:
    words = [
        "From a site calibration" if found.signal.calibrated else "Model-based, not calibrated at this site"
    ]
    if found.spacing.source is SpacingSource.IMAGER:
        words.append("magnification unknown: up to 20 % too high")
    if mass < limit:
        words.append("below the limit of detection")
    return "; ".join(words) + "."


def _empty(found: _Found) -> MassResult:
    """Nothing was marked: 0 mg, and no interval, as nothing was measured."""
    return MassResult(
        status="computed:calibrated" if found.signal.calibrated else "computed:uncalibrated",
        reason="The mask is empty: 0 mg, without an interval.",
        mass_ha_mg=0.0,
        mass_ca_mg=0.0,
        k_cm2_g=found.signal.k_cm2_g,
        k_source=found.signal.source,
        scatter_to_primary=found.scatter,
        pixels=0,
        stratum="0",
    )


def _dilated(mask: Mask, radius_px: int) -> Mask:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius_px + 1, 2 * radius_px + 1))
    return cv2.dilate(np.ascontiguousarray(mask).view(np.uint8), kernel).astype(bool)
