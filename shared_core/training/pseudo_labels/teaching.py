"""Base training and rounds: rank the pool, take the surest patches, train on; goes on after any stop."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import torch

from shared_core.training.batches import Numbers
from shared_core.training.computing_device import repeatable
from shared_core.training.epochs import STATE_FILE
from shared_core.training.fit import Fitted, fit
from shared_core.training.network import Arrays, make_network
from shared_core.training.patch import PatchSet
from shared_core.training.plan import Plan, Watch
from shared_core.training.pseudo_labels.joined_patches import chosen_of, joined
from shared_core.training.pseudo_labels.pseudo_patches import cut_pseudo_labels, shares
from shared_core.training.pseudo_labels.ranking import PoolScores, eligible, pool_scores, surest
from shared_core.training.pseudo_labels.round_files import (
    RESULT_FILE,
    ROUNDS,
    SELECTION_FILE,
    RoundResult,
    Selection,
    Taken,
    annotated_scores,
    fitted_of,
    keep,
    keep_result,
    kept,
)
from shared_core.training.pseudo_labels.rounds_log import Round, in_words, write_logs
from shared_core.training.recipe import Recipe
from shared_core.training.scoring import count_patches
from shared_core.training.training_run import require_something_found

BASE: Final = Path("base")
_SEEDS_APART: Final = 1000
"""So that no round draws its batches as another one."""


class Teacher:
    """Trains the base and the rounds of one run."""

    def __init__(
        self, plan: Plan, *, teaching: PatchSet, validation: PatchSet, pool: PatchSet, watch: Watch
    ) -> None:
        self.plan, self.watch = plan, watch
        self.teaching, self.validation, self.pool = teaching, validation, pool
        self.rounds: list[Round] = []
        self.fitted: list[Fitted] = []
        """Of the base and each round that learnt."""
        self._pseudo: list[PatchSet] = []
        self._used: set[int] = set()
        self._base_scores: PoolScores | None = None
        self._device = torch.device(plan.machine.device)

    def folder(self, number: int) -> Path:
        """Of the base (0) or a round."""
        return self.plan.output_dir / (ROUNDS / f"{number:02d}" if number else BASE)

    def teach(self) -> None:
        """Train all, or go on; what a finished round gave is read.

        Raises
        ------
        ModelError
            The base model finds nothing.
        Cancelled
            The person stopped it.
        """
        self._train(0, self.plan.recipe, self.teaching, self.validation, None)
        require_something_found(self.fitted[0])
        recipe = round_recipe(self.plan.recipe)
        for number in range(1, self.plan.recipe.pseudo_labels.rounds + 1):
            selection = self._select(number)
            if not selection.taken:
                self._done(Round(number, None, selection))
                return
            self._take(number, selection)
            numbers = shares(
                sum(len(one) for one in self._pseudo), self.plan.recipe.pseudo_labels.validation_share
            )
            own, validating = (chosen_of(joined(self._pseudo), some) for some in numbers)
            self._train(
                number,
                recipe,
                joined([self.teaching, own]),
                joined([self.validation, validating]),
                selection,
                start=self.fitted[-1].arrays,
            )

    def _train(
        self,
        number: int,
        recipe: Recipe,
        teaching: PatchSet,
        validation: PatchSet,
        selection: Selection | None,
        *,
        start: Arrays | None = None,
    ) -> None:
        folder, plan, watch = self.folder(number), self.plan, self.watch
        result = kept(folder / RESULT_FILE, RoundResult)
        if result is None:
            if start is None and plan.start is not None:
                start = plan.start.arrays
            fitted = fit(
                recipe,
                teaching,
                validation,
                output_dir=folder,
                seed=plan.seed + _SEEDS_APART * number,
                machine=plan.machine,
                workers=plan.workers,
                start=start,
                progress=watch.steps,
                epoch_done=watch.epoch,
                cancelled=watch.cancelled,
            )
            result = RoundResult(
                epoch=fitted.epoch,
                epochs=len(fitted.history),
                threshold=fitted.threshold,
                scores=fitted.scores,
                annotated=self._annotated(fitted),
                teaching_patches=len(teaching),
                pseudo_labels=len(teaching) - len(self.teaching),
                pseudo_validating=len(validation) - len(self.validation),
                made_by=fitted.made_by,
            )
            keep_result(folder, fitted, result)
        # The state of a finished training is as large as all its weights.
        (folder / STATE_FILE).unlink(missing_ok=True)
        self.fitted.append(fitted_of(folder, result))
        self._done(Round(number, result, selection))

    def _done(self, one: Round) -> None:
        self.rounds.append(one)
        write_logs(self.plan.output_dir, self.rounds)
        self.watch.say(in_words(one))

    def _annotated(self, fitted: Fitted) -> dict[str, float]:
        network = self._network(fitted.arrays)
        with repeatable(self.plan.machine):
            counts = count_patches(network, self.validation, self.plan.recipe, self._device)
        return annotated_scores(counts.at(0.5))

    def _select(self, number: int) -> Selection:
        path = self.folder(number) / SELECTION_FILE
        selection = kept(path, Selection)
        if selection is None:
            recipe = self.plan.recipe.pseudo_labels
            left = np.array([n for n in range(len(self.pool)) if n not in self._used], np.int64)
            scores = self._scores(number, left)
            passed = eligible(scores, recipe)
            chosen = surest(passed, recipe)
            selection = Selection(number, len(left), len(passed.numbers), self._taken(scores, chosen))
            keep(path, selection)
        return selection

    def _scores(self, number: int, left: Numbers) -> PoolScores:
        if self.plan.recipe.pseudo_labels.ranked == "every-round":
            return self._ranked(number, self.fitted[-1], left)
        if self._base_scores is None:
            self._base_scores = self._ranked(number, self.fitted[0], np.arange(len(self.pool)))
        return self._base_scores.of(left)

    def _ranked(self, number: int, by: Fitted, numbers: Numbers) -> PoolScores:
        told = None if self.watch.pool is None else partial(self.watch.pool, number)
        network = self._network(by.arrays)
        with repeatable(self.plan.machine):
            return pool_scores(
                *(network, self.pool, numbers, self.plan.recipe, self._device),
                progress=told,
                cancelled=self.watch.cancelled,
            )

    def _taken(self, scores: PoolScores, chosen: Numbers) -> tuple[Taken, ...]:
        source = self.plan.cut_pool
        assert source is not None
        found = []
        for patch in chosen:
            own = scores.of(np.array([patch]))
            view = int(self.pool.views[patch])
            identity = source.identity(view)
            row, column = (int(place) for place in self.pool.corners_px[patch])
            found.append(
                Taken(
                    *(int(patch), view, identity.patient_id, identity.view_id, row, column),
                    entropy_bits=float(own.entropy_bits[0]),
                    area=float(own.area[0]),
                )
            )
        return tuple(found)

    def _take(self, number: int, selection: Selection) -> None:
        network = self._network(self.fitted[-1].arrays)
        with repeatable(self.plan.machine):
            crops = cut_pseudo_labels(
                *(self.folder(number), selection, self.pool, network, self.plan.recipe),
                device=self._device,
                seed=self.plan.seed,
            )
        self._pseudo.append(crops)
        self._used |= {one.patch for one in selection.taken}

    def _network(self, arrays: Arrays) -> torch.nn.Module:
        with torch.random.fork_rng():
            return make_network(self.plan.recipe, seed=0, start=arrays).to(self._device).eval()


def round_recipe(recipe: Recipe) -> Recipe:
    """What a round trains by."""
    own = recipe.pseudo_labels
    return replace(
        recipe,
        epochs=own.epochs,
        loss=replace(recipe.loss, kind=own.loss),
        optimisation=replace(recipe.optimisation, learning_rate=own.learning_rate),
        validation=replace(recipe.validation, patience=own.patience),
    )
