"""napari finds everything that the manifest promises."""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import npe2
import pytest
import qtpy
from npe2.manifest.contributions import ConfigurationProperty
from pytestqt.qt_compat import qt_api
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication, QFileDialog, QProgressDialog, QPushButton

import napari_bac
from napari_bac import sample_data, writer
from napari_bac.session.exam_session import ExamSession
from napari_bac.settings import DEVICES, HANGINGS, Preferences, preferences
from shared_core import Cancelled, Sample
from tests.napari_bac import pictures

MANIFEST = Path(napari_bac.__file__).with_name("napari.yaml")


@pytest.fixture(scope="module")
def manifest() -> npe2.PluginManifest:
    """As npe2 reads it."""
    return npe2.PluginManifest.from_file(MANIFEST)


@pytest.mark.pyside6
def test_the_windows_are_of_the_qt_that_was_asked_for() -> None:
    # Where there are two, qtpy falls back from one to the other with a warning that nobody sees.
    found = "pyqt6" if importlib.util.find_spec("PyQt6") else "pyside6"
    assert qtpy.API == qt_api.pytest_qt_api == os.environ.get("PYTEST_QT_API", found)


def test_it_is_valid_and_all_that_it_names_can_be_imported(manifest: npe2.PluginManifest) -> None:
    manifest.validate_imports()


def test_it_has_the_name_of_the_distribution(manifest: npe2.PluginManifest) -> None:
    assert manifest.name == "openbac"
    try:
        about = metadata.metadata("openbac")
    except metadata.PackageNotFoundError:
        pytest.skip("the package is only on the path")
    assert about["Name"] == manifest.name
    assert "Framework :: napari" in (about.get_all("Classifier") or [])


def test_every_command_that_is_named_is_there(manifest: npe2.PluginManifest) -> None:
    contributions = manifest.contributions
    known = {command.id for command in contributions.commands or ()}
    used = [one.command for one in (*(contributions.readers or ()), *(contributions.writers or ()))]
    used += [one.command for one in (*(contributions.widgets or ()), *(contributions.sample_data or ()))]
    used += [item.command for items in contributions.menus.values() for item in items]
    assert set(used) <= known


def test_the_preferences_are_those_that_the_plugin_reads(manifest: npe2.PluginManifest) -> None:
    pages = getattr(manifest.contributions, "configurations", None)
    if pages is None:  # before napari 0.9, where no plugin has a page
        assert preferences() == Preferences()
        return
    found: dict[str, ConfigurationProperty] = {
        f"{page}.{name}": one for page, its in pages.items() for name, one in its.properties.items()
    }
    default = Preferences()
    assert {name: one.default for name, one in found.items()} == {
        "inference.device": default.device,
        "inference.model": default.model,
        "display.opacity": default.opacity,
        "display.hanging": default.hanging,
        "export.formats": ", ".join(default.formats),
    }
    assert tuple(found["inference.device"].enum or ()) == DEVICES
    assert tuple(found["display.hanging"].enum or ()) == HANGINGS
    assert all(one.title and one.description for one in found.values())


@pytest.mark.pyside6
@pytest.mark.parametrize("name", ["BAC panel", "BAC exam", "BAC metrics", "BAC over time", "BAC batch"])
def test_a_dock_opens_closes_and_opens_again(
    viewer: Any, session: ExamSession, plugin: None, name: str
) -> None:
    dock, _ = viewer.window.add_plugin_dock_widget("openbac", name)
    viewer.window.remove_dock_widget(dock)
    viewer.window.add_plugin_dock_widget("openbac", name)
    QApplication.processEvents()


@pytest.fixture
def call(viewer: Any, plugin: None) -> Callable[[str], Any]:
    """Call a command as the palette does."""
    from napari._app_model import get_app_model

    return lambda name: get_app_model().commands.execute_command(f"openbac.{name}").result()


@pytest.mark.pyside6
def test_commands_of_the_palette_act_on_the_viewer(
    call: Callable[[str], Any], exam_session: ExamSession
) -> None:
    exam_session.set_labels("R-CC", pictures.labels())
    call("next_artery")
    first = exam_session.selected
    call("next_artery")
    assert exam_session.selected != first
    call("previous_artery")
    assert exam_session.selected == first == ("R-CC", 1)
    image = exam_session.views["L-CC"].image
    call("window_dense")
    assert tuple(image.contrast_limits) == (80, 255)
    call("invert_images")
    assert image.colormap.name == "gray_r"
    call("show_all_views")
    assert image.visible


@pytest.fixture
def in_words(session: ExamSession, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the person gets to see or is asked, in words."""
    words: list[str] = []
    session.signals.said.connect(words.append)
    monkeypatch.setattr(writer, "show_info", words.append)
    nothings: dict[str, Any] = {
        "getOpenFileNames": ([], ""),
        "getSaveFileName": ("", ""),
        "getExistingDirectory": "",
    }
    for name, nothing in nothings.items():

        def ask(_parent: Any = None, title: str = "", *_args: Any, nothing: Any = nothing) -> Any:
            words.append(f"{title}.")
            return nothing

        monkeypatch.setattr(QFileDialog, name, ask)
    return words


def _of_the_palette() -> list[str]:
    manifest = npe2.PluginManifest.from_file(MANIFEST).contributions
    opened = {one.command for one in (*(manifest.widgets or ()), *(manifest.sample_data or ()))}
    return [command.id for command in manifest.commands or () if command.id not in opened]


@pytest.mark.pyside6
def test_every_command_of_the_palette_does_or_says_one_thing_where_there_is_nothing_to_act_on(
    call: Callable[[str], Any], in_words: list[str]
) -> None:
    for name in _of_the_palette():
        in_words.clear()
        call(name.removeprefix("openbac."))
        QApplication.processEvents()
        assert len(in_words) == 1, name
        assert in_words[0].endswith("."), name
        assert "\n" not in in_words[0], name


def test_every_command_of_the_palette_can_be_called_on_an_exam(
    call: Callable[[str], Any],
    exam_session: ExamSession,
    in_words: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[Any] = []
    monkeypatch.setattr(exam_session, "segment", lambda **how: begun.append(how))
    exam_session.set_labels("R-CC", pictures.labels())
    for name in _of_the_palette():
        in_words.clear()
        call(name.removeprefix("openbac."))
        QApplication.processEvents()
        assert len(in_words) <= 1, name
    assert begun == [{"model": None, "device": "auto"}]


def test_docks_and_samples_are_in_the_palette_and_open(
    viewer: Any, session: ExamSession, plugin: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari._app_model import get_app_model

    monkeypatch.setattr(sample_data, "layers_of", lambda _name: [(pictures.breast(),)])
    # napari calls a dock by its command, and a sample by its key.
    known = set(_of_the_palette())
    names = [name for name, _ in get_app_model().commands if name.startswith("openbac.")]
    others = [name for name in names if name not in known]
    assert len(others) == 7
    for name in others:
        get_app_model().commands.execute_command(name).result()
        QApplication.processEvents()
    shown = " ".join(viewer.window.dock_widgets)
    assert all(
        dock in shown for dock in ("BAC panel", "BAC exam", "BAC metrics", "BAC over time", "BAC batch")
    )


def _maker(folder: Path, *, views: int = 4) -> Callable[..., Sample]:
    def make(name: str, *, progress: Any = None, cancelled: Any = None) -> Sample:
        images = pictures.write_exam(folder / "images")
        for done in range(1, views + 1):
            time.sleep(0.05)
            if progress is not None:
                progress(done, views)
            if cancelled is not None and cancelled():
                raise Cancelled("Making the sample exam was stopped; nothing of it was kept.")
        return Sample(name, folder, tuple(images), (), ())  # type: ignore[arg-type]

    return make


def test_a_sample_is_made_beside_the_window_and_opens(viewer: Any, tmp_path: Path) -> None:
    layers = sample_data.layers_of("exam", make=_maker(tmp_path))
    assert {layer[1]["name"] for layer in layers} == set(pictures.KEYS)


def test_making_a_sample_can_be_cancelled(viewer: Any, tmp_path: Path) -> None:
    timer = QTimer()

    def cancel() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QProgressDialog):
            timer.stop()
            dialog.findChild(QPushButton).click()

    timer.timeout.connect(cancel)
    timer.start(100)
    with pytest.raises(Cancelled, match="nothing of it was kept"):
        sample_data.layers_of("exam", make=_maker(tmp_path, views=400))
