"""ESNet (Wang et al. 2019, arXiv 1906.09826): factorised blocks, in parallel at the smallest size."""

from __future__ import annotations

from torch import Tensor, nn

from shared_core.networks.factorised import FactorisedResidual, ParallelFactorisedResidual, down, up


class EsNet(nn.Module):
    """Sides are multiples of 8."""

    def __init__(self, channels: int, classes: int = 1) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            down(channels, 16),
            *(FactorisedResidual(16, kernel=3, dropout=0.03) for _ in range(3)),
            down(16, 64),
            *(FactorisedResidual(64, kernel=5, dropout=0.03) for _ in range(2)),
            down(64, 128),
            *(ParallelFactorisedResidual(128, (2, 5, 9), dropout=0.3) for _ in range(3)),
            up(128, 64),
            *(FactorisedResidual(64, kernel=5) for _ in range(2)),
            up(64, 16),
            *(FactorisedResidual(16, kernel=3) for _ in range(2)),
            nn.ConvTranspose2d(16, classes, 2, 2),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to logits (N, classes, H, W)."""
        logits: Tensor = self.layers(x)
        return logits
