from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.training.data.unlabelled import Unlabelled
from shared_core.training.data_specs import pool_source
from shared_core.training.example import TrainingView, files_of
from shared_core.training.plan import Plan, open_output
from shared_core.weights.registry import load_card
from tests.training.drawn import DrawnViews, drawn_recipe
from tests.training.pseudo_labels.drawn_files import annotated, drawn_file, unlabelled

CARD = load_card("openbac-1")


class HalfValid(DrawnViews):
    """The right half of every view is outside of the valid area."""

    def load(self, number: int) -> TrainingView:
        view = super().load(number)
        valid = view.valid.copy()
        valid[:, valid.shape[1] // 2 :] = False
        return replace(view, valid=valid)


def test_a_labelled_source_as_a_pool_tells_nothing_of_its_labels() -> None:
    labelled = HalfValid(2, 0)
    assert labelled.load(0).label.any()
    pool = Unlabelled(labelled)
    view = pool.load(0)
    assert not view.label.any()
    assert view.ignore is not None
    np.testing.assert_array_equal(view.ignore, ~view.valid)
    assert view.identity == pool.identity(0)
    assert view.identity.origin == "unlabelled"
    assert "severity" not in dict(view.identity.tags)
    assert all("labels not used" in name for name in pool.description)


def test_masks_of_a_pool_are_not_even_named(tmp_path: Path) -> None:
    pool = pool_source([annotated(tmp_path, 1)], CARD, problems=[])
    files = files_of(pool, 0)
    assert files is not None
    assert files.mask is None
    assert files.image.name == "view-0.png"


def test_a_folder_alone_is_a_pool_and_specs_are_joined(tmp_path: Path) -> None:
    unlabelled(tmp_path / "more", 2)
    pool = pool_source([str(tmp_path / "more"), annotated(tmp_path / "labelled", 1)], CARD, problems=[])
    assert len(pool) == 6
    assert len({pool.identity(number).patient_id for number in range(6)}) == 3
    view = pool.load(0)
    assert view.image_u8.any()
    assert not view.label.any()


def test_images_of_a_pool_that_changed_are_refused_when_a_run_goes_on(tmp_path: Path) -> None:
    pool = pool_source([unlabelled(tmp_path / "more", 1)], CARD, problems=[])
    plan = Plan(drawn_recipe(), DrawnViews(3, 0), tmp_path / "out", "own", pool=pool)
    open_output(plan, resume=False)
    open_output(plan, resume=True)
    drawn_file(tmp_path / "more" / "woman-100" / "view-1.png", 5, bands=1)
    with pytest.raises(UsageError, match=r"data changed since the run .*view-1"):
        open_output(plan, resume=True)
