"""The optimiser, and its learning rate step by step."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn

from shared_core.training.recipe import OptimisationRecipe


def make_optimiser(network: nn.Module, recipe: OptimisationRecipe) -> torch.optim.AdamW:
    """AdamW; slopes, offsets and norms are not drawn to zero."""
    decayed = [value for value in network.parameters() if value.requires_grad and value.ndim > 1]
    free = [value for value in network.parameters() if value.requires_grad and value.ndim <= 1]
    groups: list[dict[str, Any]] = [{"params": decayed}, {"params": free, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)


def learning_rate(step: int, steps: int, recipe: OptimisationRecipe) -> float:
    """Learning rate of step 0 to `steps` - 1: linear warm-up, then constant or half a cosine down to 0."""
    if step < recipe.warmup_steps:
        return recipe.learning_rate * (step + 1) / recipe.warmup_steps
    if recipe.schedule == "constant":
        return recipe.learning_rate
    done = (step - recipe.warmup_steps) / max(steps - recipe.warmup_steps, 1)
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))
