"""Fast-SCNN (Poudel et al. 2019, BMVC): a shared way down, and coarse features added to fine ones."""

from __future__ import annotations

from typing import Final, cast

import torch
from torch import Tensor, nn

from shared_core.networks.layers import ConvNorm, averages, resized
from shared_core.networks.separable import Fusion, bottlenecks, head, separable

BINS: Final = (1, 2, 3, 6)


class PooledContext(nn.Module):
    """Averages over grids of several sizes beside the features (pyramid pooling)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        quarter = channels // len(BINS)
        self.pooled = nn.ModuleList([ConvNorm(channels, quarter, 1) for _ in BINS])
        self.join = ConvNorm(2 * channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape of (N, C, H, W)."""
        pooled = [
            resized(layer(averages(x, bins)), x, align_corners=True)
            for layer, bins in zip(self.pooled, BINS, strict=True)
        ]
        return cast(Tensor, self.join(torch.cat([x, *pooled], dim=1)))


class FastScnn(nn.Module):
    """Sides are multiples of 32. The first convolution is padded, unlike in code that halves 511 to 255."""

    def __init__(self, channels: int, classes: int = 1) -> None:
        super().__init__()
        self.down = nn.Sequential(
            ConvNorm(channels, 32, stride=2), separable(32, 48, stride=2), separable(48, 64, stride=2)
        )
        self.coarse = nn.Sequential(
            bottlenecks(64, 64, 3, stride=2),
            bottlenecks(64, 96, 3, stride=2),
            bottlenecks(96, 128, 3, stride=1),
            PooledContext(128),
        )
        self.fusion = Fusion(64, 128, 128)
        self.head = head(128, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to logits (N, classes, H, W)."""
        fine = self.down(x)
        return resized(self.head(self.fusion(fine, self.coarse(fine))), x, align_corners=True)
