from __future__ import annotations

import pytest

from shared_core.errors import UsageError
from shared_core.training.data.split import SIDES
from shared_core.training.example import Identity
from shared_core.training.folds.patients import fold_splits

PEOPLE = [f"woman-{number}" for number in range(13)]
BAC = {name: number < 5 for number, name in enumerate(PEOPLE)}
VIEWS = [Identity(name, f"{name}-{view}", "folder") for name in PEOPLE for view in range(2)]


def test_every_patient_is_held_out_once_and_never_on_two_sides() -> None:
    splits = fold_splits(VIEWS, 4, seed=3, validation=0.2, has_bac=BAC)
    assert sorted(patient for split in splits for patient in split.test) == sorted(PEOPLE)
    for split in splits:
        everybody = [patient for side in SIDES for patient in split.patients(side)]
        assert sorted(everybody) == sorted(PEOPLE)
        assert split.validation
        assert any(BAC[patient] for patient in split.test)
        assert any(BAC[patient] for patient in split.validation)


def test_folds_depend_on_the_seed_and_not_on_the_order_of_views() -> None:
    one = fold_splits(VIEWS, 3, seed=1, validation=0.2, has_bac=BAC)
    assert one == fold_splits(VIEWS[::-1], 3, seed=1, validation=0.2, has_bac=BAC)
    assert one != fold_splits(VIEWS, 3, seed=2, validation=0.2, has_bac=BAC)


def test_sizes_differ_by_one_at_most_and_too_many_folds_are_refused() -> None:
    sizes = [len(split.test) for split in fold_splits(VIEWS, 5, seed=0, validation=0.2, has_bac=BAC)]
    assert max(sizes) - min(sizes) <= 1
    with pytest.raises(UsageError, match="13 patients cannot be dealt into 14 folds"):
        fold_splits(VIEWS, 14, seed=0, validation=0.2)
