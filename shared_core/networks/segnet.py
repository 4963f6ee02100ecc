"""SegNet (Badrinarayanan et al. 2017, IEEE TPAMI 39:2481): VGG16's convolutions, and a mirrored decoder.

The decoder puts each value back where the encoder's pooling took the largest from.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from shared_core.networks.layers import ConvNorm

STAGES: Final = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
"""Channels and convolutions of each stage of VGG16."""


class SegNet(nn.Module):
    """Sides are multiples of 32."""

    def __init__(self, channels: int, classes: int = 1) -> None:
        super().__init__()
        encoder: list[nn.Module] = []
        decoder: list[nn.Module] = []
        before = channels
        for number, (width, count) in enumerate(STAGES):
            widths = [before, *[width] * count]
            encoder.append(_stage(widths))
            if number:
                decoder.insert(0, _stage([*[width] * count, before]))
            before = width
        first = STAGES[0][0]
        decoder.append(
            nn.Sequential(ConvNorm(first, first, bias=True), nn.Conv2d(first, classes, 3, padding=1))
        )
        self.encoder, self.decoder = nn.ModuleList(encoder), nn.ModuleList(decoder)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to logits (N, classes, H, W)."""
        places = []
        for stage in self.encoder:
            x, place = largest_of_four(stage(x))
            places.append(place)
        for stage, place in zip(self.decoder, reversed(places), strict=True):
            x = stage(put_back(x, place))
        return x


def _stage(widths: list[int]) -> nn.Sequential:
    return nn.Sequential(*(ConvNorm(before, after, bias=True) for before, after in pairwise(widths)))


def largest_of_four(x: Tensor) -> tuple[Tensor, Tensor]:
    """The largest of each 2x2 square, and where it was: 0, 1, 2 or 3 in reading order, the first of equals.

    In plain comparisons, as torch's own pooling with indices is known to few other programs.
    """
    a, b = x[:, :, ::2, ::2], x[:, :, ::2, 1::2]
    c, d = x[:, :, 1::2, ::2], x[:, :, 1::2, 1::2]
    largest = torch.maximum(torch.maximum(a, b), torch.maximum(c, d))
    here = torch.ones_like(a)
    place = torch.where(
        a == largest, 0 * here, torch.where(b == largest, here, torch.where(c == largest, 2 * here, 3 * here))
    )
    return largest, place


def put_back(x: Tensor, place: Tensor) -> Tensor:
    """Twice the size: each value at its place of its 2x2 square, 0 at the others."""
    rows, columns = 2 * x.shape[2], 2 * x.shape[3]
    row = torch.arange(rows, device=x.device) % 2
    column = torch.arange(columns, device=x.device) % 2
    here = (2 * row[:, None] + column[None, :]).to(x.dtype)
    return _doubled(x) * (_doubled(place) == here).to(x.dtype)


def _doubled(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")
