"""Scripts that run in a Slicer without a window end with an exit code that is true."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import slicer
import slicer.util
from BACSegmentationLib import batch, dependencies

from shared_core.errors import OutputError
from tests.host.scene import HeadlessApp
from tests.slicer_bac_extension.conftest import ROOT


@pytest.fixture
def left(app: HeadlessApp, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The exit codes that Slicer was given."""
    codes: list[int] = []
    monkeypatch.setattr(slicer.util, "exit", codes.append)
    return codes


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The tests for the application, as a module."""
    monkeypatch.syspath_prepend(str(ROOT / "slicer_bac_extension" / "Testing" / "Python"))
    import run_in_slicer

    return run_in_slicer


def test_an_unforeseen_error_of_a_batch_is_a_failure(
    left: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> int:
        raise ZeroDivisionError("unforeseen")

    with pytest.raises(SystemExit):
        batch.leave(broken)
    assert left == [batch.FAILED]
    said = capsys.readouterr().err
    assert "ZeroDivisionError: unforeseen" in said
    assert "an error that was not foreseen ended the batch" in said


def test_an_error_of_the_engine_is_a_sentence(
    left: list[int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OutputError("The folder cannot be written.")

    monkeypatch.setattr(batch, "run", refuse)
    with pytest.raises(SystemExit):
        batch.leave(lambda: batch.main(["images", "-o", "out"]))
    assert left == [batch.FAILED]
    assert capsys.readouterr().err == "batch: The folder cannot be written.\n"


class TestInTheApplication:
    """`run_in_slicer.py`."""

    def test_without_the_module_it_says_how_to_start_slicer(
        self, script: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(slicer, "modules", SimpleNamespace())
        assert script.guarded(["-o", str(tmp_path)]) == 1
        assert "--additional-module-paths" in capsys.readouterr().err

    def test_where_packages_are_missing_it_skips(
        self, script: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(slicer, "modules", SimpleNamespace(bacsegmentation=None))
        monkeypatch.setattr(dependencies, "missing", lambda path: ["scikit-image>=0.22"])
        assert script.guarded(["-o", str(tmp_path)]) == 0
        assert capsys.readouterr().out == "skipped: missing, give --install: scikit-image>=0.22\n"

    def test_an_unforeseen_error_is_a_failure(
        self, script: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def broken(arguments: list[str]) -> int:
            raise ZeroDivisionError(arguments[0])

        monkeypatch.setattr(script, "main", broken)
        assert script.guarded(["unforeseen"]) == 1
        assert "ZeroDivisionError: unforeseen" in capsys.readouterr().err

    def test_the_readme_starts_it_with_the_module(self) -> None:
        text = (ROOT / "slicer_bac_extension" / "README.md").read_text(encoding="utf-8")
        assert "--testing --additional-module-paths slicer_bac_extension/BACSegmentation" in text
