"""U-Net (Ronneberger et al. 2015, MICCAI), as in the comparison of Guo et al. 2021: bilinear, 64 to 512."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from shared_core.networks.layers import DoubleConv

DOWN: Final = (64, 128, 256, 512, 512)
UP: Final = (256, 128, 64, 64)


class UNet(nn.Module):
    """Sides are multiples of 16."""

    def __init__(self, channels: int, classes: int = 1) -> None:
        super().__init__()
        steps = pairwise((channels, *DOWN))
        self.down = nn.ModuleList([DoubleConv(before, after, bias=True) for before, after in steps])
        below = (DOWN[-1], *UP[:-1])
        self.up = nn.ModuleList(
            [
                DoubleConv(skip + low, width, bias=True)
                for skip, low, width in zip(reversed(DOWN[:-1]), below, UP, strict=True)
            ]
        )
        self.head = nn.Conv2d(UP[-1], classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to logits (N, classes, H, W)."""
        skips: list[Tensor] = []
        for number, block in enumerate(self.down):
            x = block(functional.max_pool2d(x, 2) if number else x)
            skips.append(x)
        for block, skip in zip(self.up, reversed(skips[:-1]), strict=True):
            doubled = functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=True)
            x = block(torch.cat([skip, doubled], dim=1))
        logits: Tensor = self.head(x)
        return logits
