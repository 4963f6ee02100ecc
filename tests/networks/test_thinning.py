"""A thin decoder begun from a wide one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")

from shared_core.errors import ModelError
from shared_core.networks.thinning import thinned
from shared_core.networks.widths import DECODER_CHANNELS
from shared_core.training.network import make_network
from shared_core.training.recipe import load_recipe
from tests.networks.random_scunet import random_scunet, state_of

THIN = DECODER_CHANNELS["scunet-thin"]


def test_thinned_arrays_are_those_of_the_thin_network_with_the_encoder_untouched() -> None:
    wide = state_of(random_scunet(1))
    thin = thinned(wide, THIN)
    wanted = state_of(random_scunet(1, "scunet-thin"))
    assert {name: array.shape for name, array in thin.items()} == {
        name: array.shape for name, array in wanted.items()
    }
    assert all(thin[name] is wide[name] for name in wide if not name.startswith(("decoder_", "head.w")))


def test_channels_without_a_say_go_first() -> None:
    wide = state_of(random_scunet(2))
    silent = {name: array.copy() for name, array in wide.items()}
    quarter, half = THIN
    for block, count in (("decoder_2", quarter), ("decoder_1", half)):
        for number in (1, 2):
            silent[f"{block}.norm_{number}.weight"][count:] = 0
    thin = thinned(silent, THIN)
    for name in ("decoder_2.conv_1.weight", "decoder_2.conv_2.weight", "decoder_1.conv_1.weight"):
        kept = thin[name]
        np.testing.assert_array_equal(kept[:, : kept.shape[1]], silent[name][: len(kept), : kept.shape[1]])


def test_training_begins_from_a_wide_model_but_not_from_one_that_is_thinner() -> None:
    recipe = load_recipe("openbac-2")
    wide = {name: array.astype(np.float32) for name, array in state_of(random_scunet(3)).items()}
    network = make_network(recipe, seed=0, start=wide)
    assert network.decoder_2.conv_1.weight.shape[0] == THIN[0]
    thin = thinned(wide, THIN)
    with pytest.raises(ModelError, match="of another shape"):
        make_network(replace(recipe, network="scunet"), seed=0, start=thin)
