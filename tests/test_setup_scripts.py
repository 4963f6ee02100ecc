"""The scripts that make environments take nothing else away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the scripts are for a shell")


@pytest.mark.parametrize("script", ["setup.sh", "slicer_python.sh"])
def test_a_folder_that_is_no_environment_is_left_alone(tmp_path: Path, script: str) -> None:
    work = tmp_path / "work" / "notes.txt"
    work.parent.mkdir()
    work.write_text("mine", encoding="utf-8")
    answer = subprocess.run(
        ["sh", str(ROOT / "scripts" / script), str(work.parent), "nothing"],
        cwd=tmp_path,
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert "is no virtual environment" in answer.stderr
    assert work.read_text(encoding="utf-8") == "mine"
