"""What a person should know of a mask that no model of ours made, or that was changed by hand."""

from __future__ import annotations

import numpy as np

from shared_core.mammogram import Mask
from shared_core.notices import Notice
from shared_core.notices.of_results import MASK_COVERS_IMAGE, MASK_OUTSIDE_BREAST
from shared_core.preprocessing.prepared import PreparedView

_MOST_OF_THE_IMAGE = 0.5


def mask_notices(prepared: PreparedView, mask: Mask) -> tuple[Notice, ...]:
    """Notices about a mask that may not be what the person meant."""
    notices = []
    outside = int(np.count_nonzero(mask & ~prepared.breast_mask))
    if outside:
        notices.append(MASK_OUTSIDE_BREAST.notice(count=outside))
    if mask.mean() > _MOST_OF_THE_IMAGE:
        notices.append(MASK_COVERS_IMAGE.notice())
    return tuple(notices)
