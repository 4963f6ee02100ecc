"""SCU-Net, the simple context U-Net of Guo et al. 2021 (section II.B, figure 1), for torch.

Three convolutions at half size, two context blocks at a quarter and an eighth, each fed with the
shrunken input as well, and a bilinear U-Net decoder. Only the parts that take part in the published
network's result are here: 169,711 parameters. The decoder may be made thinner.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from shared_core.networks.widths import DECODER_CHANNELS

NORM_EPS = 1e-3
"""Batch-norm epsilon of the encoder in the published code; the decoder has torch's 1e-5."""


class Slope(nn.PReLU):
    """PReLU in two quick operations: torch's own takes a fifth of a step of training on a CPU."""

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape of (N, C, H, W)."""
        positive = functional.relu(x)
        return positive + (x - positive) * self.weight[:, None, None]


class ConvUnit(nn.Module):
    """3x3 convolution without bias, batch norm, one PReLU slope a channel."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(out_channels, eps=NORM_EPS)
        self.act = Slope(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in, H, W) to (N, out, H / stride, W / stride)."""
        return cast(Tensor, self.act(self.norm(self.conv(x))))


class Fusion(nn.Module):
    """Batch norm, PReLU and dropout after features and shrunken input are put side by side."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, eps=NORM_EPS)
        self.act = Slope(channels)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape of (N, C, H, W)."""
        return cast(Tensor, self.dropout(self.act(self.norm(x))))


class Gate(nn.Module):
    """Weigh the channels by what the whole tile holds (global average, two dense layers)."""

    def __init__(self, channels: int, reduction: int) -> None:
        super().__init__()
        self.squeeze = nn.Linear(channels, channels // reduction)
        self.excite = nn.Linear(channels // reduction, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape of (N, C, H, W)."""
        pooled = x.mean(dim=(2, 3))
        weight = torch.sigmoid(self.excite(functional.relu(self.squeeze(pooled))))
        return x * weight[:, :, None, None]


class ContextBlock(nn.Module):
    """Halve the size; join the neighbourhood and a dilated surround; weigh the channels."""

    def __init__(self, in_channels: int, out_channels: int, *, dilation: int, reduction: int) -> None:
        super().__init__()
        self.down = ConvUnit(in_channels, out_channels, stride=2)
        self.near = nn.Conv2d(out_channels, out_channels, 3, padding=1, groups=out_channels, bias=False)
        self.surround = nn.Conv2d(
            out_channels,
            out_channels,
            3,
            padding=dilation,
            dilation=dilation,
            groups=out_channels,
            bias=False,
        )
        self.norm = nn.BatchNorm2d(2 * out_channels, eps=NORM_EPS)
        self.act = Slope(2 * out_channels)
        self.reduce = nn.Conv2d(2 * out_channels, out_channels, 1, bias=False)
        self.gate = Gate(out_channels, reduction)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in, H, W) to (N, out, H / 2, W / 2)."""
        x = self.down(x)
        joined = torch.cat([self.near(x), self.surround(x)], dim=1)
        return cast(Tensor, self.gate(self.reduce(self.act(self.norm(joined)))))


class DecoderBlock(nn.Module):
    """Double the size, put the encoder's features beside, convolve twice."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv_1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.norm_1 = nn.BatchNorm2d(out_channels)
        self.act_1 = Slope()
        self.conv_2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.norm_2 = nn.BatchNorm2d(out_channels)
        self.act_2 = Slope()

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """Map (N, C, H, W) and a skip of (N, S, 2 H, 2 W) to (N, out, 2 H, 2 W)."""
        x = functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=True)
        x = torch.cat([skip, x], dim=1)
        x = self.act_1(self.norm_1(self.conv_1(x)))
        return cast(Tensor, self.act_2(self.norm_2(self.conv_2(x))))


class ScuNet(nn.Module):
    """SCU-Net for tiles of 512 px (Guo et al. 2021).

    The gates average over the whole tile, so the tile size is part of the model.

    Parameters
    ----------
    classes
        Channels of the answer; 1 for BAC.
    decoder
        Channels of the decoder at a quarter and at half of the size.
    """

    def __init__(self, classes: int = 1, *, decoder: tuple[int, int] = DECODER_CHANNELS["scunet"]) -> None:
        super().__init__()
        quarter, half = decoder
        self.stem_1 = ConvUnit(3, 16, stride=2)
        self.stem_2 = ConvUnit(16, 16)
        self.stem_3 = ConvUnit(16, 16)
        self.fusion_2 = Fusion(16 + 3)
        self.context_2 = ContextBlock(16 + 3, 32, dilation=2, reduction=8)
        self.fusion_3 = Fusion(32 + 3)
        self.context_3 = ContextBlock(32 + 3, 64, dilation=4, reduction=16)
        self.decoder_2 = DecoderBlock(64 + 32, quarter)
        self.decoder_1 = DecoderBlock(quarter + 16, half)
        self.head = nn.Conv2d(half, classes, 1)
        self.shrink = nn.AvgPool2d(3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Map normalised tiles (N, 3, H, W), H and W multiples of 8, to logits (N, classes, H, W)."""
        half = self.shrink(x)
        quarter = self.shrink(half)
        features_1 = self.stem_3(self.stem_2(self.stem_1(x)))
        features_2 = self.context_2(self.fusion_2(torch.cat([features_1, half], dim=1)))
        features_3 = self.context_3(self.fusion_3(torch.cat([features_2, quarter], dim=1)))
        up = self.decoder_1(self.decoder_2(features_3, features_2), features_1)
        # The published code doubles first, which is the same, as both are linear, and takes more time.
        logits = self.head(up)
        return functional.interpolate(logits, scale_factor=2.0, mode="bilinear", align_corners=True)
