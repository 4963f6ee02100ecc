"""What a test says depends on neither the clock nor on chance: only on the seed of the run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))
CLOCKS = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "time", "time_ns"}
UNSEEDED = {"default_rng", "Random", "SystemRandom", "generate_uid", "uuid1", "uuid4"}
"""Where they are called without anything that they begin from."""


def called(node: ast.AST) -> str:
    """The last name of what is called; empty for what is no call."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def measured_times(source: str) -> Iterator[int]:
    """Lines in which a time that has passed is taken: a difference of a clock."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and called(node.left) in CLOCKS:
            yield node.lineno


def chances(source: str) -> Iterator[int]:
    """Lines that draw what no seed says."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and called(node) in UNSEEDED and not node.args and not node.keywords:
            yield node.lineno


def test_search_finds_both() -> None:
    assert list(measured_times("import time\nassert time.monotonic() - began < 5")) == [2]
    assert list(measured_times("while time.monotonic() < end: pass")) == []
    assert list(chances("random = np.random.default_rng()\nother = np.random.default_rng(3)")) == [1]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_no_test_measures_time_or_draws_without_a_seed(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert list(measured_times(source)) == []
    assert list(chances(source)) == []


def test_examples_of_hypothesis_have_no_time_limit_and_no_memory() -> None:
    from hypothesis import settings

    assert settings.default.deadline is None
    assert settings.default.database is None
