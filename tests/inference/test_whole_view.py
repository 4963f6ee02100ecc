"""A view cut into tiles whose inside alone is kept gives what the network gives for the view as a whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shared_core.errors import ModelError
from shared_core.inference.engine import segment
from shared_core.inference.model import load_model
from shared_core.inference.tiled import normalised_levels
from shared_core.networks.options import NetworkOptions
from shared_core.networks.table import NETWORKS, network_named
from shared_core.weights.card import TilingPreset

torch = pytest.importorskip("torch", reason="torch is not installed")

from shared_core.networks.building import build  # noqa: E402  (needs torch)
from shared_core.training.network import arrays_of  # noqa: E402  (needs torch)
from shared_core.training.recipe import load_recipe  # noqa: E402  (needs torch)
from shared_core.training.starting_model import processing_card  # noqa: E402  (needs torch)
from tests.inference.conftest import prepared_view, texture  # noqa: E402
from tests.inference.test_plain_networks import written  # noqa: E402

OPTIONS = NetworkOptions(1, width=2)
SEEN = [name for name in NETWORKS if network_named(name).sees_px is not None]
TILES = TilingPreset(320, 64, "whole")


@pytest.fixture(scope="module")
def network() -> torch.nn.Module:
    torch.manual_seed(7)
    return build("unet-full", OPTIONS).eval()


def tiled(folder: Path, network: torch.nn.Module, tiling: TilingPreset = TILES) -> Path:
    arrays = arrays_of(network.state_dict())
    return written(folder, arrays, network="unet-full", network_options=OPTIONS, tiling=tiling)


@pytest.mark.parametrize("shape", [(401, 470), (200, 700)])
def test_tiles_answer_as_the_network_does_for_the_whole_view(
    tmp_path: Path, network: torch.nn.Module, shape: tuple[int, int]
) -> None:
    model = load_model(tiled(tmp_path, network), backend="torch", device="cpu")
    image = texture(shape, seed=3)
    found = segment(prepared_view(image), model).values
    height, width = (max(-(-side // 16) * 16, TILES.tile_px) for side in shape)
    padded = np.pad(image, ((0, height - shape[0]), (0, width - shape[1])), mode="edge")
    with torch.no_grad():
        logits = network(torch.from_numpy(normalised_levels(model.card)[padded])[None, None])
    whole = torch.sigmoid(logits)[0, 0, : shape[0], : shape[1]].numpy()
    np.testing.assert_allclose(found, whole, atol=2e-6)
    assert found.std() > 100 * 2e-6


@pytest.mark.parametrize("name", SEEN)
@pytest.mark.parametrize("place", [0, 15])
def test_no_network_sees_farther_than_its_entry_says(name: str, place: int) -> None:
    entry = network_named(name)
    assert entry.sees_px is not None
    torch.manual_seed(1)
    network = build(entry.name, replace(OPTIONS, channels=entry.usual_channels)).double().eval()
    centre = 304 + place
    image = torch.randn(1, entry.usual_channels, 624, 624, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(network(image)[0, 0, centre, centre], image)
    rows, columns = np.nonzero(gradient.abs().amax(dim=(0, 1)).numpy())
    seen = max(np.abs(rows - centre).max(), np.abs(columns - centre).max())
    assert entry.sees_px // 2 < seen <= entry.sees_px
    assert entry.sees_px % entry.side_multiple == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tiling": TilingPreset(320, 80, "whole")}, "must leave 256 px of each tile to overlap"),
        ({"tiling": TilingPreset(320, 56, "whole")}, "stride_px must be a multiple of 16"),
        ({"tiling": TILES, "network": "fpenet"}, "cannot be whole with network fpenet"),
    ],
)
def test_a_card_that_cannot_keep_its_word_is_refused(
    tmp_path: Path, network: torch.nn.Module, changes: dict[str, object], message: str
) -> None:
    arrays = arrays_of(network.state_dict())
    options = OPTIONS if changes.get("network") is None else NetworkOptions(1)
    with pytest.raises(ModelError, match=message):
        written(tmp_path, arrays, **{"network": "unet-full", "network_options": options, **changes})


def test_the_recipe_after_li_answers_for_whole_views() -> None:
    recipe = load_recipe("li-2025")
    tiling = processing_card(recipe, None).tiling
    assert (recipe.network, recipe.loss.kind, tiling) == (
        "unet-full",
        "dice+bce+hausdorff",
        TilingPreset(1024, 768, "whole"),
    )
