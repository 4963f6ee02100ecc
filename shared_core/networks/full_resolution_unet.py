"""A U-Net of a width of one's choice, for whole views at full resolution (after Li et al. 2025).

It has no gates, so tiles may be large and the place of the tiles matters little. At width 64 it is the usual
U-Net of 31 million parameters, which is the reading of a paper that does not state its widths; at width 16
it can be trained on one's own computer.
"""

from __future__ import annotations

from torch import nn

from shared_core.networks.layers import DoubleConv
from shared_core.networks.transposed_unet import TransposedUNet

STEPS = 5
DEFAULT_WIDTH = 16


class FullResolutionUNet(TransposedUNet):
    """Sides are multiples of 16; channels are `width` at the full size, and double at every pooling."""

    def __init__(self, channels: int, classes: int = 1, *, width: int = DEFAULT_WIDTH) -> None:
        super().__init__(channels, classes, [width << step for step in range(STEPS)], _block)


def _block(before: int, width: int, _number: int) -> nn.Module:
    return DoubleConv(before, width, bias=True)
