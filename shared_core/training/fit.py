"""Training on patches: validation, early stopping, hard negatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.training.batches import EpochBatches, Numbers, Pixels, epoch_order, evenly, has_bac
from shared_core.training.board import found_picture
from shared_core.training.computing_device import Machine, repeatable
from shared_core.training.epochs import EpochTrainer, RunState, Told, TrainingProgress, made_on
from shared_core.training.logs import COLUMNS
from shared_core.training.network import Arrays, arrays_of, make_network, probabilities
from shared_core.training.patch import PatchSet
from shared_core.training.recipe import Recipe
from shared_core.training.scoring import count_patches, hardest_negatives
from shared_core.training.state import arrays_sha256, patches_sha256
from shared_core.training.training_step import Stepper

_MINING = 2
"""Which of the independent streams of random numbers of an epoch, beside those of the batches."""
_SHOWN = 4
"""Validation patches with BAC on TensorBoard's pictures."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """The best weights of a run and how they were told."""

    arrays: dict[str, NDArray[np.float32]]
    threshold: float
    epoch: int
    """Of the best weights, from 1."""
    scores: dict[str, float]
    """See `PatchScores`."""
    history: tuple[dict[str, Any], ...]
    """One row an epoch, see `logs.COLUMNS`."""
    made_by: dict[str, str]
    """Seed, machine, software and sha256 of the patches."""


@dataclass
class _Run(RunState):
    hardest: list[int] = field(default_factory=list)
    stale: int = 0
    """Validations since the best."""
    finished: bool = False


def fit(
    recipe: Recipe,
    training: PatchSet,
    validation: PatchSet,
    *,
    output_dir: Path,
    seed: int = 0,
    machine: Machine | None = None,
    workers: int = 1,
    start: Arrays | None = None,
    pool: Numbers | None = None,
    progress: Callable[[TrainingProgress], None] | None = None,
    epoch_done: Callable[[dict[str, Any]], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Fitted:
    """Train a network; where `output_dir` holds the state of the same run, go on with it.

    The same recipe, patches, seed, start, machine and version of torch give the same weights, whether
    the run was stopped in between or not, and whatever the count of workers.

    Parameters
    ----------
    training, validation
        Patches; no patient may be in both (see `shared_core.training.data`).
    output_dir
        Gets ``state.pt`` and ``log.csv``.
    machine
        The CPU with one thread by default.
    workers
        Threads that prepare batches.
    start
        Weights to go on from, under our names or the published ones; None begins at random.
    pool
        Numbers of the training patches to draw from, one more often named is drawn more often; None for all.
    progress, epoch_done
        Called after every step; after every epoch with its row of the log.
    cancelled
        Asked after every step.

    Raises
    ------
    UsageError
        No patches, or the state in `output_dir` is of another run.
    ModelError
        `start` is of another network, or no gradient was finite for long.
    Cancelled
        The person stopped it; the state is saved.
    """
    machine = machine or Machine()
    if not len(training) or not len(validation):
        raise UsageError("Training needs patches to train on and patches to validate on; give more data.")
    with repeatable(machine):
        trainer = _Trainer(recipe, training, validation, output_dir, seed, machine, workers, start, pool)
        trainer.train(Told(progress, epoch_done, cancelled))
        return trainer.fitted()


class _Trainer(EpochTrainer[_Run, Stepper, tuple[Pixels, Pixels]]):
    def __init__(
        self,
        recipe: Recipe,
        training: PatchSet,
        validation: PatchSet,
        output_dir: Path,
        seed: int,
        machine: Machine,
        workers: int,
        start: Arrays | None,
        pool: Numbers | None,
    ) -> None:
        most = recipe.validation.most_patches
        if 0 < most < len(validation):
            validation = validation.chosen(evenly(has_bac(validation), most))
        self.recipe, self.training, self.validation = recipe, training, validation
        self.pool = np.arange(len(training)) if pool is None else np.asarray(pool, np.int64)
        self.positive = has_bac(training)
        stepper = Stepper(make_network(recipe, seed=seed, start=start), recipe, machine)
        super().__init__(
            recipe,
            stepper,
            _Run(),
            output_dir=output_dir,
            seed=seed,
            workers=workers,
            columns=COLUMNS,
            made_by={
                **made_on(machine, stepper.dtype, seed=seed),
                "training_patches_sha256": patches_sha256(training),
                "validation_patches_sha256": patches_sha256(validation),
                "drawn_patches_sha256": arrays_sha256({"pool": self.pool}),
                "start_sha256": arrays_sha256(start) if start is not None else "random weights",
            },
        )
        # A second network holds the averaged weights when they are scored.
        self.judge = make_network(recipe, seed=seed).to(stepper.device).eval()
        if start is not None and recipe.sampling.mine_every_epochs:
            self.run.hardest = self._mine()

    def fitted(self) -> Fitted:
        """The best weights of the finished run."""
        run = self.run
        assert run.best is not None
        return Fitted(
            arrays=arrays_of(run.best),
            threshold=run.best_scores["threshold"],
            epoch=run.best_epoch,
            scores=dict(run.best_scores),
            history=tuple(run.history),
            made_by=self.made_by,
        )

    def _finished(self) -> bool:
        return self.run.finished

    def _batches(self) -> EpochBatches:
        order = epoch_order(
            self.positive,
            self.recipe.sampling,
            pool=self.pool,
            hardest=np.asarray(self.run.hardest, np.int64),
            seed=self.seed,
            epoch=self.run.epoch,
        )
        return EpochBatches(self.training, self.recipe, order, self.seed, self.run.epoch)

    def _learn(self, batch: tuple[Pixels, Pixels], rate: float) -> float | None:
        return self.stepper.step(*batch, learning_rate=rate)

    def _close_epoch(self) -> dict[str, Any]:
        """Validate, mine and begin the next epoch; return this one's row of the log."""
        run, recipe = self.run, self.recipe
        row = {**self._row(), "mined": len(run.hardest)}
        if recipe.loss.kind == "dice+bce+hausdorff":
            row["hausdorff_weight"] = self.stepper.hausdorff.weight
        self.stepper.hausdorff.close_epoch(takes_part=run.epoch + 2 >= recipe.loss.hausdorff_from_epoch)
        last = run.epoch + 1 == recipe.epochs
        if last or (run.epoch + 1) % recipe.validation.every_epochs == 0:
            row.update(self._validate())
            self._show(row["step"], row["threshold"])
        self._begin_next(row)
        patience = recipe.validation.patience
        run.finished = last or (patience > 0 and run.stale >= patience)
        every = recipe.sampling.mine_every_epochs
        if every and not run.finished and run.epoch % every == 0:
            run.hardest = self._mine()
        return row

    def _validate(self) -> dict[str, float]:
        run = self.run
        counts = count_patches(self._judging(), self.validation, self.recipe, self.stepper.device)
        scores = asdict(counts.scores(self.recipe.validation))
        if self.recipe.validation.keep == "last" or run.best is None or _better(scores, run.best_scores):
            run.keep(self.stepper.weights(), scores)
            run.stale = 0
        else:
            run.stale += 1
        return scores

    def _show(self, step: int, threshold: float) -> None:
        """Some validation patches for TensorBoard."""
        if not self.board.wants_pictures:
            return
        shown = np.flatnonzero(has_bac(self.validation))[:_SHOWN]
        if not len(shown):
            shown = np.arange(min(_SHOWN, len(self.validation)))
        images, labels = self.validation.images_u8[shown], self.validation.labels[shown]
        found = probabilities(self._judging(), np.asarray(images), self.recipe, self.stepper.device)
        self.board.pictures(step, found_picture(images, labels, found > threshold))

    def _mine(self) -> list[int]:
        drawn = np.unique(self.pool)
        numbers = drawn[~self.positive[drawn]]
        among = self.recipe.sampling.mine_from
        if 0 < among < len(numbers):
            rng = np.random.default_rng((self.seed, self.run.epoch, _MINING))
            numbers = np.sort(rng.choice(numbers, among, replace=False))
        return hardest_negatives(
            self._judging(),
            self.training,
            numbers,
            self.recipe,
            self.stepper.device,
        )

    def _judging(self) -> torch.nn.Module:
        self.judge.load_state_dict(self.stepper.weights())
        return self.judge


def _better(scores: dict[str, float], best: dict[str, float]) -> bool:
    """By the score; where that is equal, as in the first epochs, by the Dice at its best threshold."""
    return (scores["score"], scores["best_dice"]) > (best["score"], best["best_dice"])
