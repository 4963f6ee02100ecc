"""What is marked on one image, beside the lines that were drawn on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.centre_line import resampled
from shared_core.arteries.judged_parts import JudgedParts
from shared_core.arteries.vessel_map import counted
from shared_core.arteries.vessels import find_vessels
from shared_core.distance import distance_from_outside
from shared_core.mammogram import Mask
from shared_core.training.data.line_file import LineDrawing
from shared_core.training.data.real_bac import Kind, RealBacImage

TOLERANCE_PX: Final = 24.0
"""Two laymen agree on nine tenths of the length within it; pixels of the file at its own size."""

Artery = Literal["clear", "doubtful", ""]


@dataclass(frozen=True)
class Marks:
    """One image and one way to decide."""

    image: str
    kind: Kind
    patient_id: str
    fold: int
    artery: Artery
    """Empty where no sure line was drawn."""
    line_px: int
    """Length of the sure lines, at the size of the file."""
    found_px: int
    """Of these, with a mark within `TOLERANCE_PX`."""
    marked_px: int
    parts: int
    vessels: int
    bac_free: bool
    """Nobody saw or doubted BAC in it."""

    @property
    def recall(self) -> float:
        """Share of the drawn length that is found."""
        return self.found_px / self.line_px


def marks_of(image: RealBacImage, drawing: LineDrawing | None, mask: Mask | None, size: float = 1.0) -> Marks:
    """Hold a mask against the lines.

    Parameters
    ----------
    drawing
        None where nothing was drawn: no BAC.
    mask
        (rows, columns) bool of the image at `size` times the size of its file; None: nothing is marked.
    """
    lines = drawing.sure if drawing is not None else ()
    points = np.concatenate([resampled(line, 1.0) for line in lines]) if lines else np.zeros((0, 2))
    anything = mask is not None and bool(mask.any())
    found = _near(mask, points * size, TOLERANCE_PX * size) if anything and mask is not None else 0
    artery: Artery = "" if not lines or drawing is None else "clear" if drawing.clear else "doubtful"
    return Marks(
        image=image.path.name,
        kind=image.kind,
        patient_id=image.patient_id,
        fold=image.fold,
        artery=artery,
        line_px=len(points),
        found_px=found,
        marked_px=int(np.count_nonzero(mask)) if mask is not None else 0,
        parts=_parts(mask) if anything and mask is not None else 0,
        vessels=len(find_vessels(mask, spacing=None).vessels) if anything and mask is not None else 0,
        bac_free=drawing is None or drawing.confidence == "none",
    )


def judged_vessels(mask: Mask, judged: JudgedParts) -> int:
    """How many vessels a view counts; a spread of calcifications has none."""
    if judged.spread is not None:
        return 0
    found = find_vessels(mask, spacing=None)
    said = judged.probabilities(found.labels)
    return len(counted([replace(vessel, probability=said.get(vessel.number)) for vessel in found.vessels]))


def _near(mask: Mask, points: NDArray[np.float64], tolerance_px: float) -> int:
    """How many points (n, 2), x and y, lie near a mark."""
    distance = distance_from_outside(~mask)
    places = np.clip(np.rint(points).astype(int), 0, np.array(mask.shape)[::-1] - 1)
    return int(np.count_nonzero(distance[places[:, 1], places[:, 0]] <= tolerance_px))


def _parts(mask: Mask) -> int:
    return int(cv2.connectedComponents(mask.view(np.uint8))[0]) - 1
