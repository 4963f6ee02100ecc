"""ERFNet (Romera et al. 2018, IEEE T-ITS 19:263): factorised residual blocks, without the encoder's head."""

from __future__ import annotations

from torch import Tensor, nn

from shared_core.networks.factorised import FactorisedResidual, down, up


class ErfNet(nn.Module):
    """Sides are multiples of 8."""

    def __init__(self, channels: int, classes: int = 1) -> None:
        super().__init__()
        dilations = (2, 4, 8, 16) * 2
        self.layers = nn.Sequential(
            down(channels, 16),
            down(16, 64),
            *(FactorisedResidual(64, dropout=0.03) for _ in range(5)),
            down(64, 128),
            *(FactorisedResidual(128, dilation=dilation, dropout=0.3) for dilation in dilations),
            up(128, 64),
            *(FactorisedResidual(64) for _ in range(2)),
            up(64, 16),
            *(FactorisedResidual(16) for _ in range(2)),
            nn.ConvTranspose2d(16, classes, 2, 2),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to logits (N, classes, H, W)."""
        logits: Tensor = self.layers(x)
        return logits
