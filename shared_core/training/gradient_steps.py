"""Steps along the gradient of a loss: of a network, its optimiser and loss scaling, which change together."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from shared_core.errors import ModelError
from shared_core.training.computing_device import Machine
from shared_core.training.optimisation import make_optimiser
from shared_core.training.recipe import OptimisationRecipe

MOST_SKIPPED = 50
"""Steps in a row with no finite gradient after which training has failed."""


class GradientSteps(ABC):
    """A network that learns; what its loss is, is for those that inherit."""

    def __init__(self, network: nn.Module, optimisation: OptimisationRecipe, machine: Machine) -> None:
        self.network = network
        self.optimisation = optimisation
        self.device = torch.device(machine.device)
        self.network.to(self.device)
        self.dtype = machine.dtype(optimisation.precision)
        self.optimiser = make_optimiser(self.network, optimisation)
        self.scaler = torch.amp.GradScaler(machine.device, enabled=self.dtype == torch.float16)
        self.skipped = 0
        """Steps so far whose gradient was not finite, and that were left out."""
        self._in_a_row = 0

    @abstractmethod
    def train_mode(self) -> None:
        """As the layers are while they learn."""

    @property
    def learning_rate(self) -> float:
        """Of the last step."""
        return float(self.optimiser.param_groups[0]["lr"])

    def answer(self, x: Tensor) -> Tensor:
        """The network's logits, computed in the precision of the recipe."""
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            logits: Tensor = self.network(x)
        return logits.float()

    def take(self, loss: Tensor, *, learning_rate: float) -> bool:
        """Change the weights by one loss; False where its gradient was not finite, and nothing was learnt.

        A `ModelError` where that happened many times in a row.
        """
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate
        self.optimiser.zero_grad(set_to_none=True)
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        self.scaler.unscale_(self.optimiser)
        limit = self.optimisation.clip_norm or float("inf")
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), limit)
        finite = bool(torch.isfinite(norm)) and bool(torch.isfinite(loss))
        if finite:
            self.scaler.step(self.optimiser)
        self.scaler.update()
        self._count(finite)
        return finite

    def state(self) -> dict[str, Any]:
        """All that the next step depends on."""
        return {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
            "skipped": self.skipped,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a saved `state`."""
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.scaler.load_state_dict(state["scaler"])
        self.skipped = int(state["skipped"])

    def _count(self, finite: bool) -> None:
        self.skipped += not finite
        self._in_a_row = 0 if finite else self._in_a_row + 1
        if self._in_a_row >= MOST_SKIPPED:
            raise ModelError(
                f"Training failed: {MOST_SKIPPED} steps in a row had no finite gradient; "
                "lower optimisation.learning_rate or set optimisation.precision to float32."
            )
