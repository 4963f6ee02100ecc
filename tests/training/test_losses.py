from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from monai.losses import HausdorffDTLoss
from scipy.ndimage import distance_transform_edt

from shared_core.training.hausdorff_weight import HausdorffWeight
from shared_core.training.loss_recipe import LossRecipe
from shared_core.training.losses import Loss, bce_loss, hausdorff_loss, segmentation_loss, soft_dice_loss

SURE = 40.0


def logits(*rows: list[float]) -> torch.Tensor:
    return torch.tensor([[list(rows)]])


def labels(*rows: list[int]) -> torch.Tensor:
    return torch.tensor([list(rows)], dtype=torch.uint8)


def test_dice_of_a_right_answer_is_free_and_of_a_wrong_one_almost_one() -> None:
    truth = labels([1, 0], [0, 0])
    assert soft_dice_loss(logits([SURE, -SURE], [-SURE, -SURE]), truth).item() == pytest.approx(0, abs=1e-6)
    # 1 - (2*0 + 1) / (3 + 1 + 1)
    assert soft_dice_loss(logits([-SURE, SURE], [SURE, SURE]), truth).item() == pytest.approx(0.8, abs=1e-6)


def test_dice_at_half_probability_is_the_closed_form() -> None:
    # 1 - (2 * 0.5 + 1) / (4 * 0.5 + 1 + 1)
    assert soft_dice_loss(logits([0, 0], [0, 0]), labels([1, 0], [0, 0])).item() == pytest.approx(0.5)


def test_nothing_marked_where_nothing_is_costs_nothing() -> None:
    empty = labels([0, 0], [0, 0])
    assert soft_dice_loss(logits([-SURE] * 2, [-SURE] * 2), empty).item() == pytest.approx(0, abs=1e-6)


def test_dice_is_pooled_over_the_batch() -> None:
    found = torch.tensor([[[[SURE, -SURE]]], [[[-SURE, -SURE]]]])
    truth = torch.tensor([[[1, 0]], [[1, 1]]], dtype=torch.uint8)
    # overlap 1, probability 1, truth 3
    assert soft_dice_loss(found, truth).item() == pytest.approx(1 - 3 / 5)


def test_cross_entropy_at_half_probability_is_log_two_and_bac_weighs_more() -> None:
    zeros = logits([0, 0], [0, 0])
    assert bce_loss(zeros, labels([1, 0], [0, 0])).item() == pytest.approx(math.log(2))
    weighted = bce_loss(zeros, labels([1, 0], [0, 0]), positive_weight=5.0)
    assert weighted.item() == pytest.approx(math.log(2) * (5 + 3) / 4)


def test_sum_is_the_sum() -> None:
    found, truth = logits([0.3, -1], [2, 0]), labels([1, 0], [0, 1])
    recipe = LossRecipe(kind="dice+bce", bce_weight=0.25, positive_weight=2.0)
    parts = soft_dice_loss(found, truth) + 0.25 * bce_loss(found, truth, positive_weight=2.0)
    assert segmentation_loss(found, truth, recipe).total.item() == pytest.approx(parts.item())
    assert segmentation_loss(found, truth, LossRecipe(kind="bce")).total.item() == pytest.approx(
        bce_loss(found, truth).item()
    )
    assert segmentation_loss(found, truth, LossRecipe()).total.item() == pytest.approx(
        soft_dice_loss(found, truth).item()
    )


@settings(max_examples=25)
@given(st.floats(-30, 30), st.sampled_from(["dice", "bce", "dice+bce", "dice+bce+hausdorff"]))
def test_ignored_pixels_have_no_say_and_no_gradient(value: float, kind: str) -> None:
    truth = labels([1, 255], [0, 255])
    recipe = LossRecipe(kind=kind)  # type: ignore[arg-type]
    found = logits([0.5, value], [-1.0, -value]).requires_grad_()
    loss = segmentation_loss(found, truth, recipe, hausdorff_weight=2.0).total
    (gradient,) = torch.autograd.grad(loss, found)
    reference = segmentation_loss(logits([0.5], [-1.0]), labels([1], [0]), recipe, hausdorff_weight=2.0).total
    assert loss.item() == pytest.approx(reference.item(), rel=1e-5)
    assert gradient[0, 0, :, 1].abs().sum().item() == 0


def test_a_batch_that_is_ignored_altogether_costs_nothing() -> None:
    truth = labels([255, 255], [255, 255])
    for kind in ("dice", "bce", "dice+bce+hausdorff"):
        loss = segmentation_loss(logits([1, 2], [3, 4]), truth, LossRecipe(kind=kind)).total  # type: ignore[arg-type]
        assert loss.item() == 0


def distance_px(mask: np.ndarray) -> np.ndarray:
    if not mask.any() or mask.all():
        return np.zeros(mask.shape)
    return np.asarray(distance_transform_edt(mask) + distance_transform_edt(~mask))


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.floats(0.02, 0.98))
def test_hausdorff_loss_is_its_equation(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    values, truth = rng.normal(size=(2, 13, 17)).astype(np.float32), rng.random((2, 13, 17)) < share
    p = 1 / (1 + np.exp(-values.astype(np.float64)))
    terms = [
        (one - true) ** 2 * (distance_px(one > 0.5) ** 2 + distance_px(true) ** 2)
        for one, true in zip(p, truth, strict=True)
    ]
    given_labels = torch.from_numpy(truth.astype(np.uint8))
    found = hausdorff_loss(torch.from_numpy(values)[:, None], given_labels, scale_px=1.0)
    assert found.item() == pytest.approx(np.mean(terms), rel=1e-5)
    scaled = hausdorff_loss(torch.from_numpy(values)[:, None], given_labels, scale_px=10.0)
    assert scaled.item() == pytest.approx(found.item() / 100, rel=1e-5)


def test_hausdorff_loss_equals_monai() -> None:
    rng = np.random.default_rng(5)
    values = torch.from_numpy(rng.normal(size=(3, 1, 24, 40)).astype(np.float32))
    truth = torch.from_numpy((rng.random((3, 24, 40)) < 0.2).astype(np.uint8))
    peer = HausdorffDTLoss(alpha=2.0, include_background=True, sigmoid=True)
    assert hausdorff_loss(values, truth, scale_px=1.0).item() == pytest.approx(
        peer(values, truth[:, None].float()).item(), rel=1e-5
    )


def test_what_is_marked_far_from_calcium_costs_more_than_near_it() -> None:
    truth = torch.zeros((1, 1, 64), dtype=torch.uint8)
    truth[..., :8] = 1

    def cost(column: int) -> float:
        found = torch.where(truth == 1, 4.0, -4.0)[:, None].clone()
        found[..., column] = 4.0
        return hausdorff_loss(found, truth, scale_px=100.0).item()

    assert cost(9) < cost(20) < cost(60)


def test_hausdorff_loss_waits_and_then_weighs_as_much_as_dice() -> None:
    weight = HausdorffWeight()
    weight.add(Loss(torch.tensor(1.0), 0.8, 0.1))
    weight.close_epoch(takes_part=False)
    assert weight == HausdorffWeight(0.0)
    weight.add(Loss(torch.tensor(1.0), 0.6, 0.1))
    weight.add(Loss(torch.tensor(1.0), 0.4, 0.3))
    weight.close_epoch(takes_part=True)
    assert weight.weight == pytest.approx(1.0 / 0.4)
    weight.add(Loss(torch.tensor(1.0), 0.5, 0.0))
    weight.close_epoch(takes_part=True)
    assert weight.weight == pytest.approx(1.0 / 0.4)
    found, truth = logits([0.3, -1], [2, 0]), labels([1, 0], [0, 1])
    recipe = LossRecipe(kind="dice+bce+hausdorff")
    without = segmentation_loss(found, truth, recipe)
    loss = segmentation_loss(found, truth, recipe, hausdorff_weight=3.0)
    assert loss.hausdorff is not None
    assert loss.hausdorff > 0
    assert loss.total.item() == pytest.approx(without.total.item() + 3 * loss.hausdorff, rel=1e-6)
