"""Thousands of damaged files: only the errors of this package come out, and the process lives.

They are read in another process, so that a decoder that dies is a failed test and not a lost test run;
the kinds after it are read in a new one. The seed is fixed: the same mutants every time.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.reading.mutants import KINDS, RASTERS

ROOT = Path(__file__).resolve().parents[2]
SEED = 2
COUNT = 220
HANG_S = 1200
"""All kinds take a few seconds: a reader that is not done by then never will be."""


@cache
def read_in_a_process(first: str) -> dict[str, dict[str, Any] | str]:
    """What came of each kind from `first` on, up to one that ended the process or hung: why."""
    kinds = KINDS[KINDS.index(first) :]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.reading.mutants", str(SEED), str(COUNT), *kinds],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
        errors="replace",
    )
    try:
        out, said = process.communicate(timeout=HANG_S)
        why = f"the process ended with {process.returncode}"
    except subprocess.TimeoutExpired:
        process.kill()
        out, said = process.communicate()
        why = "reading damaged files hangs"
    summaries = [json.loads(line) for line in out.splitlines()]
    found: dict[str, dict[str, Any] | str] = {summary.pop("kind"): summary for summary in summaries}
    if len(found) < len(kinds):
        found[kinds[len(found)]] = f"{why}: {said[-500:]}"
    return found


def read(kind: str) -> dict[str, Any] | str:
    """What came of one kind; a process that died is followed by another one."""
    first = KINDS[0]
    while kind not in (found := read_in_a_process(first)):
        first = KINDS[KINDS.index(first) + len(found)]
    return found[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_end_in_one_clear_sentence(kind: str) -> None:
    summary = read(kind)
    assert not isinstance(summary, str), f"{kind}: {summary}"
    assert summary["failures"] == []
    outcomes = summary["outcomes"]
    assert sum(outcomes.values()) == COUNT
    assert outcomes.get("UnreadableImageError", 0) > COUNT / 10, "the damage must reach the reader"


def test_thousands_of_mutants_are_read() -> None:
    assert COUNT * len(KINDS) >= 4000
    assert len(RASTERS) >= 6
