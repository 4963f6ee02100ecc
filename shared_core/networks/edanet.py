"""EDANet (Lo et al. 2019, ACM MM Asia): densely joined asymmetric dilated blocks."""

from __future__ import annotations

from typing import Final, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from shared_core.networks.layers import ConvBesidePool, ConvNorm, conv, seeded_normal

GROWTH: Final = 40
FIRST: Final = (1, 1, 1, 2, 2)
SECOND: Final = (2, 2, 4, 4, 8, 8, 16, 16)


class EdaBlock(nn.Module):
    """Puts `GROWTH` new channels in front of its input."""

    def __init__(self, in_channels: int, dilation: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            ConvNorm(in_channels, GROWTH, 1, bias=True),
            *self._pair(1),
            *self._pair(dilation),
            nn.Dropout2d(0.02),
        )

    @staticmethod
    def _pair(dilation: int) -> tuple[nn.Module, ...]:
        return (
            conv(GROWTH, GROWTH, (3, 1), dilation=dilation, bias=True),
            *ConvNorm(GROWTH, GROWTH, (1, 3), dilation=dilation, bias=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C + growth, H, W)."""
        return torch.cat([cast(Tensor, self.layers(x)), x], dim=1)


class EdaNet(nn.Module):
    """Sides are multiples of 8."""

    def __init__(self, channels: int, classes: int = 1) -> None:
        super().__init__()
        layers: list[nn.Module] = [_down(channels, 15), _down(15, 60)]
        width = 60
        for dilation in FIRST:
            layers.append(EdaBlock(width, dilation))
            width += GROWTH
        layers.append(ConvNorm(width, 130, stride=2, bias=True))
        width = 130
        for dilation in SECOND:
            layers.append(EdaBlock(width, dilation))
            width += GROWTH
        layers.append(nn.Conv2d(width, classes, 1))
        self.layers = nn.Sequential(*layers)
        seeded_normal(list(self.modules()), 0.02)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to logits (N, classes, H, W)."""
        logits = cast(Tensor, self.layers(x))
        return functional.interpolate(logits, scale_factor=8.0, mode="bilinear", align_corners=True)


def _down(in_channels: int, out_channels: int) -> ConvBesidePool:
    return ConvBesidePool(in_channels, out_channels, nn.ReLU(), bias=True, eps=1e-5)
