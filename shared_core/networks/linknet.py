"""LinkNet (Chaurasia and Culurciello 2017, VCIP): each stage's input is added to what comes back up."""

from __future__ import annotations

from torch import Tensor, nn

from shared_core.networks.layers import ConvNorm
from shared_core.networks.resnet import ResNetBody


class LinkNet(nn.Module):
    """Sides are multiples of 32."""

    def __init__(self, channels: int, classes: int = 1) -> None:
        super().__init__()
        self.body = ResNetBody("resnet18", channels)
        self.decoder = nn.ModuleList(
            [_Decoder(512, 256), _Decoder(256, 128), _Decoder(128, 64), _Decoder(64, 64, stride=1)]
        )
        self.head = nn.Sequential(
            nn.ConvTranspose2d(64, 32, 3, 2, padding=1, output_padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            ConvNorm(32, 32, bias=True),
            nn.ConvTranspose2d(32, classes, 2, 2),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to logits (N, classes, H, W)."""
        *passed, x = self.body(x)
        for block in self.decoder:
            x = block(x) + passed.pop()
        logits: Tensor = self.head(x)
        return logits


class _Decoder(nn.Sequential):
    """1x1 to a quarter of the channels, transposed 3x3, 1x1."""

    def __init__(self, in_channels: int, out_channels: int, *, stride: int = 2) -> None:
        quarter = in_channels // 4
        super().__init__(
            ConvNorm(in_channels, quarter, 1),
            nn.ConvTranspose2d(quarter, quarter, 3, stride, padding=1, output_padding=stride - 1, bias=False),
            nn.BatchNorm2d(quarter),
            nn.ReLU(),
            ConvNorm(quarter, out_channels, 1),
        )
