"""A run says at its end how many tests were skipped, and why."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.skips import SHARED_MISSING, sentences

ROOT = Path(__file__).resolve().parents[1]
NO_DATA = f"Skipped: no data at /nowhere; {SHARED_MISSING} data/"


def test_nothing_is_said_where_nothing_was_skipped() -> None:
    assert sentences([]) == []


def test_shared_data_and_other_reasons_are_counted_apart() -> None:
    shared, other = sentences(
        [NO_DATA, "Skipped: needs Windows.", NO_DATA, "Skipped: needs Windows.", "slow"]
    )
    assert shared.startswith("2 tests were skipped for want of the shared data")
    assert other == "3 tests were skipped for other reasons: needs Windows (2); slow (1)."


def test_many_reasons_stay_one_sentence() -> None:
    (said,) = sentences([f"reason {number}" for number in range(20)])
    assert said.startswith("20 tests were skipped for other reasons")
    assert said.endswith("; and others (12).")


@pytest.mark.parametrize("spread", [(), ("-p", "xdist", "-n", "1")])
def test_a_run_without_the_shared_data_says_so_at_its_end(spread: tuple[str, ...], tmp_path: Path) -> None:
    if spread:
        pytest.importorskip("xdist", reason="pytest-xdist is not installed")
    wanting = ROOT / "tests" / "reading" / "test_real_files.py"
    command = [sys.executable, "-m", "pytest", str(wanting), "-q", "-p", "no:cacheprovider", *spread]
    # Without plugins that others bring: napari's takes all of its windows along.
    own = {"OPENBAC_SHARED": str(tmp_path / "nowhere"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    answer = subprocess.run(
        command, cwd=ROOT, env=os.environ | own, capture_output=True, encoding="utf-8", check=False
    )
    said = [line for line in answer.stdout.splitlines() if "skipped for want of the shared data" in line]
    assert len(said) == 1, answer.stdout + answer.stderr
    assert int(said[0].split()[0]) >= 2
