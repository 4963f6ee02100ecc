"""Guo's five scores: what counts, against numbers reckoned by hand, and the tests beside them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from shared_core.errors import UsageError
from shared_core.statistics.comparison import mask_agreement
from shared_core.statistics.hypothesis_tests import holm
from shared_core.statistics.overlap import patch_overlaps
from shared_core.training.evaluation.guo_scores import guo_differences, guo_scores, whole_overlap
from shared_core.training.evaluation.row import ViewRow, row_document, row_from_document, score_view
from shared_core.training.example import Identity, TrainingView
from shared_core.weights.registry import load_card

CARD = load_card("scunet-emory-2021")


def row(number: int, *, shift: int, bac: bool = True, side: int = 1000, ignore: bool = False) -> ViewRow:
    """A view with one bright bar as its label, marked some rows too low; without, one mark."""
    label, found = np.zeros((side, side), np.uint8), np.zeros((side, side), np.float32)
    if bac:
        label[100:110, 50:150] = 1
        found[100 + shift : 110 + shift, 50:150] = 0.9
    else:
        found[20:23, 20:23] = 0.9
    left_open = np.zeros((side, side), bool)
    left_open[-100:] = ignore
    view = TrainingView(
        image_u8=np.full((side, side), 100, np.uint8),
        label=label.astype(bool),
        valid=np.ones((side, side), bool),
        identity=Identity(f"p{number // 2}", f"v{number}", "simulated"),
        spacing_mm=0.07,
        ignore=left_open if ignore else None,
    )
    return score_view(number, view, found, CARD)[0]


def test_only_patches_and_images_with_bac_count() -> None:
    patches, images = guo_scores([row(0, shift=5), row(1, shift=0), row(2, shift=0, bac=False)])
    assert (images.level, images.count) == ("images", 2)
    by_name = {score.score: score for score in images.scores}
    assert by_name["recall"].mean == pytest.approx((0.5 + 1) / 2)
    assert by_name["jaccard"].mean == pytest.approx((1 / 3 + 1) / 2)
    assert by_name["dice"].sd == pytest.approx(np.std([0.5, 1.0], ddof=1))
    assert by_name["accuracy"].mean == pytest.approx((1 - 1000 / 1000**2 + 1) / 2)
    # Patches begin at 0, 448 and 488; the bar lies in the first one alone.
    assert patches.count == 2
    assert all(score.undefined == 0 for score in patches.scores)


def test_pixels_that_a_label_leaves_open_have_no_say_in_accuracy() -> None:
    overlap = whole_overlap(row(0, shift=0, ignore=True))
    counted = (
        overlap.true_positive_px
        + overlap.false_positive_px
        + overlap.false_negative_px
        + overlap.true_negative_px
    )
    assert counted == 1000 * 900


def test_patches_survive_the_file_of_rows() -> None:
    one = row(0, shift=3)
    again = row_from_document(row_document(one))
    assert (again.patches, again.counted_px) == (one.patches, one.counted_px)


def test_differences_are_the_paired_t_with_holm_and_the_bootstrap_of_patients() -> None:
    reference = [row(number, shift=number % 3) for number in range(8)]
    worse = [row(number, shift=4 + number % 4) for number in range(8)]
    found = guo_differences(reference, {"worse": worse, "same": reference})
    by_name = {(one.model, one.score): one for one in found}
    dice = by_name["worse", "dice"]
    known = stats.ttest_rel(
        [whole_overlap(one).dice for one in worse], [whole_overlap(one).dice for one in reference]
    )
    assert dice.test.p == pytest.approx(known.pvalue)
    assert dice.p_holm == pytest.approx(known.pvalue)  # the other is no test: all differences are equal
    assert dice.clustered.clusters == 4
    assert dice.clustered.limits[1] < 0
    assert math.isnan(by_name["same", "dice"].p_holm)
    with pytest.raises(UsageError, match="same views"):
        guo_differences(reference, {"other": worse[:-1]})


def test_holm_is_that_of_statsmodels() -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p = [0.04, 0.001, 0.2, 0.03, 0.03]
    np.testing.assert_allclose(holm(p), multitest.multipletests(p, method="holm")[1])
    assert math.isnan(holm([0.5, float("nan")])[1])


def test_black_patches_do_not_count_when_masks_are_compared() -> None:
    reference = np.zeros((1400, 900), bool)
    reference[100:110, 50:150] = True
    mask = np.roll(reference, 5, axis=0)
    mask[1300, 10] = True  # a false mark in a patch without BAC
    patches = patch_overlaps(mask, reference)
    found = {score.score: score for score in mask_agreement(patches, patches=patches).patch_scores}
    assert (found["accuracy"].n, found["dice"].n) == (1, 1)
    assert found["dice"].mean == pytest.approx(0.5)
    assert found["accuracy"].mean == pytest.approx(1 - 1000 / 512**2)
