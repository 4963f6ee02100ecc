"""CGNet (Wu et al. 2021, IEEE TIP 30:1169), M3N21: near and dilated features, weighed by the whole tile."""

from __future__ import annotations

from typing import Final, cast

import torch
from torch import Tensor, nn

from shared_core.networks.layers import ConvSlope, NormSlope, conv, resized, shrunken
from shared_core.networks.scunet import ContextBlock, Gate

EPS: Final = 1e-3
M, N = 3, 21
"""Blocks at a quarter and at an eighth of the size."""


class GuidedBlock(nn.Module):
    """1x1 to half the channels, near beside surround, a gate; added to the input."""

    def __init__(self, channels: int, *, dilation: int, reduction: int) -> None:
        super().__init__()
        half = channels // 2
        self.squeeze = ConvSlope(channels, half, 1)
        self.near = conv(half, half, groups=half)
        self.surround = conv(half, half, dilation=dilation, groups=half)
        self.join = NormSlope(channels, EPS)
        self.gate = Gate(channels, reduction)

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape of (N, C, H, W)."""
        y = self.squeeze(x)
        joined = self.join(torch.cat([self.near(y), self.surround(y)], dim=1))
        return x + cast(Tensor, self.gate(joined))


class CgNet(nn.Module):
    """Sides are multiples of 8."""

    def __init__(self, channels: int, classes: int = 1) -> None:
        super().__init__()
        self.stem = nn.Sequential(ConvSlope(channels, 32, stride=2), ConvSlope(32, 32), ConvSlope(32, 32))
        self.join_1 = NormSlope(32 + channels, EPS)
        self.down_2 = ContextBlock(32 + channels, 64, dilation=2, reduction=8)
        self.blocks_2 = nn.Sequential(*(GuidedBlock(64, dilation=2, reduction=8) for _ in range(M - 1)))
        self.join_2 = NormSlope(2 * 64 + channels, EPS)
        self.down_3 = ContextBlock(2 * 64 + channels, 128, dilation=4, reduction=16)
        self.blocks_3 = nn.Sequential(*(GuidedBlock(128, dilation=4, reduction=16) for _ in range(N - 1)))
        self.join_3 = NormSlope(2 * 128, EPS)
        self.head = conv(2 * 128, classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to logits (N, classes, H, W)."""
        y = self.down_2(self.join_1(torch.cat([self.stem(x), shrunken(x, 1)], dim=1)))
        y = self.down_3(self.join_2(torch.cat([self.blocks_2(y), y, shrunken(x, 2)], dim=1)))
        y = self.join_3(torch.cat([y, self.blocks_3(y)], dim=1))
        return resized(self.head(y), x, align_corners=False)
