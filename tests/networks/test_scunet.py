"""The network: its size, its names, and that the lean form is the same function."""

from __future__ import annotations

import numpy as np
import pytest

from shared_core.errors import ModelError
from shared_core.inference.backends.torch_scunet import TorchScuNet
from shared_core.networks.published_names import scunet_state_from_published
from shared_core.networks.scunet_lean import fold_scunet
from shared_core.networks.table import SCU_NETS, NetworkName
from shared_core.weights.location import require_weights
from shared_core.weights.registry import load_card
from shared_core.weights.safetensors import read_safetensors

torch = pytest.importorskip("torch", reason="torch is not installed")

from tests.networks.random_scunet import random_scunet, state_of  # noqa: E402  (needs torch)

PUBLISHED_PARAMETERS = 169_711
THIN_PARAMETERS = 91_071


def test_network_has_the_parameters_that_the_published_one_uses() -> None:
    net = random_scunet()
    assert sum(parameter.numel() for parameter in net.parameters()) == PUBLISHED_PARAMETERS


def test_published_checkpoint_fills_every_array_of_our_network() -> None:
    ours = read_safetensors(require_weights(load_card("scunet-emory-2021")))
    net = random_scunet()
    wanted = {name: value for name, value in state_of(net).items() if "num_batches" not in name}
    assert {name: value.shape for name, value in ours.items()} == {
        name: value.shape for name, value in wanted.items()
    }


def test_thin_network_has_the_same_encoder_and_a_third_of_the_decoder() -> None:
    wide, thin = random_scunet(), random_scunet(network="scunet-thin")
    assert sum(parameter.numel() for parameter in thin.parameters()) == THIN_PARAMETERS
    shapes = [{name: value.shape for name, value in state_of(net).items()} for net in (wide, thin)]
    assert {name for name in shapes[0] if shapes[0][name] != shapes[1][name]} <= {
        name for name in shapes[0] if name.startswith(("decoder_", "head.weight"))
    }


@pytest.mark.parametrize("network", SCU_NETS)
@pytest.mark.parametrize("seed", [0, 1])
def test_lean_form_is_the_same_function(seed: int, network: NetworkName) -> None:
    net = random_scunet(seed, network)
    tiles = np.random.default_rng(seed).normal(size=(2, 128, 160)).astype(np.float32)
    with torch.inference_mode():
        images = torch.from_numpy(tiles).double()[:, None].expand(-1, 3, -1, -1)
        wanted = net(images)[:, 0].numpy()
    lean = TorchScuNet(fold_scunet(state_of(net))).tile_logits(tiles)
    assert np.abs(wanted).max() > 0.05
    np.testing.assert_allclose(lean, wanted, atol=2e-5 * np.abs(wanted).max())


def test_lean_form_of_the_published_weights_is_the_published_function() -> None:
    state = read_safetensors(require_weights(load_card("scunet-emory-2021")))
    net = random_scunet()
    net.load_state_dict(
        {name: torch.from_numpy(np.array(value)) for name, value in state.items()}, strict=False
    )
    tile = np.random.default_rng(3).normal(size=(1, 512, 512)).astype(np.float32)
    with torch.inference_mode():
        wanted = net(torch.from_numpy(tile).double()[:, None].expand(-1, 3, -1, -1))[:, 0].numpy()
    lean = TorchScuNet(fold_scunet(state)).tile_logits(tile)
    np.testing.assert_allclose(lean, wanted, atol=1e-4)


def test_state_of_another_network_is_refused() -> None:
    with pytest.raises(ModelError, match="not those of an SCU-Net"):
        fold_scunet({"conv.weight": np.zeros((1, 1, 3, 3))})


def test_published_state_with_a_foreign_array_is_refused() -> None:
    with pytest.raises(ModelError, match="no part of the published SCU-Net"):
        scunet_state_from_published({"level9.conv.weight": np.zeros(1)})
