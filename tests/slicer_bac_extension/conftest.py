"""A real MRML scene for every test, and small mammograms in it."""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "slicer_bac_extension" / "BACSegmentation"

MISSING = (
    "" if importlib.util.find_spec("slicer") else "slicer-core is not installed: pip install slicer-core"
)
"""Why nothing of this can run here."""
WITHOUT_PANEL = MISSING or (
    "PyQt6 is loaded in this process, and two kinds of Qt break it: run these tests in a session of their own"
    if "PyQt6.QtCore" in sys.modules
    else ""
    if importlib.util.find_spec("PySide6")
    else "PySide6 is not installed: pip install PySide6-Essentials"
)
"""Why the panel cannot be opened here: test_panel*.py."""
if not MISSING:
    sys.path.insert(0, str(MODULE))

    import vtk

    from tests.host.scene import HeadlessApp, install


if sys.version_info < (3, 12):
    # Each `emit` of a `Signal(bool)` of PySide6 6.12 lets go of the value once too often, and Python aborts
    # when it frees True at its end; from 3.12 on it never does.
    for _value in (True, False):
        for _ in range(100_000):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(_value))


class NotHere(pytest.Module):
    """A module of tests that cannot even be imported here."""

    reason = ""

    def collect(self) -> Any:
        """Say why, in place of its tests."""
        pytest.skip(self.reason, allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: Any) -> pytest.Module | None:
    """Leave out the modules where there is no MRML, or none of the Qt that they need."""
    reason = WITHOUT_PANEL if module_path.name.startswith("test_panel") else MISSING
    if not reason:
        return None
    module = NotHere.from_parent(parent, path=module_path)
    module.reason = reason
    return module


@pytest.fixture
def app() -> Iterator[HeadlessApp]:
    """The headless application with an empty scene."""
    app = install()
    app.close_scene()
    yield app
    app.close_scene()


@pytest.fixture(autouse=True)
def nothing_deprecated_is_called(request: pytest.FixtureRequest) -> Iterator[None]:
    """VTK tells it with a warning of Python, MRML in the output window, where nobody looks."""
    request.node.add_marker(pytest.mark.filterwarnings("error:Call to deprecated"))
    said: list[str] = []

    @vtk.calldata_type(vtk.VTK_STRING)
    def note(caller: Any, event: str, text: str) -> None:
        said.append(text)

    window = vtk.vtkOutputWindow.GetInstance()
    tags = [window.AddObserver(event, note) for event in ("WarningEvent", "ErrorEvent")]
    yield
    for tag in tags:
        window.RemoveObserver(tag)
    assert [text for text in said if "deprecated" in text] == []


@pytest.fixture(scope="session", autouse=True)
def views_end_before_their_screen() -> Iterator[None]:
    """VTK draws on the screen of pytest-xvfb where there is one, and must not be left on it."""
    yield
    drawn = sys.modules.get("tests.host.slice_view")
    if drawn is not None:
        drawn.close_views()
