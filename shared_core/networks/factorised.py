"""What ERFNet and ESNet share: 3x1 and 1x3 convolutions, and ways up and down by learnt and pooled halves."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from shared_core.networks.layers import ConvBesidePool, conv

EPS = 1e-3


def pair(channels: int, kernel: int, dilation: int = 1) -> nn.Sequential:
    """A column's and a row's convolution, with a ReLU between."""
    return nn.Sequential(
        conv(channels, channels, (kernel, 1), dilation=dilation, bias=True),
        nn.ReLU(),
        conv(channels, channels, (1, kernel), dilation=dilation, bias=True),
    )


class FactorisedResidual(nn.Module):
    """Two pairs of a column's and a row's convolution, added to the input."""

    def __init__(self, channels: int, *, kernel: int = 3, dilation: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        self.first, self.first_norm = pair(channels, kernel), nn.BatchNorm2d(channels, eps=EPS)
        self.second, self.second_norm = pair(channels, kernel, dilation), nn.BatchNorm2d(channels, eps=EPS)
        self.dropout = nn.Dropout2d(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape of (N, C, H, W)."""
        y = functional.relu(self.first_norm(self.first(x)))
        return functional.relu(cast(Tensor, self.dropout(self.second_norm(self.second(y)))) + x)


class ParallelFactorisedResidual(nn.Module):
    """One pair, then pairs at several dilations beside each other, added to the input."""

    def __init__(self, channels: int, dilations: tuple[int, ...], *, dropout: float) -> None:
        super().__init__()
        self.first, self.first_norm = pair(channels, 3), nn.BatchNorm2d(channels, eps=EPS)
        self.branches = nn.ModuleList([pair(channels, 3, dilation) for dilation in dilations])
        self.branch_norm = nn.BatchNorm2d(channels, eps=EPS)
        """One for all branches."""
        self.dropout = nn.Dropout2d(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape of (N, C, H, W)."""
        y = functional.relu(self.first_norm(self.first(x)))
        branches = [self.dropout(self.branch_norm(branch(y))) for branch in self.branches]
        return functional.relu(x + torch.stack(branches).sum(dim=0))


def down(in_channels: int, out_channels: int) -> ConvBesidePool:
    """Half the size."""
    return ConvBesidePool(in_channels, out_channels, nn.ReLU(), bias=True, eps=EPS)


def up(in_channels: int, out_channels: int) -> nn.Sequential:
    """Twice the size."""
    return nn.Sequential(
        nn.ConvTranspose2d(in_channels, out_channels, 3, 2, padding=1, output_padding=1),
        nn.BatchNorm2d(out_channels, eps=EPS),
        nn.ReLU(),
    )
