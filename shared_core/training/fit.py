"""Training on patches: epochs, validation, early stopping, hard negatives; goes on after any stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from shared_core.errors import Cancelled, UsageError
from shared_core.training.batches import EpochBatches, Numbers, epoch_order, evenly, has_bac
from shared_core.training.board import RunBoard, found_picture
from shared_core.training.computing_device import Machine, repeatable
from shared_core.training.logs import write_history
from shared_core.training.network import Arrays, arrays_of, make_network, probabilities
from shared_core.training.optimisation import learning_rate
from shared_core.training.patch import PatchSet
from shared_core.training.recipe import Recipe
from shared_core.training.scoring import count_patches, hardest_negatives
from shared_core.training.state import arrays_sha256, load_state, patches_sha256, require_same, save_state
from shared_core.training.training_step import Stepper
from shared_core.version import SOFTWARE_VERSION

STATE_FILE = "state.pt"
_MINING = 2
"""Which of the independent streams of random numbers of an epoch, beside those of the batches."""
_SHOWN = 4
"""Validation patches with BAC on TensorBoard's pictures."""
SAVE_SECONDS = 120.0
"""Longest work that a killed run loses."""


@dataclass(frozen=True)
class TrainingProgress:
    """Where a run is."""

    epoch: int
    """From 1."""
    epochs: int
    step: int
    """Of the epoch, from 1."""
    steps: int
    loss: float | None
    seconds_left: float | None
    """If no early stop comes; None before there is anything to tell it from."""


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
class _Run:
    """What changes from epoch to epoch."""

    epoch: int = 0
    step: int = 0
    """Of the present epoch: steps that are done."""
    losses: list[float] = field(default_factory=list)
    hardest: list[int] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    best: dict[str, torch.Tensor] | None = None
    best_scores: dict[str, float] = field(default_factory=dict)
    best_epoch: int = 0
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
        return trainer.fit(progress, epoch_done, cancelled)


class _Trainer:
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
        self.output_dir, self.seed, self.workers = output_dir, seed, workers
        self.pool = np.arange(len(training)) if pool is None else np.asarray(pool, np.int64)
        self.positive = has_bac(training)
        self.stepper = Stepper(make_network(recipe, seed=seed, start=start), recipe, machine)
        # A second network holds the averaged weights when they are scored.
        self.judge = make_network(recipe, seed=seed).to(self.stepper.device).eval()
        self.made_by = {
            "seed": str(seed),
            "device": machine.name,
            "precision": str(self.stepper.dtype).removeprefix("torch."),
            "threads": str(machine.threads),
            "software": f"OpenBAC {SOFTWARE_VERSION}",
            "torch": str(torch.__version__),
            "training_patches_sha256": patches_sha256(training),
            "validation_patches_sha256": patches_sha256(validation),
            "drawn_patches_sha256": arrays_sha256({"pool": self.pool}),
            "start_sha256": arrays_sha256(start) if start is not None else "random weights",
        }
        self.run = _Run()
        if start is not None and recipe.sampling.mine_every_epochs:
            self.run.hardest = self._mine()
        self.path = output_dir / STATE_FILE
        if self.path.exists():
            self._load()

    def fit(
        self,
        progress: Callable[[TrainingProgress], None] | None,
        epoch_done: Callable[[dict[str, Any]], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> Fitted:
        run, clock = self.run, _Clock()
        done = run.history[-1]["step"] if run.history else 0
        self.board = RunBoard(self.output_dir, last_step=done + run.step)
        try:
            while not run.finished:
                self._epoch(clock, progress, cancelled)
                row = self._close_epoch()
                self._save()
                write_history(self.output_dir, run.history)
                self.board.epoch(row)
                if epoch_done is not None:
                    epoch_done(row)
        finally:
            self.board.close()
        assert run.best is not None
        return Fitted(
            arrays=arrays_of(run.best),
            threshold=run.best_scores["threshold"],
            epoch=run.best_epoch,
            scores=dict(run.best_scores),
            history=tuple(run.history),
            made_by=self.made_by,
        )

    def _epoch(
        self,
        clock: _Clock,
        progress: Callable[[TrainingProgress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        run, recipe = self.run, self.recipe
        order = epoch_order(
            self.positive,
            recipe.sampling,
            pool=self.pool,
            hardest=np.asarray(run.hardest, np.int64),
            seed=self.seed,
            epoch=run.epoch,
        )
        batches = EpochBatches(self.training, recipe, order, self.seed, run.epoch)
        steps = len(batches)
        if run.step == 0:
            torch.manual_seed(_dropout_seed(self.seed, run.epoch))
        self.stepper.train_mode()
        for images, labels in batches.ahead(run.step, self.workers):
            rate = learning_rate(run.epoch * steps + run.step, recipe.epochs * steps, recipe.optimisation)
            loss = self.stepper.step(images, labels, learning_rate=rate)
            run.step += 1
            if loss is not None:
                run.losses.append(loss)
                self.board.step(run.epoch * steps + run.step, loss=loss, learning_rate=rate)
            clock.steps += 1
            if progress is not None:
                left = clock.seconds_left((recipe.epochs - run.epoch) * steps - run.step)
                progress(TrainingProgress(run.epoch + 1, recipe.epochs, run.step, steps, loss, left))
            if cancelled is not None and cancelled():
                self._save()
                raise Cancelled("Training was stopped; run the same command again to go on.")
            if clock.save_due():
                self._save()

    def _close_epoch(self) -> dict[str, Any]:
        """Validate, mine and begin the next epoch; return this one's row of the log."""
        run, recipe = self.run, self.recipe
        row: dict[str, Any] = {
            "epoch": run.epoch + 1,
            "step": run.step * (run.epoch + 1),
            "learning_rate": self.stepper.optimiser.param_groups[0]["lr"],
            "loss": float(np.mean(run.losses)) if run.losses else float("nan"),
            "mined": len(run.hardest),
            "skipped_steps": self.stepper.skipped,
        }
        if recipe.loss.kind == "dice+bce+hausdorff":
            row["hausdorff_weight"] = self.stepper.hausdorff.weight
        self.stepper.hausdorff.close_epoch(takes_part=run.epoch + 2 >= recipe.loss.hausdorff_from_epoch)
        last = run.epoch + 1 == recipe.epochs
        if last or (run.epoch + 1) % recipe.validation.every_epochs == 0:
            row.update(self._validate())
            self._show(row["step"], row["threshold"])
        run.history.append(row)
        run.epoch, run.step, run.losses = run.epoch + 1, 0, []
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
            run.best = {name: value.detach().cpu().clone() for name, value in self.stepper.weights().items()}
            run.best_scores, run.best_epoch, run.stale = scores, run.epoch + 1, 0
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

    def _save(self) -> None:
        run = asdict(self.run)
        state = {
            "made_by": self.made_by,
            "recipe": self.recipe.as_dict(),
            "run": run,
            "stepper": self.stepper.state(),
            "random": torch.get_rng_state(),
        }
        if self.stepper.device.type == "cuda":
            state["random_cuda"] = torch.cuda.get_rng_state()
        save_state(self.path, state)

    def _load(self) -> None:
        state = load_state(self.path)
        require_same(self.path, {"recipe": state["recipe"]}, {"recipe": self.recipe.as_dict()})
        require_same(self.path, state["made_by"], self.made_by)
        self.run = _Run(**state["run"])
        self.stepper.restore(state["stepper"])
        torch.set_rng_state(state["random"])
        if self.stepper.device.type == "cuda":
            torch.cuda.set_rng_state(state["random_cuda"])


def _better(scores: dict[str, float], best: dict[str, float]) -> bool:
    """By the score; where that is equal, as in the first epochs, by the Dice at its best threshold."""
    return (scores["score"], scores["best_dice"]) > (best["score"], best["best_dice"])


def _dropout_seed(seed: int, epoch: int) -> int:
    return int(np.random.SeedSequence((seed, epoch)).generate_state(1, np.uint64)[0] >> np.uint64(1))


class _Clock:
    """Time of this process's share of the run."""

    def __init__(self) -> None:
        self.began = self.saved = time.monotonic()
        self.steps = 0

    def seconds_left(self, steps: int) -> float | None:
        if not self.steps:
            return None
        return (time.monotonic() - self.began) / self.steps * steps

    def save_due(self) -> bool:
        now = time.monotonic()
        if now - self.saved < SAVE_SECONDS:
            return False
        self.saved = now
        return True
