"""The module in its panel as Slicer opens it: its own file and .ui, the real scene, stand-ins for Qt."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6 import QtCore, QtWidgets

from tests.host import pythonqt

_APPLICATION = QtWidgets.QApplication.instance() or QtWidgets.QApplication(["slicer-test-host"])
qt, ctk = pythonqt.install()

import slicer  # noqa: E402
import slicer.util  # noqa: E402

from tests.host import ctk_widgets, slicer_widgets, template, ui_file  # noqa: E402
from tests.host.main_window import MainWindow, SegmentEditor  # noqa: E402
from tests.host.sample_data_module import sample_data_module  # noqa: E402
from tests.host.scene import HeadlessApp, install  # noqa: E402

FOLDER: Final = Path(__file__).resolve().parents[2] / "slicer_bac_extension" / "BACSegmentation"
NAME: Final = "BACSegmentation"


class ModuleManager(QtCore.QObject):
    """Knows the modules, and says that one goes."""

    moduleAboutToBeUnloaded = QtCore.Signal(str)

    def module(self, name: str) -> Any:
        """As in Slicer."""
        return getattr(slicer.modules, name.lower(), None)


class Settings(dict[str, Any]):
    """`qSlicerApplication::userSettings`."""

    def value(self, key: str, default: Any = None) -> Any:
        """As in Qt."""
        return self.get(key, default)

    def contains(self, key: str) -> bool:
        """As in Qt."""
        return key in self


class PanelApp(QtCore.QObject):
    """`slicer.app` of a Slicer with a window: what the headless one has, and signals."""

    startupCompleted = QtCore.Signal()
    applicationName = "Slicer"

    def __init__(self, headless: HeadlessApp) -> None:
        super().__init__()
        self.headless = headless
        self.window = MainWindow()
        self._manager, self._settings = ModuleManager(), Settings()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.headless, name)

    def moduleManager(self) -> ModuleManager:
        """As in Slicer."""
        return self._manager

    def userSettings(self) -> Settings:
        """As in Slicer."""
        return self._settings

    settings = userSettings

    def topLevelWidgets(self) -> list[Any]:
        """As in Slicer."""
        return [self.window]

    def clipboard(self) -> Any:
        """As in Slicer."""
        return QtWidgets.QApplication.clipboard()

    def translate(self, context: str, text: str) -> str:
        """In English."""
        return text

    def processEvents(self, *_: Any) -> None:
        """As in Slicer."""
        QtWidgets.QApplication.processEvents()

    def setOverrideCursor(self, cursor: Any) -> None:
        """As in Slicer."""
        QtWidgets.QApplication.setOverrideCursor(cursor)

    def restoreOverrideCursor(self) -> None:
        """As in Slicer."""
        QtWidgets.QApplication.restoreOverrideCursor()


class qSlicerScriptedLoadableModuleWidget(slicer_widgets.qMRMLWidget):
    """What holds the panel of a module."""

    def __init__(self, made: Any) -> None:
        super().__init__()
        self.setLayout(QtWidgets.QVBoxLayout())
        self.setMRMLScene(slicer.mrmlScene)
        self.isEntered = True
        self._made = made

    def self(self) -> Any:
        """As in Slicer: the Python side."""
        return self._made

    def reload(self) -> None:
        """As in Slicer: make the panel anew from the module file as it was imported last."""
        self._made = sys.modules[NAME].BACSegmentationWidget(self)
        setattr(slicer.modules, f"{NAME}Widget", self._made)
        self._made.setup()


class Panel:
    """An opened module.

    Parameters
    ----------
    folder
        That holds the module file: the repository's, an installed one, or a changed copy.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self.app = install_application()
        self.patience_s = 600.0
        self._closed = False
        self._before = _forget_module()
        self.module = load_module(folder)
        slicer.app.startupCompleted.emit()
        slicer.app.startupCompleted.disconnect()
        self.parent = qSlicerScriptedLoadableModuleWidget(None)
        slicer.modules.bacsegmentation.widgetRepresentation = lambda: self.parent
        self.editor = SegmentEditor()
        holder = qSlicerScriptedLoadableModuleWidget(SimpleNamespace(editor=self.editor))
        slicer.modules.segmenteditor = SimpleNamespace(widgetRepresentation=lambda: holder)
        self.parent.reload()

    @property
    def widget(self) -> Any:
        """Its Python side."""
        return self.parent.self()

    @property
    def ui(self) -> Any:
        """Its widgets by name."""
        return self.widget.ui

    def wait(self, done: Callable[[], bool]) -> None:
        """Let events happen until something is so; an error where that takes longer than patience."""
        end = time.monotonic() + self.patience_s
        while not done():
            assert time.monotonic() < end, "nothing happened"
            process_events()
            time.sleep(0.005)

    def pause(self, seconds: float) -> None:
        """Let events happen for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            process_events()
            time.sleep(0.005)

    def close(self) -> None:
        """As when Slicer ends; the modules that were imported before are there again."""
        if self._closed:
            return
        self._closed = True
        slicer.app.moduleManager().moduleAboutToBeUnloaded.emit(NAME)
        # Those in Slicer stop watching the scene when they are deleted.
        for one in self.parent.findChildren(slicer_widgets.qMRMLWidget):
            one.setMRMLScene(None)
        self.parent.deleteLater()
        QtWidgets.QApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete.value)
        process_events()
        _forget_module()
        sys.modules.update(self._before)


def words_in_sight(panel: QtWidgets.QWidget) -> list[str]:
    """What a panel calls its buttons and groups that are seen."""
    kinds = (QtWidgets.QAbstractButton, QtWidgets.QGroupBox, ctk_widgets.ctkCollapsibleButton)
    named = [one for kind in kinds for one in panel.findChildren(kind) if one.isVisible()]
    said = {str(one.property("text") or one.property("title") or "").replace("&", "") for one in named}
    return sorted(words for words in said if len(words) > 1)


def _forget_module() -> dict[str, Any]:
    own = [name for name in sys.modules if name.partition(".")[0] in (NAME, f"{NAME}Lib")]
    return {name: sys.modules.pop(name) for name in own}


def install_application() -> PanelApp:
    """`slicer.app` with signals over the one headless application; made at the first call."""
    headless = install()
    if not isinstance(slicer.app, PanelApp):
        slicer.app = PanelApp(headless)
        qt.QUiLoader = ui_file.QUiLoader
        vars(ctk).update(ctk_widgets.WIDGETS)
        for name, widget in slicer_widgets.WIDGETS.items():
            setattr(slicer, name, widget)
        slicer.qSlicerScriptedLoadableModuleWidget = qSlicerScriptedLoadableModuleWidget
        template.install()
        sys.modules.setdefault("SampleData", sample_data_module())
    return slicer.app


def load_module(folder: Path) -> Any:
    """Import the module file and make the module, as Slicer's factory does."""
    sys.path.insert(0, str(folder))
    try:
        spec = importlib.util.spec_from_file_location(NAME, folder / f"{NAME}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[NAME] = module
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
    parent = SimpleNamespace(path=str(folder / f"{NAME}.py"), name=NAME, icon=None)
    made = module.BACSegmentation(parent)
    setattr(slicer.modules, NAME.lower(), SimpleNamespace(path=parent.path, name=NAME, parent=parent))
    setattr(slicer.modules, f"{NAME}Instance", made)
    return module


def process_events() -> None:
    """Let Qt do what waits."""
    QtWidgets.QApplication.processEvents()
