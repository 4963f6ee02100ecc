"""Stand-ins for the Python files of Slicer that `slicer-core` lacks: what a scripted module is made of.

`slicer.i18n`, `slicer.ScriptedLoadableModule` and `slicer.parameterNodeWrapper`, as far as this module goes.
The names, and what they do, are those of Slicer 5.13. With the environment variable SLICER_PYTHON naming the
folder Base/Python of Slicer's sources, its own files are taken instead.
"""

from __future__ import annotations

import enum
import os
import sys
import typing
import unittest
from pathlib import Path
from typing import Any

import slicer
import slicer.util

from tests.host import dicom_lib
from tests.host.pythonqt import Names


class ScriptedLoadableModule:
    """What Slicer makes of a module file first."""

    def __init__(self, parent: Any) -> None:
        self.parent = parent
        self.moduleName = type(self).__name__

    def resourcePath(self, name: str) -> str:
        """Path of a file in Resources."""
        return str(Path(self.parent.path).parent / "Resources" / name)

    def runTest(self, msec: int = 100) -> None:
        """What "Reload and Test" runs."""
        test = getattr(sys.modules[type(self).__module__], f"{self.moduleName}Test")()
        test.messageDelay = msec
        test.runTest()


class ScriptedLoadableModuleWidget:
    """The panel of a module."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__()
        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.parent = parent
        self.layout = parent.layout()
        slicer.app.moduleManager().connect(
            "moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded
        )

    def resourcePath(self, name: str) -> str:
        """Path of a file in Resources."""
        return str(Path(slicer.util.modulePath(self.moduleName)).parent / "Resources" / name)

    def setup(self) -> None:
        """Of the developer section, which is not here."""

    def cleanup(self) -> None:
        """For the module to fill."""

    def _onModuleAboutToBeUnloaded(self, name: str) -> None:
        if name == self.moduleName:
            self.cleanup()
            manager = slicer.app.moduleManager()
            manager.disconnect("moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded)


class ScriptedLoadableModuleLogic:
    """What a module computes."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__()
        self.moduleName = type(self).__name__.removesuffix("Logic")

    def getParameterNode(self) -> Any:
        """The one parameter node of the module; made where there is none."""
        node = slicer.mrmlScene.GetSingletonNode(self.moduleName, "vtkMRMLScriptedModuleNode")
        if node is None:
            node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
            node.UnRegister(None)
            node.SetSingletonTag(self.moduleName)
            node.SetName(self.moduleName)
            node = slicer.mrmlScene.AddNode(node)
        node.SetAttribute("ModuleName", self.moduleName)
        return node


class ScriptedLoadableModuleTest(unittest.TestCase):
    """A test that runs inside the application."""

    def runTest(self) -> None:
        """For the module to fill."""

    def delayDisplay(self, message: str, msec: int = 0) -> None:
        """Nobody is here to read it."""


BASES = (
    ScriptedLoadableModule,
    ScriptedLoadableModuleWidget,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
)


class WithinRange:
    """Bounds of a number."""

    def __init__(self, minimum: float, maximum: float) -> None:
        self.minimum, self.maximum = minimum, maximum

    def check(self, name: str, value: Any) -> None:
        """Refuse what lies outside."""
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"{name}: {value} is not within {self.minimum} to {self.maximum}")


def parameterNodeWrapper(described: type) -> type:
    """Make a class of typed fields a view of a vtkMRMLScriptedModuleNode, bound to widgets by name."""
    fields = {
        name: _Field(name, kind, getattr(described, name, None))
        for name, kind in typing.get_type_hints(described, include_extras=True).items()
    }
    held = {**fields, "__doc__": described.__doc__, "_fields": fields}
    made = type(described.__name__, (_Parameters,), held)
    made.__module__ = described.__module__
    return made


class _Parameters:
    _fields: typing.ClassVar[dict[str, _Field]] = {}

    def __init__(self, node: Any) -> None:
        object.__setattr__(self, "parameterNode", node)
        object.__setattr__(self, "_bound", {})
        for name, field in self._fields.items():
            if not field.is_in(node):
                setattr(self, name, field.default)

    def __setattr__(self, name: str, value: Any) -> None:
        # Slicer's own would take it; a misspelt parameter has no place in a module.
        if name not in self._fields:
            raise AttributeError(f"{type(self).__name__} has no parameter {name!r}")
        self._fields[name].__set__(self, value)

    def AddObserver(self, *arguments: Any) -> Any:
        return self.parameterNode.AddObserver(*arguments)

    def RemoveObserver(self, tag: Any) -> None:
        self.parameterNode.RemoveObserver(tag)

    def connectGui(self, ui: Any) -> int:
        """Bind each widget that has a SlicerParameterName, both ways; a tag to undo it."""
        import vtk

        named = {one.property("SlicerParameterName"): one for one in vars(ui).values()}
        named.pop(None, None)
        unknown = set(named) - set(self._fields)
        if unknown:
            raise ValueError(f"Cannot find a param with the given name: {', '.join(sorted(unknown))}")
        bound = [_Binding(self, self._fields[name], widget) for name, widget in named.items()]

        def show(caller: Any, event: str) -> None:
            for one in bound:
                one.show()

        tag = self.AddObserver(vtk.vtkCommand.ModifiedEvent, show)
        self._bound[tag] = bound
        return int(tag)

    def disconnectGui(self, tag: int | None) -> None:
        """Undo `connectGui`."""
        if tag in self._bound:
            self.RemoveObserver(tag)
            for one in self._bound.pop(tag):
                one.undo()


class _Field:
    """One parameter: how it stands in the node."""

    def __init__(self, name: str, kind: Any, default: Any) -> None:
        self.name = name
        self.kind = typing.get_args(kind)[0] if hasattr(kind, "__metadata__") else kind
        self.bounds = [one for one in getattr(kind, "__metadata__", ()) if isinstance(one, WithinRange)]
        self.is_node = issubclass(self.kind, slicer.vtkMRMLNode)
        plain = None if self.is_node or issubclass(self.kind, enum.Enum) else self.kind()
        self.default = plain if default is None else default

    def is_in(self, node: Any) -> bool:
        return self.is_node or node.GetParameter(self.name) != ""

    def __get__(self, one: Any, owner: type | None = None) -> Any:
        if one is None:
            return self
        node = one.parameterNode
        if self.is_node:
            return node.GetNodeReference(self.name)
        text = node.GetParameter(self.name)
        if issubclass(self.kind, enum.Enum):
            return self.kind[text]
        return text == "True" if self.kind is bool else self.kind(text)

    def __set__(self, one: Any, value: Any) -> None:
        for bound in self.bounds:
            bound.check(self.name, value)
        node = one.parameterNode
        if self.is_node:
            if isinstance(value, str):
                value = slicer.mrmlScene.GetNodeByID(value)
            if value is not None and not value.IsA(self.kind.__name__):
                raise TypeError(f"{self.name}: a {value.GetClassName()} is no {self.kind.__name__}")
            node.SetNodeReferenceID(self.name, value.GetID() if value is not None else None)
        else:
            node.SetParameter(self.name, value.name if isinstance(value, enum.Enum) else str(value))


class _Binding:
    """A parameter and its widget."""

    def __init__(self, parameters: Any, field: _Field, widget: Any) -> None:
        import ctk
        import qt

        self.parameters, self.field, self.widget = parameters, field, widget
        kinds = {
            (bool, qt.QCheckBox): ("stateChanged", "checked"),
            (float, qt.QDoubleSpinBox): ("valueChanged", "value"),
            (float, ctk.ctkSliderWidget): ("valueChanged", "value"),
            (str, qt.QLineEdit): ("textChanged", "text"),
        }
        self.labels: list[Any] = []
        if field.is_node:
            self.signal, self.property = "currentNodeChanged", ""
        elif issubclass(field.kind, enum.Enum) and type(widget) is qt.QComboBox:
            self.signal, self.property = "currentIndexChanged", ""
            self.labels = list(field.kind)
            widget.clear()
            widget.addItems([one.label() if hasattr(one, "label") else one.name for one in self.labels])
        elif (field.kind, type(widget)) in kinds:
            self.signal, self.property = kinds[field.kind, type(widget)]
        else:
            raise RuntimeError(f"Unable to create GUI connector from {field.kind} to {type(widget)}")
        for bound in field.bounds:
            widget.minimum, widget.maximum = bound.minimum, bound.maximum
        self.showing = False
        self.show()
        getattr(widget, self.signal).connect(self.take)

    def show(self) -> None:
        value = self.field.__get__(self.parameters)
        self.showing = True
        if self.field.is_node:
            self.widget.setCurrentNode(value)
        elif self.labels:
            self.widget.currentIndex = self.labels.index(value)
        else:
            setattr(self.widget, self.property, value)
        self.showing = False

    def take(self, *_: Any) -> None:
        if self.showing:
            return
        if self.field.is_node:
            value = self.widget.currentNode()
        elif self.labels:
            value = self.labels[self.widget.currentIndex]
        else:
            value = getattr(self.widget, self.property)
        self.field.__set__(self.parameters, value)

    def undo(self) -> None:
        getattr(self.widget, self.signal).disconnect(self.take)


def _name_what_connectors_know() -> None:
    """Widgets that Slicer's parameter nodes can be bound to, and that are not on this panel."""
    trees = sys.modules.setdefault(
        "qSlicerSubjectHierarchyModuleWidgetsPythonQt", Names("qSlicerSubjectHierarchyModuleWidgetsPythonQt")
    )
    for module, names in (
        (trees, "qMRMLSubjectHierarchyTreeView"),
        (slicer, "qMRMLRangeWidget qMRMLSliderWidget qMRMLSpinBox qSlicerWidget"),
        (sys.modules["ctk"], _CTK),
    ):
        for name in names.split():
            if name not in vars(module):
                setattr(module, name, type(name, (), {}))


_CTK = (
    "ctkCheckBox ctkCheckablePushButton ctkColorPickerButton ctkComboBox ctkDirectoryButton ctkDoubleSlider "
    "ctkDoubleRangeSlider ctkDoubleSpinBox ctkPathLineEdit ctkRangeWidget"
)


def install() -> None:
    """Make ``from slicer.ScriptedLoadableModule import *`` and its like work."""
    dicom_lib.install()
    own = os.environ.get("SLICER_PYTHON")
    if own:
        slicer.__path__.append(str(Path(own) / "slicer"))
        _name_what_connectors_know()
        return
    made = {
        "slicer.i18n": {"tr": lambda text: text, "translate": lambda context, text: text},
        "slicer.ScriptedLoadableModule": {one.__name__: one for one in BASES},
        "slicer.parameterNodeWrapper": {one.__name__: one for one in (parameterNodeWrapper, WithinRange)},
    }
    for name, held in made.items():
        module = sys.modules.setdefault(name, Names(name))
        vars(module).update(held)
        setattr(slicer, name.partition(".")[2], module)
