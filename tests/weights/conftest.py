"""A small set of weights with its card, and folders apart from the user's own."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from shared_core.weights.card import ModelCard
from shared_core.weights.registry import load_card

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for downloads, empty and apart from the user's own; no proxy, no OPENBAC_WEIGHTS."""
    monkeypatch.setenv("OPENBAC_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("OPENBAC_WEIGHTS", raising=False)
    monkeypatch.setenv("no_proxy", "*")
    return tmp_path / "cache" / "weights"


@pytest.fixture
def card(cache: Path) -> ModelCard:
    """A card for `CONTENT`, without an address."""
    return replace(
        load_card("scunet-emory-2021"),
        name="tiny",
        weights_file="tiny.pt",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size_bytes=len(CONTENT),
        url="",
    )
