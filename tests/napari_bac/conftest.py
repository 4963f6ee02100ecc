"""A real viewer with a session that is closed again, and small exams."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("napari", reason="napari is not installed: pip install 'napari[pyqt6]'")
pytest.importorskip("pytestqt", reason="pytest-qt is not installed")
try:
    from qtpy.QtWidgets import QApplication
except ImportError as missing:  # qtpy names its own kind of missing binding
    pytest.skip(f"no Qt for napari: {missing}", allow_module_level=True)

import npe2

import napari_bac
from napari_bac.session.exam_session import ExamSession, session_of
from napari_bac.session.opened_view import OpenedView
from shared_core.cache import CACHE_VARIABLE
from tests.napari_bac import pictures

if TYPE_CHECKING:
    import napari

_HAS_SCREEN = sys.platform != "linux" or bool(
    os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or shutil.which("Xvfb")
)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test alone: no corrections of another one are offered."""
    folder = tmp_path / "cache"
    monkeypatch.setenv(CACHE_VARIABLE, str(folder))
    return folder


@pytest.fixture
def viewer(make_napari_viewer: Callable[..., napari.Viewer]) -> napari.Viewer:
    """A real viewer; the test fails where it leaks a widget or a thread."""
    if not _HAS_SCREEN:
        pytest.skip("no display: set DISPLAY, or install Xvfb and pytest-xvfb")
    return make_napari_viewer()


@pytest.fixture
def session(viewer: napari.Viewer, qtbot: Any) -> Iterator[ExamSession]:
    """The session of an empty viewer."""
    made = session_of(viewer)
    yield made
    made.close()
    QApplication.processEvents()


@pytest.fixture
def said(session: ExamSession) -> list[str]:
    """What the session says to the person, as it comes."""
    sentences: list[str] = []
    session.signals.said.connect(sentences.append)
    return sentences


@pytest.fixture(scope="session")
def left_cc() -> OpenedView:
    """A left CC view, 0.2 mm, with two bright bands (`pictures.labels`)."""
    return pictures.opened()


@pytest.fixture(scope="session")
def without_spacing() -> OpenedView:
    """The same where the pixel spacing is not known."""
    return pictures.opened(spacing_mm=None)


@pytest.fixture(scope="session")
def four_views() -> list[OpenedView]:
    """Four standard views in memory, `pictures.KEYS`."""
    return pictures.exam()


@pytest.fixture
def exam_session(session: ExamSession, four_views: list[OpenedView]) -> ExamSession:
    """A session with four views hung and no labels yet."""
    session.add(four_views)
    return session


@pytest.fixture(scope="session")
def exam_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of four DICOM files of one exam; do not write into it."""
    folder = tmp_path_factory.mktemp("exam")
    pictures.write_exam(folder)
    return folder


@pytest.fixture
def plugin() -> None:
    """The plugin as napari finds it, also where the package is only on the path."""
    manager = npe2.PluginManager.instance()
    manager.discover()
    if "openbac" not in manager:
        manager.register(npe2.PluginManifest.from_file(Path(napari_bac.__file__).with_name("napari.yaml")))
