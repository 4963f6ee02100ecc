"""Bettering a model with a handful of corrected exams, and never silently making it worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.notices import Remedy
from shared_core.training.batches import Numbers, has_bac
from shared_core.training.before_after import Comparison
from shared_core.training.card_making import Origin, write_model
from shared_core.training.computing_device import repeatable
from shared_core.training.data.input_files import image_prints, keep_inputs
from shared_core.training.data.simulated import SimulatedViews
from shared_core.training.data.split import Split, check_split, write_split
from shared_core.training.data_statement import CutView, cut_views, data_statement, short_statement
from shared_core.training.example import Joined, ViewSource
from shared_core.training.fit import Fitted, fit
from shared_core.training.holding_out import Fold, folds_of, pool_of
from shared_core.training.network import Arrays, blended, make_network
from shared_core.training.patch_scores import PatchScores, PixelCounts
from shared_core.training.plan import INPUTS_FILE, SPLIT_FILE, Plan, Watch
from shared_core.training.recipe import FineTuningRecipe
from shared_core.training.scoring import count_patches
from shared_core.training.starting_model import Start
from shared_core.training.training_run import STATEMENT_FILE, checked_data, cut_side
from shared_core.weights.card import ModelCard

PATCHES = Path("patches/all")
REPLAY_INPUTS_FILE = "replay_inputs.json"
REJECTED, COMPARISON_FILE = "rejected", "before_after.csv"
_REPLAY_MEASURED = 3
"""One in so many replay patients measures what was forgotten."""


@dataclass(frozen=True)
class FineTuned:
    """The new model, and whether it may take the old one's place."""

    card: ModelCard
    folder: Path
    """Of card and weights: the output folder, or ``rejected`` in it."""
    comparison: Comparison
    rejected_because: str | None
    held_out: str
    """How the held-out views were chosen, in a sentence."""


def fine_tune(plan: Plan, *, replay: ViewSource | None = None, watch: Watch | None = None) -> FineTuned:
    """Train a model further in `plan.output_dir`, which `open_output` has begun, and compare.

    Views of some patients are held out and measured before and after. What the model knew is shown again
    (replay). Where the score of held-out views falls, or that of replay views by more than the recipe's
    margin, the new model lands in ``rejected``. Called again after a stop, it goes on.

    Parameters
    ----------
    replay
        Views of other patients, labelled as the model learnt; simulated ones by default.

    Raises
    ------
    UsageError
        No model to begin from, too few views, or a patient of the data is in the replay as well.
    """
    watch, start = watch or Watch(), plan.start
    if start is None:
        raise UsageError(
            f"Recipe {plan.recipe.name} improves a model, and none was named.", Remedy.NAME_START_MODEL
        )
    if start.card.tracks is not None:
        raise UsageError(
            f"{start.card.name} judges whole parts by a classifier that was taught on its own probabilities; "
            "begin from a model without one."
        )
    tuner = _Tuner(plan, start, replay or default_replay(plan.recipe.fine_tuning, start.card), watch)
    return tuner.run()


def default_replay(recipe: FineTuningRecipe, card: ModelCard) -> SimulatedViews:
    """Simulated patients in all styles."""
    return SimulatedViews(seed=recipe.replay_seed, patients=recipe.replay_patients, card=card)


class _Tuner:
    def __init__(self, plan: Plan, start: Start, replay: ViewSource, watch: Watch) -> None:
        self.own_views, self.replay = len(plan.source), replay
        self.plan = replace(plan, source=Joined((plan.source, replay)))
        self.start, self.watch, self.recipe = start, watch, plan.recipe
        self.device = torch.device(plan.machine.device)

    def run(self) -> FineTuned:
        plan = self.plan
        keep_inputs(plan.output_dir / REPLAY_INPUTS_FILE, self.replay)
        if not (plan.output_dir / PATCHES).exists():
            checked_data(plan, self.watch).refuse_same_pictures()
        self.patches = cut_side(plan, list(range(len(plan.source))), PATCHES, self.watch)
        self.positive = has_bac(self.patches)
        cut = cut_views(plan.output_dir / PATCHES)
        own, replay = cut[: self.own_views], cut[self.own_views :]
        _refuse_common_patients(own, replay)
        if not any(view.with_bac for view in own):
            self.watch.say("None of the corrected views has BAC: the model can only learn what is none.")
        folds, said = folds_of(own, seed=plan.seed, share=self.recipe.fine_tuning.held_out)
        self.watch.say(said)
        self._choose_replay(replay)
        with repeatable(plan.machine):
            held_out = self._patches_of([view for fold in folds for view in fold.held_out])
            before, replay_before = (
                self._count(self.start.arrays, held_out),
                self._replay_score(self.start.arrays),
            )
        models = [self._fit(fold, plan.output_dir / f"fold-{number}") for number, fold in enumerate(folds, 1)]
        with repeatable(plan.machine):
            after = PixelCounts()
            for model, fold in zip(models, folds, strict=True):
                after = after.plus(self._count(model.arrays, self._patches_of(fold.held_out)))
        final = models[0]
        if len(folds) > 1:
            final = self._fit(Fold(tuple(range(self.own_views)), ()), plan.output_dir / "all")
        with repeatable(plan.machine):
            replay_after = self._replay_score(final.arrays)
        threshold = self.start.card.threshold
        comparison = Comparison(before.at(threshold), after.at(threshold), replay_before, replay_after)
        self._write_split(folds, own, replay)
        return self._finish(final, comparison, said, {"corrected": own, "replay": replay})

    def _choose_replay(self, replay: Sequence[CutView]) -> None:
        patients = sorted({view.identity.patient_id for view in replay})
        if len(patients) < 2:
            raise UsageError("Replay needs two patients or more: some teach and the others measure.")
        measured = set(patients[::_REPLAY_MEASURED])
        numbered = list(enumerate(replay, self.own_views))
        shown = [number for number, view in numbered if view.identity.patient_id not in measured]
        held = [number for number, view in numbered if view.identity.patient_id in measured]
        self.replay_shown, self.replay_measured = self._patches_of(shown), self._patches_of(held)

    def _patches_of(self, views: Sequence[int]) -> Numbers:
        return np.flatnonzero(np.isin(self.patches.views, list(views)))

    def _fit(self, fold: Fold, folder: Path) -> Fitted:
        share = self.recipe.fine_tuning.data_share
        data = self._patches_of(fold.teaching)
        trained = fit(
            self.recipe,
            self.patches,
            self.patches.chosen(self.replay_measured),
            output_dir=folder,
            seed=self.plan.seed,
            machine=self.plan.machine,
            workers=self.plan.workers,
            start=self.start.arrays,
            pool=pool_of(data, self.replay_shown, self.positive, data_share=share),
            progress=self.watch.steps,
            epoch_done=self.watch.epoch,
            cancelled=self.watch.cancelled,
        )
        return replace(
            trained, arrays=blended(self.start.arrays, trained.arrays, self.recipe.fine_tuning.blend)
        )

    def _count(self, arrays: Arrays, numbers: Numbers) -> PixelCounts:
        network = make_network(self.recipe, seed=0, start=arrays).to(self.device).eval()
        return count_patches(
            network,
            self.patches,
            self.recipe,
            self.device,
            numbers=numbers,
            temperature=self.start.card.temperature,
        )

    def _replay_score(self, arrays: Arrays) -> PatchScores:
        return self._count(arrays, self.replay_measured).at(self.start.card.threshold)

    def _write_split(self, folds: Sequence[Fold], own: Sequence[CutView], replay: Sequence[CutView]) -> None:
        taught = {view.identity.patient_id for view in replay}
        names = [
            {own[number].identity.patient_id for number in numbers}
            for numbers in (folds[0].teaching, folds[0].held_out)
        ]
        if len(folds) > 1:
            names = [names[0] | names[1], set()]
        split = Split(self.plan.seed, tuple(sorted(names[0] | taught)), (), tuple(sorted(names[1])))
        check_split(split, [*own, *replay])
        write_split(split, self.plan.output_dir / SPLIT_FILE)
        self.split = split

    def _finish(
        self, final: Fitted, comparison: Comparison, said: str, sides: dict[str, tuple[CutView, ...]]
    ) -> FineTuned:
        plan, card = self.plan, self.start.card
        because = comparison.verdict(self.recipe.fine_tuning.margin)
        folder = plan.output_dir if because is None else plan.output_dir / REJECTED
        write_bytes(plan.output_dir / COMPARISON_FILE, comparison.csv())
        statement = data_statement(plan.source, sides, split=said)
        write_bytes(plan.output_dir / STATEMENT_FILE, statement.encode())
        held, replay = comparison.held_out_after, comparison.replay_after
        limits = (
            f"Fine-tuned on {self.own_views} views. Dice on held-out patches "
            f"{comparison.held_out_before.dice:.3f} before, {held.dice:.3f} after; on replay patches "
            f"{comparison.replay_before.dice:.3f} before, {replay.dice:.3f} after. {said}",
            *([f"Rejected: {because}."] if because else []),
            *card.limitations,
        )
        origin = Origin(
            f"{card.title}; {plan.recipe.title}",
            short_statement(plan.source, sides),
            limits,
            taught=self.split.train,
            chose=self.split.test,
            image_sha256=image_prints(
                *(plan.output_dir / name for name in (INPUTS_FILE, REPLAY_INPUTS_FILE))
            ),
        )
        kept = replace(final, threshold=card.threshold)
        return FineTuned(write_model(folder, kept, plan, origin), folder, comparison, because, said)


def _refuse_common_patients(own: Sequence[CutView], replay: Sequence[CutView]) -> None:
    first, second = ({view.identity.patient_id for view in views} for views in (own, replay))
    common = first & second
    if common:
        raise UsageError(
            f"Patient {min(common)} is in the data and in the replay as well; take others for one of them."
        )
