from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.training.fine_tuning import fine_tune
from shared_core.training.plan import Plan, Watch, open_output
from shared_core.training.recipe import FineTuningRecipe, Recipe
from shared_core.training.starting_model import Start
from shared_core.training.training_run import train
from shared_core.weights.registry import load_card
from tests.training.drawn import DrawnViews, drawn_recipe, with_optimisation

REPLAY = DrawnViews(4, 50, name="replay")
FAINT = DrawnViews(4, 70, brightness=22.0, name="site")


def tuning_recipe(epochs: int = 6) -> Recipe:
    recipe = with_optimisation(drawn_recipe(epochs), learning_rate=2e-3, norms="keep", ema_decay=0.9)
    return replace(
        recipe,
        name="tune",
        sampling=replace(recipe.sampling, mine_every_epochs=0, positives=40),
        validation=replace(recipe.validation, keep="last", every_epochs=epochs),
        fine_tuning=FineTuningRecipe(enabled=True, margin=0.03),
    )


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    folder = tmp_path_factory.mktemp("start") / "model"
    recipe = with_optimisation(drawn_recipe(10), ema_decay=0.9)
    plan = Plan(recipe, DrawnViews(8, 0, name="old"), folder, "start")
    open_output(plan, resume=False)
    train(plan)
    return Start.load(folder / "model.json")


def plan_for(folder: Path, start: Start, source: DrawnViews, recipe: Recipe | None = None) -> Plan:
    plan = Plan(start.fitted(recipe or tuning_recipe()), source, folder, "tuned", start=start)
    open_output(plan, resume=False)
    return plan


def test_a_site_with_fainter_bands_gains_and_nothing_is_forgotten(tmp_path: Path, start: Start) -> None:
    said: list[str] = []
    plan = plan_for(tmp_path / "new", start, FAINT)
    tuned = fine_tune(plan, replay=REPLAY, watch=Watch(says=said.append))
    both = tuned.comparison
    assert tuned.rejected_because is None
    assert both.held_out_after.dice > both.held_out_before.dice + 0.05
    assert both.replay_after.dice > both.replay_before.dice - 0.03
    assert any("held out" in sentence for sentence in said)
    card = load_card(tmp_path / "new" / "model.json")
    assert (card.threshold, card.temperature) == (start.card.threshold, start.card.temperature)
    assert any("before" in limit and "after" in limit for limit in card.limitations)
    split = json.loads((tmp_path / "new" / "split.json").read_bytes())
    assert split["test"]
    assert not set(split["test"]) & set(split["train"])
    with (tmp_path / "new" / "before_after.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["views"], row["time"]) for row in rows] == [
        ("held out", "before"),
        ("held out", "after"),
        ("replay", "before"),
        ("replay", "after"),
    ]


def test_wrong_corrections_are_rejected_and_said(tmp_path: Path, start: Start) -> None:
    wrong = DrawnViews(4, 90, label_elsewhere=True, name="site")
    recipe = with_optimisation(tuning_recipe(4), learning_rate=2e-2)
    recipe = replace(recipe, fine_tuning=replace(recipe.fine_tuning, data_share=0.9, margin=0.0))
    tuned = fine_tune(plan_for(tmp_path / "new", start, wrong, recipe), replay=REPLAY)
    assert tuned.rejected_because is not None
    assert "fell" in tuned.rejected_because
    assert tuned.folder == tmp_path / "new" / "rejected"
    assert not (tmp_path / "new" / "model.json").exists()
    card = load_card(tuned.folder / "model.json")
    assert any(limit.startswith("Rejected:") for limit in card.limitations)


def test_two_patients_are_left_out_in_turn_and_the_model_learns_from_both(
    tmp_path: Path, start: Start
) -> None:
    said: list[str] = []
    plan = plan_for(tmp_path / "new", start, replace(FAINT, patients=2), tuning_recipe(1))
    fine_tune(plan, replay=REPLAY, watch=Watch(says=said.append))
    assert any("only 2 patients" in sentence for sentence in said)
    names = {path.name for path in (tmp_path / "new").iterdir()}
    assert {"fold-1", "fold-2", "all"} <= names
    split = json.loads((tmp_path / "new" / "split.json").read_bytes())
    assert {"site-0", "site-1"} <= set(split["train"])


def test_blending_stops_half_way_from_the_old_weights(tmp_path: Path, start: Start) -> None:
    weights = []
    for blend in (1.0, 0.5):
        recipe = tuning_recipe(1)
        recipe = replace(recipe, fine_tuning=replace(recipe.fine_tuning, blend=blend))
        plan = plan_for(tmp_path / f"{blend:g}", start, FAINT, recipe)
        tuned = fine_tune(plan, replay=REPLAY)
        weights.append(Start.load(tuned.folder / "model.json").arrays)
    whole, half = weights
    assert any(not np.array_equal(whole[name], start.arrays[name]) for name in whole)
    for name, array in half.items():
        np.testing.assert_allclose(array, (start.arrays[name] + whole[name]) / 2, rtol=1e-5, atol=1e-7)


def test_patients_of_the_data_may_not_be_in_the_replay(tmp_path: Path, start: Start) -> None:
    plan = plan_for(tmp_path / "new", start, replace(FAINT, name="replay"), tuning_recipe(1))
    with pytest.raises(UsageError, match="in the replay as well"):
        fine_tune(plan, replay=REPLAY)


def test_a_model_to_begin_from_is_needed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="improves a model, and none was named"):
        fine_tune(Plan(tuning_recipe(), FAINT, tmp_path, "tuned"), replay=REPLAY)
