"""What a person states of a network from elsewhere: named as the fields of `StatedFacts`."""

from __future__ import annotations

from typing import Final, get_args

from shared_core.inference.foreign.facts import MOST_CLASSES, Output
from shared_core.options import Option

NAME: Final = Option("name", "Name", "name of the model")
LICENCE: Final = Option("licence", "Licence", "licence of the weights, for the card", default="")
TILE: Final = Option(
    "tile_px", "Tile, px", "side of the square tiles that the network takes", "whole", least=1
)
MEAN: Final = Option(
    "mean", "Mean", "the network takes (x / 255 - M) / S of 8-bit grey levels x; this is M", "number"
)
SD: Final = Option("sd", "Standard deviation", "the S of (x / 255 - M) / S", "number")
SPACING: Final = Option(
    "spacing_mm", "Pixel spacing, mm", "pixel spacing of the images that it was trained on", "number"
)
OUTPUT: Final = Option("output", "Gives", "what its numbers are", "choice", choices=get_args(Output))
MASK_STYLE: Final = Option(
    "mask_style",
    "Marks",
    "what it marks: the whole vessel or its calcium",
    "choice",
    choices=("vessel-band", "calcium"),
)
CLASSES: Final = Option(
    "classes", "Number of maps", "maps that it gives", "whole", default=1, least=1, most=MOST_CLASSES
)
BAC_CLASS: Final = Option("bac_class", "Map of BAC", "which of its maps is BAC, from 0", "whole", least=0)
MEDIAN: Final = Option(
    "median_px", "Median, px", "side of the median filter of its images", "whole", default=0, least=0
)
THRESHOLD: Final = Option(
    "threshold", "Threshold", "BAC where the probability is above this", "number", default=0.5
)

MODEL_OPTIONS: Final = (NAME, LICENCE)
"""Of the model that is made of it."""
NETWORK_OPTIONS: Final = (
    *(TILE, MEAN, SD, SPACING, OUTPUT, MASK_STYLE),
    *(CLASSES, BAC_CLASS, MEDIAN, THRESHOLD),
)
"""Of a network."""
CHECKPOINT_OPTIONS: Final = (THRESHOLD,)
"""Of a checkpoint of an SCU-Net, which is known in all else."""
