"""Arteries as a person numbered them: what has one number is one artery, wherever its pieces lie."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.vessel_map import VesselMap
from shared_core.arteries.vessels import find_vessels
from shared_core.preprocessing.prepared import PreparedView


def numbered_arteries(prepared: PreparedView, labels: NDArray[np.uint8], numbers: Iterable[int]) -> VesselMap:
    """Follow what is marked with each number as one artery; see `find_vessels`.

    Parameters
    ----------
    prepared
        The view.
    labels
        (rows, columns) uint8.
    numbers
        Of the arteries; what has another number is none.

    Returns
    -------
    The arteries by their numbers, without those too short to have a course. It says nothing of the mask as a
    whole, so it has no notices.
    """
    vessels = []
    for number in numbers:
        found = find_vessels(
            labels == number,
            spacing=prepared.spacing,
            intensity_u8=prepared.display_u8,
            one_artery=True,
        )
        vessels += [
            replace(vessel, number=number, area_px=int(np.count_nonzero(labels == number)))
            for vessel in found.vessels
        ]
    table = np.zeros(256, np.uint8)
    table[[vessel.number for vessel in vessels]] = [vessel.number for vessel in vessels]
    lengths_mm = [vessel.length_mm for vessel in vessels if vessel.length_mm is not None]
    return VesselMap(
        tuple(sorted(vessels, key=lambda vessel: -vessel.length_px)),
        np.asarray(table[labels]),
        total_length_px=sum(vessel.length_px for vessel in vessels),
        total_length_mm=sum(lengths_mm) if prepared.spacing is not None else None,
    )
