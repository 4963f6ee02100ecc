"""Recipes by one rule for every network, and trainings that fit in so many hours."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from shared_core.cli.main import main
from shared_core.errors import UsageError
from shared_core.networks.table import NETWORKS, network_named
from shared_core.training.recipe import (
    RULE,
    PatchRecipe,
    ValidationRecipe,
    load_recipe,
    parse_recipe,
    recipe_toml,
)

pytest.importorskip("torch", reason="torch is not installed")

from shared_core.training.batches import EpochBatches, epoch_order, evenly, has_bac
from shared_core.training.budget import FOR_STEPS, seconds_a_step, with_steps, within_hours
from shared_core.training.computing_device import Machine
from shared_core.weights.card_json import CARD_FILE
from shared_core.weights.registry import load_card
from tests.training.drawn import drawn_patches, drawn_recipe

DATA = "simulated:patients=2,seed=3,pitch_mm=0.28,field=breast"


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_has_a_recipe_that_differs_in_the_network_alone(name: str) -> None:
    rule, recipe = load_recipe(RULE), load_recipe(f"guo2021-{name}")
    assert (recipe.network, recipe.network_options.channels) == (name, network_named(name).usual_channels)
    same = replace(
        recipe,
        name=rule.name,
        title=rule.title,
        network=rule.network,
        network_options=rule.network_options,
    )
    assert same == rule
    assert (rule.loss.kind, rule.optimisation.learning_rate, rule.epochs) == ("dice", 1e-3, 50)
    assert rule.optimisation.schedule == "constant"
    assert (rule.sampling.negatives_per_positive, rule.validation.patience) == (0, 0)


@given(steps=st.integers(1, 300), negatives=st.sampled_from([0.0, 0.5, 2.0]), batch=st.integers(1, 6))
def test_steps_do_not_depend_on_the_data(steps: int, negatives: float, batch: int) -> None:
    recipe = drawn_recipe(20)
    recipe = with_steps(
        replace(recipe, sampling=replace(recipe.sampling, batch=batch, negatives_per_positive=negatives)),
        steps,
    )
    patches = drawn_patches(6, seed=1, side=16)
    order = epoch_order(
        has_bac(patches),
        recipe.sampling,
        pool=np.arange(6),
        hardest=np.zeros(0, np.int64),
        seed=0,
        epoch=0,
    )
    made = recipe.epochs * len(EpochBatches(patches, recipe, order, 0, 0))
    assert recipe.epochs <= 20
    assert steps <= made <= steps + 2 * recipe.epochs + steps // 4 + 1


def test_hours_become_steps_by_what_a_step_takes_here() -> None:
    recipe, machine = drawn_recipe(50), Machine()
    seconds = seconds_a_step(recipe, machine)
    assert seconds > 0
    longer = within_hours(recipe, 100 * seconds / 3600, machine)
    steps = longer.epochs * longer.sampling.positives / recipe.sampling.batch
    assert steps == pytest.approx(FOR_STEPS * 100, rel=0.99)
    with pytest.raises(UsageError, match="hours are too few"):
        within_hours(recipe, 1e-9, machine)


def test_command_trains_any_network_within_hours_and_goes_on(
    tmp_path: Path,
) -> None:
    patches = PatchRecipe(tile_px=128, overlap_px=16, least_negatives=1)
    # At its best threshold a network finds some BAC, however little it has learnt.
    judged = ValidationRecipe(score="dice-at-best-threshold")
    recipe = replace(
        load_recipe("guo2021-fpenet"),
        name="small",
        epochs=1,
        patches=patches,
        spacing_mm=0.28,
        validation=judged,
    )
    file = tmp_path / "small.toml"
    file.write_text(recipe_toml(recipe), encoding="utf-8")
    out = tmp_path / "out"
    arguments = [
        *("train", str(file), "--data", DATA, "--out", str(out)),
        *("--hours", "0.001", "--device", "cpu", "--threads", "1", "-q"),
    ]
    assert main(arguments) == 0
    card = load_card(out / CARD_FILE)
    assert (card.network, card.tiling.stitching) == ("fpenet", "weighted")
    before = json.loads((out / "plan.json").read_bytes())
    assert main([*arguments, "--resume"]) == 0
    assert json.loads((out / "plan.json").read_bytes()) == before


def test_network_and_options_are_checked_when_a_recipe_is_read() -> None:
    head = 'name = "own"\ntitle = "Own"\n'
    for text, message in (
        ('network = "unknown"', "network must be"),
        ('network = "segnet"\n[network_options]\nwidth = 8', "network segnet has no option 'width'"),
        ('network = "scunet"\n[network_options]\nchannels = 1', "takes 3 channels, not 1"),
        ('network = "dt-unet"\n[patches]\ntile_px = 544', "patches.tile_px must be a multiple of 64"),
    ):
        with pytest.raises(UsageError, match=message):
            parse_recipe(head + text, "own.toml")


@given(
    steps=st.integers(1, 50_000),
    crop_px=st.sampled_from([0, 128, 256]),
    every=st.integers(1, 7),
)
def test_validation_takes_a_small_part_of_the_time_of_the_steps(steps: int, crop_px: int, every: int) -> None:
    rule = load_recipe(RULE)
    recipe = with_steps(
        replace(
            rule,
            patches=replace(rule.patches, crop_px=crop_px),
            validation=replace(rule.validation, every_epochs=every),
        ),
        steps,
    )
    validation = recipe.validation
    validations = -(-recipe.epochs // validation.every_epochs)
    shown = (crop_px or 512) ** 2 / 512**2
    made = -(-steps // recipe.epochs) * recipe.epochs
    # In answers of the network to whole patches; a step is three of them for each patch of its batch.
    assert validations * validation.most_patches <= max(0.15 * made * 4 * 3 * shown, 2)
    assert validations == 1 or validation.most_patches >= 24
    assert 1 <= validations <= -(-recipe.epochs // every)


@given(
    positive=st.lists(st.booleans(), min_size=1, max_size=300).map(np.array),
    most=st.integers(0, 320),
)
def test_a_part_of_the_patches_has_both_kinds_in_proportion(positive: np.ndarray, most: int) -> None:
    chosen = evenly(positive, most)
    assert list(chosen) == sorted(set(chosen))
    assert len(chosen) == (min(most, len(positive)) if most else len(positive))
    assert chosen.min() >= 0
    assert chosen.max() < len(positive)
    if positive.any():
        assert positive[chosen].any()
    if most and most < len(positive):
        assert abs(positive[chosen].sum() - most * positive.mean()) <= 1
