"""Leaving patients out: folds, patches that teach, and false area at matched recall."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from shared_core.errors import UsageError
from shared_core.training.data.patches import PatchSettings, build_patches
from shared_core.training.evaluation.row import ViewRow
from tests.training.drawn import DrawnViews
from tests.training.evaluation.drawn import NOTHING, band, row
from validation.leave_one_out.folds import Fold, chosen, deal, patients_of_patches, teaching
from validation.leave_one_out.judging import RULE, JudgedRows, difference, joined, matched
from validation.leave_one_out.page import leave_one_out_page


@given(st.sets(st.text("abc", min_size=1, max_size=3), min_size=2, max_size=9), st.integers(0, 4))
def test_every_patient_is_left_out_once(patients: set[str], count: int) -> None:
    if count == 1 or count > len(patients):
        with pytest.raises(UsageError, match="folds"):
            deal(patients, count)
        return
    folds = deal(patients, count)
    assert sorted(name for fold in folds for name in fold.patients) == sorted(patients)
    assert len(folds) == (count or len(patients))
    assert max(len(fold.patients) for fold in folds) - min(len(fold.patients) for fold in folds) <= 1


def test_a_fold_that_there_is_not_is_refused_before_anything_is_trained() -> None:
    folds = deal(["A", "B", "C"], 0)
    assert chosen(folds, None) == folds
    assert chosen(folds, [3, 1]) == (folds[0], folds[2])
    with pytest.raises(UsageError, match=r"no fold 4: they are 1 to 3\."):
        chosen(folds, [1, 4])


def test_patches_of_those_left_out_do_not_teach(tmp_path: Path) -> None:
    source = DrawnViews(3, 1)
    settings = PatchSettings(tile_px=64, overlap_px=16, least_negatives=2)
    patches = build_patches(source, range(len(source)), tmp_path / "patches", settings=settings)
    owners = patients_of_patches(tmp_path / "patches")
    assert len(owners) == len(patches)
    pool = teaching(owners, Fold(1, ("drawn-1",)))
    assert {source.identity(int(view)).patient_id for view in patches.views[pool]} == {"drawn-0", "drawn-2"}
    left = np.setdiff1d(np.arange(len(patches)), pool)
    assert {source.identity(int(view)).patient_id for view in patches.views[left]} == {"drawn-1"}


def test_a_patient_without_patches_is_no_fold() -> None:
    with pytest.raises(UsageError, match="patient B"):
        teaching(["A", "A"], Fold(1, ("B",)))


def rows_of(blots: tuple[int, ...]) -> tuple[ViewRow, ...]:
    """Half of an artery at 0.9 and all of it at 0.3; blots of so many columns at 0.6."""
    found = [
        row(
            band(300, 50, 350),
            (band(300, 50, 350), 0.3),
            (band(300, 50, 200), 0.9),
            number=0,
            patient="P0",
            name="with",
        )
    ]
    for number, width in enumerate(blots, 1):
        parts = [(band(100, 20, 20 + width), 0.6)] if width else []
        found.append(row(NOTHING, *parts, number=number, patient=f"P{number}", name=f"V{number}"))
    return tuple(found)


def test_false_area_is_read_where_so_much_is_found() -> None:
    rows = rows_of((100, 0, 50))
    half = matched(rows, 0.5)
    assert half is not None
    assert half.threshold == pytest.approx(0.85, abs=0.06)
    assert half.mean_px == pytest.approx(0)
    all_of_it = matched(rows, 0.9)
    assert all_of_it is not None
    assert 0.2 <= all_of_it.threshold < 0.31
    assert all_of_it.false_px.tolist() == [2000, 0, 1000]
    assert (all_of_it.mean_px, all_of_it.median_px) == (1000, 1000)
    assert all_of_it.patients == ("P1", "P2", "P3")


def test_a_recall_that_is_not_reached_is_no_point() -> None:
    missed = (row(band(300, 50, 350), number=0), *rows_of((100,))[1:])
    assert matched(missed, 0.5) is None
    sure = (row(band(300, 50, 350), (band(300, 50, 350), 1.0), number=0), *rows_of((100,))[1:])
    assert matched(sure, 0.5) is None


def test_the_difference_is_that_of_the_means() -> None:
    first, second = matched(rows_of((100, 0, 50)), 0.9), matched(rows_of((0, 0, 50)), 0.9)
    assert first is not None
    assert second is not None
    assert difference(first, second).difference == pytest.approx(2000 / 3)


def test_the_page_tells_which_model_marks_less() -> None:
    folds = deal(["P1", "P2", "P3"], 3)
    ours = [[JudgedRows("ours", "ours", rows_of((10, 0, 0)))], [JudgedRows("ours", "ours", ())]]
    judged = [*joined(ours), JudgedRows("theirs", "theirs", rows_of((100, 100, 100)))]
    page = leave_one_out_page(judged, folds, rule=RULE, made_of="Drawn.")
    assert "| 0.5 | ours |" in page
    assert "| 0.85 | theirs |" in page
    assert "ours marks 0 px falsely on a view (mean), no more than theirs with 0 px" in page
    assert "least_length_mm 6" in page
