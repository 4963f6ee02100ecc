"""Apply where something has to be installed first: what is asked, what fails, and a Mac without OpenVINO."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import packaging.markers
import pytest
import slicer.util
from BACSegmentationLib.parameters import REQUIREMENTS

from tests.host.module_panel import Panel
from tests.host.scene import HeadlessApp
from tests.host.swallowed import no_swallowed_error
from tests.slicer_bac_extension.test_dependencies import Installer, torch_that_fails
from tests.slicer_bac_extension.test_foreign_things import breast
from tests.slicer_bac_extension.test_pip_causes import wheel

HIDDEN = """
import importlib.util

found, hidden = importlib.util.find_spec, {"openvino", "torch"}
importlib.util.find_spec = lambda name, package=None: None if name in hidden else found(name, package)
"""
"""A `sitecustomize.py` for a Python where neither is installed."""


@pytest.fixture
def panel(app: HeadlessApp) -> Iterator[Panel]:
    with no_swallowed_error():
        opened = Panel()
        opened.ui.inputSelector.setCurrentNode(breast())
        yield opened
        opened.close()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Question and details of what was asked; the answer is yes."""
    questions: list[tuple[str, str]] = []

    def ask(question: str, *_: Any, detailedText: str = "", **__: Any) -> bool:
        questions.append((question, detailedText))
        return True

    monkeypatch.setattr(slicer.util, "confirmOkCancelDisplay", ask)
    return questions


def needs(monkeypatch: pytest.MonkeyPatch, folder: Path, *lines: str) -> None:
    """Have the module need these packages."""
    (folder / "requirements.txt").write_text("".join(f"{line}\n" for line in lines))
    run_panel = sys.modules["BACSegmentationLib.run_panel"]
    monkeypatch.setattr(run_panel, "REQUIREMENTS", folder / "requirements.txt")


def test_how_much_it_is_stands_in_the_question_and_a_no_installs_nothing(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs(monkeypatch, tmp_path, "openvino>=9999", "scikit-image>=9999")
    installer = Installer(lambda: None)
    monkeypatch.setitem(sys.modules, "slicer.packaging", installer)
    asked: list[str] = []
    monkeypatch.setattr(
        slicer.util, "confirmOkCancelDisplay", lambda question, *_, **__: asked.append(question)
    )
    panel.ui.applyButton.click()
    assert "2 Python packages" in asked[0]
    assert "about 102 MB to download, 245 MB on the disk" in asked[0]
    assert installer.asked == []
    assert "were not installed" in panel.ui.statusLabel.text


def test_why_pip_failed_is_read_in_the_panel(
    panel: Panel, asked: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # pip itself, with a folder as all that it knows; Slicer keeps none of its words.
    for name, value in (("CONFIG_FILE", "/dev/null"), ("NO_INDEX", "1"), ("FIND_LINKS", str(tmp_path))):
        monkeypatch.setenv(f"PIP_{name}", value)
    wheel(tmp_path, "bacneeds", needs=["numpy<1"])
    needs(monkeypatch, tmp_path, "bacneeds>=1")

    def fail() -> None:
        raise sys.modules["BACSegmentationLib.dependencies"].subprocess.CalledProcessError(1, ["pip"])

    monkeypatch.setitem(sys.modules, "slicer.packaging", Installer(fail))
    panel.ui.applyButton.click()
    assert [details for _question, details in asked] == ["bacneeds>=1"]
    kept = f"numpy=={metadata.version('numpy')}"
    assert panel.ui.statusLabel.text == (
        "The Python packages could not be installed: the packages contradict those that Slicer has "
        f"({kept}): bacneeds 1.0 needs numpy<1. Use another version of Slicer, or tell the developers."
    )
    assert panel.ui.applyButton.enabled


def test_a_torch_that_cannot_be_installed_is_told_in_the_panel(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch_that_fails(monkeypatch)
    dependencies = sys.modules["BACSegmentationLib.dependencies"]
    monkeypatch.setattr(dependencies, "TORCH", "torch>=9999")
    panel.widget.parameters.device = type(panel.widget.parameters.device).CUDA
    panel.ui.applyButton.click()
    assert panel.ui.statusLabel.text == (
        "torch could not be installed: no suitable build was found. Choose the processor (CPU), or try again."
    )
    assert panel.ui.applyButton.enabled


def test_on_a_mac_with_an_intel_processor_openvino_is_not_asked_for_and_the_model_runs_on_numpy(
    panel: Panel, asked: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dependencies = sys.modules["BACSegmentationLib.dependencies"]
    installed = dependencies._version
    monkeypatch.setattr(
        dependencies, "_version", lambda name: None if name == "openvino" else installed(name)
    )
    (lacking,) = dependencies.missing(REQUIREMENTS)
    assert lacking.startswith("openvino")
    here = packaging.markers.default_environment()
    mac = {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "x86_64"}
    monkeypatch.setattr(packaging.markers, "default_environment", lambda: {**here, **mac})
    (tmp_path / "sitecustomize.py").write_text(HIDDEN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    panel.ui.applyButton.click()
    panel.wait(lambda: not panel.widget.run.running)
    assert asked == []
    assert panel.ui.statusLabel.text.startswith("1 view: openbac-1 on cpu (numpy ")
    assert panel.widget.numbers.measured
    (record,) = panel.widget.numbers._records()
    assert record.number("am_px") > 0
