"""The table of networks is true: counts, costs, shapes, and that every weight has a say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from shared_core.errors import ModelError
from shared_core.networks.options import NetworkOptions, checked_network
from shared_core.networks.table import COUNTED_AT_PX, NETWORKS, Network, list_networks, network_named

torch = pytest.importorskip("torch", reason="torch is not installed")

from shared_core.networks.building import build  # noqa: E402  (needs torch)
from shared_core.networks.counting import counted  # noqa: E402  (needs torch)
from shared_core.networks.layers import averages  # noqa: E402  (needs torch)
from shared_core.networks.segnet import largest_of_four, put_back  # noqa: E402  (needs torch)

PUBLISHED = {
    # with 3 channels, with 1 channel, billions of multiply-adds at 512 px; None where none was published
    "segnet": (29_443_585, 29_442_433, 160.1),
    "unet": (13_395_329, 13_394_177, 123.7),
    "linknet": (11_533_377, 11_527_105, 10.7),
    "erfnet": (2_063_021, 2_062_807, 13.2),
    "esnet": (1_657_901, 1_657_687, 12.0),
    "fastscnn": (1_135_729, 1_135_153, 0.83),
    "contextnet": (874_241, 873_089, 0.83),
    "dabnet": (751_981, 749_153, 5.1),
    "edanet": (681_367, 681_171, 4.4),
    "cgnet": (491_698, 487_654, 3.4),
    "fpenet": (114_531, 114_243, 0.69),
    "scunet": (169_711, None, 4.2),
    "scunet-thin": (91_071, None, None),
    "dt-unet": (7_782_425, 7_782_281, 4.5),
    "ibrahim-unet": (1_941_105, 1_940_817, 12.1),
    "deeplabv3": (26_007_105, 26_000_833, None),
    "unet-full": (1_944_049, 1_943_761, None),
}
"""Counts of the papers and of other implementations; those of unet-full by width are checked below."""

WITH_OPTIONS = [
    ("deeplabv3", NetworkOptions(3, backbone="resnet50"), 39_633_729, 163.6),
    ("deeplabv3", NetworkOptions(1, backbone="resnet50"), 39_627_457, None),
    ("deeplabv3", NetworkOptions(3, backbone="resnet101"), 58_625_857, 241.1),
    ("unet-full", NetworkOptions(3, width=64), 31_043_521, 192.4),
    ("unet-full", NetworkOptions(1, width=64), 31_042_369, None),
]

BUILDS = [(network, size.channels) for network in list_networks() for size in network.sizes]
IDS = [f"{network.name}-{channels}" for network, channels in BUILDS]


def test_every_network_is_in_the_table_once() -> None:
    assert [network.name for network in list_networks()] == list(NETWORKS) == list(dict.fromkeys(NETWORKS))
    assert set(NETWORKS) == set(PUBLISHED)
    assert len(NETWORKS) >= 16


@pytest.mark.parametrize("name", NETWORKS)
def test_table_states_the_published_counts(name: str) -> None:
    network, (three, one, billions) = network_named(name), PUBLISHED[name]
    sizes = {size.channels: size.parameters for size in network.sizes}
    assert sizes == {3: three, **({} if one is None else {1: one})}
    if billions is not None:
        assert network.sizes[0].multiply_adds / 1e9 == pytest.approx(billions, rel=0.012)


@pytest.mark.parametrize(("network", "channels"), BUILDS, ids=IDS)
def test_table_states_what_the_built_network_has(network: Network, channels: int) -> None:
    options = NetworkOptions(channels)  # type: ignore[arg-type]
    assert counted(network.name, options) == network.size(channels)


@pytest.mark.parametrize(("name", "options", "parameters", "billions"), WITH_OPTIONS)
def test_options_give_the_published_counts(
    name: str, options: NetworkOptions, parameters: int, billions: float | None
) -> None:
    size = counted(name, options)
    assert size.parameters == parameters
    if billions is not None:
        assert size.multiply_adds / 1e9 == pytest.approx(billions, rel=0.012)


@pytest.mark.parametrize(("network", "channels"), BUILDS, ids=IDS)
def test_logits_have_the_shape_of_the_tile_at_allowed_sides(network: Network, channels: int) -> None:
    with torch.device("meta"):
        net = build(network.name, NetworkOptions(channels)).eval()  # type: ignore[arg-type]
        step = network.side_multiple
        for rows in (step, 7 * step, COUNTED_AT_PX):
            columns = rows + 5 * step
            tiles = torch.zeros(2, channels, rows, columns)
            assert net(tiles).shape == (2, 1, rows, columns)


def _without_dropout(name: str, channels: int) -> Any:
    torch.manual_seed(0)
    net = build(name, NetworkOptions(channels))  # type: ignore[arg-type]
    for module in net.modules():
        if isinstance(module, torch.nn.Dropout | torch.nn.Dropout2d):
            module.p = 0.0
    return net


@pytest.mark.parametrize(("network", "channels"), BUILDS, ids=IDS)
def test_every_weight_learns(network: Network, channels: int) -> None:
    net = _without_dropout(network.name, channels).train()
    side = max(64, network.side_multiple)
    tiles = torch.randn(2, channels, side, side)
    answer = net(tiles)
    (answer * torch.randn_like(answer)).sum().backward()
    idle = [
        name
        for name, weight in net.named_parameters()
        if weight.grad is None or not torch.isfinite(weight.grad).all() or not weight.grad.abs().sum()
    ]
    assert idle == []


@pytest.mark.parametrize("bins", [1, 2, 3, 6])
@pytest.mark.parametrize("shape", [(16, 16), (5, 11), (2, 2), (7, 6)])
def test_averages_are_those_of_adaptive_pooling(bins: int, shape: tuple[int, int]) -> None:
    x = torch.randn(2, 3, *shape)
    wanted = torch.nn.functional.adaptive_avg_pool2d(x, bins)
    torch.testing.assert_close(averages(x, bins), wanted)


def test_segnet_puts_values_back_as_pooling_with_indices_does() -> None:
    levels = np.random.default_rng(0).integers(0, 3, (2, 4, 8, 12))  # few levels: many are equal
    x = torch.from_numpy(levels).float()
    pooled, indices = torch.nn.functional.max_pool2d(x, 2, return_indices=True)
    largest, place = largest_of_four(x)
    torch.testing.assert_close(largest, pooled)
    wanted = torch.nn.functional.max_unpool2d(pooled + 1, indices, 2)
    torch.testing.assert_close(put_back(largest + 1, place), wanted)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("dabnett", NetworkOptions(), "no network 'dabnett' in this version: did you mean 'dabnet'"),
        ("???", NetworkOptions(), "known are segnet"),
        ("scunet", NetworkOptions(1), "takes 3 channels, not 1"),
        ("segnet", NetworkOptions(width=8), "segnet has no option 'width'; it has channels alone"),
        ("unet-full", NetworkOptions(backbone="resnet50"), "has no option 'backbone'; it has width"),
        ("unet-full", NetworkOptions(width=0), "width of network unet-full must lie from 1 to 128, not 0"),
    ],
)
def test_unknown_network_or_option_is_one_sentence(name: str, options: NetworkOptions, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        checked_network(name, options)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
