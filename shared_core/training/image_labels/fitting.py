"""Training on labelled pictures: validation and the best epoch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shared_core.statistics.detection import curves
from shared_core.training.computing_device import Machine, repeatable
from shared_core.training.epochs import EpochTrainer, RunState, Told, made_on
from shared_core.training.image_labels.batches import Batch, LabelBatches, unchanged
from shared_core.training.image_labels.initial import Initial
from shared_core.training.image_labels.pictures import Pictures
from shared_core.training.image_labels.recipe import LabelRecipe
from shared_core.training.image_labels.stepping import LabelStepper, class_weights, make_classifier
from shared_core.training.network import arrays_of
from shared_core.training.state import arrays_sha256

COLUMNS: Final = (
    *("epoch", "step", "learning_rate", "loss"),
    *("validation_loss", "auc", "auc_pr", "skipped_steps"),
)
"""Of ``log.csv``; no times: the same run writes the same bytes."""


@dataclass(frozen=True, eq=False)
class LabelFitted:
    """The best weights of a run and how they were told."""

    arrays: dict[str, NDArray[np.float32]]
    epoch: int
    """Of the best weights, from 1."""
    scores: dict[str, float]
    """On the validation side: ``validation_loss``, ``auc``, ``auc_pr``."""
    made_by: dict[str, str]
    """Seed, machine, software and sha256 of the pictures."""


def fit_labels(
    recipe: LabelRecipe,
    training: Pictures,
    validation: Pictures,
    *,
    output_dir: Path,
    seed: int = 0,
    machine: Machine | None = None,
    workers: int = 1,
    initial: Initial | None = None,
    told: Told | None = None,
) -> LabelFitted:
    """Train a classifier; where `output_dir` holds the state of the same run, go on with it.

    The same recipe, pictures, seed, start, machine and version of torch give the same weights, whether the
    run was stopped in between or not, and whatever the count of workers.

    Raises
    ------
    UsageError
        The state in `output_dir` is of another run, or a side has pictures of one kind only.
    ModelError
        No gradient was finite for long.
    Cancelled
        The person stopped it; the state is saved.
    """
    machine = machine or Machine()
    with repeatable(machine):
        trainer = _Trainer(recipe, training, validation, output_dir, seed, machine, workers, initial)
        trainer.train(told or Told())
        return trainer.fitted()


class _Trainer(EpochTrainer[RunState, LabelStepper, Batch]):
    def __init__(
        self,
        recipe: LabelRecipe,
        training: Pictures,
        validation: Pictures,
        output_dir: Path,
        seed: int,
        machine: Machine,
        workers: int,
        initial: Initial | None,
    ) -> None:
        self.recipe, self.training, self.validation = recipe, training, validation
        network = make_classifier(recipe, seed=seed, initial=initial)
        stepper = LabelStepper(network, recipe, machine, class_weights(training.positive))
        super().__init__(
            recipe,
            stepper,
            RunState(),
            output_dir=output_dir,
            seed=seed,
            workers=workers,
            columns=COLUMNS,
            made_by={
                **made_on(machine, stepper.dtype, seed=seed),
                "training_pictures_sha256": training.sha256(),
                "validation_pictures_sha256": validation.sha256(),
                "start_sha256": "random weights" if initial is None else arrays_sha256(initial.arrays),
            },
        )

    def fitted(self) -> LabelFitted:
        """The best weights of the finished run."""
        run = self.run
        assert run.best is not None
        return LabelFitted(arrays_of(run.best), run.best_epoch, dict(run.best_scores), self.made_by)

    def _finished(self) -> bool:
        return self.run.epoch >= self.recipe.epochs

    def _batches(self) -> LabelBatches:
        return LabelBatches(self.training, self.recipe, self.seed, self.run.epoch)

    def _learn(self, batch: Batch, rate: float) -> float | None:
        return self.stepper.step(batch, learning_rate=rate)

    def _close_epoch(self) -> dict[str, Any]:
        run, scores = self.run, self._validate()
        row = {**self._row(), **scores}
        if run.best is None or _better(scores, run.best_scores):
            run.keep(self.stepper.network.state_dict(), scores)
        self._begin_next(row)
        return row

    def _validate(self) -> dict[str, float]:
        logits, losses = [], []
        for batch in unchanged(self.validation, self.recipe.batch):
            own, loss = self.stepper.judge(batch)
            logits.append(own)
            losses.append(loss * len(own))
        # Logits have more different values than their probabilities.
        found = curves(self.validation.positive, np.concatenate(logits))
        mean = float(np.sum(losses)) / len(self.validation)
        return {"validation_loss": mean, "auc": found.auc_roc, "auc_pr": found.auc_pr}


def _better(scores: dict[str, float], best: dict[str, float]) -> bool:
    """By the area under precision over recall; where that is equal, by the loss."""
    return (scores["auc_pr"], -scores["validation_loss"]) > (best["auc_pr"], -best["validation_loss"])
