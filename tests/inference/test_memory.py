"""Freed memory goes back to the system."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from shared_core.inference.memory import give_back_freed


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc/self/status is Linux's")
def test_freed_blocks_leave_the_process() -> None:
    # Small arrays lie in the heap, and one that stays keeps all below it there.
    blocks = [np.ones(100_000, np.uint8) for _ in range(500)]
    stays = np.ones(100_000, np.uint8)
    before = _resident_kb()
    blocks.clear()
    give_back_freed()
    assert _resident_kb() < before - 25_000
    assert stays.all()


def test_giving_back_twice_does_no_harm() -> None:
    give_back_freed()
    give_back_freed()


def _resident_kb() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
