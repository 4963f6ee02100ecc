"""Stands in for the modules `qt` and `ctk` of Slicer: PySide6 with the manners of PythonQt.

- Qt properties are attributes: ``label.text = "a"``, ``if box.checked``.
- ``object.connect("clicked(bool)", f)`` works, and refuses a signal that is not there.
- An attribute that a widget does not have cannot be set; PySide6 alone would take it silently.
- ``object.name`` is the object's name.

PySide6's own classes are changed, for the whole process, so that what a .ui file makes has the same manners
and ``type(widget) == qt.QCheckBox`` holds, on which Slicer's parameter nodes rely. What PythonQt converts
between Python and C++ is not seen here.
"""

from __future__ import annotations

import ctypes
import inspect
import re
import sys
import types
from typing import Any, Final

from PySide6 import QtCore, QtGui, QtUiTools, QtWidgets

MODULES: Final = (QtCore, QtGui, QtWidgets)
_METHODS: Final = {"children", "parent", "signalsBlocked", "sizeHint", "minimumSizeHint"}
"""Properties whose name is that of a method that PythonQt keeps, or that Qt itself calls."""
_SIGNAL: Final = re.compile(r"(\w+)(?:\((.*)\))?$")

_found = QtCore.QObject.__getattribute__


class Names(types.ModuleType):
    """A module that says what it lacks: code under test must not lean on what nobody stood in for."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"the test host has no {self.__name__}.{name}")


def _classes() -> list[type]:
    # PySide6 fills its modules when names are asked for.
    named = [getattr(module, name) for module in MODULES for name in dir(module) if name.startswith("Q")]
    return [one for one in named if inspect.isclass(one)]


def _as_attribute(name: str) -> property:
    def get(self: Any) -> Any:
        return QtCore.QObject.property(self, name)

    def put(self: Any, value: Any) -> None:
        if not QtCore.QObject.setProperty(self, name, value):
            raise AttributeError(f"{type(self).__name__}.{name} cannot be set to {value!r}")

    return property(get, put)


def _signal(one: Any, text: str) -> Any:
    match = _SIGNAL.match(text.strip())
    name, arguments = match.groups() if match else (text, None)
    signal = getattr(one, name, None)
    known = signal is not None and hasattr(signal, "connect")
    if known and arguments and "vtk" not in arguments:
        normal = bytes(QtCore.QMetaObject.normalizedSignature(text).data()).decode()
        known = one.metaObject().indexOfSignal(normal) >= 0
    if not known:
        raise AttributeError(f"{type(one).__name__} has no signal {text!r}")
    return signal


def _get(self: Any, name: str) -> Any:
    # PySide6 resolves `connect` of an instance before any method of the class is asked.
    if name in ("connect", "disconnect"):
        return lambda text, *slot: getattr(_signal(self, text), name)(*slot)
    return _found(self, name)


def _put(self: Any, name: str, value: Any) -> None:
    held = next((vars(one)[name] for one in type(self).__mro__ if name in vars(one)), None)
    if isinstance(held, QtCore.Property):
        taken = list(value) if isinstance(value, tuple) else value
        if not QtCore.QObject.setProperty(self, name, taken):
            raise AttributeError(f"{type(self).__name__}.{name} cannot be set to {value!r}")
    elif hasattr(type(held), "__set__"):
        type(held).__set__(held, self, value)
    elif held is None and type(self).__module__.startswith("PySide6") and not name.startswith("_"):
        raise AttributeError(f"{type(self).__name__} has no property {name!r}")
    else:
        self.__dict__[name] = value


def _change_manners() -> None:
    objects = [one for one in _classes() if issubclass(one, QtCore.QObject)]
    for one in objects:
        meta = one.staticMetaObject  # type: ignore[attr-defined]
        for number in range(meta.propertyOffset(), meta.propertyCount()):
            name = meta.property(number).name()
            if name not in _METHODS:
                setattr(one, name, _as_attribute(name))
        one.__setattr__ = _put  # type: ignore[assignment, method-assign]
    QtCore.QObject.name = _as_attribute("objectName")  # type: ignore[attr-defined]
    QtCore.QObject.__getattribute__ = _get  # type: ignore[method-assign, assignment]


def _spare_constants() -> None:
    """PySide6 6.12 releases True and None once too often with signals that are declared in Python.

    From Python 3.12 on they cannot be released; before, they would be gone in the middle of the tests.
    """
    for constant in (True, False, None):
        for _ in range(100_000):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(constant))


def install() -> tuple[Names, Names]:
    """Make `import qt` and `import ctk` work; the two modules, `ctk` still empty."""
    if "qt" not in sys.modules:
        _spare_constants()
        _change_manners()
        qt, ctk = Names("qt"), Names("ctk")
        for one in _classes():
            setattr(qt, one.__name__, one)
        qt.QUiLoader = QtUiTools.QUiLoader
        sys.modules["qt"], sys.modules["ctk"] = qt, ctk
    return sys.modules["qt"], sys.modules["ctk"]  # type: ignore[return-value]
