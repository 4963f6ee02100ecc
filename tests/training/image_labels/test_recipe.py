from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from shared_core.errors import UsageError
from shared_core.training.image_labels.recipe import (
    is_label_recipe,
    label_recipe_toml,
    load_label_recipe,
    parse_label_recipe,
)
from shared_core.training.recipe import LABEL_RECIPES, list_recipes, load_recipe
from tests.training.image_labels.drawn_breasts import drawn_recipe, write_recipe


@pytest.mark.parametrize("name", LABEL_RECIPES)
def test_recipes_of_the_package_are_read_and_written_back_as_the_same(name: str) -> None:
    recipe = load_label_recipe(name)
    assert recipe.name == name
    assert parse_label_recipe(label_recipe_toml(recipe), name) == recipe
    assert is_label_recipe(name)
    assert name not in list_recipes()


def test_the_recipe_of_the_paper_says_what_the_paper_does() -> None:
    recipe = load_label_recipe("mobini-2023")
    optimisation = recipe.optimisation
    assert (recipe.network, recipe.size, recipe.initial) == ("vgg16", (1536, 768), "needed")
    assert (recipe.epochs, recipe.batch, recipe.trained_convolutions) == (25, 8, 5)
    # AdamW without decay is Adam.
    assert (optimisation.learning_rate, optimisation.weight_decay, optimisation.schedule) == (
        1e-6,
        0,
        "cosine",
    )
    assert (recipe.split.validation, recipe.split.test, recipe.split.prevalence) == (0.15, 0.15, 0.3)
    assert (recipe.positive_from, recipe.heat_threshold) == (0.5, 0.3)


def test_the_one_from_random_weights_says_so_in_its_title() -> None:
    recipe = load_label_recipe("mobini-2023-scratch")
    assert "no ImageNet" in recipe.title
    assert (recipe.network, recipe.initial, recipe.trained_convolutions) == ("vgg16-bn", "none", 13)
    assert recipe.optimisation.learning_rate == 1e-3


def test_a_file_of_ones_own_is_told_by_what_it_learns_from(tmp_path: Path) -> None:
    assert is_label_recipe(str(write_recipe(tmp_path)))
    other = tmp_path / "masks.toml"
    other.write_text('name = "x"\ntitle = "y"\n', encoding="utf-8")
    assert not is_label_recipe(str(other))
    assert not is_label_recipe("scunet-guo2021")
    assert not is_label_recipe(str(tmp_path / "none.toml"))


def test_an_unknown_recipe_names_these_too() -> None:
    with pytest.raises(UsageError, match="mobini-2023-scratch"):
        load_recipe("mobini")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rows = 96", "rows = 100", "picture.rows must be a multiple of 16 from 32, not 100"),
        ("batch = 6", "batch = 0", "batch must be from 1 to 1024, not 0"),
        ('network = "vgg16-bn"', 'network = "unet"', "network must be"),
        ("width = 4", "width = 400", "width of network vgg16-bn must lie from 1 to 128"),
        ("ema_decay = 0.0", "ema_decay = 0.9", "optimisation.ema_decay must be 0"),
        ("zoom = 0.1", "zoomed = 0.1", "unknown field 'changes.zoomed'"),
        ("median_px = 0", "median_px = 4", "median_px must be 0 or odd, not 4"),
    ],
)
def test_what_is_wrong_in_a_recipe_is_named(old: str, new: str, message: str) -> None:
    text = label_recipe_toml(drawn_recipe())
    assert old in text
    with pytest.raises(UsageError, match=message):
        parse_label_recipe(text.replace(old, new, 1), "own")


def test_epochs_can_be_set() -> None:
    assert replace(drawn_recipe(3), epochs=7) == drawn_recipe(3).with_epochs(7)
