"""A simulated breast as one view's X-rays meet it, and what is true of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Laterality, Mask, View

Map = NDArray[np.float32]
Pattern = Literal["tram-track", "coarse", "ring", "punctate"]


@dataclass(frozen=True)
class VesselTruth:
    """One calcified artery in one view."""

    number: int
    """1, 2, ...: the same artery has the same number in all views of a breast and on all dates."""
    pattern: Pattern
    mass_mg: float
    """Hydroxyapatite, exactly what was put in."""
    length_mm: float
    """Calcified length along the centre line in the plane of the breast, gaps of 1 cm and more left out."""
    calibre_mm: float
    """Mean outer diameter."""
    centre_line_mm: tuple[tuple[float, float], ...]
    """(row, column) in mm from the image's top left corner, in the plane of the breast."""
    segments: int
    """Calcified pieces after Guo's rule: a gap of less than 1 cm does not end a piece."""


@dataclass(frozen=True, eq=False)
class ViewTruth:
    """What is true of one view."""

    mass_mg: float
    vessels: tuple[VesselTruth, ...]
    calcium_mask: Mask
    """Tight: where hydroxyapatite of arteries lies in the ray."""
    band_mask: Mask
    """Vessel bands by the annotation rule of Guo 2021: continuous until 1 cm without calcium."""
    breast_mask: Mask
    csbi_grade: int
    look_alikes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ProjectedView:
    """Everything in the rays of one view, on a grid in the plane of the breast.

    All maps are (rows, columns) float32, 0 where there is nothing.
    """

    view: View
    laterality: Laterality
    spacing_mm: float
    """Square pixels, in the plane of the breast."""
    magnification: float
    """Size at the detector / size in the breast."""
    compressed_mm: float
    """Thickness between the paddles."""
    tissue_mm: Map
    """Length of the ray in tissue, skin included."""
    glandular_mm: Map
    """Part of it in glandular tissue, muscle, skin, vessels and ligaments; the rest is fat."""
    calcium_g_cm2: Map
    """Hydroxyapatite of arteries: mass per area of the plane of the breast."""
    mineral_g_cm2: Map
    """Hydroxyapatite of look-alikes."""
    metal_mm: Map
    """Steel or titanium of clips, wires, markers."""
    opaque: Mask
    """Lead letters, paddle edges: where the display is white or blank whatever lies below."""
    collimated: Mask
    """Outside the exposed field."""
    truth: ViewTruth
