"""A training that fits in so many hours: how long a step takes here, and a recipe with so many steps."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Final

import numpy as np

from shared_core.errors import UsageError
from shared_core.training.computing_device import Machine
from shared_core.training.network import make_network
from shared_core.training.recipe import Recipe
from shared_core.training.training_step import Stepper

FOR_STEPS: Final = 0.8
"""Share of the time that steps get; patches, augmentation and validation take the rest."""
FOR_VALIDATION: Final = 0.15
"""Of the time of the steps, what validation may take besides."""
_PASSES: Final = 3
"""A step costs as much as so many times the network's answer: forward, and backward to input and weights."""
_LEAST_VALIDATED: Final = 24
"""Patches of one validation, where the time allows: with fewer, validations are rarer instead."""
_TIMED_STEPS: Final = 2


def with_steps(recipe: Recipe, steps: int) -> Recipe:
    """The recipe with at least so many steps in all, whatever the data: at most its epochs, of equal length.

    No early stop comes, so that networks that are compared learn equally long. Validations take at most
    `FOR_VALIDATION` of the time of the steps: where that does not suffice for all of them on all patches,
    they are fewer, and on a part of the patches.
    """
    if steps < 1:
        raise UsageError(f"A training has at least one step, not {steps}.")
    epochs = min(recipe.epochs, steps)
    patches = math.ceil(steps / epochs) * recipe.sampling.batch
    positives = math.ceil(patches / (1 + recipe.sampling.negatives_per_positive))
    validated = _patches_to_validate(recipe, epochs * math.ceil(steps / epochs))
    usual = math.ceil(epochs / recipe.validation.every_epochs)
    validations = min(max(validated // _LEAST_VALIDATED, 1), usual)
    return replace(
        recipe,
        epochs=epochs,
        sampling=replace(recipe.sampling, positives=positives),
        validation=replace(
            recipe.validation,
            patience=0,
            every_epochs=math.ceil(epochs / validations),
            most_patches=max(validated // validations, 2),
        ),
    )


def _patches_to_validate(recipe: Recipe, steps: int) -> int:
    """Whole patches that a network answers in the time that validation may take."""
    patches = recipe.patches
    shown = (patches.crop_px or patches.tile_px) / patches.tile_px
    return int(FOR_VALIDATION * steps * recipe.sampling.batch * _PASSES * shown**2)


def seconds_a_step(recipe: Recipe, machine: Machine) -> float:
    """Time of one step of a recipe on this machine: the quicker of a few, after one to warm up."""
    stepper = Stepper(make_network(recipe, seed=0), recipe, machine)
    stepper.train_mode()
    side = recipe.patches.crop_px or recipe.patches.tile_px
    shape = recipe.sampling.batch, side, side
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, shape, np.uint8)
    labels = (rng.random(shape) < 0.02).astype(np.uint8)
    times = []
    for _ in range(1 + _TIMED_STEPS):
        began = time.monotonic()
        stepper.step(images, labels, learning_rate=recipe.optimisation.learning_rate)
        times.append(time.monotonic() - began)
    return min(times[1:])


def within_hours(recipe: Recipe, hours: float, machine: Machine) -> Recipe:
    """The recipe with as many steps as the hours allow on this machine, in at most its epochs.

    A `UsageError` where not even one step fits.
    """
    seconds = seconds_a_step(recipe, machine)
    steps = int(FOR_STEPS * 3600 * hours / seconds)
    if steps < 1:
        raise UsageError(
            f"One step of network {recipe.network} takes {seconds:.0f} s here, so {hours:g} hours are too "
            "few."
        )
    return with_steps(recipe, steps)
