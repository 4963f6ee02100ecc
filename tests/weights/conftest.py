"""A small set of weights with its card, and a network of random weights."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from shared_core.weights.card import ModelCard
from shared_core.weights.registry import load_card

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def card() -> ModelCard:
    """A card for `CONTENT`."""
    return replace(
        load_card("scunet-emory-2021"),
        name="tiny",
        weights_file="tiny.safetensors",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size_bytes=len(CONTENT),
        url="",
    )
