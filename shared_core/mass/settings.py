"""What measuring calcium mass takes for granted, and how sure it is of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from shared_core.weights.card import MaskStyle


@dataclass(frozen=True)
class MassSettings:
    """Assumptions of the densitometry and their standard deviations (``_sd``)."""

    offset: float = 0.0
    """Pixel value without X-rays where no calibration gives it; LIN means proportional (PS3.3 C.8.11.3)."""
    glandular_fraction: float = 0.2
    """Of the tissue in the ray of an artery."""
    glandular_sd: float = 0.15
    thickness_sd_mm: float = 3.0
    """Of the compressed thickness: paddles bend and tilt."""
    kvp_sd: float = 0.5
    model_relative_sd: float = 0.04
    """Of k from the spectrum: paddle, inherent filtration, detector."""
    scatter_relative_sd: float = 0.2
    """Of the scatter-to-primary ratio; half of it where the calibration saw the same scatter."""
    unknown_grid_relative_sd: float = 0.5
    height_sd_fraction: float = 0.1
    """Of the calcium's mean height in the breast, by thickness: it decides the magnification."""
    focus_to_breast_mm: float = 620.0
    unknown_magnification_relative_sd: float = 0.10
    """Of the mass where the spacing is that of the detector and the magnification unknown."""
    method_relative_sd: float = 0.008
    """What is left with all of the above known: pixels, interpolation (docs/validation_mass.md, A)."""
    artery_calibre_mm: float = 1.3
    """Of arteries under a vessel band, which is wider: their blood and wall are taken off."""
    artery_band_relative_sd: float = 0.6
    """Of what is taken off: calibres are 0.5-3 mm, and the tissue around is not known."""
    widest_artery_mm: float = 3.0
    """Under a mask of the calcium, which is as wide as the artery."""
    artery_shape_relative_sd: float = 0.15
    """Of an artery's cross-section by its width: compression leaves none quite round."""
    psf_sigma_mm: float | None = None
    """Blur of the detector, pixel aperture left out; None: 0.035 for selenium, 0.05 for caesium iodide."""
    margin_sigmas: float = 3.0
    """Width of the margin round the mask that is added up, in standard deviations of the blur."""
    rim_smoothing_mm: float = 0.1
    """Of the values that the background starts from."""
    blanks: int = 24
    """Blank placements a tile for the noise of the background."""

    def artery(self, style: MaskStyle) -> tuple[float, float]:
        """Widest calibre in mm under a mask of this style, and the relative SD of the artery's signal.

        Under a mask of the calcium that is what tissue the artery takes the place of, and its shape.
        """
        if style == "vessel-band":
            return self.artery_calibre_mm, self.artery_band_relative_sd
        tissue = self.glandular_sd / (1 - self.glandular_fraction)
        return self.widest_artery_mm, math.hypot(tissue, self.artery_shape_relative_sd)


DEFAULT_MASS_SETTINGS = MassSettings()
