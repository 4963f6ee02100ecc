"""A model before and after it was trained further, on the same patches, and which of the two is kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from shared_core.training.patch_scores import PatchScores
from shared_core.training.short_table import short_table


@dataclass(frozen=True)
class Comparison:
    """Scores before and after, at the threshold of the model that it began from."""

    held_out_before: PatchScores
    held_out_after: PatchScores
    replay_before: PatchScores
    replay_after: PatchScores

    def verdict(self, margin: float) -> str | None:
        """Why the new model is no better; None where it is kept.

        Dice decides; where nothing held out has BAC, the false area does.
        """
        before, after = self.held_out_before, self.held_out_after
        if before.best_dice > 0 or after.best_dice > 0:
            if not after.recall:
                return "on held-out views it finds no BAC at all"
            if after.dice < before.dice:
                return f"on held-out views Dice fell from {before.dice:.3f} to {after.dice:.3f}"
        elif after.false_share > before.false_share:
            return (
                f"on held-out views, all without BAC, the false area rose from {before.false_share:.2e} to "
                f"{after.false_share:.2e} of the pixels"
            )
        lost = self.replay_before.dice - self.replay_after.dice
        if lost > margin:
            return (
                f"on replay views Dice fell from {self.replay_before.dice:.3f} to "
                f"{self.replay_after.dice:.3f}, by more than {margin:g}"
            )
        return None

    def csv(self) -> bytes:
        """One row for each set and time."""
        rows = {
            ("held out", "before"): self.held_out_before,
            ("held out", "after"): self.held_out_after,
            ("replay", "before"): self.replay_before,
            ("replay", "after"): self.replay_after,
        }
        columns = ("views", "time", "threshold", "dice", "recall", "precision", "false_share")
        lines = ({"views": views, "time": time, **asdict(scores)} for (views, time), scores in rows.items())
        return short_table(columns, lines)
