"""Layers that several networks are built from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from shared_core.networks.scunet import Slope

Size = int | tuple[int, int]


def same_padding(kernel: tuple[int, int], dilation: int) -> tuple[int, int]:
    """Padding that keeps rows and columns for an odd kernel."""
    return dilation * (kernel[0] // 2), dilation * (kernel[1] // 2)


def conv(
    in_channels: int,
    out_channels: int,
    kernel: Size = 3,
    *,
    stride: int = 1,
    dilation: int = 1,
    groups: int = 1,
    bias: bool = False,
) -> nn.Conv2d:
    """Convolution that keeps the size where the stride is 1."""
    size = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    padding = same_padding(size, dilation)
    return nn.Conv2d(
        in_channels, out_channels, size, stride, padding, dilation=dilation, groups=groups, bias=bias
    )


class ConvNorm(nn.Sequential):
    """Convolution and batch norm, then a ReLU unless `relu` is false."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: Size = 3,
        *,
        stride: int = 1,
        dilation: int = 1,
        groups: int = 1,
        bias: bool = False,
        relu: bool = True,
        eps: float = 1e-5,
    ) -> None:
        convolution = conv(
            in_channels,
            out_channels,
            kernel,
            stride=stride,
            dilation=dilation,
            groups=groups,
            bias=bias,
        )
        last = [nn.ReLU()] if relu else []
        super().__init__(convolution, nn.BatchNorm2d(out_channels, eps=eps), *last)


class NormSlope(nn.Sequential):
    """Batch norm and one PReLU slope a channel."""

    def __init__(self, channels: int, eps: float = 1e-3) -> None:
        super().__init__(nn.BatchNorm2d(channels, eps=eps), Slope(channels))


class ConvSlope(nn.Sequential):
    """Convolution without bias, batch norm, one PReLU slope a channel."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: Size = 3,
        *,
        stride: int = 1,
        dilation: int = 1,
        groups: int = 1,
    ) -> None:
        convolution = conv(in_channels, out_channels, kernel, stride=stride, dilation=dilation, groups=groups)
        super().__init__(convolution, NormSlope(out_channels))


class DoubleConv(nn.Sequential):
    """Two 3x3 convolutions with batch norm and ReLU."""

    def __init__(self, in_channels: int, out_channels: int, *, bias: bool) -> None:
        super().__init__(
            *ConvNorm(in_channels, out_channels, bias=bias), *ConvNorm(out_channels, out_channels, bias=bias)
        )


class ConvBesidePool(nn.Module):
    """Half the size: a strided convolution with the pooled input beside it, batch norm, `activation`."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        activation: nn.Module,
        *,
        bias: bool,
        eps: float = 1e-3,
    ) -> None:
        super().__init__()
        self.conv = conv(in_channels, out_channels - in_channels, stride=2, bias=bias)
        self.pool = nn.MaxPool2d(2, 2)
        self.norm = nn.BatchNorm2d(out_channels, eps=eps)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in, H, W) to (N, out, H / 2, W / 2)."""
        joined = torch.cat([self.conv(x), self.pool(x)], dim=1)
        return cast(Tensor, self.activation(self.norm(joined)))


def resized(x: Tensor, like: Tensor, *, align_corners: bool) -> Tensor:
    """Bilinear, to the rows and columns of another."""
    size = like.shape[2:]
    return functional.interpolate(x, size=size, mode="bilinear", align_corners=align_corners)


def shrunken(x: Tensor, times: int) -> Tensor:
    """Half the size, so many times, by averages of 3x3."""
    for _ in range(times):
        x = functional.avg_pool2d(x, 3, stride=2, padding=1)
    return x


def averages(x: Tensor, bins: int) -> Tensor:
    """Averages over a grid of bins, as adaptive pooling gives them.

    As two products with matrices: the same on every device and in every format that a network is saved in,
    also where the size is no multiple of the bins.
    """
    rows, columns = (_bins_of(side, bins, x) for side in x.shape[2:])
    return rows @ x @ columns.T


def _bins_of(side: int, bins: int, like: Tensor) -> Tensor:
    """(bins, side): the share of each place in each bin."""
    matrix = torch.zeros(bins, side)
    for number in range(bins):
        first, last = number * side // bins, -(-(number + 1) * side // bins)
        matrix[number, first:last] = 1 / (last - first)
    return matrix.to(like)


def seeded_normal(modules: Sequence[nn.Module], sd: float) -> None:
    """Begin convolutions with normal numbers of mean 0."""
    for module in modules:
        if isinstance(module, nn.Conv2d):
            nn.init.normal_(module.weight, 0.0, sd)
