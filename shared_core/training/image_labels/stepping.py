"""One step of learning from labels of whole images: forward, loss, backward, weights."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from shared_core.networks.building import build_classifier
from shared_core.networks.vgg16 import Vgg16
from shared_core.training.computing_device import Machine
from shared_core.training.gradient_steps import GradientSteps
from shared_core.training.image_labels.batches import Batch
from shared_core.training.image_labels.initial import Initial
from shared_core.training.image_labels.recipe import LabelRecipe


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


class LabelStepper(GradientSteps):
    """A classifier that learns from labels of whole images."""

    network: Vgg16

    def __init__(
        self, network: Vgg16, recipe: LabelRecipe, machine: Machine, weights: tuple[float, float]
    ) -> None:
        super().__init__(network, recipe.optimisation, machine)
        self.recipe = recipe
        self.weights = weights
        """Of a view without and with BAC."""

    def train_mode(self) -> None:
        """Dropout on; batch norm on where its convolution learns."""
        self.network.train()
        for norm in self.network.norms:
            if not any(parameter.requires_grad for parameter in norm.parameters()):
                norm.eval()

    def step(self, batch: Batch, *, learning_rate: float) -> float | None:
        """Learn from one batch; None, not the loss, where nothing was learnt, see `take`."""
        loss = self._weighted(self._logits(batch[0]), self._truth(batch))
        return float(loss.detach()) if self.take(loss, learning_rate=learning_rate) else None

    @torch.no_grad()
    def judge(self, batch: Batch) -> tuple[NDArray[np.float32], float]:
        """Logits (N,) of pictures as they are in use, and their loss."""
        self.network.eval()
        logits = self._logits(batch[0])
        loss = self._weighted(logits, self._truth(batch))
        return logits.cpu().numpy(), float(loss)

    def _truth(self, batch: Batch) -> Tensor:
        return torch.from_numpy(batch[1]).to(self.device)

    def _logits(self, pictures: NDArray[np.float32]) -> Tensor:
        grey = torch.from_numpy(pictures).to(self.device)
        channels = self.recipe.network_options.channels
        return self.answer(grey[:, None].expand(-1, channels, -1, -1).contiguous())

    def _weighted(self, logits: Tensor, truth: Tensor) -> Tensor:
        """Mean cross-entropy, each view by the weight of its class."""
        without, with_bac = self.weights
        weights = truth * with_bac + (1 - truth) * without
        return functional.binary_cross_entropy_with_logits(logits, truth, weight=weights)
