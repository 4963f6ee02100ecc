"""What may be taken for arterial calcification and is not: names, and who draws them."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np

from shared_core.errors import UsageError
from shared_core.simulation import hardware, minerals
from shared_core.simulation.choices import LOOK_ALIKES, LookAlike
from shared_core.simulation.stamps import Scene, Stamp

Painter = Callable[[Scene, np.random.Generator], tuple[Stamp, ...]]

PAINTERS: dict[LookAlike, Painter] = {
    "rod-like": minerals.rod_like,
    "popcorn": minerals.popcorn,
    "round": minerals.round_grains,
    "skin": minerals.skin,
    "cluster": minerals.cluster,
    "fibroadenoma": minerals.fibroadenoma,
    "clip": hardware.clip,
    "bb": hardware.bead,
    "scar-wire": hardware.scar_wire,
    "skin-fold": hardware.skin_fold,
    "pacemaker": hardware.pacemaker,
    "implant": hardware.implant,
    "label": hardware.label,
    "collimation": hardware.collimation,
    "paddle-edge": hardware.paddle_edge,
}


def checked_look_alikes(names: tuple[str, ...]) -> tuple[LookAlike, ...]:
    """Names that are known; a `UsageError` where one is not."""
    for name in names:
        if name not in PAINTERS:
            raise UsageError(f"Unknown look-alike {name!r}; choose from {', '.join(LOOK_ALIKES)}.")
    return cast("tuple[LookAlike, ...]", names)
