from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from shared_core.errors import UsageError
from shared_core.training.before_after import Comparison
from shared_core.training.data_statement import CutView
from shared_core.training.example import Identity
from shared_core.training.holding_out import folds_of, pool_of
from shared_core.training.patch_scores import PatchScores


def views(*patients: str) -> tuple[CutView, ...]:
    return tuple(
        CutView(Identity(patient, f"{patient}-{number}", "correction"), str(number), 5, 2)
        for number, patient in enumerate(patients)
    )


@given(st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=20), st.integers(0, 99))
def test_no_view_both_teaches_and_measures_and_each_does_one(patients: list[str], seed: int) -> None:
    folds, said = folds_of(views(*patients), seed=seed, share=0.3)
    assert said.endswith(".")
    for fold in folds:
        assert fold.teaching
        assert fold.held_out
        assert sorted(fold.teaching + fold.held_out) == list(range(len(patients)))
        if len(set(patients)) > 1:
            teach, measure = ({patients[view] for view in part} for part in (fold.teaching, fold.held_out))
            assert not teach & measure


def test_enough_patients_are_split_once() -> None:
    folds, said = folds_of(views(*"aabbccdd"), seed=0, share=0.3)
    assert len(folds) == 1
    assert "1 of 4 patients" in said


def test_two_patients_are_each_left_out_once_and_it_is_said() -> None:
    folds, said = folds_of(views(*"aabb"), seed=0, share=0.3)
    assert [fold.held_out for fold in folds] == [(0, 1), (2, 3)]
    assert "only 2 patients" in said


def test_views_of_one_patient_are_left_out_one_by_one_with_a_warning() -> None:
    folds, said = folds_of(views(*"aaa"), seed=0, share=0.3)
    assert [fold.held_out for fold in folds] == [(0,), (1,), (2,)]
    assert "only one patient" in said
    assert "better than they are" in said


def test_one_view_is_too_few() -> None:
    with pytest.raises(UsageError, match="correct one more"):
        folds_of(views("a"), seed=0, share=0.3)


@given(st.integers(1, 40), st.integers(1, 400), st.floats(0.2, 0.8))
def test_data_get_their_share_of_what_is_shown(own: int, replay: int, share: float) -> None:
    pool = pool_of(
        np.arange(own), np.arange(own, own + replay), np.ones(own + replay, np.bool_), data_share=share
    )
    part = (pool < own).mean()
    assert abs(part - share) < 0.25
    assert set(pool) == set(range(own + replay))


def test_all_data_means_no_replay() -> None:
    assert list(pool_of(np.arange(3), np.arange(3, 9), np.ones(9, np.bool_), data_share=1.0)) == [0, 1, 2]


def scores(dice: float, false_share: float = 0.0, best: float | None = None) -> PatchScores:
    return PatchScores(dice, 0.5, dice, dice, dice, false_share, dice if best is None else best)


@pytest.mark.parametrize(
    ("held", "replay", "reason"),
    [
        ((0.5, 0.6), (0.7, 0.69), None),
        ((0.5, 0.5), (0.7, 0.7), None),
        ((0.5, 0.499), (0.7, 0.9), "held-out views Dice fell from 0.500 to 0.499"),
        ((0.5, 0.9), (0.7, 0.67), "replay views Dice fell from 0.700 to 0.670"),
    ],
)
def test_a_model_that_is_worse_on_either_is_not_kept(
    held: tuple[float, float], replay: tuple[float, float], reason: str | None
) -> None:
    both = Comparison(*(scores(dice) for dice in (*held, *replay)))
    verdict = both.verdict(0.02)
    assert verdict is None if reason is None else reason in str(verdict)


def test_without_bac_the_false_area_decides() -> None:
    before, after, replay = scores(0, 1e-4), scores(0, 2e-4), scores(0.7)
    assert "false area rose" in str(Comparison(before, after, replay, replay).verdict(0.02))
    assert Comparison(after, before, replay, replay).verdict(0.02) is None
