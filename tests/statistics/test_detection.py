"""Image-level detection, with the figures of the papers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.statistics.detection import Confusion, confusion, curve_points, curves
from shared_core.statistics.severe import yes_or_no_rates

metrics = pytest.importorskip("sklearn.metrics", reason="the extra statistics is not installed")

MOBINI_TABLE_2 = {
    "training": ((1222, 312, 86, 20), (0.93, 0.88, 0.94, 0.78, 0.85)),
    "validation": ((787, 64, 25, 12), (0.96, 0.85, 0.84, 0.72, 0.78)),
    "test": ((803, 69, 25, 19), (0.95, 0.86, 0.78, 0.73, 0.76)),
}
"""Counts TN, TP, FN, FP; accuracy, balanced accuracy, precision, recall, F1 as printed (Mobini 2023)."""


@pytest.mark.parametrize("split", MOBINI_TABLE_2)
def test_counts_of_mobini_give_the_printed_table(split: str) -> None:
    counts, printed = MOBINI_TABLE_2[split]
    found = Confusion(*counts)
    ours = (found.accuracy, found.balanced_accuracy, found.precision, found.sensitivity, found.f1)
    # The accuracy of training, 1534 / 1640 = .9354, is printed .93.
    assert ours == pytest.approx(printed, abs=0.0055)


def _ibrahim_grade_3() -> tuple[np.ndarray, np.ndarray]:
    """20 exams, 5 of each AI grade; 5 are severe to the readers: 4 of AI grade 3 and 1 of grade 2."""
    grade = np.repeat([0, 1, 2, 3], 5)
    severe = np.zeros(20, bool)
    severe[15:19] = True  # AI grade 3
    severe[14] = True  # AI grade 2
    return severe, grade


def test_binary_auc_of_ibrahim_is_867() -> None:
    severe, grade = _ibrahim_grade_3()
    answer = confusion(severe, grade == 3)
    assert (answer.sensitivity, answer.specificity) == (4 / 5, 14 / 15)
    assert curves(severe, grade == 3).auc_roc == pytest.approx((4 / 5 + 14 / 15) / 2)
    assert round(curves(severe, grade == 3).auc_roc, 3) == 0.867
    assert answer.balanced_accuracy == pytest.approx(curves(severe, grade == 3).auc_roc)


def test_ordinal_auc_of_ibrahim_is_933() -> None:
    severe, grade = _ibrahim_grade_3()
    assert curves(severe, grade).auc_roc == pytest.approx(70 / 75)


def test_confusion_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(1)
    truth, answer = random.random((2, 300)) > 0.6
    found = confusion(truth, answer)
    tn, fp, fn, tp = metrics.confusion_matrix(truth, answer).ravel()
    assert (found.true_negatives, found.true_positives) == (tn, tp)
    assert (found.false_negatives, found.false_positives) == (fn, fp)
    assert found.n == 300
    assert found.balanced_accuracy == pytest.approx(metrics.balanced_accuracy_score(truth, answer), abs=1e-10)
    rates = yes_or_no_rates(found)
    assert rates["npv"].value == pytest.approx(metrics.precision_score(truth, answer, pos_label=0), abs=1e-10)
    assert rates["f1"].value == pytest.approx(metrics.f1_score(truth, answer), abs=1e-10)


def test_areas_and_points_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(3)
    truth = random.random(200) > 0.8
    for score in (random.random(200) + truth, np.round(random.random(200) + 0.4 * truth, 1)):
        found, points = curves(truth, score), curve_points(truth, score)
        assert found.auc_roc == pytest.approx(metrics.roc_auc_score(truth, score), abs=1e-10)
        assert found.auc_pr == pytest.approx(metrics.average_precision_score(truth, score), abs=1e-10)
        along, up, _ = metrics.roc_curve(truth, score, drop_intermediate=False)
        np.testing.assert_allclose(points.false_alarms, along[1:], atol=1e-12)
        np.testing.assert_allclose(points.recall, up[1:], atol=1e-12)


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    random = np.random.default_rng(2)
    truth = random.random(80) > 0.7
    score = np.round(random.random(80) + truth * 0.3, 1)
    apart = score[truth][:, None] - score[~truth][None, :]
    assert curves(truth, score).auc_roc == pytest.approx(np.mean((apart > 0) + (apart == 0) / 2), abs=1e-10)


def test_rates_without_cases_are_not_numbers() -> None:
    assert math.isnan(confusion([0, 0], [0, 1]).sensitivity)
    assert math.isnan(confusion([1], [0]).precision)


def test_wrong_samples_are_refused() -> None:
    with pytest.raises(UsageError, match="positive and negative"):
        curves([1, 1], [0.3, 0.4])
    with pytest.raises(UsageError, match="0 or 1"):
        confusion([2], [1])
    with pytest.raises(UsageError, match="there are 2 and 1"):
        confusion([0, 1], [1])
