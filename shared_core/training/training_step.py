"""One step of training on patches: forward, loss, backward, weights and their moving average."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from shared_core.training.computing_device import Machine
from shared_core.training.gradient_steps import GradientSteps
from shared_core.training.hausdorff_weight import HausdorffWeight
from shared_core.training.losses import segmentation_loss
from shared_core.training.network import network_input
from shared_core.training.recipe import Recipe
from shared_core.training.weight_average import set_steps, steps_of, weight_average


class Stepper(GradientSteps):
    """A network that learns masks, and the moving average of its weights."""

    def __init__(self, network: nn.Module, recipe: Recipe, machine: Machine) -> None:
        super().__init__(network, recipe.optimisation, machine)
        self.recipe = recipe
        self.average = weight_average(self.network, recipe.optimisation.ema_decay)
        self.hausdorff = HausdorffWeight()

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
        """Learn from one batch; None, not the loss, where nothing was learnt, see `take`."""
        x = network_input(images, self.recipe, self.device)
        y = torch.from_numpy(np.ascontiguousarray(labels)).to(self.device)
        parts = segmentation_loss(self.answer(x), y, self.recipe.loss, hausdorff_weight=self.hausdorff.weight)
        if not self.take(parts.total, learning_rate=learning_rate):
            return None
        self.average.update_parameters(self.network)
        self.hausdorff.add(parts)
        return float(parts.total.detach())

    def weights(self) -> dict[str, torch.Tensor]:
        """The weights that are validated and kept: the average, or the last without one."""
        weights: dict[str, torch.Tensor] = self.average.module.state_dict()
        return weights

    def state(self) -> dict[str, Any]:
        """All that the next step depends on."""
        return {
            **super().state(),
            "average": self.weights(),
            "average_steps": steps_of(self.average),
            "hausdorff": asdict(self.hausdorff),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a saved `state`."""
        super().restore(state)
        self.average.module.load_state_dict(state["average"])
        set_steps(self.average, state["average_steps"])
        self.hausdorff = HausdorffWeight(**state["hausdorff"])
