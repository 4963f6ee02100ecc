"""Preferences, with and without a page for them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from napari_bac import settings
from napari_bac.settings import Preferences, preferences


def pages(**groups: dict[str, Any]) -> Any:
    return SimpleNamespace(**{name: SimpleNamespace(**values) for name, values in groups.items()})


def test_without_a_page_the_defaults_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "_pages", lambda: None)
    assert preferences() == Preferences()


def test_the_values_of_the_page_hold_where_they_have_a_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    given = pages(
        inference={"device": "cpu", "model": " openbac-1 "},
        display={"opacity": 3.0, "hanging": "left on the left"},
        export={"formats": "CSV, png ,"},
    )
    monkeypatch.setattr(settings, "_pages", lambda: given)
    assert preferences() == Preferences("cpu", "openbac-1", 1.0, "left on the left", ("csv", "png"))


def test_values_of_another_version_fall_back(monkeypatch: pytest.MonkeyPatch) -> None:
    given = pages(inference={"device": "abacus"}, display={"hanging": "upside down"})
    monkeypatch.setattr(settings, "_pages", lambda: given)
    assert preferences() == Preferences()
