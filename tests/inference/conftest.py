"""Models for the tests of inference."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from shared_core.inference.model import Model, make_backend
from shared_core.mammogram import MammogramHeader, PixelSpacing
from shared_core.networks.scunet_lean import fold_scunet
from shared_core.preprocessing.prepared import PreparedView
from shared_core.weights.card import ModelCard, TilingPreset
from shared_core.weights.registry import load_card

pytest.importorskip("torch", reason="torch is not installed")

from tests.networks.random_scunet import random_scunet, state_of


@pytest.fixture(scope="session")
def random_model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Random weights, tiles of 128 px, seamless, on torch."""
    card = dataclasses.replace(
        load_card("scunet-emory-2021"),
        name="random",
        tiling=TilingPreset(tile_px=128, stride_px=96, stitching="seamless"),
    )
    net = fold_scunet(state_of(random_scunet(5)))
    backend = make_backend(net, device="cpu", backend="torch")
    return Model(card, net, backend, tmp_path_factory.mktemp("weights") / "none.pt", 1)


def with_card(model: Model, **changes: object) -> Model:
    """The model with another card."""
    return dataclasses.replace(model, card=dataclasses.replace(model.card, **changes))


def texture(shape: tuple[int, int], seed: int = 0) -> NDArray[np.uint8]:
    """A grey texture with structure at several scales."""
    rng = np.random.default_rng(seed)
    image = np.zeros(shape, np.float32)
    for step in (4, 16, 64):
        coarse = rng.normal(size=(shape[0] // step + 2, shape[1] // step + 2)).astype(np.float32)
        image += cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(110 + 35 * image, 0, 255).astype(np.uint8)


def prepared_view(
    image: NDArray[np.uint8], valid: NDArray[np.bool_] | None = None, spacing: PixelSpacing | None = None
) -> PreparedView:
    """A prepared view around an image."""
    rows, columns = image.shape
    header = MammogramHeader(None, "memory", rows, columns, 8, spacing=spacing)
    mask = np.ones(image.shape, bool) if valid is None else valid
    return PreparedView(header, image, image, mask, mask, int(mask.sum()))


def card_of(model: Model) -> ModelCard:
    """The model's card."""
    return model.card
