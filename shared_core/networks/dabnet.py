"""DABNet (Li et al. 2019, BMVC): bottlenecks with a near and a dilated factorised branch."""

from __future__ import annotations

from typing import Final, cast

import torch
from torch import Tensor, nn

from shared_core.networks.layers import ConvBesidePool, ConvSlope, NormSlope, conv, resized, shrunken
from shared_core.networks.scunet import Slope

NEAR: Final = (2, 2, 2)
FAR: Final = (4, 4, 8, 8, 16, 16)
EPS: Final = 1e-3


class DabBlock(nn.Module):
    """Half the channels, two factorised branches of each channel alone, back to all; added to the input."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        half = channels // 2
        self.before = NormSlope(channels, EPS)
        self.squeeze = ConvSlope(channels, half)
        self.near = self._branch(half, 1)
        self.far = self._branch(half, dilation)
        self.after = NormSlope(half, EPS)
        self.widen = conv(half, channels, 1)

    @staticmethod
    def _branch(channels: int, dilation: int) -> nn.Sequential:
        return nn.Sequential(
            *(
                ConvSlope(channels, channels, kernel, dilation=dilation, groups=channels)
                for kernel in ((3, 1), (1, 3))
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape of (N, C, H, W)."""
        y = self.squeeze(self.before(x))
        return cast(Tensor, self.widen(self.after(self.near(y) + self.far(y)))) + x


class DabNet(nn.Module):
    """Sides are multiples of 8."""

    def __init__(self, channels: int, classes: int = 1) -> None:
        super().__init__()
        self.stem = nn.Sequential(ConvSlope(channels, 32, stride=2), ConvSlope(32, 32), ConvSlope(32, 32))
        self.join_1 = NormSlope(32 + channels, EPS)
        self.down_2 = ConvBesidePool(32 + channels, 64, Slope(64), bias=False, eps=EPS)
        self.blocks_2 = nn.Sequential(*(DabBlock(64, dilation) for dilation in NEAR))
        self.join_2 = NormSlope(2 * 64 + channels, EPS)
        self.down_3 = ConvSlope(2 * 64 + channels, 128, stride=2)
        self.blocks_3 = nn.Sequential(*(DabBlock(128, dilation) for dilation in FAR))
        self.join_3 = NormSlope(2 * 128 + channels, EPS)
        self.head = conv(2 * 128 + channels, classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to logits (N, classes, H, W)."""
        half, quarter, eighth = (shrunken(x, times) for times in (1, 2, 3))
        y = self.down_2(self.join_1(torch.cat([self.stem(x), half], dim=1)))
        y = self.down_3(self.join_2(torch.cat([self.blocks_2(y), y, quarter], dim=1)))
        y = self.join_3(torch.cat([self.blocks_3(y), y, eighth], dim=1))
        return resized(self.head(y), x, align_corners=False)
