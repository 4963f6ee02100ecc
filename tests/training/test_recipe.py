from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from shared_core.errors import UsageError
from shared_core.training.recipe import (
    Recipe,
    list_recipes,
    load_recipe,
    parse_recipe,
    recipe_text,
    recipe_toml,
)
from shared_core.weights.location import BUNDLED_WEIGHTS
from shared_core.weights.registry import DEFAULT_MODEL, load_card

HEAD = 'name = "own"\ntitle = "Own"\n'


def test_guo_recipe_holds_what_the_paper_states() -> None:
    recipe = load_recipe("scunet-guo2021")
    assert (recipe.network, recipe.epochs, recipe.loss.kind) == ("scunet", 50, "dice")
    assert (recipe.patches.tile_px, recipe.patches.overlap_px) == (512, 64)
    assert recipe.optimisation.learning_rate == 1e-3
    assert recipe.augmentation.flips
    assert recipe.augmentation.quarter_turns
    assert min(recipe.augmentation.brightness, recipe.augmentation.contrast, recipe.augmentation.gamma) > 0


def test_recipe_beside_the_bundled_weights_is_the_one_that_made_them() -> None:
    beside = BUNDLED_WEIGHTS / DEFAULT_MODEL / "recipe.toml"
    recipe, made_by = load_recipe(beside), load_card(DEFAULT_MODEL).made_by
    assert recipe.name in list_recipes()
    assert f"recipe: {recipe.name}" in made_by
    assert f"recipe_sha256: {hashlib.sha256(beside.read_bytes()).hexdigest()}" in made_by


@pytest.mark.parametrize("name", list_recipes())
def test_every_packaged_recipe_carries_its_own_name_and_comes_back_from_toml(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == name
    assert parse_recipe(recipe_toml(recipe), "again") == recipe


def test_values_that_are_left_out_are_the_defaults() -> None:
    assert parse_recipe(HEAD, "own.toml") == Recipe(name="own", title="Own")


def test_texts_with_quotes_survive_toml() -> None:
    recipe = Recipe(name="own", title='a "title" with \\ and µ')
    assert parse_recipe(recipe_toml(recipe), "own.toml") == recipe


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("epoch = 3", "did you mean 'epochs'"),
        ("epochs = 0", "epochs"),
        ("epochs = true", "epochs"),
        ('epochs = "3"', "epochs"),
        ("[patches]\ntile_px = 500", "patches.tile_px"),
        ("[patches]\ncrop_px = 1024", "patches.crop_px"),
        ("[patches]\noverlap_px = -1", "patches.overlap_px"),
        ("[loss]\nkind = 'hausdorff'", "loss.kind"),
        ("[loss]\npositive_weight = inf", "loss.positive_weight"),
        ("[optimisation]\nlearning_rat = 1e-3", "optimisation.learning_rat"),
        ("[optimisation]\nlearning_rate = 0", "optimisation.learning_rate"),
        ("[augmentation]\nletters = 2", "augmentation.letters"),
        ("[augmentation]\nsynthesised_2d = 1.5", "augmentation.synthesised_2d"),
        ("[sampling]\nmine_from = -1", "sampling.mine_from"),
        ("[sampling]\nmine_from = 0.5", "sampling.mine_from"),
        ("[validation]\nkeep = 'first'", "validation.keep"),
        ("[fine_tuning]\nmargin = -0.1", "fine_tuning.margin"),
        ("sampling = 3", "sampling"),
    ],
)
def test_unknown_key_or_bad_value_is_one_sentence_with_file_and_key(text: str, key: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_recipe(HEAD + text, "own.toml")
    message = str(caught.value)
    assert "own.toml" in message
    assert key in message
    assert "\n" not in message


def test_what_is_no_toml_is_refused_with_its_place() -> None:
    with pytest.raises(UsageError, match=r"own\.toml is not valid TOML.*line 1"):
        parse_recipe("epochs 3", "own.toml")


def test_missing_name_is_named() -> None:
    with pytest.raises(UsageError, match="missing field name"):
        parse_recipe('title = "t"', "own.toml")


def test_own_file_is_read_and_unknown_names_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(HEAD, encoding="utf-8")
    assert recipe_text(path) == HEAD
    assert load_recipe(path).name == "own"
    with pytest.raises(UsageError, match=r"known are .*scunet-guo2021"):
        load_recipe("unet-guo")
    with pytest.raises(UsageError, match="cannot be read"):
        load_recipe(tmp_path / "none.toml")


def test_other_epochs_leave_everything_else() -> None:
    recipe = load_recipe("scunet-guo2021")
    assert recipe.with_epochs(None) is recipe
    assert replace(recipe.with_epochs(3), epochs=50) == recipe
