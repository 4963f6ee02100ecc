from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings, strategies as st

from shared_core.training.losses import bce_loss, segmentation_loss, soft_dice_loss
from shared_core.training.recipe import LossRecipe

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
    assert segmentation_loss(found, truth, recipe).item() == pytest.approx(parts.item())
    assert segmentation_loss(found, truth, LossRecipe(kind="bce")).item() == pytest.approx(
        bce_loss(found, truth).item()
    )
    assert segmentation_loss(found, truth, LossRecipe()).item() == pytest.approx(
        soft_dice_loss(found, truth).item()
    )


@settings(max_examples=25)
@given(st.floats(-30, 30), st.sampled_from(["dice", "bce", "dice+bce"]))
def test_ignored_pixels_have_no_say_and_no_gradient(value: float, kind: str) -> None:
    truth = labels([1, 255], [0, 255])
    recipe = LossRecipe(kind=kind)  # type: ignore[arg-type]
    found = logits([0.5, value], [-1.0, -value]).requires_grad_()
    loss = segmentation_loss(found, truth, recipe)
    (gradient,) = torch.autograd.grad(loss, found)
    reference = segmentation_loss(logits([0.5], [-1.0]), labels([1], [0]), recipe)
    assert loss.item() == pytest.approx(reference.item(), rel=1e-5)
    assert gradient[0, 0, :, 1].abs().sum().item() == 0


def test_a_batch_that_is_ignored_altogether_costs_nothing() -> None:
    truth = labels([255, 255], [255, 255])
    for kind in ("dice", "bce"):
        loss = segmentation_loss(logits([1, 2], [3, 4]), truth, LossRecipe(kind=kind))  # type: ignore[arg-type]
        assert loss.item() == 0
