"""Results of a Windows machine are understood on another one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shared_core.records.written_paths import written_path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows understands its own paths and these")


@pytest.mark.parametrize("text", [r"C:\exams\P1\LCC.dcm", r"\\server\exams\P1\LCC.dcm", r"exams\P1\LCC.dcm"])
def test_a_path_of_windows_has_its_parts(text: str) -> None:
    assert written_path(text).parts[-2:] == ("P1", "LCC.dcm")


def test_a_path_of_this_system_is_left_as_it_is(tmp_path: Path) -> None:
    odd = tmp_path / "a\\b.png"
    odd.touch()
    assert written_path(str(odd)) == odd
    assert written_path("P1/LCC.dcm") == Path("P1", "LCC.dcm")
