"""The models that are judged: each by its own card, and with and without one and the same rule."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from shared_core import Model, load_card, load_model
from shared_core.training.evaluation.model_runs import Entry
from shared_core.weights.candidate_rule import CandidateRule
from shared_core.weights.card import ModelCard
from shared_core.weights.registry import weights_beside

PUBLISHED: Final = "scunet-emory-2021"
"""The published weights in our processing."""
AS_PUBLISHED: Final = "scunet-emory-2021-published"
"""The published weights in the published processing."""


@dataclass(frozen=True)
class Judged:
    """One model with one rule."""

    card: ModelCard
    """Its name tells it from the same model with another rule."""
    weights_dir: Path | None
    model: str
    """Name of the model, whatever the rule."""

    @property
    def name(self) -> str:
        """For tables."""
        return self.card.name

    @property
    def folder(self) -> str:
        """Name of its folder of rows; another one for other weights or decisions."""
        card = self.card
        stages = card.tracks, card.picture_scale
        rules = (card.candidates, *(stage for stage in stages if stage is not None))
        decided = repr((card.sha256, card.threshold, card.temperature, *rules))
        digest = hashlib.sha256(decided.encode()).hexdigest()[:8]
        return f"{re.sub(r'[^-.0-9A-Za-z_]+', '-', self.name)}-{digest}"

    def load(self) -> Model:
        """On the CPU, so that rows do not depend on the machine's graphics card."""
        return load_model(self.card, weights_dir=self.weights_dir, device="cpu")

    def entry(self, rows: Path) -> Entry:
        """For an evaluation whose rows go to a folder below `rows`."""
        load = partial(load_model, self.card, weights_dir=self.weights_dir, device="cpu")
        return Entry(self.card, rows / self.folder, load)


def judged(name_or_path: str | Path) -> Judged:
    """A model by its own card.

    Raises
    ------
    ModelError
        There is no such model.
    """
    card = load_card(name_or_path)
    return Judged(card, weights_beside(name_or_path), card.name)


def with_both_rules(models: Sequence[Judged], rule: CandidateRule | None) -> tuple[Judged, ...]:
    """Each model by its own card, then with `rule` and with none, where that is something else."""
    found: list[Judged] = []
    for model in models:
        own = model.card.candidates
        found.append(model)
        if model.card.tracks is not None:
            continue
        if rule is not None and own != rule:
            found.append(_ruled(model, rule, f"{model.name}, with the rule"))
        if own is not None:
            found.append(_ruled(model, None, f"{model.name}, no rule"))
    return tuple(found)


def rule_of(models: Sequence[Judged]) -> CandidateRule | None:
    """The rule of the first model that has one."""
    return next((model.card.candidates for model in models if model.card.candidates is not None), None)


def rule_in_words(rule: CandidateRule | None) -> str:
    """Its conditions that are switched on."""
    if rule is None:
        return "none"
    nothing = CandidateRule()
    changed = {
        name: getattr(rule, name)
        for name in rule.__dataclass_fields__
        if getattr(rule, name) != getattr(nothing, name)
    }
    return ", ".join(f"{name} {value:g}" for name, value in changed.items()) or "none"


def _ruled(model: Judged, rule: CandidateRule | None, name: str) -> Judged:
    return replace(model, card=replace(model.card, name=name, candidates=rule))
