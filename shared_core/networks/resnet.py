"""The body of residual networks (He et al. 2016, CVPR), at random weights."""

from __future__ import annotations

from typing import Final, Literal, cast

from torch import Tensor, nn
from torch.nn import functional

from shared_core.networks.layers import ConvNorm
from shared_core.networks.options import Backbone

_BLOCKS: Final[dict[Backbone, tuple[int, int, int, int]]] = {
    "resnet18": (2, 2, 2, 2),
    "resnet34": (3, 4, 6, 3),
    "resnet50": (3, 4, 6, 3),
    "resnet101": (3, 4, 23, 3),
}
_WIDTHS: Final = (64, 128, 256, 512)
_DEEP: Final = ("resnet50", "resnet101")
_SPREAD: Final = 4
"""Channels that a bottleneck gives, by those that it works in."""


class _Residual(nn.Module):
    """`body` plus the input, which a 1x1 convolution fits to it where the shapes differ."""

    def __init__(self, body: nn.Module, shortcut: nn.Module | None) -> None:
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x: Tensor) -> Tensor:
        y = cast(Tensor, self.body(x))
        return functional.relu(y + (x if self.shortcut is None else self.shortcut(x)))


def _body(before: int, width: int, *, deep: bool, stride: int, dilation: tuple[int, int]) -> nn.Sequential:
    first, second = dilation
    if deep:
        return nn.Sequential(
            ConvNorm(before, width, 1),
            ConvNorm(width, width, stride=stride, dilation=first),
            ConvNorm(width, _SPREAD * width, 1, relu=False),
        )
    return nn.Sequential(
        ConvNorm(before, width, stride=stride, dilation=first),
        ConvNorm(width, width, dilation=second, relu=False),
    )


class ResNetBody(nn.Module):
    """Stem and four stages; gives the features of each.

    Parameters
    ----------
    output_stride
        32, or 8: then the last two stages keep the size and are dilated instead.
    """

    def __init__(self, backbone: Backbone, channels: int, *, output_stride: Literal[8, 32] = 32) -> None:
        super().__init__()
        deep = backbone in _DEEP
        self.stem = nn.Sequential(ConvNorm(channels, 64, 7, stride=2), nn.MaxPool2d(3, stride=2, padding=1))
        stages: list[nn.Module] = []
        before, reached, dilation = 64, 4, 1
        for number, (count, width) in enumerate(zip(_BLOCKS[backbone], _WIDTHS, strict=True)):
            stride, earlier = (1 if number == 0 else 2), dilation
            if stride == 2 and reached == output_stride:
                stride, dilation = 1, 2 * dilation
            reached *= stride
            blocks = []
            for block in range(count):
                step = stride if block == 0 else 1
                given = _SPREAD * width if deep else width
                # A stage that keeps its size begins with the dilation before it, as in torchvision.
                first = earlier if block == 0 and deep else dilation
                body = _body(before, width, deep=deep, stride=step, dilation=(first, dilation))
                fits = step == 1 and before == given
                shortcut = None if fits else ConvNorm(before, given, 1, stride=step, relu=False)
                blocks.append(_Residual(body, shortcut))
                before = given
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)
        self.out_channels = before

    def forward(self, x: Tensor) -> list[Tensor]:
        """What the stem gives, and each of the four stages."""
        x = self.stem(x)
        features = [x]
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return features
