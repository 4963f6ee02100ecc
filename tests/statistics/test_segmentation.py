"""Overlap of masks and distance of outlines."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays

from shared_core.errors import UsageError
from shared_core.statistics.hausdorff import outline_distance
from shared_core.statistics.overlap import (
    SCORES,
    mean_score,
    mean_scores,
    overlap,
    patch_overlaps,
    pooled,
)

sklearn_metrics = pytest.importorskip("sklearn.metrics", reason="the extra statistics is not installed")
from scipy.ndimage import binary_erosion  # noqa: E402
from scipy.spatial.distance import cdist  # noqa: E402

masks = arrays(bool, (7, 9))


@given(masks, masks)
@settings(max_examples=50)
def test_scores_are_those_of_scikit_learn(mask: np.ndarray, reference: np.ndarray) -> None:
    found = overlap(mask, reference)
    true, said = reference.ravel(), mask.ravel()
    theirs = {
        "recall": sklearn_metrics.recall_score(true, said, zero_division=np.nan),
        "precision": sklearn_metrics.precision_score(true, said, zero_division=np.nan),
        "accuracy": sklearn_metrics.accuracy_score(true, said),
        "dice": sklearn_metrics.f1_score(true, said, zero_division=np.nan),
    }
    for name, value in theirs.items():
        assert getattr(found, name) == pytest.approx(value, abs=1e-12, nan_ok=True)
    if not found.empty:
        assert found.jaccard == pytest.approx(sklearn_metrics.jaccard_score(true, said), abs=1e-12)
        assert found.jaccard == pytest.approx(found.dice / (2 - found.dice))


def test_empty_against_empty_is_not_one() -> None:
    empty = np.zeros((5, 5), bool)
    found = overlap(empty, empty)
    assert found.empty
    assert math.isnan(found.dice)
    assert math.isnan(found.jaccard)
    assert found.accuracy == 1


def test_marks_on_a_negative_image_score_zero() -> None:
    found = overlap(np.eye(5, dtype=bool), np.zeros((5, 5), bool))
    assert (found.dice, found.jaccard, found.precision) == (0, 0, 0)
    assert math.isnan(found.recall)


def test_undefined_scores_are_left_out_and_counted() -> None:
    empty, full = np.zeros((4, 4), bool), np.ones((4, 4), bool)
    half = full.copy()
    half[:2] = False
    dice = mean_score([overlap(empty, empty), overlap(full, full), overlap(half, full)], "dice")
    assert (dice.n, dice.undefined) == (2, 1)
    assert dice.mean == pytest.approx((1 + 2 / 3) / 2)
    assert dice.sd == pytest.approx(np.std([1, 2 / 3], ddof=1))
    assert [score.score for score in mean_scores([overlap(full, full)])] == list(SCORES)


@given(masks, masks)
@settings(max_examples=30)
def test_patches_side_by_side_add_up_to_the_image(mask: np.ndarray, reference: np.ndarray) -> None:
    rows_of_three = [overlap(mask[:, i : i + 3], reference[:, i : i + 3]) for i in range(0, mask.shape[1], 3)]
    assert pooled(rows_of_three) == overlap(mask, reference)


def test_last_patch_ends_at_the_edge() -> None:
    mask = np.zeros((10, 10), bool)
    mask[9, 9] = True
    patches = patch_overlaps(mask, mask, side_px=4, stride_px=4)
    assert len(patches) == 9
    assert patches[-1].true_positive_px == 1
    assert sum(patch.true_positive_px for patch in patches) == 1
    assert len(patch_overlaps(mask, mask)) == 1


def test_masks_of_two_shapes_are_refused() -> None:
    with pytest.raises(UsageError, match=r"\(2, 3\) and \(3, 2\)"):
        overlap(np.zeros((2, 3)), np.zeros((3, 2)))


def _by_brute_force(
    mask: np.ndarray, reference: np.ndarray, spacing: tuple[float, float]
) -> tuple[float, float]:
    points = [np.argwhere(m & ~binary_erosion(m)) * spacing for m in (mask, reference)]
    apart = cdist(*points)
    there, back = apart.min(axis=1), apart.min(axis=0)
    return max(np.percentile(there, 95), np.percentile(back, 95)), max(there.max(), back.max())


@pytest.mark.parametrize("spacing", [None, (0.07, 0.07), (0.1, 0.05)])
def test_distance_is_that_of_all_pairs_of_points(spacing: tuple[float, float] | None) -> None:
    random = np.random.default_rng(0)
    for _ in range(5):
        mask, reference = random.random((2, 30, 40)) > 0.97
        found = outline_distance(mask, reference, spacing_mm=spacing)
        hd95, hd = _by_brute_force(mask, reference, spacing or (1, 1))
        assert found.hausdorff95 == pytest.approx(hd95, abs=1e-10)
        assert found.hausdorff == pytest.approx(hd, abs=1e-10)
        assert found.unit == ("px" if spacing is None else "mm")


def test_shifted_square_is_as_far_as_the_shift() -> None:
    mask, reference = np.zeros((2, 30, 30), bool)
    mask[5:15, 5:15] = True
    reference[5:15, 8:18] = True
    found = outline_distance(mask, reference, spacing_mm=(1, 0.5))
    assert (found.hausdorff, found.hausdorff95) == (1.5, 1.5)


def test_distance_of_nothing_is_not_a_number() -> None:
    empty, full = np.zeros((5, 5), bool), np.ones((5, 5), bool)
    assert math.isnan(outline_distance(empty, empty).hausdorff95)
    assert math.isinf(outline_distance(empty, full).hausdorff95)
    assert outline_distance(full, full).hausdorff == 0
