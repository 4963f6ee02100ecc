"""A name that the picture contradicts: the other side, or craniocaudal where the pectoral muscle is seen."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Laterality, MammogramHeader, Mask, View
from shared_core.preprocessing.pectoral import pectoral_mask
from shared_core.quality.framing import Edge, Framing

WALL_OF: Final = {Laterality.LEFT: "left", Laterality.RIGHT: "right"}
"""The edge at which the chest wall is shown (DICOM PS3.3 C.8.11.7)."""
LEAST_MUSCLE_SHARE: Final = 0.05
"""Of the breast. On one of 67 craniocaudal views something is taken for a muscle, of 0.02."""


def wall_of_other_side(header: MammogramHeader, framing: Framing) -> Edge | None:
    """The edge of the chest wall where it is that of the other breast.

    None where it is not, where the side is unknown, and where the file says how the picture lies: then
    a mirrored picture was turned, or its orientation contradicts it, which is told where files are read.
    """
    expected = WALL_OF.get(header.laterality)
    if expected is None or header.patient_orientation or framing.wall in (None, expected):
        return None
    return framing.wall


def muscle_share(image_u8: NDArray[np.uint8], breast: Mask, laterality: Laterality) -> float:
    """Part of the breast, 0 to 1, that a muscle takes as on a mediolateral oblique view; 0 for none."""
    muscle = pectoral_mask(image_u8, breast, View.MLO, laterality)
    return 0.0 if muscle is None else float(np.count_nonzero(muscle)) / max(1, int(np.count_nonzero(breast)))
