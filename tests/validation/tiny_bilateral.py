"""The study of both breasts on drawn pairs: seconds, by the same command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from shared_core.training.example import ViewSource
from shared_core.weights.card import ModelCard
from tests.training.drawn_pairs import DrawnPairs
from validation.methods import bilateral
from validation.methods.bilateral import Budget

_SOURCES = {"drawn:teaching": DrawnPairs(6), "drawn:others": DrawnPairs(9, seed=5, name="others")}


def use_tiny(monkeypatch: pytest.MonkeyPatch, recipe: Path) -> None:
    """Let the command run the tiny study."""
    asked = Budget(str(recipe), "drawn:teaching", "drawn:others", films=False)

    def budget(*, small: bool) -> Budget:
        return asked

    def source(specs: Sequence[str], card: ModelCard) -> ViewSource:
        return _SOURCES[specs[0]]

    monkeypatch.setattr(bilateral, "budget", budget)
    monkeypatch.setattr(bilateral, "view_source", source)
