"""Losses of a segmentation with ignored pixels."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from shared_core.training.recipe import LossRecipe

IGNORED = 255
"""Label of a pixel that takes no part."""


def soft_dice_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """1 - Dice of probabilities, pooled over the batch (Milletari 2016; Guo 2021, section II.C).

    Pooled, because the Dice of a patch without BAC is 0 whatever little is marked on it. Logits are
    (N, 1, H, W), labels (N, H, W) of 0, 1 and `IGNORED`.
    """
    truth, counted = _split(labels)
    probability = torch.sigmoid(logits[:, 0].float()) * counted
    overlap = (probability * truth).sum()
    # 1 px more in both sums, so that a batch without BAC has a loss of 0 where nothing is marked.
    return 1 - (2 * overlap + 1) / (probability.sum() + truth.sum() + 1)


def bce_loss(logits: Tensor, labels: Tensor, *, positive_weight: float = 1.0) -> Tensor:
    """Mean binary cross-entropy over the pixels that count; see `soft_dice_loss`."""
    truth, counted = _split(labels)
    weight = torch.tensor(positive_weight, device=logits.device)
    loss = functional.binary_cross_entropy_with_logits(
        logits[:, 0].float(), truth, reduction="none", pos_weight=weight
    )
    return (loss * counted).sum() / counted.sum().clamp(min=1)


def segmentation_loss(logits: Tensor, labels: Tensor, recipe: LossRecipe) -> Tensor:
    """The loss that a recipe asks for, in float32."""
    if recipe.kind == "dice":
        return soft_dice_loss(logits, labels)
    cross_entropy = bce_loss(logits, labels, positive_weight=recipe.positive_weight)
    if recipe.kind == "bce":
        return cross_entropy
    return soft_dice_loss(logits, labels) + recipe.bce_weight * cross_entropy


def _split(labels: Tensor) -> tuple[Tensor, Tensor]:
    """Labels as (truth, counted), both 0 or 1 in float32."""
    return (labels == 1).float(), (labels != IGNORED).float()
