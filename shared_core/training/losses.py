"""Losses of a segmentation with ignored pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from shared_core.distance import distance_from_outside
from shared_core.training.loss_recipe import LossRecipe
from shared_core.training.patch import IGNORED


@dataclass(frozen=True, eq=False)
class Loss:
    """What is made small, and the parts whose ratio decides on the weight of the Hausdorff loss."""

    total: Tensor
    dice: float | None = None
    hausdorff: float | None = None
    """Unweighted; None where the recipe has no Hausdorff loss."""


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


def jaccard_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """1 - (I + 1) / (U + 1) of probabilities, pooled over the batch (Ibrahim 2025); see `soft_dice_loss`."""
    truth, counted = _split(labels)
    probability = torch.sigmoid(logits[:, 0].float()) * counted
    overlap = (probability * truth).sum()
    return 1 - (overlap + 1) / (probability.sum() + truth.sum() - overlap + 1)


def hausdorff_loss(logits: Tensor, labels: Tensor, *, scale_px: float) -> Tensor:
    """Mean of (p - g)² (d_P² + d_G²) over the pixels that count: an estimate of the Hausdorff distance.

    p is the probability, g the truth, d_P and d_G the distances to the border of p > 0.5 and of g. No
    gradient goes through the distances. Source: Karimi and Salcudean 2020, IEEE TMI 39:499, equation 8 with
    alpha 2.

    Parameters
    ----------
    logits
        (N, 1, H, W).
    labels
        (N, H, W): 0, 1 and `IGNORED`, see `shared_core.training.patch`.
    scale_px
        Unit of the distances. In pixels their squares reach millions on a whole view, and drown other losses.
    """
    truth, counted = _split(labels)
    probability = torch.sigmoid(logits[:, 0].float())
    marked = ((probability.detach() > 0.5) & (counted > 0)).cpu().numpy()
    bac = (truth > 0).cpu().numpy()
    squares = np.stack(
        [_distance(found) ** 2 + _distance(true) ** 2 for found, true in zip(marked, bac, strict=True)]
    )
    weight = torch.from_numpy(squares / np.float32(scale_px**2)).to(logits.device)
    wrong = (probability - truth).square() * counted
    return (wrong * weight).sum() / counted.sum().clamp(min=1)


def segmentation_loss(
    logits: Tensor, labels: Tensor, recipe: LossRecipe, *, hausdorff_weight: float = 0.0
) -> Loss:
    """The loss that a recipe asks for, in float32."""
    if recipe.kind == "dice":
        return Loss(soft_dice_loss(logits, labels))
    cross_entropy = bce_loss(logits, labels, positive_weight=recipe.positive_weight)
    if recipe.kind == "bce":
        return Loss(cross_entropy)
    if recipe.kind == "bce+jaccard":
        jaccard = jaccard_loss(logits, labels)
        return Loss(recipe.bce_weight * cross_entropy + recipe.jaccard_weight * jaccard)
    dice = soft_dice_loss(logits, labels)
    overlap = dice + recipe.bce_weight * cross_entropy
    if recipe.kind == "dice+bce":
        return Loss(overlap)
    hausdorff = hausdorff_loss(logits, labels, scale_px=recipe.hausdorff_scale_px)
    # Without a weight it takes no part: 0 times a gradient that overflows would be no number.
    total = overlap + hausdorff_weight * hausdorff if hausdorff_weight else overlap
    return Loss(total, float(dice.detach()), float(hausdorff.detach()))


def _distance(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Distance to the border of a mask from either side, in px; 0 everywhere where it is empty or full."""
    if not mask.any() or mask.all():
        return np.zeros(mask.shape, np.float32)
    return (distance_from_outside(mask) + distance_from_outside(~mask)).astype(np.float32)


def _split(labels: Tensor) -> tuple[Tensor, Tensor]:
    """Labels as (truth, counted), both 0 or 1 in float32."""
    return (labels == 1).float(), (labels != IGNORED).float()
