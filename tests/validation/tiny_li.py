"""The study of the Hausdorff loss on drawn pictures: seconds, by the same command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from shared_core.training.example import ViewSource
from shared_core.weights.card import ModelCard
from tests.training.drawn import DrawnViews
from validation.methods import li
from validation.methods.li import Budget

_SOURCES = {"drawn:teaching": DrawnViews(4, 1), "drawn:others": DrawnViews(3, 7, name="others")}


def use_tiny(monkeypatch: pytest.MonkeyPatch, recipe: Path) -> None:
    """Let the command run the tiny study."""
    asked = Budget(str(recipe), "drawn:teaching", (("drawn", "drawn:others"),))

    def budget(real: Path | None, *, small: bool) -> Budget:
        return asked

    def source(specs: Sequence[str], card: ModelCard) -> ViewSource:
        return _SOURCES[specs[0]]

    monkeypatch.setattr(li, "budget", budget)
    monkeypatch.setattr(li, "view_source", source)
