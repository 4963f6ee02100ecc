"""A headless Slicer: the real MRML scene and module logics of `slicer-core`, hung where Slicer has them.

Stands in for qSlicerApplication (`slicer.app`) and for the module manager (`slicer.modules.<name>.logic()`).
All that lies below is Slicer's own C++.
"""

from __future__ import annotations

import tempfile
from types import SimpleNamespace
from typing import Any, Final

import slicer
import slicer.util
import vtk

LOGICS: Final = {
    "Terminologies": "vtkSlicerTerminologiesModuleLogic",
    "SubjectHierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "Volumes": "vtkSlicerVolumesLogic",
    "Segmentations": "vtkSlicerSegmentationsModuleLogic",
    "Tables": "vtkSlicerTablesLogic",
    "Markups": "vtkSlicerMarkupsLogic",
    "Plots": "vtkSlicerPlotsLogic",
    "Colors": "vtkSlicerColorLogic",
}


class HeadlessApp:
    """`slicer.app` without Qt: only what the logic of a module may call."""

    def __init__(self) -> None:
        self.temporaryPath = tempfile.mkdtemp(prefix="slicer-")
        self.scene = slicer.vtkMRMLScene()
        crosshair = slicer.vtkMRMLCrosshairNode()
        crosshair.SetCrosshairName("default")
        self.scene.AddNode(crosshair)
        self.app_logic = self._application_logic()
        self.logics = {name: self._module_logic(name, of) for name, of in LOGICS.items()}
        self._remote = self._data_io()
        self._slice_logics: dict[str, Any] = {}

    def applicationLogic(self) -> Any:
        """As in Slicer."""
        return self.app_logic

    def mrmlScene(self) -> Any:
        """As in Slicer."""
        return self.scene

    def layoutManager(self) -> Any:
        """There is no window, as in ``Slicer --no-main-window``."""
        return None

    def processEvents(self, *_: Any) -> None:
        """There is no event loop."""

    def testingEnabled(self) -> bool:
        """Nobody answers dialogs."""
        return True

    def slice_logic(self, name: str = "Red") -> Any:
        """The logic of a slice view, which lives as long as the application, as its nodes do."""
        if name not in self._slice_logics:
            logic = slicer.vtkMRMLSliceLogic()
            logic.SetMRMLApplicationLogic(self.app_logic)
            self.app_logic.GetSliceLogics().AddItem(logic)
            logic.SetMRMLScene(self.scene)
            logic.AddSliceNode(name).SetMappedInLayout(1)
            self._slice_logics[name] = logic
        return self._slice_logics[name]

    def close_scene(self) -> None:
        """Take everything out of the scene, as "Close scene" does."""
        self.scene.Clear(False)

    def _application_logic(self) -> Any:
        logic = slicer.vtkSlicerApplicationLogic()
        logic.SetMRMLScene(self.scene)
        logic.GetColorLogic().SetMRMLScene(self.scene)
        logic.GetColorLogic().AddDefaultColorNodes()
        logic.SetSliceLogics(vtk.vtkCollection())
        logic.SetViewLogics(vtk.vtkCollection())
        logic.SetTemporaryPath(self.temporaryPath)
        slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance().SetMRMLApplicationLogic(logic)
        slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(self.scene, True)
        return logic

    def _module_logic(self, name: str, of: str) -> Any:
        logic = getattr(slicer, of)()
        logic.SetMRMLScene(self.scene)
        logic.SetMRMLApplicationLogic(self.app_logic)
        self.app_logic.SetModuleLogic(name, logic)
        return logic

    def _data_io(self) -> tuple[Any, Any]:
        """What reads a .mrb."""
        remote, manager = slicer.vtkMRMLRemoteIOLogic(), slicer.vtkDataIOManagerLogic()
        for logic in (remote, manager):
            logic.SetMRMLScene(self.scene)
            logic.SetMRMLApplicationLogic(self.app_logic)
        remote.GetCacheManager().SetRemoteCacheDirectory(self.temporaryPath)
        manager.SetAndObserveDataIOManager(remote.GetDataIOManager())
        remote.AddDataIOToScene()
        return remote, manager


_APP: list[HeadlessApp] = []


def install() -> HeadlessApp:
    """The one headless application of this process; made at the first call."""
    if not _APP:
        app = HeadlessApp()
        slicer.app, slicer.mrmlScene = app, app.scene
        modules = {name.lower(): _module(logic) for name, logic in app.logics.items()}
        slicer.modules = SimpleNamespace(**modules)
        _APP.append(app)
    return _APP[0]


def _module(logic: Any) -> SimpleNamespace:
    return SimpleNamespace(logic=lambda: logic)


def subject_hierarchy() -> Any:
    """The subject hierarchy node of the scene."""
    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)


def put_in_study(node: Any, patient: str = "P1", study: str = "2020-01-02") -> int:
    """Make the items of a node, its study and its patient, as Slicer's Qt plugins do; returns the study's."""
    hierarchy = subject_hierarchy()
    subject = hierarchy.GetItemChildWithName(hierarchy.GetSceneItemID(), patient)
    subject = subject or hierarchy.CreateSubjectItem(hierarchy.GetSceneItemID(), patient)
    item = hierarchy.GetItemChildWithName(subject, study) or hierarchy.CreateStudyItem(subject, study)
    own = hierarchy.GetItemByDataNode(node) or hierarchy.CreateItem(item, node)
    hierarchy.SetItemParent(own, item)
    return int(item)
