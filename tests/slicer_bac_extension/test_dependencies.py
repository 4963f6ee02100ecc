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
from BACSegmentationLib import dependencies, package_sizes
from BACSegmentationLib.dependencies import DependencyError
from BACSegmentationLib.parameters import REQUIREMENTS
from packaging.requirements import Requirement

from tests.slicer_bac_extension.conftest import MODULE, ROOT

PACKAGE = "a-package-that-nobody-has"
CONSOLE_ONLY = {"pynetdicom"}
"""For sending and receiving, which the module has not."""


def torch_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slicer's own installer of torch, for which there is no build."""

    class InstallError(Exception):
        pass

    class PyTorchUtilsLogic:
        def installTorch(self, askConfirmation: bool, torchVersionRequirement: str) -> Any:
            raise InstallError("no suitable build was found.")

    utils = types.ModuleType("PyTorchUtils")
    utils.PyTorchUtilsLogic = PyTorchUtilsLogic  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "PyTorchUtils", utils)


@pytest.fixture
def wanted(tmp_path: Path) -> Path:
    """A requirements file of which one line is missing."""
    path = tmp_path / "requirements.txt"
    path.write_text(f"# light\n--no-binary :none:\nnumpy>=1.24  # there\n{PACKAGE}>=2\nscipy<1\n")
    return path


class Installer(types.ModuleType):
    """`slicer.packaging`."""

    def __init__(self, answer: Callable[[], None]) -> None:
        super().__init__("slicer.packaging")
        self.answer = answer
        self.asked: list[str] = []
        self.kept = ""
        self.requester = ""

    def pip_ensure(
        self, requirements: list[str], *, constraints: str, requester: str, prompt_install: bool
    ) -> None:
        """As in Slicer 5.12."""
        assert not prompt_install  # Slicer's question does not say how much will be installed
        self.asked, self.requester = requirements, requester
        self.kept = Path(constraints).read_text()
        self.answer()


def test_everything_is_there_where_the_tests_run() -> None:
    assert dependencies.missing(REQUIREMENTS) == []
    dependencies.ensure(REQUIREMENTS)


def test_requirements_are_light_and_leave_slicers_own_packages_alone() -> None:
    names = [Requirement(line).name for line in dependencies.requirements_in(REQUIREMENTS)]
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
    # Of OpenVINO the marker alone differs: outside Slicer numpy is not pinned.
    wanted = {line.partition(";")[0] for line in dependencies.requirements_in(REQUIREMENTS)}
    assert wanted == light - console_only


def test_missing_and_too_new_lines_are_found(wanted: Path) -> None:
    assert dependencies.missing(wanted) == [f"{PACKAGE}>=2", "scipy<1"]


def test_slicers_packaging_is_asked_and_may_not_replace_numpy(
    wanted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installer = Installer(lambda: None)
    monkeypatch.setitem(sys.modules, "slicer.packaging", installer)
    with pytest.raises(DependencyError, match=f"Still missing: {PACKAGE}") as error:
        dependencies.ensure(wanted, ask=agree)
    assert installer.asked == [f"{PACKAGE}>=2", "scipy<1"]
    assert installer.requester == "BAC Segmentation"
    assert f"numpy=={metadata.version('numpy')}" in installer.kept
    assert "--find-links" in error.value.advice


def test_refusal_is_told_with_how_to_install_offline(wanted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installer = Installer(lambda: None)
    monkeypatch.setitem(sys.modules, "slicer.packaging", installer)
    with pytest.raises(DependencyError, match="were not installed") as error:
        dependencies.ensure(wanted, ask=lambda question, details: False)
    assert installer.asked == []
    assert str(wanted) in error.value.advice


def test_the_question_says_how_much_will_be_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("openvino>=9999\nscikit-image>=9999\ntifffile>=9999\n")
    asked: list[tuple[str, str]] = []

    def answer(question: str, details: str) -> bool:
        asked.append((question, details))
        return False

    with pytest.raises(DependencyError):
        dependencies.ensure(path, ask=answer)
    ((question, details),) = asked
    assert "3 Python packages" in question
    assert "about 103 MB to download, 247 MB on the disk" in question
    assert "No image data is sent" in question
    assert details.splitlines() == ["openvino>=9999", "scikit-image>=9999", "tifffile>=9999"]


def test_sizes_are_those_of_the_packages_that_are_here() -> None:
    for name, size in package_sizes.SIZES.items():
        files = metadata.distribution(name).files or ()
        found = [Path(str(file.locate())) for file in files]
        own_mb = sum(path.stat().st_size for path in found if path.is_file()) / 1e6
        assert 0.2 * size.disk_mb < own_mb < 1.1 * size.disk_mb, (name, own_mb)


def test_a_line_for_another_computer_is_not_missing(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text(f'{PACKAGE}>=2; sys_platform == "amiga"\n{PACKAGE}>=3; sys_platform != "amiga"\n')
    assert [Requirement(line).specifier for line in dependencies.missing(path)] == [">=3"]


@pytest.mark.parametrize(
    ("kept", "cause"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: Could not install packages due to an OSError: [WinError 5] Access is denied", "written to"),
        ("", f"there is no build of {PACKAGE}>=2 for this computer"),
    ],
)
def test_failure_of_pip_is_told_with_its_own_cause(
    wanted: Path, monkeypatch: pytest.MonkeyPatch, kept: str, cause: str
) -> None:
    def fail() -> None:
        raise subprocess.CalledProcessError(1, ["pip"], output=kept)

    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setitem(sys.modules, "slicer.packaging", Installer(fail))
    with pytest.raises(DependencyError, match=cause) as error:
        dependencies.ensure(wanted, ask=agree)
    assert "internet" not in str(error.value)


def agree(question: str, details: str) -> bool:
    """Of somebody who wants the packages."""
    return True


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

    def test_its_failure_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        torch_that_fails(monkeypatch)
        monkeypatch.setattr(dependencies, "_is_met", lambda line: not line.startswith("torch"))
        with pytest.raises(DependencyError) as error:
            dependencies.ensure(REQUIREMENTS, device="cuda")
        assert str(error.value) == (
            "torch could not be installed: no suitable build was found. Choose the processor (CPU), or try "
            "again."
        )


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
