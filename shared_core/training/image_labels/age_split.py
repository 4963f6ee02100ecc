"""The split of Mobini 2023: by patient, those with BAC within quartiles of age, few without BAC to learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shared_core.errors import UsageError
from shared_core.simulation.randomness import stream
from shared_core.training.data.split import SIDES, Side, Split
from shared_core.training.image_labels.labelled_images import LabelledImages
from shared_core.training.image_labels.recipe import SplitRecipe

_QUARTILES = (0.25, 0.5, 0.75)
_FEWEST = len(SIDES)


class AgeSplit(Split, frozen=True, tag_field="kind", tag="OpenBAC split by patient and age"):
    """With what it was drawn by."""

    left_out: tuple[str, ...] = ()
    """Patients without BAC whom the training side does without, sorted."""
    age_quartiles: tuple[float, ...] = ()
    """Of all patients of known age; empty where no age is known."""

    @property
    def unused(self) -> tuple[str, ...]:
        """See `Split.unused`."""
        return self.left_out


@dataclass(frozen=True)
class Patient:
    """What decides on which side one stands."""

    has_bac: bool
    """In one image or more."""
    age: float | None
    """In the first image whose age is known."""


def patients_of(images: LabelledImages) -> dict[str, Patient]:
    """By name."""
    found: dict[str, Patient] = {}
    for row in images.rows:
        before = found.get(row.patient, Patient(has_bac=False, age=None))
        ages = [age for age in (before.age, row.age) if age is not None]
        found[row.patient] = Patient(before.has_bac or row.has_bac, min(ages, default=None))
    return found


def split_by_age(patients: Mapping[str, Patient], recipe: SplitRecipe, *, seed: int) -> AgeSplit:
    """Draw the sides.

    Patients with BAC are dealt within classes of age, whose borders are the quartiles of all patients; those
    of unknown age are a class of their own. Patients without BAC are dealt at random, and of those of the
    training side so many are left out that the share of patients with BAC is `SplitRecipe.prevalence`. The
    same seed and patients give the same split, in whatever order they come.

    Raises
    ------
    UsageError
        There are too few patients with or without BAC for three sides.
    """
    ages = [patient.age for patient in patients.values() if patient.age is not None]
    quartiles = tuple(float(age) for age in np.quantile(ages, _QUARTILES)) if ages else ()
    classes: dict[str, list[str]] = {}
    negatives: list[str] = []
    for name in sorted(patients):
        if patients[name].has_bac:
            classes.setdefault(_class_of(patients[name].age, quartiles), []).append(name)
        else:
            negatives.append(name)
    positives = [
        name
        for words in sorted(classes)
        for name in _shuffled(classes[words], seed, f"with BAC, age class {words}")
    ]
    for what, count in (("with", len(positives)), ("without", len(negatives))):
        if count < _FEWEST:
            raise UsageError(
                f"There are {count} patients {what} BAC; at least {_FEWEST} are needed, one for each of "
                f"{', '.join(SIDES)}."
            )
    dealt = _dealt(positives, recipe)
    plain = _dealt(_shuffled(negatives, seed, "without BAC"), recipe)
    kept = _thinned(plain["train"], len(dealt["train"]), recipe.prevalence, seed)
    left_out = tuple(sorted(set(plain["train"]) - set(kept)))
    plain["train"] = kept
    train, validation, test = (tuple(sorted((*dealt[side], *plain[side]))) for side in SIDES)
    return AgeSplit(seed, train, validation, test, left_out, quartiles)


def _class_of(age: float | None, quartiles: Sequence[float]) -> str:
    return "unknown" if age is None else str(int(np.searchsorted(quartiles, age, side="left")))


def _shuffled(names: list[str], seed: int, words: str) -> list[str]:
    return [names[place] for place in stream(seed, "age split", words).permutation(len(names))]


def _dealt(order: Sequence[str], recipe: SplitRecipe) -> dict[Side, list[str]]:
    """Deal a row of patients, at even distances: each stretch of it gives every side its share."""
    wanted: dict[Side, int] = {
        "validation": max(round(len(order) * recipe.validation), 1),
        "test": max(round(len(order) * recipe.test), 1),
    }
    total = sum(wanted.values())
    sides: dict[Side, list[str]] = {side: [] for side in SIDES}
    places = {int((turn + 0.5) * len(order) / total): turn for turn in range(total)}
    for place, name in enumerate(order):
        if place not in places:
            sides["train"].append(name)
            continue
        due = (places[place] + 1) / total
        behind = max(wanted, key=lambda side: wanted[side] * due - len(sides[side]))
        sides[behind].append(name)
    return sides


def _thinned(negatives: list[str], positives: int, prevalence: float, seed: int) -> list[str]:
    if not prevalence:
        return negatives
    count = max(round(positives * (1 - prevalence) / prevalence), 1)
    return sorted(_shuffled(sorted(negatives), seed, "thinned")[:count])
