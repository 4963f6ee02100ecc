from __future__ import annotations

import pytest
import torch
from torch import nn

from shared_core.training.optimisation import learning_rate, make_optimiser
from shared_core.training.recipe import OptimisationRecipe
from shared_core.training.weight_average import WARMUP_STEPS, weight_average


def test_constant_rate_after_a_linear_warm_up() -> None:
    recipe = OptimisationRecipe(learning_rate=0.1, warmup_steps=4)
    rates = [learning_rate(step, 10, recipe) for step in range(10)]
    assert rates == pytest.approx([0.025, 0.05, 0.075, 0.1] + 6 * [0.1])


def test_cosine_falls_from_the_rate_towards_zero() -> None:
    recipe = OptimisationRecipe(learning_rate=0.1, schedule="cosine")
    rates = [learning_rate(step, 100, recipe) for step in range(101)]
    assert rates[0] == 0.1
    assert rates[50] == pytest.approx(0.05)
    assert rates[100] == pytest.approx(0, abs=1e-12)
    assert rates == sorted(rates, reverse=True)


def test_norms_and_slopes_do_not_decay() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.PReLU(2))
    decayed, free = make_optimiser(network, OptimisationRecipe(weight_decay=0.3)).param_groups
    assert [value.ndim for value in decayed["params"]] == [4]
    assert (decayed["weight_decay"], free["weight_decay"]) == (0.3, 0.0)
    assert len(free["params"]) == 4


def test_average_follows_the_closed_form_of_a_constant_step() -> None:
    layer = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        layer.weight.fill_(0.0)
    average = weight_average(layer, decay=0.5)
    expected = 0.0
    for step in range(1, 30):
        with torch.no_grad():
            layer.weight.fill_(float(step))
        average.update_parameters(layer)
        decay = min(0.5, (1 + step) / (WARMUP_STEPS + step))
        expected = decay * expected + (1 - decay) * step
        assert average.module.weight.item() == pytest.approx(expected, rel=1e-5)


def test_decay_of_zero_is_the_network_itself_and_counters_are_copied() -> None:
    norm = nn.BatchNorm2d(2)
    average = weight_average(norm, decay=0.0)
    norm(torch.randn(4, 2, 3, 3))
    average.update_parameters(norm)
    for name, value in norm.state_dict().items():
        assert torch.equal(average.module.state_dict()[name], value), name
