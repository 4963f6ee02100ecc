"""Stands in for how Slicer loads a .ui file: its widgets, and the connections between MRML widgets."""

from __future__ import annotations

import gc
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PySide6 import QtCore, QtUiTools, QtWidgets

from tests.host import ctk_widgets, slicer_widgets

# Qt itself looks for C++ signals; those of the stand-ins are connected below.
QtCore.QLoggingCategory.setFilterRules("qt.core.qobject.connect=false")
CUSTOM = {**ctk_widgets.WIDGETS, **slicer_widgets.WIDGETS}


class UiFileError(Exception):
    """What Slicer would only say in its log, or not at all."""


class QUiLoader(QtUiTools.QUiLoader):
    """Knows the stand-ins, and is strict: a widget, property or slot that is not there is an error."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._kept: list[Any] = []

    def createWidget(self, kind: str, parent: Any = None, name: str = "") -> Any:
        """A widget of a class that the file names."""
        if kind not in CUSTOM and not hasattr(QtWidgets, kind):
            raise UiFileError(f"{name}: there is no widget class {kind}")
        made = CUSTOM[kind](parent) if kind in CUSTOM else super().createWidget(kind, parent, name)
        made.setObjectName(name)
        self._kept.append(made)
        return made

    def load(self, file: Any, *parent: Any) -> Any:
        """All widgets of the file, connected."""
        root = ElementTree.parse(file.fileName()).getroot()
        self._kept = []
        with _collecting_later():
            made = super().load(file, *parent)
        if made is None:
            raise UiFileError(self.errorString())
        # Python's side of a widget must live as long as the widget.
        made._kept = self._kept
        everything = (made, *made.findChildren(QtCore.QObject))
        by_name = {one.objectName: one for one in everything if one.objectName}
        _check_properties(root, by_name)
        for connection in root.iter("connection"):
            _connect(connection, by_name)
        return made


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Qt makes widgets here; Python's collector would end those of an earlier panel in the midst of it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _check_properties(root: ElementTree.Element, by_name: dict[str, Any]) -> None:
    for element in root.iter("widget"):
        made = by_name[element.get("name", "")]
        for item in element.findall("property"):
            known = made.metaObject().indexOfProperty(item.get("name", "")) >= 0
            if not known and item.get("stdset") != "0":
                raise UiFileError(f"{element.get('name')} has no property {item.get('name')}")


def _connect(element: ElementTree.Element, by_name: dict[str, Any]) -> None:
    said = {part: element.findtext(part, "") for part in ("sender", "signal", "receiver", "slot")}
    sender, receiver = by_name.get(said["sender"]), by_name.get(said["receiver"])
    signal = getattr(sender, said["signal"].partition("(")[0], None)
    slot = getattr(receiver, said["slot"].partition("(")[0], None)
    if signal is None or slot is None:
        raise UiFileError("{sender}.{signal} cannot be connected to {receiver}.{slot}".format(**said))
    signal.connect(slot)
