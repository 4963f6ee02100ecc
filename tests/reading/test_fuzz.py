"""Thousands of damaged files: only the errors of this package come out, soon, and the process lives.

Each kind is read in a process of its own, so that a decoder that dies is a failed test and not a
lost test run. The seed is fixed: the same mutants every time.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reading.mutants import KINDS, RASTERS

ROOT = Path(__file__).resolve().parents[2]
SEED = 2
COUNT = 220


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_end_in_one_clear_sentence(kind: str) -> None:
    try:
        run = subprocess.run(
            [sys.executable, "-m", "tests.reading.mutants", kind, str(SEED), str(COUNT)],
            capture_output=True,
            cwd=ROOT,
            timeout=60,
            text=True,
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        pytest.fail(f"{kind}: reading damaged files hangs")
    assert run.returncode == 0, f"{kind}: the process ended with {run.returncode}: {run.stderr[-500:]}"
    summary = json.loads(run.stdout)
    assert summary["failures"] == []
    assert summary["slowest_s"] < 5
    outcomes = summary["outcomes"]
    assert sum(outcomes.values()) == COUNT
    assert outcomes.get("UnreadableImageError", 0) > COUNT / 10, "the damage must reach the reader"


def test_thousands_of_mutants_are_read() -> None:
    assert COUNT * len(KINDS) >= 4000
    assert len(RASTERS) >= 6
