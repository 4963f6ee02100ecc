"""The whole panel on the smallest screen that it is made for: 1366 x 768 pixels at 200 %."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from qtpy import API_NAME

from napari_bac.docks.bac_panel import TABS
from tests.napari_bac.at_200_percent import LOGICAL

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if shutil.which("xvfb-run") is None:
        pytest.skip("a screen of another size needs xvfb-run")
    folder = tmp_path_factory.mktemp("pictures")
    own = {
        "QT_SCALE_FACTOR": "2",
        "QT_API": API_NAME.lower(),
        "PYTHONPATH": str(ROOT),
        # Where docks were in another session is no matter here.
        "NAPARI_CONFIG": str(folder / "napari.yaml"),
        "OPENBAC_CACHE": str(folder / "cache"),
    }
    screen = ["xvfb-run", "-a", "-s", "-screen 0 1366x768x24"]
    done = subprocess.run(
        [*screen, sys.executable, "-m", "tests.napari_bac.at_200_percent", str(folder)],
        cwd=ROOT,
        env=os.environ | own,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert tuple(found["screen"]) == LOGICAL
    return found


@pytest.mark.pyside6
def test_the_window_is_no_larger_than_the_screen_and_the_run_is_in_sight_in_every_tab(
    seen: dict[str, Any],
) -> None:
    for name in TABS:
        width, height = seen[name]["window"]
        assert (width <= LOGICAL[0], height <= LOGICAL[1], seen[name]["run"]) == (True,) * 3, name
    assert seen["running"] == [True, True]


@pytest.mark.pyside6
def test_nothing_of_a_tab_is_cut_off_at_its_side(seen: dict[str, Any]) -> None:
    assert {name: seen[name]["cut"] for name in TABS} == {name: [] for name in TABS}


@pytest.mark.pyside6
def test_no_notice_of_napari_lies_over_the_scale_bar(seen: dict[str, Any]) -> None:
    assert seen["bar"] > 0
    assert seen["bar_beside_notices"] == seen["bar"]


@pytest.mark.pyside6
def test_a_third_of_the_screen_is_left_for_the_images(seen: dict[str, Any]) -> None:
    width, height = seen["canvas"]
    assert width * 3 > LOGICAL[0]
    assert height * 3 > 2 * LOGICAL[1]
