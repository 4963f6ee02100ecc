"""U-Nets that go up by transposed convolutions: one's own widths, with or without batch norm."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

Block = Callable[[int, int, int], nn.Module]
"""Makes two convolutions, from (channels in, channels out, number of the block from the top left)."""


class TransposedUNet(nn.Module):
    """Encoder and decoder of the same widths, mirrored; sides are multiples of 2 ** (widths - 1).

    Parameters
    ----------
    widths
        Channels from the full size down.
    block
        Makes the two convolutions of each place.
    """

    def __init__(self, channels: int, classes: int, widths: Sequence[int], block: Block) -> None:
        super().__init__()
        befores = (channels, *widths[:-1])
        self.down = nn.ModuleList(
            [
                block(before, width, number)
                for number, (before, width) in enumerate(zip(befores, widths, strict=True))
            ]
        )
        steps = list(zip(reversed(widths[1:]), reversed(widths[:-1]), strict=True))
        self.rise = nn.ModuleList([nn.ConvTranspose2d(low, width, 2, stride=2) for low, width in steps])
        self.up = nn.ModuleList(
            [block(2 * width, width, len(widths) + number) for number, (_, width) in enumerate(steps)]
        )
        self.head = nn.Conv2d(widths[0], classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to logits (N, classes, H, W)."""
        skips: list[Tensor] = []
        for number, block in enumerate(self.down):
            x = block(functional.max_pool2d(x, 2) if number else x)
            skips.append(x)
        for rise, block, skip in zip(self.rise, self.up, reversed(skips[:-1]), strict=True):
            x = block(torch.cat([rise(x), skip], dim=1))
        logits: Tensor = self.head(x)
        return logits
