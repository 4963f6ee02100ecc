"""Epochs of a training run, whatever it learns: steps, log, and a state on disk from which it goes on."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import torch

from shared_core.errors import Cancelled
from shared_core.training.board import RunBoard
from shared_core.training.computing_device import Machine
from shared_core.training.gradient_steps import GradientSteps
from shared_core.training.logs import write_history
from shared_core.training.optimisation import learning_rate
from shared_core.training.recipe import OptimisationRecipe
from shared_core.training.state import load_state, require_same, save_state
from shared_core.version import SOFTWARE_VERSION

STATE_FILE = "state.pt"
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


@dataclass(frozen=True)
class Told:
    """Whom to tell how far a run is, and whom to ask whether to go on."""

    steps: Callable[[TrainingProgress], None] | None = None
    """Called after every step."""
    epoch: Callable[[dict[str, Any]], None] | None = None
    """Called after every epoch with its row of the log."""
    cancelled: Callable[[], bool] | None = None
    """Asked after every step."""


@dataclass
class RunState:
    """What changes from epoch to epoch."""

    epoch: int = 0
    step: int = 0
    """Of the present epoch: steps that are done."""
    losses: list[float] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    best: dict[str, torch.Tensor] | None = None
    best_scores: dict[str, float] = field(default_factory=dict)
    best_epoch: int = 0

    def keep(self, weights: dict[str, torch.Tensor], scores: dict[str, float]) -> None:
        """The weights after the present epoch are the best so far."""
        self.best = {name: value.detach().cpu().clone() for name, value in weights.items()}
        self.best_scores, self.best_epoch = scores, self.epoch + 1


class _Recipe(Protocol):
    @property
    def epochs(self) -> int: ...

    @property
    def optimisation(self) -> OptimisationRecipe: ...

    def as_dict(self) -> dict[str, Any]: ...


BatchT = TypeVar("BatchT")
BatchT_co = TypeVar("BatchT_co", covariant=True)
StateT = TypeVar("StateT", bound=RunState)
StepsT = TypeVar("StepsT", bound=GradientSteps)


class Batches(Protocol[BatchT_co]):
    """The batches of one epoch, in an order that only seed and epoch decide."""

    def __len__(self) -> int: ...

    def ahead(self, first: int, workers: int) -> Iterator[BatchT_co]:
        """Batches from `first` on."""
        ...


class EpochTrainer(ABC, Generic[StateT, StepsT, BatchT]):
    """Runs the epochs; what is learnt from a batch and how weights are judged, those that inherit say."""

    def __init__(
        self,
        recipe: _Recipe,
        stepper: StepsT,
        run: StateT,
        *,
        output_dir: Path,
        seed: int,
        workers: int,
        columns: Sequence[str],
        made_by: dict[str, str],
    ) -> None:
        self._recipe, self.stepper, self.run = recipe, stepper, run
        self.output_dir, self.seed, self.workers = output_dir, seed, workers
        self.columns, self.made_by = columns, made_by
        self.path = output_dir / STATE_FILE

    def train(self, told: Told) -> None:
        """Go on from the saved state, if there is one, until the run is finished."""
        if self.path.exists():
            self._load()
        run, clock = self.run, _Clock()
        done = run.history[-1]["step"] if run.history else 0
        self.board = RunBoard(self.output_dir, last_step=done + run.step)
        try:
            while not self._finished():
                self._epoch(clock, told)
                row = self._close_epoch()
                self._save()
                write_history(self.output_dir, run.history, self.columns)
                self.board.epoch(row)
                if told.epoch is not None:
                    told.epoch(row)
        finally:
            self.board.close()

    @abstractmethod
    def _batches(self) -> Batches[BatchT]:
        """Those of the present epoch."""

    @abstractmethod
    def _learn(self, batch: BatchT, rate: float) -> float | None:
        """The loss of one step; None where nothing was learnt."""

    @abstractmethod
    def _close_epoch(self) -> dict[str, Any]:
        """Judge the weights and begin the next epoch; return this one's row of the log."""

    @abstractmethod
    def _finished(self) -> bool: ...

    def _epoch(self, clock: _Clock, told: Told) -> None:
        run, epochs, batches = self.run, self._recipe.epochs, self._batches()
        steps = len(batches)
        if run.step == 0:
            torch.manual_seed(_dropout_seed(self.seed, run.epoch))
        self.stepper.train_mode()
        for batch in batches.ahead(run.step, self.workers):
            rate = learning_rate(run.epoch * steps + run.step, epochs * steps, self._recipe.optimisation)
            loss = self._learn(batch, rate)
            run.step += 1
            if loss is not None:
                run.losses.append(loss)
                self.board.step(run.epoch * steps + run.step, loss=loss, learning_rate=rate)
            clock.steps += 1
            if told.steps is not None:
                left = clock.seconds_left((epochs - run.epoch) * steps - run.step)
                told.steps(TrainingProgress(run.epoch + 1, epochs, run.step, steps, loss, left))
            if told.cancelled is not None and told.cancelled():
                self._save()
                raise Cancelled("Training was stopped; run the same command again to go on.")
            if clock.save_due():
                self._save()

    def _row(self) -> dict[str, Any]:
        """What every log says of the present epoch."""
        run = self.run
        return {
            "epoch": run.epoch + 1,
            "step": run.step * (run.epoch + 1),
            "learning_rate": self.stepper.learning_rate,
            "loss": float(np.mean(run.losses)) if run.losses else float("nan"),
            "skipped_steps": self.stepper.skipped,
        }

    def _begin_next(self, row: dict[str, Any]) -> None:
        run = self.run
        run.history.append(row)
        run.epoch, run.step, run.losses = run.epoch + 1, 0, []

    def _save(self) -> None:
        state = {
            "made_by": self.made_by,
            "recipe": self._recipe.as_dict(),
            "run": asdict(self.run),
            "stepper": self.stepper.state(),
            "random": torch.get_rng_state(),
        }
        if self.stepper.device.type == "cuda":
            state["random_cuda"] = torch.cuda.get_rng_state()
        save_state(self.path, state)

    def _load(self) -> None:
        state = load_state(self.path)
        require_same(self.path, {"recipe": state["recipe"]}, {"recipe": self._recipe.as_dict()})
        require_same(self.path, state["made_by"], self.made_by)
        self.run = type(self.run)(**state["run"])
        self.stepper.restore(state["stepper"])
        torch.set_rng_state(state["random"])
        if self.stepper.device.type == "cuda":
            torch.cuda.set_rng_state(state["random_cuda"])


def made_on(machine: Machine, precision: torch.dtype, *, seed: int) -> dict[str, str]:
    """Seed, machine and software of a run, as state and card name them."""
    return {
        "seed": str(seed),
        "device": machine.name,
        "precision": str(precision).removeprefix("torch."),
        "threads": str(machine.threads),
        "software": f"OpenBAC {SOFTWARE_VERSION}",
        "torch": str(torch.__version__),
    }


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
