"""The U-Net of Ibrahim et al. 2025: 16 to 256, dropout between the convolutions, no batch norm."""

from __future__ import annotations

from typing import Final

from torch import nn

from shared_core.networks.transposed_unet import TransposedUNet

WIDTHS: Final = (16, 32, 64, 128, 256)
DROPOUT: Final = (0.1, 0.1, 0.2, 0.2, 0.3, 0.2, 0.2, 0.1, 0.1)
"""Of each block, down and up again."""


class IbrahimUNet(TransposedUNet):
    """Sides are multiples of 16."""

    def __init__(self, channels: int, classes: int = 1) -> None:
        super().__init__(channels, classes, WIDTHS, _block)


def _block(before: int, width: int, number: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(before, width, 3, padding=1),
        nn.ReLU(),
        nn.Dropout(DROPOUT[number]),
        nn.Conv2d(width, width, 3, padding=1),
        nn.ReLU(),
    )
