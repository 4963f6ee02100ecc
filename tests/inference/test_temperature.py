"""Temperature: divides logits, moves no pixel past another, and at 1 changes no bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shared_core.inference.engine import segment
from shared_core.inference.model import Model
from shared_core.inference.probability import sigmoid, to_probability
from shared_core.weights.card import TilingPreset
from shared_core.weights.registry import load_card
from tests.inference.conftest import prepared_view, texture, with_card

LOGITS = np.linspace(-80, 80, 641, dtype=np.float32)


def test_at_one_nothing_is_computed() -> None:
    card = load_card("scunet-emory-2021")
    assert to_probability(LOGITS, card).tobytes() == sigmoid(LOGITS).tobytes()


def test_logits_are_divided() -> None:
    card = replace(load_card("scunet-emory-2021"), temperature=2.0)
    np.testing.assert_array_equal(to_probability(LOGITS, card), sigmoid(LOGITS / 2))


@pytest.mark.parametrize("stitching", ["maximum", "seamless"])
def test_a_map_is_softened_around_one_half_in_every_mode(random_model: Model, stitching: str) -> None:
    tiling = TilingPreset(128, 96, stitching)  # type: ignore[arg-type]
    image = prepared_view(texture((200, 200)))
    sharp = segment(image, with_card(random_model, tiling=tiling)).values
    soft = segment(image, with_card(random_model, tiling=tiling, temperature=2.0)).values
    np.testing.assert_allclose(soft, 1 / (1 + np.sqrt((1 - sharp) / sharp)), atol=1e-5)
