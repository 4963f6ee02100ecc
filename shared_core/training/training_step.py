"""One step of training: forward, loss, backward, weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.optim.swa_utils import AveragedModel

from shared_core.errors import ModelError
from shared_core.training.computing_device import Machine
from shared_core.training.hausdorff_weight import HausdorffWeight
from shared_core.training.losses import segmentation_loss
from shared_core.training.network import network_input
from shared_core.training.optimisation import make_optimiser
from shared_core.training.recipe import Recipe
from shared_core.training.weight_average import set_steps, steps_of, weight_average

MOST_SKIPPED = 50
"""Steps in a row with no finite gradient after which training has failed."""


@dataclass(eq=False)
class Stepper:
    """Network, optimiser, loss scaling and moving average, which change together."""

    network: nn.Module
    recipe: Recipe
    machine: Machine
    skipped: int = 0
    """Steps so far whose gradient was not finite, and that were left out."""
    _in_a_row: int = 0
    average: AveragedModel = field(init=False)
    hausdorff: HausdorffWeight = field(default_factory=HausdorffWeight)

    def __post_init__(self) -> None:
        self.device = torch.device(self.machine.device)
        self.network.to(self.device)
        self.dtype = self.machine.dtype(self.recipe.optimisation.precision)
        self.optimiser = make_optimiser(self.network, self.recipe.optimisation)
        self.scaler = torch.amp.GradScaler(self.machine.device, enabled=self.dtype == torch.float16)
        self.average = weight_average(self.network, self.recipe.optimisation.ema_decay)

    def train_mode(self) -> None:
        """Dropout on; batch norm on unless the recipe keeps it."""
        self.network.train()
        if self.recipe.optimisation.norms == "keep":
            for module in self.network.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()

    def step(
        self, images: NDArray[np.uint8], labels: NDArray[np.uint8], *, learning_rate: float
    ) -> float | None:
        """Learn from one batch; None, not the loss, where the gradient was not finite and nothing was learnt.

        A `ModelError` where that happened many times in a row.
        """
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate
        x = network_input(images, self.recipe, self.device)
        y = torch.from_numpy(np.ascontiguousarray(labels)).to(self.device)
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            logits = self.network(x)
        parts = segmentation_loss(logits.float(), y, self.recipe.loss, hausdorff_weight=self.hausdorff.weight)
        loss = parts.total
        self.optimiser.zero_grad(set_to_none=True)
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        self.scaler.unscale_(self.optimiser)
        limit = self.recipe.optimisation.clip_norm or float("inf")
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), limit)
        finite = bool(torch.isfinite(norm)) and bool(torch.isfinite(loss))
        if finite:
            self.scaler.step(self.optimiser)
        self.scaler.update()
        if not finite:
            self._skip()
            return None
        self._in_a_row = 0
        self.average.update_parameters(self.network)
        self.hausdorff.add(parts)
        return float(loss.detach())

    def weights(self) -> dict[str, torch.Tensor]:
        """The weights that are validated and kept: the average, or the last without one."""
        weights: dict[str, torch.Tensor] = self.average.module.state_dict()
        return weights

    def state(self) -> dict[str, Any]:
        """All that the next step depends on."""
        return {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
            "average": self.weights(),
            "average_steps": steps_of(self.average),
            "skipped": self.skipped,
            "hausdorff": asdict(self.hausdorff),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a saved `state`."""
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.scaler.load_state_dict(state["scaler"])
        self.average.module.load_state_dict(state["average"])
        set_steps(self.average, state["average_steps"])
        self.skipped = int(state["skipped"])
        self.hausdorff = HausdorffWeight(**state["hausdorff"])

    def _skip(self) -> None:
        self.skipped += 1
        self._in_a_row += 1
        if self._in_a_row >= MOST_SKIPPED:
            raise ModelError(
                f"Training failed: {MOST_SKIPPED} steps in a row had no finite gradient; "
                "lower optimisation.learning_rate or set optimisation.precision to float32."
            )
