"""What can be chosen of a simulation, by name; what is behind the names is made elsewhere."""

from __future__ import annotations

from typing import Final, Literal, get_args

Style = Literal["hologic", "ge", "fuji"]
STYLES: Final[tuple[Style, ...]] = get_args(Style)
"""Of machines."""
LookAlike = Literal[
    "rod-like",
    "popcorn",
    "round",
    "skin",
    "cluster",
    "fibroadenoma",
    "clip",
    "bb",
    "scar-wire",
    "skin-fold",
    "pacemaker",
    "implant",
    "label",
    "collimation",
    "paddle-edge",
]
LOOK_ALIKES: Final[tuple[LookAlike, ...]] = get_args(LookAlike)
"""What may be taken for arterial calcification and is not."""
MOST_ARTERIES: Final = 8
"""Calcified ones of a breast."""
