"""The exponential moving average of a network's weights and batch-norm statistics, kept by torch."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

WARMUP_STEPS = 10
"""The decay of step n is at most (1 + n) / (WARMUP_STEPS + n): the random start is soon forgotten."""


def weight_average(network: nn.Module, decay: float) -> AveragedModel:
    """Begin an average at the present state of a network (Polyak 1992, with a warm-up).

    `decay` is the share of the old average that is kept at each step; 0 follows the network.
    """

    @torch.no_grad()
    def take_in(averages: Sequence[Tensor], values: Sequence[Tensor], steps: Tensor | int) -> None:
        kept = min(decay, (1 + int(steps)) / (WARMUP_STEPS + int(steps)))
        for average, value in zip(averages, values, strict=True):
            if value.is_floating_point():
                average.lerp_(value, 1 - kept)
            else:
                average.copy_(value)

    average = AveragedModel(network, multi_avg_fn=take_in, use_buffers=True)
    set_steps(average, 0)
    return average


def steps_of(average: AveragedModel) -> int:
    """How many steps were taken in."""
    return int(average.n_averaged) - 1


def set_steps(average: AveragedModel, steps: int) -> None:
    """Say how many steps were taken in; the start counts as one more, or torch would overwrite it."""
    average.n_averaged.fill_(steps + 1)
