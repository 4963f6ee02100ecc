"""Where windows cannot be opened, the tests of the napari plugin are left out: never unseen in CI."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.display import missing_for_windows

ROOT = Path(__file__).resolve().parents[1]
_NO_QT = """
import sys
class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"PyQt5", "PyQt6", "PySide6"}:
            raise ImportError("libEGL.so.1: cannot open shared object file")
sys.meta_path.insert(0, NoQt())
"""


@pytest.mark.pyside6
def test_windows_can_be_opened_for_the_tests_of_the_plugin() -> None:
    missing = missing_for_windows()
    if missing and not os.environ.get("CI"):
        pytest.skip(f"tests/napari_bac is left out: {missing}")
    assert missing == ""


def test_a_machine_without_qt_runs_the_other_tests_and_says_why_not_these(tmp_path: Path) -> None:
    # pytest-qt ends the whole session where the libraries of Qt are missing.
    (tmp_path / "sitecustomize.py").write_text(_NO_QT, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name not in {"CI", "QT_API"}}
    environment |= {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    this = f"tests/test_display.py::{test_windows_can_be_opened_for_the_tests_of_the_plugin.__name__}"
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", this],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "tests/napari_bac is left out: napari's tests need" in answer.stdout
    assert "1 skipped" in answer.stdout
