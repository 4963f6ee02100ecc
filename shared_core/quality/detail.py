"""How much fine detail a picture has, and how much noise, beside its coarser detail.

A band is what a Gaussian of its lower width leaves and one of twice that takes away. Calcium of an artery is
some 0.1 to 0.4 mm wide: what weakens the finest bands hides it. All is relative to the band of 0.4 to 0.8 mm
of the same picture, so that contrast and brightness have no say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask, PixelSpacing
from shared_core.quality.sampling import LEAST_PIECES, interior, pieces

_WIDTHS_MM: Final = (0.1, 0.2, 0.4, 0.8)
_PIECE_MM: Final = 12.0
_FROM_EDGE_MM: Final = 3.0
_MARGIN_WIDTHS: Final = 2.0
"""A piece's rim of so many greatest widths knows nothing of what lies outside of it."""
LEAST_FINE: Final = 0.3
MOST_NOISE: Final = 4.0


@dataclass(frozen=True)
class Detail:
    """Amplitudes (robust standard deviations) of bands, as parts of that of 0.4 to 0.8 mm."""

    fine: float
    """Of the band of 0.1 to 0.2 mm."""
    noise: float
    """Of what is finer than 0.1 mm."""

    @property
    def blurred(self) -> bool:
        """Whether there is less fine detail than sound pictures have."""
        return self.fine < LEAST_FINE

    @property
    def noisy(self) -> bool:
        """Whether the finest grain is stronger than in sound pictures."""
        return self.noise > MOST_NOISE


def detail_of(image_u8: NDArray[np.uint8], breast: Mask, spacing: PixelSpacing | None) -> Detail | None:
    """See `Detail`; None where the pixel spacing is unknown or too little of the breast is shown.

    Parameters
    ----------
    image_u8
        (rows, columns) display values, not filtered.
    breast
        (rows, columns) bool.
    spacing
        In the plane of the breast.
    """
    if spacing is None:
        return None
    pitch_mm = (spacing.row_mm * spacing.column_mm) ** 0.5
    widths_px = [width / pitch_mm for width in _WIDTHS_MM]
    inside = interior(breast, _FROM_EDGE_MM / pitch_mm)
    found = pieces(image_u8, inside, max(8, round(_PIECE_MM / pitch_mm)))
    if len(found) < LEAST_PIECES:
        return None
    bands = np.median([_amplitudes(piece, widths_px) for piece in found], axis=0)
    if bands[-1] <= 0:
        return None
    return Detail(fine=float(bands[1] / bands[-1]), noise=float(bands[0] / bands[-1]))


def _amplitudes(piece: NDArray[np.uint8], widths_px: list[float]) -> list[float]:
    margin = min(round(_MARGIN_WIDTHS * widths_px[-1]), piece.shape[0] // 4)
    kept = slice(margin, piece.shape[0] - margin)
    whole = finer = piece.astype(np.float32)
    found = []
    for width in widths_px:
        coarser = cv2.GaussianBlur(whole, (0, 0), width).astype(np.float32, copy=False)
        found.append(1.4826 * float(np.median(np.abs((finer - coarser)[kept, kept]))))
        finer = coarser
    return found
