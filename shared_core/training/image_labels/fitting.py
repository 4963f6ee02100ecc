"""Training on labelled pictures: epochs, validation, the best epoch; goes on after any stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from shared_core.errors import Cancelled
from shared_core.statistics.detection import curves
from shared_core.training.board import RunBoard
from shared_core.training.computing_device import Machine, repeatable
from shared_core.training.fit import SAVE_SECONDS, STATE_FILE, TrainingProgress
from shared_core.training.image_labels.batches import LabelBatches, unchanged
from shared_core.training.image_labels.initial import Initial
from shared_core.training.image_labels.pictures import Pictures
from shared_core.training.image_labels.recipe import LabelRecipe
from shared_core.training.image_labels.stepping import LabelStepper, class_weights, make_classifier
from shared_core.training.logs import write_history
from shared_core.training.network import arrays_of
from shared_core.training.optimisation import learning_rate
from shared_core.training.state import arrays_sha256, load_state, require_same, save_state
from shared_core.version import SOFTWARE_VERSION

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


@dataclass
class _Run:
    """What changes from epoch to epoch."""

    epoch: int = 0
    step: int = 0
    """Of the present epoch: steps that are done."""
    losses: list[float] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    best: dict[str, torch.Tensor] | None = None
    best_scores: dict[str, float] = field(default_factory=dict)
    best_epoch: int = 0


@dataclass(frozen=True)
class Told:
    """Whom to tell how far a run is, and whom to ask whether to go on."""

    steps: Callable[[TrainingProgress], None] | None = None
    epoch: Callable[[dict[str, Any]], None] | None = None
    cancelled: Callable[[], bool] | None = None


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
        return trainer.fit(told or Told())


class _Trainer:
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
        self.output_dir, self.seed, self.workers = output_dir, seed, workers
        network = make_classifier(recipe, seed=seed, initial=initial)
        self.stepper = LabelStepper(network, recipe, machine, class_weights(training.positive))
        self.made_by = {
            "seed": str(seed),
            "device": machine.name,
            "precision": str(self.stepper.dtype).removeprefix("torch."),
            "threads": str(machine.threads),
            "software": f"OpenBAC {SOFTWARE_VERSION}",
            "torch": str(torch.__version__),
            "training_pictures_sha256": training.sha256(),
            "validation_pictures_sha256": validation.sha256(),
            "start_sha256": "random weights" if initial is None else arrays_sha256(initial.arrays),
        }
        self.run = _Run()
        self.path = output_dir / STATE_FILE
        if self.path.exists():
            self._load()

    def fit(self, told: Told) -> LabelFitted:
        run = self.run
        done = run.history[-1]["step"] if run.history else 0
        self.board = RunBoard(self.output_dir, last_step=done + run.step)
        self.began = self.saved = time.monotonic()
        self.steps_done = 0
        try:
            while run.epoch < self.recipe.epochs:
                self._epoch(told)
                row = self._close_epoch()
                self._save()
                write_history(self.output_dir, run.history, COLUMNS)
                self.board.epoch(row)
                if told.epoch is not None:
                    told.epoch(row)
        finally:
            self.board.close()
        assert run.best is not None
        return LabelFitted(arrays_of(run.best), run.best_epoch, dict(run.best_scores), self.made_by)

    def _epoch(self, told: Told) -> None:
        run, recipe = self.run, self.recipe
        batches = LabelBatches(self.training, recipe, self.seed, run.epoch)
        steps = len(batches)
        if run.step == 0:
            torch.manual_seed(_dropout_seed(self.seed, run.epoch))
        self.stepper.train_mode()
        for batch in batches.ahead(run.step, self.workers):
            rate = learning_rate(run.epoch * steps + run.step, recipe.epochs * steps, recipe.optimisation)
            loss = self.stepper.step(batch, learning_rate=rate)
            run.step += 1
            self.steps_done += 1
            if loss is not None:
                run.losses.append(loss)
                self.board.step(run.epoch * steps + run.step, loss=loss, learning_rate=rate)
            if told.steps is not None:
                left = (time.monotonic() - self.began) / self.steps_done
                left *= (recipe.epochs - run.epoch) * steps - run.step
                told.steps(TrainingProgress(run.epoch + 1, recipe.epochs, run.step, steps, loss, left))
            if told.cancelled is not None and told.cancelled():
                self._save()
                raise Cancelled("Training was stopped; run the same command again to go on.")
            if time.monotonic() - self.saved >= SAVE_SECONDS:
                self._save()

    def _close_epoch(self) -> dict[str, Any]:
        """Validate and begin the next epoch; return this one's row of the log."""
        run = self.run
        scores = self._validate()
        row: dict[str, Any] = {
            "epoch": run.epoch + 1,
            "step": run.step * (run.epoch + 1),
            "learning_rate": self.stepper.optimiser.param_groups[0]["lr"],
            "loss": float(np.mean(run.losses)) if run.losses else float("nan"),
            **scores,
            "skipped_steps": self.stepper.skipped,
        }
        if run.best is None or _better(scores, run.best_scores):
            state = self.stepper.network.state_dict()
            run.best = {name: value.detach().cpu().clone() for name, value in state.items()}
            run.best_scores, run.best_epoch = scores, run.epoch + 1
        run.history.append(row)
        run.epoch, run.step, run.losses = run.epoch + 1, 0, []
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

    def _save(self) -> None:
        state = {
            "made_by": self.made_by,
            "recipe": self.recipe.as_dict(),
            "run": asdict(self.run),
            "stepper": self.stepper.state(),
            "random": torch.get_rng_state(),
        }
        if self.stepper.device.type == "cuda":
            state["random_cuda"] = torch.cuda.get_rng_state()
        save_state(self.path, state)
        self.saved = time.monotonic()

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
    """By the area under precision over recall; where that is equal, by the loss."""
    return (scores["auc_pr"], -scores["validation_loss"]) > (best["auc_pr"], -best["validation_loss"])


def _dropout_seed(seed: int, epoch: int) -> int:
    return int(np.random.SeedSequence((seed, epoch)).generate_state(1, np.uint64)[0] >> np.uint64(1))
