"""The study of image labels: what it passes on of simulated views, and what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from shared_core.training.example import TrainingView
from shared_core.training.image_labels.recipe import label_recipe_toml, parse_label_recipe
from shared_core.training.image_labels.table import read_label_table
from tests.training.drawn import DrawnViews

pytest.importorskip("torch", reason="torch is not installed")

from validation.image_labels import IMAGES, recipe_for, write_views


@dataclass(frozen=True)
class SomeViews(DrawnViews):
    """The first view has a band, the second none, the third one that nobody would be sure of."""

    def load(self, number: int) -> TrainingView:
        view = super().load(number)
        if number == 0:
            return view
        nothing = np.zeros_like(view.label)
        return replace(view, label=nothing, ignore=view.label if number == 2 else None)


def test_labels_and_lengths_are_passed_on_and_doubtful_views_are_not(tmp_path: Path) -> None:
    table = write_views(SomeViews(2, 0), tmp_path)
    rows = read_label_table(table, tmp_path / IMAGES)
    assert [(row.name, row.has_bac) for row in rows] == [
        ("00000.png", True),
        ("00001.png", False),
        ("00003.png", False),
    ]
    assert rows[0].length_mm is not None
    # Three bands of some 50 to 150 px of 0.07 mm, which cross each other.
    assert 3 < rows[0].length_mm < 60
    assert rows[1].length_mm == 0
    assert all(row.age is None for row in rows)


def test_its_recipe_is_one_that_can_be_read() -> None:
    recipe = recipe_for(384, 16, 5)
    assert (recipe.size, recipe.epochs) == ((384, 192), 5)
    assert parse_label_recipe(label_recipe_toml(recipe), "study") == recipe
