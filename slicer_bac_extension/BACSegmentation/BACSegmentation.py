"""BAC Segmentation: arterial calcification on mammograms, marked and measured inside 3D Slicer.

Order and names are those of Slicer's scripted template; the work is done in BACSegmentationLib.
"""

import logging
from typing import Any

import slicer
import slicer.util
import vtk
from BACSegmentationLib import results
from BACSegmentationLib.cache_panel import CachePanel
from BACSegmentationLib.change_panel import ChangePanel
from BACSegmentationLib.correction_panel import CorrectionPanel
from BACSegmentationLib.export_panel import ExportPanel
from BACSegmentationLib.facts_panel import FactsPanel
from BACSegmentationLib.input_panel import InputPanel
from BACSegmentationLib.logic import SceneLogic
from BACSegmentationLib.numbers_panel import NumbersPanel
from BACSegmentationLib.parameter_node import BACSegmentationParameterNode
from BACSegmentationLib.parameters import MODULES, RESEARCH_USE, TITLE
from BACSegmentationLib.part_panel import PartPanel
from BACSegmentationLib.run_panel import RunPanel
from BACSegmentationLib.self_test import SelfTest
from BACSegmentationLib.volumes import volumes_in_scene
from slicer.i18n import tr as _, translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin


class BACSegmentation(ScriptedLoadableModule):
    """What Slicer shows of the module in its menus."""

    def __init__(self, parent: Any) -> None:
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _(TITLE)
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        self.parent.dependencies = list(MODULES)
        self.parent.contributors = ["OpenBAC developers"]
        self.parent.helpText = _(
            "Finds breast arterial calcification (BAC) on mammograms, outlines it, and measures it: area, "
            "share of the breast, length of the calcified arteries, and change over time. Choose a "
            "mammogram and press Apply; correct the outline in Segment Editor; read the measurements."
        )
        self.parent.helpText += f"<p><b>{RESEARCH_USE}</b></p>"
        self.parent.acknowledgementText = _(
            "The default model is based on SCU-Net: Guo X et al., medRxiv 2021, 10.1101/2021.07.30.21261406."
        )
        registerDICOMPlugin()
        slicer.app.connect("startupCompleted()", registerSampleData)


def registerDICOMPlugin() -> None:
    """Have the DICOM module open mammograms view by view, and segmentations on them."""
    try:
        from BACSegmentationLib import dicom_plugin
    except ImportError:  # a Slicer without its DICOM module
        return
    dicom_plugin.register()


def registerSampleData() -> None:
    """Offer simulated exams in the module Sample Data.

    Called as Slicer starts, where an exception would end a Slicer without a main window.
    """
    from BACSegmentationLib import sample_data

    try:
        sample_data.register()
    except Exception:
        logging.exception("The simulated exam of BAC Segmentation is not offered in Sample Data")


class BACSegmentationWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel. Its parts are in BACSegmentationLib; see `panel_host` for what they may ask of it."""

    def __init__(self, parent: Any = None) -> None:
        """Called when the user opens the module the first time and the widget is initialized."""
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic: BACSegmentationLogic
        self._parameterNode: Any = None
        self._parameterNodeGuiTag: int | None = None
        self._shown: tuple[Any, Any] | None = None
        """Volume and segmentation that the panel shows; None where it has to look again."""
        self._problem = ""

    def setup(self) -> None:
        """Called when the user opens the module the first time and the widget is initialized."""
        ScriptedLoadableModuleWidget.setup(self)
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/BACSegmentation.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = BACSegmentationLogic()
        self.inputs = InputPanel(self)
        self.facts = FactsPanel(self)
        self.numbers = NumbersPanel(self, self.logic)
        self.run = RunPanel(self, self.inputs, self.numbers)
        self.export = ExportPanel(self, self.numbers, self.logic.measurement)
        self.correction = CorrectionPanel(self, self.numbers)
        self.parts = PartPanel(self, self.correction)
        self.change = ChangePanel(self)
        self.cache = CachePanel(self)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndCloseEvent, self.onSceneEndClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.NodeRemovedEvent, self.onNodeRemoved)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndImportEvent, self.onSceneEndImport)
        self.ui.applyButton.connect("clicked(bool)", self.onApplyButton)
        self.initializeParameterNode()

    def cleanup(self) -> None:
        """Called when the application closes and the module widget is destroyed."""
        self._stop()
        self.setParameterNode(None)
        self.removeObservers()

    def enter(self) -> None:
        """Called each time the user opens this module."""
        self.initializeParameterNode()

    def exit(self) -> None:
        """Called each time the user opens a different module."""
        self._disconnectParameterNode()  # what runs goes on, and edits are watched

    def onSceneStartClose(self, caller: Any, event: Any) -> None:
        """Called just before the scene is closed."""
        self._stop()
        self.setParameterNode(None)

    def onSceneEndClose(self, caller: Any, event: Any) -> None:
        """Called just after the scene is closed."""
        self.say("")
        if self.parent.isEntered:
            self.initializeParameterNode()

    def onSceneEndImport(self, caller: Any, event: Any) -> None:
        """Called when a scene was loaded: show its choices and results."""
        if self.parent.isEntered:
            self.setParameterNode(None)
            self.initializeParameterNode()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def onNodeRemoved(self, caller: Any, event: Any, node: Any) -> None:
        """Called when a node is deleted: what was shown of it goes."""
        if node is not None and node.IsA("vtkMRMLDisplayableNode") and self._parameterNode:
            if any(node in pair for pair in self.numbers.pairs):
                self.numbers.watch([pair for pair in self.numbers.pairs if node not in pair])
            self.refresh()

    def initializeParameterNode(self) -> None:
        """Ensure parameter node exists and observed."""
        self.setParameterNode(self.logic.getParameterNode())
        if not self._parameterNode.inputVolume:
            volumes = volumes_in_scene()
            if volumes:
                self._parameterNode.inputVolume = volumes[0]

    def setParameterNode(self, inputParameterNode: BACSegmentationParameterNode | None) -> None:
        """Set and observe parameter node."""
        self._disconnectParameterNode()
        self._parameterNode = inputParameterNode
        self._shown = None
        if self._parameterNode:
            self._parameterNodeGuiTag = self._parameterNode.connectGui(self.ui)
            self.addObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self._checkCanApply)
            self.inputs.fill_models()
        self._checkCanApply()

    def _disconnectParameterNode(self) -> None:
        if self._parameterNode and self._parameterNodeGuiTag is not None:
            self._parameterNode.disconnectGui(self._parameterNodeGuiTag)
            self._parameterNodeGuiTag = None
            self.removeObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self._checkCanApply)

    def _checkCanApply(self, caller: Any = None, event: Any = None) -> None:
        node = self._parameterNode
        volume, segmentation = (node.inputVolume, node.outputSegmentation) if node else (None, None)
        if self._shown != (volume, segmentation):
            another = self._shown is None or self._shown[0] is not volume
            self._shown = (volume, segmentation)
            if another:
                self._problem = self.inputs.show_volume(volume)
                self.facts.show_volume(volume)
            self.numbers.choose(volume, another=another)
        self.inputs.show_model()
        why = self._whyNot(volume)
        self.ui.applyButton.toolTip = why or _("Mark and measure arterial calcification on this mammogram.")
        self.ui.applyButton.enabled = not why
        self.correction.show()
        self.parts.show()

    def _whyNot(self, volume: Any) -> str:
        if volume is None:
            return _("Choose a mammogram first.")
        if self.run.running:
            return _("A segmentation is running; wait for it to finish, or cancel it.")
        return self._problem or results.problem_with(self._parameterNode.outputSegmentation, volume)

    def onApplyButton(self) -> None:
        """Run processing when user clicks "Apply" button."""
        self.run.apply()

    @property
    def parameters(self) -> BACSegmentationParameterNode | None:
        """The current choices; None while a scene closes."""
        return self._parameterNode

    def say(self, message: str) -> None:
        """Show what happened last."""
        self.ui.statusLabel.text = message

    def refresh(self) -> None:
        """Show what can be done now, and the numbers."""
        self._shown = None
        self._checkCanApply()

    def _stop(self) -> None:
        self.run.stop()
        self.numbers.stop()
        self.export.stop()
        self.correction.stop()
        self.parts.stop()
        self.change.stop()
        self.logic.measurement.forget()


class BACSegmentationLogic(SceneLogic, ScriptedLoadableModuleLogic):
    """What the panel does, for scripts as well: see `SceneLogic.process`."""

    def __init__(self) -> None:
        """Called when the logic class is instantiated."""
        ScriptedLoadableModuleLogic.__init__(self)
        SceneLogic.__init__(self)

    def getParameterNode(self) -> BACSegmentationParameterNode:
        """The choices, saved with the scene."""
        wrapped: Any = BACSegmentationParameterNode  # by Slicer's decorator, around a node of the scene
        return wrapped(super().getParameterNode())


class BACSegmentationTest(SelfTest, ScriptedLoadableModuleTest):
    """What "Reload and Test" runs."""

    def setUp(self) -> None:
        """Do whatever is needed to reset the state - typically a scene clear will be enough."""
        slicer.mrmlScene.Clear()
        missing = self.check_dependencies()
        if missing:
            self.skipTest(missing)

    def runTest(self) -> None:
        """Run as few or as many tests as needed here."""
        self.setUp()
        self.test_drawn_mask()
        self.delayDisplay("A drawn mask is measured")
        self.setUp()
        self.test_process()
        self.delayDisplay("The model ran")
