"""DeepLabV3 (Chen et al. 2017, arXiv 1706.05587): a dilated residual body and pooling at four scales.

Guo et al. 2021 do not name the body, but say that SegNet has the most parameters: ResNet-34 fits that,
ResNet-50 and 101 do not. Neck and head are as in the table of published counts (head of torchvision).
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from shared_core.networks.layers import ConvNorm, resized
from shared_core.networks.options import Backbone
from shared_core.networks.resnet import ResNetBody

RATES: Final = (12, 24, 36)
WIDTH: Final = 256


class Pyramid(nn.Module):
    """Atrous spatial pyramid pooling: 1x1, three dilations, and the average of the whole tile."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            [
                ConvNorm(in_channels, WIDTH, 1),
                *(ConvNorm(in_channels, WIDTH, dilation=rate) for rate in RATES),
            ]
        )
        self.whole = ConvNorm(in_channels, WIDTH, 1)
        self.join = nn.Sequential(ConvNorm((len(RATES) + 2) * WIDTH, WIDTH, 1), nn.Dropout(0.5))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in, H, W) to (N, 256, H, W)."""
        whole = self.whole(x.mean(dim=(2, 3), keepdim=True)).expand(-1, -1, *x.shape[2:])
        joined: Tensor = self.join(torch.cat([*(branch(x) for branch in self.branches), whole], dim=1))
        return joined


class DeepLabV3(nn.Module):
    """Sides are multiples of 8."""

    def __init__(self, channels: int, classes: int = 1, *, backbone: Backbone = "resnet34") -> None:
        super().__init__()
        self.body = ResNetBody(backbone, channels, output_stride=8)
        self.head = nn.Sequential(
            Pyramid(self.body.out_channels), ConvNorm(WIDTH, WIDTH), nn.Conv2d(WIDTH, classes, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to logits (N, classes, H, W)."""
        return resized(self.head(self.body(x)[-1]), x, align_corners=False)
