"""The weight of the Hausdorff loss, which each epoch sets for the next."""

from __future__ import annotations

from dataclasses import dataclass

from shared_core.training.losses import Loss


@dataclass
class HausdorffWeight:
    """So that it counts as much as the Dice loss (Karimi and Salcudean 2020, IEEE TMI 39:499)."""

    weight: float = 0.0
    dice_sum: float = 0.0
    hausdorff_sum: float = 0.0
    """Of the steps of the present epoch that were learnt from, unweighted."""

    def add(self, loss: Loss) -> None:
        """Count a step; nothing where there is no Hausdorff loss."""
        if loss.dice is not None and loss.hausdorff is not None:
            self.dice_sum += loss.dice
            self.hausdorff_sum += loss.hausdorff

    def close_epoch(self, *, takes_part: bool) -> None:
        """Set the weight of the next epoch; 0 where it does not take part there yet."""
        # Where nothing was far from a border, what was is as good as any.
        if takes_part and self.hausdorff_sum > 0:
            self.weight = self.dice_sum / self.hausdorff_sum
        self.dice_sum = self.hausdorff_sum = 0.0
