"""DT-UNet, the U-Net for breast CT and tomosynthesis that Guo et al. compare with: 8 to 512, six poolings.

The text ("downsampling 5, one fourth of the channels") and the stated 7,782,281 parameters disagree; of all
variants tried only this one, with one channel, has that number, so the number was followed (inferred).
"""

from __future__ import annotations

from typing import Final

from torch import nn

from shared_core.networks.layers import DoubleConv
from shared_core.networks.transposed_unet import TransposedUNet

WIDTHS: Final = (8, 16, 32, 64, 128, 256, 512)


class DtUNet(TransposedUNet):
    """Sides are multiples of 64."""

    def __init__(self, channels: int, classes: int = 1) -> None:
        super().__init__(channels, classes, WIDTHS, _block)


def _block(before: int, width: int, _number: int) -> nn.Module:
    return DoubleConv(before, width, bias=False)
