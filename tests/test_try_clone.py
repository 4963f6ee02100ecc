"""The way of a stranger goes through what the pages name, and ends at the first step that fails."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from scripts.try_clone import Step, failed_step, steps_in_the_clone

ROOT = Path(__file__).resolve().parents[1]


def _step(name: str, code: str) -> Step:
    return Step(name, (sys.executable, "-c", code))


def test_the_first_step_that_fails_is_named_with_its_last_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = (
        _step("first", "open('first', 'w')"),
        _step("second", "import sys; print(*range(100), sep='\\n'); sys.exit('no more')"),
        _step("third", "open('third', 'w')"),
    )
    failed = failed_step(steps, tmp_path)
    assert failed is not None
    assert failed.name == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["first"]
    printed = capsys.readouterr().out
    assert "no more" in printed
    assert "\n99" in printed
    assert "\n1\n" not in printed
    assert failed_step(steps[:1], tmp_path) is None


def test_nothing_of_this_environment_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBAC_CACHE", "elsewhere")
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    code = "import os; assert not {'OPENBAC_CACHE', 'PYTHONPATH'} & set(os.environ)"
    assert failed_step((_step("environment", code),), tmp_path) is None


@pytest.mark.parametrize("whole", [False, True])
def test_every_step_is_a_target_or_a_file_of_the_repository(*, whole: bool) -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for step in steps_in_the_clone(whole=whole):
        if step.command[0] == "make":
            assert step.command[1] in targets
        elif step.command[1] == "-m":
            assert (ROOT / f"{step.command[2].replace('.', '/')}.py").is_file()
        else:
            assert (ROOT / step.command[1]).is_file()
