"""Calcified arteries of one view: what following a mask gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from shared_core.notices import Notice

Morphology = Literal["punctate", "coarse", "tram-track", "unknown"]
COUNTED_FROM: Final = 0.5
"""A judged artery beside the likeliest one counts where it is more likely an artery than not: so clusters of
calcifications are not several vessels, see docs/validation_real_bac.md."""


@dataclass(frozen=True)
class Vessel:
    """One calcified artery with its branches: segments that go on in each other."""

    number: int
    """Value in the labels image."""
    length_px: float
    """Calcified, along the centre lines of all segments: gaps of less than 1 cm included, longer ones not."""
    length_mm: float | None
    mean_calibre_px: float
    """Width of the band, which is wider than the artery where a model paints it so."""
    mean_calibre_mm: float | None
    area_px: int
    segments: int
    """Calcified pieces after Guo's rule: a gap of less than 1 cm does not end a piece."""
    branch_points: int
    tortuosity: float
    """Length of the centre line / distance of its ends, >= 1."""
    morphology: Morphology
    centre_line: tuple[tuple[float, float], ...]
    """(row, column) px from one end to the other of the trunk, gaps bridged."""
    probability: float | None = None
    """Calibrated, that it is an artery: mean over its parts by pixels; None where nothing judged them."""


@dataclass(frozen=True, eq=False)
class VesselMap:
    """The arteries of one view."""

    vessels: tuple[Vessel, ...]
    labels: NDArray[np.uint8]
    """(rows, columns), 0 background, else `Vessel.number`."""
    total_length_px: float
    total_length_mm: float | None
    notices: tuple[Notice, ...] = ()


def counted(vessels: Sequence[Vessel]) -> tuple[Vessel, ...]:
    """Those that are counted and graded: all that nothing judged, the likeliest, and the likely ones."""
    likeliest = max((vessel.probability or 0.0 for vessel in vessels), default=0.0)
    least = min(likeliest, COUNTED_FROM)
    return tuple(vessel for vessel in vessels if vessel.probability is None or vessel.probability >= least)
