"""The module in its panel as Slicer opens it: its own file and .ui, the real scene, stand-ins for Qt."""

from __future__ import annotations

import importlib.util
import os
import sys
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
from tests.host.sample_data_module import sample_data_module  # noqa: E402
from tests.host.scene import HeadlessApp, install  # noqa: E402

FOLDER: Final = Path(__file__).resolve().parents[2] / "slicer_bac_extension" / "BACSegmentation"
NAME: Final = "BACSegmentation"
_SOME_LIKE_QT = ("ctkComboBox", "ctkCheckBox")


class ModuleManager(QtCore.QObject):
    """Says that a module goes."""

    moduleAboutToBeUnloaded = QtCore.Signal(str)


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

    def __init__(self, headless: HeadlessApp) -> None:
        super().__init__()
        self.headless = headless
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


class Panel:
    """An opened module.

    Parameters
    ----------
    folder
        That holds the module file: the repository's, an installed one, or a changed copy.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self.app = install_application()
        self.module = load_module(folder)
        slicer.app.startupCompleted.emit()
        self.parent = slicer_widgets.qMRMLWidget()
        self.parent.setLayout(QtWidgets.QVBoxLayout())
        self.parent.setMRMLScene(slicer.mrmlScene)
        self.parent.isEntered = True
        self.widget = self.module.BACSegmentationWidget(self.parent)
        setattr(slicer.modules, f"{NAME}Widget", self.widget)
        self.widget.setup()

    @property
    def ui(self) -> Any:
        """Its widgets by name."""
        return self.widget.ui

    def close(self) -> None:
        """As when Slicer ends."""
        slicer.app.moduleManager().moduleAboutToBeUnloaded.emit(NAME)
        self.parent.deleteLater()
        QtWidgets.QApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete.value)
        process_events()


def install_application() -> PanelApp:
    """`slicer.app` with signals over the one headless application; made at the first call."""
    headless = install()
    if not isinstance(slicer.app, PanelApp):
        slicer.app = PanelApp(headless)
        qt.QUiLoader = ui_file.QUiLoader
        vars(ctk).update(ctk_widgets.WIDGETS)
        for name in _SOME_LIKE_QT:
            setattr(ctk, name, type(name, (QtWidgets.QComboBox,), {}))
        for name, widget in slicer_widgets.WIDGETS.items():
            setattr(slicer, name, widget)
        slicer.qSlicerScriptedLoadableModuleWidget = type("qSlicerScriptedLoadableModuleWidget", (), {})
        template.install()
        sys.modules.setdefault("SampleData", sample_data_module())
    return slicer.app


def load_module(folder: Path) -> Any:
    """Import the module file anew, with its Lib, and make the module as Slicer's factory does."""
    for name in [name for name in sys.modules if name.partition(".")[0] in (NAME, f"{NAME}Lib")]:
        del sys.modules[name]
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
