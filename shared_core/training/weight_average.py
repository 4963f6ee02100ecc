"""The exponential moving average of a network's weights."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

WARMUP_STEPS = 10
"""The decay of step n is at most (1 + n) / (WARMUP_STEPS + n): the random start is soon forgotten."""


class WeightAverage:
    """Weights and batch-norm statistics, averaged step by step (Polyak 1992, with a warm-up).

    Parameters
    ----------
    network
        Its present state is the start.
    decay
        Share of the old average that is kept at each step; 0 follows the network.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.steps = 0
        self.state = {name: value.detach().clone() for name, value in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Take in the weights after one step."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (WARMUP_STEPS + self.steps))
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                self.state[name].lerp_(value, 1 - decay)
            else:
                self.state[name].copy_(value)

    def restore(self, state: Mapping[str, Tensor], steps: int) -> None:
        """Go on from a saved average."""
        self.steps = steps
        for name, value in state.items():
            self.state[name].copy_(value)
