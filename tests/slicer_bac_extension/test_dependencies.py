"""What is missing is asked for at Apply, in words; nothing is ever installed by a test."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import slicer
import slicer.util
from BACSegmentationLib import dependencies
from BACSegmentationLib.dependencies import DependencyError
from BACSegmentationLib.parameters import REQUIREMENTS
from packaging.requirements import Requirement

from tests.slicer_bac_extension.conftest import MODULE, ROOT

PACKAGE = "a-package-that-nobody-has"
CONSOLE_ONLY = {"pynetdicom"}
"""For sending and receiving, which the module has not."""


@pytest.fixture
def wanted(tmp_path: Path) -> Path:
    """A requirements file of which one line is missing."""
    path = tmp_path / "requirements.txt"
    path.write_text(f"# light\n--no-binary :none:\nnumpy>=1.24  # there\n{PACKAGE}>=2\nscipy<1\n")
    return path


class Installer(types.ModuleType):
    """`slicer.packaging`, which asks by itself."""

    def __init__(self, answer: Callable[[], None]) -> None:
        super().__init__("slicer.packaging")
        self.answer = answer
        self.asked: list[str] = []
        self.kept = ""
        self.requester = ""

    def pip_ensure(self, requirements: list[str], *, constraints: str, requester: str) -> None:
        """As in Slicer 5.12."""
        self.asked, self.requester = requirements, requester
        self.kept = Path(constraints).read_text()
        self.answer()


def test_everything_is_there_where_the_tests_run() -> None:
    assert dependencies.missing(REQUIREMENTS) == []
    dependencies.ensure(REQUIREMENTS)


def test_requirements_are_light_and_leave_slicers_own_packages_alone() -> None:
    names = [line.split(">")[0] for line in dependencies.requirements_in(REQUIREMENTS)]
    assert "openvino" in names
    assert "torch" not in names
    assert "SimpleITK" not in names
    shipped = {"numpy": "2.4.6", "scipy": "1.17.1", "pydicom": "3.0.2", "pillow": "12.2.0"}
    shipped["highdicom"] = "0.27.0"
    for line in dependencies.requirements_in(REQUIREMENTS):
        requirement = dependencies._requirement(line)
        if requirement.name in shipped:
            assert requirement.specifier.contains(shipped[requirement.name]), line


def test_they_are_those_of_the_distribution() -> None:
    declared = metadata.requires("openbac") or []
    light = {
        one.partition(";")[0].strip()
        for one in declared
        if "extra" not in one or '"light"' in one or '"dicom"' in one
    }
    console_only = {one for one in light if Requirement(one).name in CONSOLE_ONLY}
    assert len(console_only) == len(CONSOLE_ONLY)
    assert set(dependencies.requirements_in(REQUIREMENTS)) == light - console_only


def test_missing_and_too_new_lines_are_found(wanted: Path) -> None:
    assert dependencies.missing(wanted) == [f"{PACKAGE}>=2", "scipy<1"]


def test_slicers_packaging_is_asked_and_may_not_replace_numpy(
    wanted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installer = Installer(lambda: None)
    monkeypatch.setitem(sys.modules, "slicer.packaging", installer)
    with pytest.raises(DependencyError, match=f"Still missing: {PACKAGE}") as error:
        dependencies.ensure(wanted)
    assert installer.asked == [f"{PACKAGE}>=2", "scipy<1"]
    assert installer.requester == "BAC Segmentation"
    assert f"numpy=={metadata.version('numpy')}" in installer.kept
    assert "--find-links" in error.value.advice


def test_refusal_is_told_with_how_to_install_offline(wanted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def decline() -> None:
        raise RuntimeError("User declined package installation")

    monkeypatch.setitem(sys.modules, "slicer.packaging", Installer(decline))
    with pytest.raises(DependencyError, match="were not installed") as error:
        dependencies.ensure(wanted)
    assert str(wanted) in error.value.advice


def test_failure_of_pip_is_told(wanted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise subprocess.CalledProcessError(1, ["pip"])

    monkeypatch.setitem(sys.modules, "slicer.packaging", Installer(fail))
    with pytest.raises(DependencyError, match="internet connection"):
        dependencies.ensure(wanted)


def test_older_slicer_asks_first_and_then_calls_pip(wanted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "slicer.packaging", None)
    called: list[Any] = []
    monkeypatch.setattr(slicer.util, "pip_install", called.append)
    asked: list[tuple[str, str]] = []

    def answer(yes: bool) -> Callable[[str, str], bool]:
        def ask(question: str, details: str) -> bool:
            asked.append((question, details))
            return yes

        return ask

    with pytest.raises(DependencyError, match="were not installed"):
        dependencies.ensure(wanted, ask=answer(False))
    assert called == []
    assert "No image data is sent" in asked[0][0]
    assert PACKAGE in asked[0][1]
    with pytest.raises(DependencyError, match="Still missing"):
        dependencies.ensure(wanted, ask=answer(True))
    (arguments,) = called
    assert arguments[:2] == [f"{PACKAGE}>=2", "scipy<1"]
    assert arguments[2] == "--constraint"


class TestTorch:
    """Only a graphics card needs it."""

    def test_without_the_extension_it_is_told_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dependencies, "TORCH", f"{PACKAGE}>=2.2")
        monkeypatch.setitem(sys.modules, "PyTorchUtils", None)
        dependencies.ensure(REQUIREMENTS, device="cpu")
        dependencies.ensure(REQUIREMENTS, device="auto")
        with pytest.raises(DependencyError, match="Extensions Manager"):
            dependencies.ensure(REQUIREMENTS, device="cuda")

    @pytest.mark.parametrize("installed", [True, False])
    def test_the_extension_installs_it(self, monkeypatch: pytest.MonkeyPatch, installed: bool) -> None:
        asked: dict[str, Any] = {}

        class PyTorchUtilsLogic:
            def installTorch(self, askConfirmation: bool, torchVersionRequirement: str) -> Any:
                asked.update(ask=askConfirmation, version=torchVersionRequirement)
                return object() if installed else None

        utils = types.ModuleType("PyTorchUtils")
        utils.PyTorchUtilsLogic = PyTorchUtilsLogic  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "PyTorchUtils", utils)
        monkeypatch.setattr(dependencies, "_is_met", lambda line: not line.startswith("torch"))
        if installed:
            dependencies.ensure(REQUIREMENTS, device="cuda")
        else:
            with pytest.raises(DependencyError, match="was not installed"):
                dependencies.ensure(REQUIREMENTS, device="mps")
        assert asked == {"ask": True, "version": ">=2.2"}


FRESH = """
import sys

class Lacking:
    names = {"cv2", "openvino", "skimage", "rich", "platformdirs", "threadpoolctl", "tifffile"}
    names |= {"filelock", "gdcm", "msgspec", "pylibjpeg", "safetensors"}

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Lacking())
from tests.host.module_panel import Panel
panel = Panel()
from tests.host.swallowed import no_swallowed_error
from tests.slicer_bac_extension.volumes_of_files import shown
import numpy as np
with no_swallowed_error():
    volume = shown(np.arange(600 * 400, dtype=np.uint16).reshape(600, 400), "LCC")
    panel.ui.inputSelector.setCurrentNode(volume)
    assert panel.ui.applyButton.enabled, panel.ui.applyButton.toolTip
    assert panel.ui.modelComboBox.currentText == "Default model"
    from BACSegmentationLib import dependencies
    seen = []
    def ensure(path, *, device):
        seen.append(path.name)
        raise dependencies.DependencyError("The packages were not installed.", "advice")
    dependencies.ensure = ensure
    panel.ui.applyButton.click()
    assert seen == ["requirements.txt"]
    assert panel.ui.statusLabel.text == "The packages were not installed."
    assert panel.ui.applyButton.enabled
    panel.ui.changeCollapsibleButton.collapsed = False
    panel.close()
print("usable")
"""


@pytest.mark.skipif("PyQt6.QtCore" in sys.modules, reason="PySide6 is for a process without PyQt6")
def test_fresh_slicer_opens_the_module_without_the_engines_packages(tmp_path: Path) -> None:
    pytest.importorskip("PySide6")
    answer = subprocess.run(
        [sys.executable, "-c", FRESH],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(MODULE)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.stdout.endswith("usable\n"), answer.stderr[-3000:]
