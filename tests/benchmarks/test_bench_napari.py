"""What the benchmarks of napari paint is nobody's correction: it is not saved in the cache of a person."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

import benchmarks
from benchmarks.own_cache import own_cache
from shared_core.cache import CACHE_VARIABLE, user_cache_dir

PROGRAMS = sorted(Path(benchmarks.__file__).parent.glob("napari_*.py"))


def test_the_cache_is_another_one_and_then_that_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    with own_cache():
        own = user_cache_dir()
        assert own != tmp_path
        (own / "edits").mkdir()
    assert not own.exists()
    assert user_cache_dir() == tmp_path
    monkeypatch.delenv(CACHE_VARIABLE)
    with own_cache():
        pass
    assert CACHE_VARIABLE not in os.environ


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_each_program_has_a_cache_of_its_own(path: Path) -> None:
    *_, last = ast.parse(path.read_text(encoding="utf-8")).body
    assert "own_cache()" in ast.unparse(last)
