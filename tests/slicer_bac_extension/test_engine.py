"""The engine of the module is the one that came with it; the module can be imported before Apply."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from BACSegmentationLib import engine

import shared_core

MODULE = Path(engine.__file__).parents[1]
BATCH = {"batch", "exam_scenes"}
"""Run when everything is installed."""
OF_PANEL = {"dicom_plugin", "panel_host", "parameter_node"}
"""Made with Slicer's own wrapper of parameter nodes or its DICOM module, which only the application has."""
LIGHT = {path.stem for path in MODULE.glob("*Lib/*.py") if not path.stem.endswith(("_panel", "__"))}
LIGHT -= BATCH | OF_PANEL
"""What the panel is made of, but for its windows."""
INSTALLED_AT_APPLY = ("cv2", "gdcm", "openjpeg", "openvino", "platformdirs", "rich", "skimage", "tifffile")
"""What Slicer does not have by itself."""


def run(program: str, *path: Path) -> subprocess.CompletedProcess[str]:
    """A fresh Python that has these folders first on its path."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environment
    )


def test_it_is_that_of_the_tree() -> None:
    assert Path(shared_core.__file__).parent == engine.folder() / "shared_core"


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Another extension's package of the same name."""
    folder = tmp_path / "other" / "shared_core"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    return folder.parent


IMPORT = """
import runpy, sys
engine = runpy.run_path(sys.path[0] + "/BACSegmentationLib/engine.py")
try:
    print(engine["make_importable"]().__file__)
except ImportError as error:
    print(type(error).__name__, error)
"""


def test_another_package_of_that_name_is_not_taken(foreign: Path) -> None:
    result = run(f"import sys; sys.path[:0] = [{str(MODULE)!r}, {str(foreign)!r}]" + IMPORT)
    assert Path(result.stdout.strip()) == engine.folder() / "shared_core" / "__init__.py", result.stderr


def test_one_that_is_loaded_already_is_refused_in_words(foreign: Path) -> None:
    program = f"import sys; sys.path[:0] = [{str(MODULE)!r}, {str(foreign)!r}]\nimport shared_core"
    result = run(f"import sys; sys.path.insert(0, {str(foreign)!r})\nimport shared_core\n" + program + IMPORT)
    assert result.stdout.startswith("EngineError Another package named shared_core, of "), result.stderr
    assert "remove or disable the extension" in result.stdout
    assert str(foreign.resolve() / "shared_core") in result.stdout


def test_no_path_is_added_to_those_of_slicer() -> None:
    program = f"""
import sys
sys.path.insert(0, {str(MODULE)!r})
before = list(sys.path)
import BACSegmentationLib, shared_core
print(sys.path == before, shared_core.__file__)
"""
    result = run(program)
    assert result.stdout.split() == ["True", str(engine.folder() / "shared_core" / "__init__.py")], (
        result.stderr
    )


def test_an_older_slicer_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    import slicer

    older = SimpleNamespace(majorVersion=5, minorVersion=10)
    monkeypatch.setattr(slicer, "app", older, raising=False)
    with pytest.raises(engine.EngineError, match=r"needs Slicer 5\.12 or newer; this is 5\.10"):
        engine.make_importable()


def test_one_that_is_missing_is_said(tmp_path: Path) -> None:
    library = tmp_path / "a" / "b" / "modules" / "BACSegmentationLib"
    library.mkdir(parents=True)
    shutil.copy(engine.__file__, library)
    result = run(f"import sys; sys.path.insert(0, {str(library.parent)!r})" + IMPORT)
    assert result.stdout.startswith("EngineError The engine of BAC Segmentation"), result.stderr
    assert "install the extension again" in result.stdout


def test_the_module_is_imported_and_a_volume_checked_without_what_apply_installs() -> None:
    program = f"""
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {INSTALLED_AT_APPLY!r}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
sys.path.insert(0, {str(MODULE)!r})
import importlib
for name in {sorted(LIGHT)!r}: importlib.import_module("BACSegmentationLib." + name)
import numpy, slicer, slicer.util
slicer.mrmlScene = slicer.vtkMRMLScene()
node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "LCC")
slicer.util.updateVolumeFromArray(node, numpy.zeros((1, 9, 8), numpy.uint16))
print(sys.modules["BACSegmentationLib.volumes"].read_volume(node).pixels.shape)
"""
    result = run(program)
    assert result.stdout.strip() == "(9, 8)", result.stderr[-2000:]
