"""What Fast-SCNN and ContextNet share: separable convolutions, inverted bottlenecks, fusion and head."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn
from torch.nn import functional

from shared_core.networks.layers import ConvNorm, resized

SPREAD = 6
"""By how much a bottleneck widens its channels."""


def separable(in_channels: int, out_channels: int, stride: int = 1) -> nn.Sequential:
    """A 3x3 convolution of each channel alone, then 1x1."""
    return nn.Sequential(
        ConvNorm(in_channels, in_channels, stride=stride, groups=in_channels),
        ConvNorm(in_channels, out_channels, 1),
    )


class InvertedBottleneck(nn.Module):
    """1x1 to more channels, 3x3 of each alone, 1x1 back; added to the input where the shapes are the same."""

    def __init__(self, in_channels: int, out_channels: int, *, stride: int = 1, spread: int = SPREAD) -> None:
        super().__init__()
        wide = spread * in_channels
        self.body = nn.Sequential(
            ConvNorm(in_channels, wide, 1),
            ConvNorm(wide, wide, stride=stride, groups=wide),
            ConvNorm(wide, out_channels, 1, relu=False),
        )
        self.adds = stride == 1 and in_channels == out_channels

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in, H, W) to (N, out, H / stride, W / stride)."""
        y = cast(Tensor, self.body(x))
        return x + y if self.adds else y


def bottlenecks(
    in_channels: int, out_channels: int, count: int, *, stride: int, spread: int = SPREAD
) -> nn.Sequential:
    """Bottlenecks after each other; the first has the stride."""
    first = InvertedBottleneck(in_channels, out_channels, stride=stride, spread=spread)
    others = (InvertedBottleneck(out_channels, out_channels, spread=spread) for _ in range(count - 1))
    return nn.Sequential(first, *others)


class Fusion(nn.Module):
    """Add coarse features, made larger, to fine ones."""

    def __init__(self, fine_channels: int, coarse_channels: int, out_channels: int) -> None:
        super().__init__()
        self.around = ConvNorm(coarse_channels, coarse_channels, groups=coarse_channels)
        self.coarse = ConvNorm(coarse_channels, out_channels, 1, bias=True, relu=False)
        self.fine = ConvNorm(fine_channels, out_channels, 1, bias=True, relu=False)

    def forward(self, fine: Tensor, coarse: Tensor) -> Tensor:
        """Give (N, out, H, W) of the fine ones' size."""
        larger = self.around(resized(coarse, fine, align_corners=True))
        return functional.relu(cast(Tensor, self.coarse(larger)) + self.fine(fine))


def head(channels: int, classes: int) -> nn.Sequential:
    """Two separable convolutions, dropout and 1x1."""
    return nn.Sequential(
        separable(channels, channels),
        separable(channels, channels),
        nn.Dropout(0.1),
        nn.Conv2d(channels, classes, 1),
    )
