"""A real viewer with a session that is closed again, and small exams."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shared_core.cache import CACHE_VARIABLE
from tests.display import missing_for_windows

MISSING = missing_for_windows()
LONGEST_MS = 300_000

if not MISSING:
    import npe2
    from qtpy.QtCore import Qt
    from qtpy.QtTest import QTest
    from qtpy.QtWidgets import QApplication, QWidget

    import napari_bac
    from napari_bac.session.exam_session import ExamSession
    from napari_bac.session.registry import session_of
    from napari_bac.views.opened_view import OpenedView
    from tests.napari_bac import pictures

if TYPE_CHECKING:
    import napari


class NotHere(pytest.Module):
    """A module of tests that cannot even be imported on this machine."""

    def collect(self) -> Any:
        """Say why, in place of its tests."""
        pytest.skip(MISSING, allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: Any) -> pytest.Module | None:
    """Leave out the modules where windows cannot be opened."""
    return NotHere.from_parent(parent, path=module_path) if MISSING else None


@pytest.fixture(autouse=True)
def only_new_garbage() -> None:
    """napari collects garbage whenever a layer goes: it need not look at all that other tests have loaded."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def manifests_are_read_once() -> Iterator[None]:
    """Every new viewer looks for plugins in all that is installed, which stays as it is."""
    found = list(npe2.PluginManifest.discover())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(npe2.PluginManifest, "discover", lambda **_: iter(found))
        yield


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test alone: no corrections of another one are offered."""
    folder = tmp_path / "cache"
    monkeypatch.setenv(CACHE_VARIABLE, str(folder))
    return folder


@pytest.fixture(autouse=True)
def no_key_is_held() -> Iterator[None]:
    """After a key was typed with Shift, Qt takes Shift for held, and the next test selects rows with it."""
    yield
    none = Qt.KeyboardModifier.NoModifier
    if QApplication.instance() is not None and QApplication.keyboardModifiers() != none:
        QTest.keyRelease(QWidget(), Qt.Key.Key_Shift, none)
        assert QApplication.keyboardModifiers() == none


@pytest.fixture
def qtbot(qtbot: Any) -> Any:
    """Waits in vain for minutes before it gives up, as the machine may be busy."""
    qtbot.waitUntil = functools.partial(qtbot.waitUntil, timeout=LONGEST_MS)
    qtbot.waitSignal = functools.partial(qtbot.waitSignal, timeout=LONGEST_MS)
    return qtbot


@pytest.fixture
def viewer(make_napari_viewer: Callable[..., napari.Viewer]) -> napari.Viewer:
    """A real viewer; the test fails where it leaks a widget or a thread."""
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
