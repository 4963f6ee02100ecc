"""Freed memory goes back to the system."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from shared_core.inference.memory import give_back_freed, sparse_copy


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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc/self/status is Linux's")
def test_a_sparse_copy_is_the_same_and_takes_memory_for_what_it_holds() -> None:
    values = np.zeros((4096, 4096), np.float32)
    values[100:200, 300:4000] = np.random.default_rng(1).random((100, 3700), np.float32)
    before = _resident_kb()
    copy = sparse_copy(values)
    assert np.array_equal(copy, values)
    assert copy.dtype == np.float32
    give_back_freed()
    # All of it would be 67 000 kB.
    assert _resident_kb() - before < 30_000


def test_a_sparse_copy_of_nothing_is_nothing() -> None:
    assert not sparse_copy(np.zeros((3, 5), np.float32)).any()


def test_giving_back_twice_does_no_harm() -> None:
    give_back_freed()
    give_back_freed()


def _resident_kb() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
