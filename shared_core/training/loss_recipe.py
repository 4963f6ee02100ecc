"""What a training makes small, as a section of a recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LossKind = Literal["dice", "bce", "dice+bce", "dice+bce+hausdorff", "bce+jaccard"]


@dataclass(frozen=True)
class LossRecipe:
    """What is made small."""

    kind: LossKind = "dice"
    bce_weight: float = 1.0
    """Of the cross-entropy in a sum."""
    positive_weight: float = 1.0
    """Of a BAC pixel in the cross-entropy."""
    jaccard_weight: float = 0.1
    """Of the Jaccard loss beside the cross-entropy."""
    hausdorff_scale_px: float = 100.0
    """Unit of the distances in the Hausdorff loss; in pixels, their squares would drown the other losses."""
    hausdorff_from_epoch: int = 6
    """From 1: before it the Hausdorff loss has no weight, as it rewards an untrained network for marking
    nothing. Then it counts as much as the Dice loss, by the means of the epoch before."""
