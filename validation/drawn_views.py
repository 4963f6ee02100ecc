"""Raw views of women and machines drawn at random: what a site knows of them, and what is hidden from it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from shared_core.mammogram import Mammogram, Mask
from shared_core.mass.scatter import scatter_to_primary
from shared_core.mass.settings import MassSettings
from shared_core.mass.site_calibration import Calibration, CalibrationPoint
from shared_core.physics.beam import Beam
from shared_core.physics.signal import effective_k_cm2_g
from validation.raw_phantom import BEAMS, Physics, acquisition_of, simulate


@dataclass(frozen=True, eq=False)
class Drawn:
    """One view of a cohort, and what the site has to measure it with."""

    mass_mg: float
    beam: Beam
    """As the header says."""
    thickness_mm: float
    mammogram: Mammogram
    mask: Mask
    calibration: Calibration


Hidden = Literal["kvp", "thickness", "glandularity", "scatter", "height", "detector", "phantom"]
HIDDEN: tuple[Hidden, ...] = get_args(Hidden)
"""What whoever measures a drawn view does not know; ``phantom`` is the error of the calibration's."""


def drawn_view(seed: int, *, hidden: Collection[Hidden] = HIDDEN, field_mm: float | None = None) -> Drawn:
    """A view of a woman and machine drawn at random; masses are even on a logarithmic scale, 1-200 mg.

    Hidden from whoever measures: errors of the displayed thickness (SD 3 mm) and tube voltage (0.5 kV), the
    glandularity (0.2, SD 0.15), the height of every artery (middle half of the breast), the site's scatter
    (SD 20 %, of the view 10 %), its paddle and detector (k SD 4 %), its blur (0.02-0.05 mm) and dose. The
    calibration was taken on that machine with a 45 mm phantom, and errs by 1.5 %. 700 px a side, unless
    `field_mm` says how wide the image is. What is not in `hidden` is as the header and the settings say.
    """
    return _drawn(seed, hidden, field_mm)


def known_view(seed: int, *, field_mm: float | None = None) -> Drawn:
    """The same draw without anything hidden: what remains are background, noise, blur and pixels.

    Measure it with `KNOWN`, which says so.
    """
    return _drawn(seed, (), field_mm)


KNOWN = MassSettings(
    glandular_sd=0.0,
    thickness_sd_mm=0.0,
    kvp_sd=0.0,
    model_relative_sd=0.0,
    scatter_relative_sd=0.0,
    height_sd_fraction=0.0,
    # The arteries drawn here are round.
    artery_shape_relative_sd=0.0,
)


def _drawn(seed: int, hidden: Collection[Hidden], field_mm: float | None) -> Drawn:
    random = np.random.default_rng(7_000_000 + seed)
    beam = BEAMS[seed % len(BEAMS)]
    mass_mg = float(np.exp(random.uniform(0, np.log(200))))
    shown_mm = float(random.uniform(20, 80))
    grid = bool(random.random() < 0.9)

    # Everything is drawn, hidden or not: the rest of the view stays the same.
    def error(of: Hidden, sd: float) -> float:
        drawn = float(random.normal(0, sd))
        return drawn if of in hidden else 0.0

    true_beam = replace(beam, kvp=beam.kvp + error("kvp", 0.5))
    if "thickness" not in hidden:
        shown_mm = float(round(shown_mm))
    thickness_mm = max(shown_mm + error("thickness", 3), 15.0)
    of_site = max(1 + error("scatter", 0.2), 0.2)
    glandular = 0.2 + error("glandularity", 0.15)
    texture = float(random.uniform(0.02, 0.10))
    of_view = 1 + error("scatter", 0.1)
    physics = Physics(
        beam=true_beam,
        thickness_mm=thickness_mm,
        glandular=float(np.clip(glandular, 0, 0.9)),
        texture=texture,
        scatter=scatter_to_primary(thickness_mm, grid=grid) * of_site * of_view,
        psf_mm=float(random.uniform(0.02, 0.05)),
        quanta=float(random.uniform(3000, 9000)),
        random_height="height" in hidden,
        k_factor=1 + error("detector", 0.04),
    )
    phantom = scatter_to_primary(45.0, grid=grid)
    k = effective_k_cm2_g(true_beam, thickness_mm=45.0, glandular_fraction=0.2) * physics.k_factor
    k *= (1 + phantom) / (1 + phantom * of_site) * (1 + error("phantom", 0.015))
    point = CalibrationPoint(
        k, 0.015, beam.anode, beam.filter_material, beam.filter_mm, beam.kvp, thickness_mm=45.0
    )
    spacing_mm = float(random.choice([0.07, 0.085, 0.1]))
    mammogram, mask = simulate(
        mass_mg,
        physics=physics,
        acquisition=acquisition_of(beam, round(shown_mm), grid="RECIPROCATING" if grid else "NONE"),
        seed=seed,
        size=700 if field_mm is None else round(field_mm / spacing_mm),
        spacing_mm=spacing_mm,
    )
    site = Calibration("2026-01-31", (point,), device_serial="A1")
    return Drawn(mass_mg, beam, shown_mm, mammogram, mask, site)
