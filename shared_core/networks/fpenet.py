"""FPENet (Liu and Yin 2019, arXiv 1909.08599): feature pyramids within a block, and mutual attention up."""

from __future__ import annotations

from typing import Final, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from shared_core.networks.layers import ConvNorm, conv, resized

WIDTHS: Final = (16, 32, 64)
BLOCKS: Final = (1, 3, 9)
DILATIONS: Final = (1, 2, 4, 8)
SPREAD: Final = 4
"""By how much the first block of the lower stages widens its channels."""


class PyramidBlock(nn.Module):
    """Quarters of the channels at growing dilations, each fed with the one before; added to the input."""

    def __init__(self, in_channels: int, out_channels: int, *, stride: int = 1, spread: int = 1) -> None:
        super().__init__()
        wide = spread * in_channels
        part = wide // len(DILATIONS)
        self.squeeze = ConvNorm(in_channels, wide, 1, stride=stride)
        self.parts = nn.ModuleList(
            [ConvNorm(part, part, dilation=dilation, groups=part) for dilation in DILATIONS]
        )
        self.join = ConvNorm(wide, out_channels, 1, relu=False)
        fits = stride == 1 and in_channels == out_channels
        self.shortcut = None if fits else ConvNorm(in_channels, out_channels, 1, stride=stride, relu=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in, H, W) to (N, out, H / stride, W / stride)."""
        parts = torch.chunk(self.squeeze(x), len(DILATIONS), dim=1)
        done: list[Tensor] = []
        for part, layer in zip(parts, self.parts, strict=True):
            done.append(layer(part + done[-1] if done else part))
        y = cast(Tensor, self.join(torch.cat(done, dim=1)))
        return functional.relu(y + (x if self.shortcut is None else self.shortcut(x)))


class MutualUp(nn.Module):
    """Join coarse and fine features: the fine ones weigh places, the coarse ones weigh channels."""

    def __init__(self, coarse_channels: int, fine_channels: int, out_channels: int) -> None:
        super().__init__()
        self.fine = ConvNorm(fine_channels, out_channels, 1, relu=False)
        self.coarse = ConvNorm(coarse_channels, out_channels, 1, relu=False)
        self.places = conv(1, 1, 1)
        self.weights = conv(out_channels, out_channels, 1)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """Give (N, out, H, W) of the fine ones' size."""
        fine = self.fine(fine)
        places = torch.sigmoid(self.places(fine.mean(dim=1, keepdim=True)))
        coarse = self.coarse(coarse)
        pooled = coarse.mean(dim=(2, 3), keepdim=True)
        weights = torch.sigmoid(functional.relu(self.weights(pooled)))
        return weights * fine + places * resized(coarse, fine, align_corners=True)


class FpeNet(nn.Module):
    """Sides are multiples of 8."""

    def __init__(self, channels: int, classes: int = 1) -> None:
        super().__init__()
        half, quarter, eighth = WIDTHS
        self.stem = ConvNorm(channels, half, stride=2)
        first, others, before = [], [], half
        for number, (width, count) in enumerate(zip(WIDTHS, BLOCKS, strict=True)):
            stride, spread = (2, SPREAD) if number else (1, 1)
            first.append(PyramidBlock(before, width, stride=stride, spread=spread))
            others.append(nn.Sequential(*(PyramidBlock(width, width) for _ in range(count - 1))))
            before = width
        self.first, self.others = nn.ModuleList(first), nn.ModuleList(others)
        self.up_2 = MutualUp(eighth, quarter, eighth)
        self.up_1 = MutualUp(eighth, half, quarter)
        self.head = nn.Conv2d(quarter, classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to logits (N, classes, H, W)."""
        y, features = self.stem(x), []
        for number, (first, others) in enumerate(zip(self.first, self.others, strict=True)):
            begun = first(y)
            y = begun + others(begun) if number else begun
            features.append(y)
        half, quarter, eighth = features
        logits = self.head(self.up_1(self.up_2(eighth, quarter), half))
        return functional.interpolate(logits, scale_factor=2.0, mode="bilinear", align_corners=True)
