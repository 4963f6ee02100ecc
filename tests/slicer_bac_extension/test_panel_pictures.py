"""The pictures of the documentation are made by the script, and show module and charts as they are now."""

from __future__ import annotations

import json
import re
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.host import module_panel
from tests.host.plot_view import words_of
from tests.records.test_timeline import AREA, AREAS, line_of, write

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "slicer"
AGAIN = "make it anew with scripts/make_slicer_screenshots.py"
WHILE_IT_RUNS = {"Cancel"}


def said_in(name: str) -> dict[str, list[str]]:
    """What the script wrote into a picture of what it shows."""
    with Image.open(PICTURES / name) as picture:
        found: dict[str, list[str]] = json.loads(picture.info.get("comment", b"{}") or b"{}")
    return found


@pytest.fixture
def panel() -> Iterator[Any]:
    made = module_panel.Panel()
    made.parent.show()
    made.pause(0.1)
    yield made
    made.close()


def test_every_picture_is_made_by_the_script() -> None:
    script = (ROOT / "scripts" / "make_slicer_screenshots.py").read_text(encoding="utf-8")
    assert [one.name for one in PICTURES.glob("*.jpg") if f'"{one.name}"' not in script] == []
    for name in ("panel.jpg", "change.jpg"):
        assert said_in(name), AGAIN


def test_a_picture_that_there_is_not_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "make_slicer_screenshots.py"))
    monkeypatch.setattr(sys, "argv", ["make_slicer_screenshots.py", "panle"])
    with pytest.raises(SystemExit):
        script["main"]()
    assert "no picture panle: choose of icon, thumbnail" in capsys.readouterr().err


def test_the_picture_of_the_panel_is_not_older_than_the_panel(panel: Any) -> None:
    shown, now = set(said_in("panel.jpg")["panel"]), set(module_panel.words_in_sight(panel.parent))
    assert now - shown - WHILE_IT_RUNS == set(), AGAIN
    # What only a panel with numbers has is in its sources.
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for path in module_panel.FOLDER.rglob("*")
        if path.suffix in (".py", ".ui")
    )
    assert [word for word in shown - now if word not in sources.replace("&amp;", "")] == [], AGAIN


def test_the_picture_of_the_change_is_not_older_than_the_chart(panel: Any, tmp_path: Path) -> None:
    from BACSegmentationLib import plots

    shown = said_in("change.jpg")
    now = words_of(plots.show_change(line_of(write(tmp_path / "results", AREAS)), AREA))
    assert shown["axes"] == now["axes"], AGAIN
    assert shown["series"] == now["series"], AGAIN
    # Both rose: the sentences differ in their numbers alone.
    assert _without_numbers(shown["title"][0]) == _without_numbers(now["title"][0]), AGAIN


def _without_numbers(sentence: str) -> str:
    return re.sub(r"[+-]?\d[\d.,]*", "#", sentence.replace("\u00a0", " "))
