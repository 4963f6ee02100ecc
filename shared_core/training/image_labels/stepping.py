"""One step of learning from labels of whole images: forward, loss, backward, weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from shared_core.errors import ModelError
from shared_core.networks.building import build_classifier
from shared_core.networks.vgg16 import Vgg16
from shared_core.training.computing_device import Machine
from shared_core.training.image_labels.batches import Batch
from shared_core.training.image_labels.initial import Initial
from shared_core.training.image_labels.recipe import LabelRecipe
from shared_core.training.optimisation import make_optimiser

MOST_SKIPPED = 50
"""Steps in a row with no finite gradient after which training has failed."""


def make_classifier(recipe: LabelRecipe, *, seed: int, initial: Initial | None) -> Vgg16:
    """The network on the CPU: at random from a seed, with the convolutions that it starts from."""
    torch.manual_seed(seed)
    network = build_classifier(recipe.network, recipe.network_options)
    if initial is not None:
        state = {name: torch.from_numpy(array) for name, array in initial.arrays.items()}
        network.load_state_dict(state, strict=False)
    network.train_last(recipe.trained_convolutions)
    return network


def class_weights(positive: NDArray[np.bool_]) -> tuple[float, float]:
    """Weights n / (2 n_c) of a view without and with BAC, so that both kinds count alike."""
    counts = np.array([np.count_nonzero(~positive), np.count_nonzero(positive)])
    without, with_bac = positive.size / (2 * counts)
    return float(without), float(with_bac)


@dataclass(eq=False)
class LabelStepper:
    """Network, optimiser and loss scaling, which change together."""

    network: Vgg16
    recipe: LabelRecipe
    machine: Machine
    weights: tuple[float, float]
    """Of a view without and with BAC."""
    skipped: int = 0
    """Steps so far whose gradient was not finite, and that were left out."""
    _in_a_row: int = 0

    def __post_init__(self) -> None:
        self.device = torch.device(self.machine.device)
        self.network.to(self.device)
        self.dtype = self.machine.dtype(self.recipe.optimisation.precision)
        self.optimiser = make_optimiser(self.network, self.recipe.optimisation)
        self.scaler = torch.amp.GradScaler(self.machine.device, enabled=self.dtype == torch.float16)

    def train_mode(self) -> None:
        """Dropout on; batch norm on where its convolution learns."""
        self.network.train()
        for norm in self.network.norms:
            if not any(parameter.requires_grad for parameter in norm.parameters()):
                norm.eval()

    def step(self, batch: Batch, *, learning_rate: float) -> float | None:
        """Learn from one batch; None, not the loss, where the gradient was not finite and nothing was learnt.

        A `ModelError` where that happened many times in a row.
        """
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate
        loss = self._loss(batch)
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
        return float(loss.detach())

    @torch.no_grad()
    def judge(self, batch: Batch) -> tuple[NDArray[np.float32], float]:
        """Logits (N,) of pictures as they are in use, and their loss."""
        self.network.eval()
        logits = self._logits(batch[0])
        loss = self._weighted(logits, torch.from_numpy(batch[1]).to(self.device))
        return logits.cpu().numpy(), float(loss)

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

    def _loss(self, batch: Batch) -> Tensor:
        return self._weighted(self._logits(batch[0]), torch.from_numpy(batch[1]).to(self.device))

    def _logits(self, pictures: NDArray[np.float32]) -> Tensor:
        grey = torch.from_numpy(pictures).to(self.device)
        channels = self.recipe.network_options.channels
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            logits: Tensor = self.network(grey[:, None].expand(-1, channels, -1, -1).contiguous())
        return logits.float()

    def _weighted(self, logits: Tensor, truth: Tensor) -> Tensor:
        """Mean cross-entropy, each view by the weight of its class."""
        without, with_bac = self.weights
        weights = truth * with_bac + (1 - truth) * without
        return functional.binary_cross_entropy_with_logits(logits, truth, weight=weights)

    def _skip(self) -> None:
        self.skipped += 1
        self._in_a_row += 1
        if self._in_a_row >= MOST_SKIPPED:
            raise ModelError(
                f"Training failed: {MOST_SKIPPED} steps in a row had no finite gradient; "
                "lower optimisation.learning_rate or set optimisation.precision to float32."
            )
