"""The pictures of the documentation are made by scripts, and show the panel as it is now."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from qtpy.QtWidgets import QApplication

from napari_bac.docks.bac_panel import TABS, BacPanel
from napari_bac.session.exam_session import ExamSession

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
from napari_walk import STEPS, words_in_sight  # noqa: E402  # only after the path is set

NAPARI = ROOT / "docs" / "napari"
PICTURES = sorted(NAPARI.glob("*.jpg"))
NOT_ALWAYS = {"Cancel", "Model's", "<", ">"}
"""Named in some pictures only, as there is something to stop."""


@cache
def named_in(picture: Path) -> tuple[str, frozenset[str]]:
    """The tab that a picture shows, and what it calls its buttons; empty where no script made it."""
    with Image.open(picture) as image:
        comment = image.info.get("comment", b"{}")
    ((tab, words),) = json.loads(comment or b"{}").items() or {"": []}.items()
    return tab, frozenset(words)


@pytest.fixture
def now(session: ExamSession, plugin: None) -> dict[str, set[str]]:
    """What each tab of an empty panel calls its buttons."""
    window = session.viewer.window.main_menu.window()
    _, panel = session.viewer.window.add_plugin_dock_widget("openbac", "BAC panel")
    assert isinstance(panel, BacPanel)
    window.show()
    found: dict[str, set[str]] = {}
    for name in TABS:
        panel.show_tab(name)
        QApplication.processEvents()
        ((tab, words),) = words_in_sight(panel).items()
        found[tab] = set(words)
    return found


def test_every_picture_of_the_panel_is_made_by_the_script() -> None:
    script = (ROOT / "scripts" / "make_napari_screenshots.py").read_text(encoding="utf-8")
    walk = {f"walk_{number}_{step}.jpg" for number, step in enumerate(STEPS, 1)}
    others = {picture.name for picture in PICTURES} - walk
    assert walk <= {picture.name for picture in PICTURES}
    assert [name for name in sorted(others) if f'"{name}"' not in script] == []
    assert [picture.name for picture in PICTURES if not named_in(picture)[0]] == []


def test_a_picture_that_there_is_not_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from make_napari_screenshots import main

    monkeypatch.setattr(sys, "argv", ["make_napari_screenshots.py", "exma"])
    with pytest.raises(SystemExit):
        main()
    assert "no picture exma: choose of exam, series" in capsys.readouterr().err


def test_no_picture_of_the_panel_is_older_than_the_panel(now: dict[str, set[str]]) -> None:
    everywhere = set().union(*now.values())
    older: list[Any] = []
    for picture in PICTURES:
        tab, words = named_in(picture)
        # A button that is new is missing in the picture.
        older += [(picture.name, word) for word in sorted(now[tab] - words - NOT_ALWAYS)]
    gone = {word for picture in PICTURES for word in named_in(picture)[1]} - everywhere
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "napari_bac").rglob("*.py"))
    older += [word for word in sorted(gone) if word not in sources.replace("&", "")]
    assert older == [], "make them anew with scripts/make_napari_screenshots.py"
