"""What a person should know of a mask that no model of ours made, or that was changed by hand."""

from __future__ import annotations

import numpy as np

from shared_core.mammogram import Mask
from shared_core.preprocessing.prepared import PreparedView

_MOST_OF_THE_IMAGE = 0.5


def mask_warnings(prepared: PreparedView, mask: Mask) -> tuple[str, ...]:
    """Sentences about a mask that may not be what the person meant.

    Parameters
    ----------
    prepared
        The view.
    mask
        (rows, columns) bool, True where BAC.
    """
    warnings = []
    outside = int(np.count_nonzero(mask & ~prepared.breast_mask))
    if outside:
        warnings.append(f"{outside} pixels of the mask lie outside of the breast; they are counted.")
    if mask.mean() > _MOST_OF_THE_IMAGE:
        warnings.append("The mask covers more than half of the image: is it inverted?")
    return tuple(warnings)
