"""Calcified arteries of one view: what following a mask gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Morphology = Literal["punctate", "coarse", "tram-track", "unknown"]


@dataclass(frozen=True)
class Vessel:
    """One calcified artery: segments joined over gaps of less than 1 cm and by direction."""

    number: int
    """Value in the labels image."""
    length_px: float
    """Along the centre line, gaps that were bridged included."""
    length_mm: float | None
    mean_calibre_px: float
    mean_calibre_mm: float | None
    area_px: int
    segments: int
    """Connected parts that were joined."""
    branch_points: int
    tortuosity: float
    """Length / distance of the ends, >= 1."""
    morphology: Morphology
    centre_line: tuple[tuple[float, float], ...]
    """(row, column) px from one end to the other of the longest path."""


@dataclass(frozen=True, eq=False)
class VesselMap:
    """The arteries of one view."""

    vessels: tuple[Vessel, ...]
    labels: NDArray[np.uint8]
    """(rows, columns), 0 background, else `Vessel.number`."""
    total_length_px: float
    total_length_mm: float | None
    warnings: tuple[str, ...] = ()
