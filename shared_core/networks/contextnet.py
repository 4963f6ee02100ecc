"""ContextNet (Poudel et al. 2018, BMVC): a deep branch on a quarter of the size beside a shallow one."""

from __future__ import annotations

from typing import Final

from torch import Tensor, nn
from torch.nn import functional

from shared_core.networks.layers import ConvNorm, resized
from shared_core.networks.separable import Fusion, bottlenecks, head, separable

DEEP: Final = (
    # channels, blocks, stride, spread
    (32, 1, 1, 1),
    (32, 1, 1, 6),
    (48, 3, 2, 6),
    (64, 3, 2, 6),
    (96, 2, 1, 6),
    (128, 2, 1, 6),
)
SHRINK: Final = 4


class ContextNet(nn.Module):
    """Sides are multiples of 32. The first convolutions are padded, as in `FastScnn`."""

    def __init__(self, channels: int, classes: int = 1) -> None:
        super().__init__()
        self.fine = nn.Sequential(
            ConvNorm(channels, 32, stride=2),
            separable(32, 64, stride=2),
            separable(64, 128, stride=2),
            separable(128, 128),
        )
        stages: list[nn.Module] = [ConvNorm(channels, 32, stride=2)]
        before = 32
        for width, count, stride, spread in DEEP:
            stages.append(bottlenecks(before, width, count, stride=stride, spread=spread))
            before = width
        self.coarse = nn.Sequential(*stages)
        self.fusion = Fusion(128, before, 128)
        self.head = head(128, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to logits (N, classes, H, W)."""
        small = functional.interpolate(
            x, scale_factor=1 / SHRINK, mode="bilinear", align_corners=True, recompute_scale_factor=True
        )
        return resized(self.head(self.fusion(self.fine(x), self.coarse(small))), x, align_corners=True)
