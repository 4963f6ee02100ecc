"""BAC Segmentation: arterial calcification on mammograms, marked and measured inside 3D Slicer.

The order and names are those of Slicer's scripted template; the work is done in BACSegmentationLib, and every
number comes from the engine, shared_core.
"""

import math
import time
from typing import Annotated, Any

import numpy as np
import slicer
import slicer.util
import vtk
from BACSegmentationLib import dependencies, results, view_records
from BACSegmentationLib.change_panel import ChangePanel
from BACSegmentationLib.correction_panel import CorrectionPanel
from BACSegmentationLib.input_panel import InputPanel
from BACSegmentationLib.measuring import Measuring
from BACSegmentationLib.numbers_panel import NumbersPanel
from BACSegmentationLib.parameters import REQUIREMENTS, RESEARCH_USE, TITLE, DeviceChoice
from BACSegmentationLib.run_panel import RunPanel
from BACSegmentationLib.segmentation_run import RunRequest, SegmentationRun
from BACSegmentationLib.segments import mask_of, segmentation_of, show_mask
from slicer import (
    vtkMRMLMarkupsCurveNode,
    vtkMRMLScalarVolumeNode,
    vtkMRMLSegmentationNode,
    vtkMRMLTableNode,
)
from slicer.i18n import tr as _, translate
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

#
# BACSegmentation
#


class BACSegmentation(ScriptedLoadableModule):
    """What Slicer shows of the module in its menus."""

    def __init__(self, parent: Any) -> None:
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _(TITLE)
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        self.parent.dependencies = []
        self.parent.contributors = ["OpenBAC developers"]
        self.parent.helpText = _(
            "Finds breast arterial calcification (BAC) on mammograms, outlines it, and measures it: area, "
            "share of the breast, length of the calcified arteries, and change over time. Choose a "
            "mammogram and press Apply; correct in Segment Editor; read the numbers."
        )
        self.parent.helpText += f"<p><b>{RESEARCH_USE}</b></p>"
        self.parent.acknowledgementText = _(
            "The default model goes on from SCU-Net: Guo X, O'Neill WC, Vey B, et al., medRxiv 2021, "
            "10.1101/2021.07.30.21261406."
        )
        slicer.app.connect("startupCompleted()", registerSampleData)


#
# Register sample data sets in Sample Data module
#


def registerSampleData() -> None:
    """Offer simulated exams in the module Sample Data."""
    from BACSegmentationLib import sample_data

    sample_data.register()


#
# BACSegmentationParameterNode
#


@parameterNodeWrapper
class BACSegmentationParameterNode:
    """
    What can be chosen; saved with the scene.

    inputVolume - The mammogram.
    allViews - Whether all views of its exam run.
    model - Name of a model or path of its card; empty for the default.
    device - Where it runs.
    ownThreshold - Whether `threshold` counts, and not that of the model.
    threshold - Marked is what has a probability above it.
    outputSegmentation - Where the mask of the mammogram goes; none for a new one.
    outputTable - Where the numbers go; none for a new one.
    measureByItself - Whether the numbers follow the segmentation after a pause.
    centreLine - A curve along an artery.
    bandWidthMm - Width of the band that is marked along it.
    """

    inputVolume: vtkMRMLScalarVolumeNode
    allViews: bool = False
    model: str = ""
    device: DeviceChoice = DeviceChoice.AUTO
    ownThreshold: bool = False
    threshold: Annotated[float, WithinRange(0.01, 0.99)] = 0.5
    outputSegmentation: vtkMRMLSegmentationNode
    outputTable: vtkMRMLTableNode
    measureByItself: bool = True
    centreLine: vtkMRMLMarkupsCurveNode
    bandWidthMm: Annotated[float, WithinRange(0.2, 10)] = 1.9


#
# BACSegmentationWidget
#


class BACSegmentationWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel. Its parts are in BACSegmentationLib: input, run, numbers, correction, change."""

    def __init__(self, parent: Any = None) -> None:
        """Called when the user opens the module the first time and the widget is initialized."""
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic: BACSegmentationLogic | None = None
        self._parameterNode: BACSegmentationParameterNode | None = None
        self._parameterNodeGuiTag: int | None = None
        self._shownVolume: Any = None
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
        self.run = RunPanel(self)
        self.numbers = NumbersPanel(self)
        self.correction = CorrectionPanel(self)
        self.change = ChangePanel(self)
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
        # What runs goes on, and edits are watched: only choices are not shown meanwhile.
        if self._parameterNode:
            self._parameterNode.disconnectGui(self._parameterNodeGuiTag)
            self._parameterNodeGuiTag = None
            self.removeObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self._checkCanApply)

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
        """Called when a scene was loaded: its choices and results are shown."""
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
            first = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLScalarVolumeNode")
            if first:
                self._parameterNode.inputVolume = first

    def setParameterNode(self, inputParameterNode: BACSegmentationParameterNode | None) -> None:
        """Set and observe parameter node."""
        if self._parameterNode:
            self._parameterNode.disconnectGui(self._parameterNodeGuiTag)
            self.removeObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self._checkCanApply)
        self._parameterNode = inputParameterNode
        self._shownVolume = None
        if self._parameterNode:
            self._parameterNodeGuiTag = self._parameterNode.connectGui(self.ui)
            self.addObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self._checkCanApply)
            self.inputs.fill_models()
        self._checkCanApply()

    def _checkCanApply(self, caller: Any = None, event: Any = None) -> None:
        volume = self._parameterNode.inputVolume if self._parameterNode else None
        if volume is not self._shownVolume or volume is None:
            self._shownVolume = volume
            self._problem = self.inputs.show_volume(volume)
            self._showExam(volume)
        self.inputs.show_model()
        why = self._whyNot(volume)
        self.ui.applyButton.toolTip = why or _("Mark and measure arterial calcification on this mammogram.")
        self.ui.applyButton.enabled = not why
        self.correction.show()

    def _whyNot(self, volume: Any) -> str:
        if volume is None:
            return _("Choose a mammogram first.")
        if self._problem:
            return self._problem
        if self.run.running:
            return _("A segmentation is running; wait for it, or cancel it.")
        return ""

    def _showExam(self, volume: Any) -> None:
        """The segmentation and numbers that the chosen volume has already."""
        if self._parameterNode:
            self._parameterNode.outputSegmentation = self.logic.segmentationOf(volume)
        self.numbers.watch(self.logic.pairsOf(volume))

    def onApplyButton(self) -> None:
        """Run processing when user clicks "Apply" button."""
        self.run.apply()

    @property
    def parameters(self) -> "BACSegmentationParameterNode | None":
        """The choices of now; None while a scene closes."""
        return self._parameterNode

    def say(self, words: str) -> None:
        """Show what happened last."""
        self.run.say(words)

    def refresh(self) -> None:
        """Show what can be done now, and the numbers."""
        self._shownVolume = None
        self._checkCanApply()

    def take_results(self, run: Any) -> list[str]:
        """Put the answers of a run into the scene; sentences about those that have no place any more."""
        parameters = self._parameterNode
        lost = self.logic.takeResults(run, parameters.inputVolume, parameters.outputSegmentation)
        self.numbers.watch(self.logic.pairsOf(parameters.inputVolume))
        self.fill_table()
        return lost

    def fill_table(self) -> None:
        """Fill the output table, which is made where none is chosen."""
        parameters = self._parameterNode
        if not parameters.outputTable:
            name = slicer.mrmlScene.GenerateUniqueName("BAC numbers")
            parameters.outputTable = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode", name)
        self.logic.fillTable(parameters.outputTable, self.numbers.pairs)

    def summary_table(self) -> Any:
        """The table for people; None before anything was measured."""
        table = self._parameterNode.outputTable if self._parameterNode else None
        return table.GetNodeReference(results.SUMMARY_ROLE) if table else None

    def empty_segmentation(self, volume: Any) -> Any:
        """A segmentation to draw on, for a mammogram on which no model ran."""
        self._parameterNode.outputSegmentation = self.logic.emptySegmentation(volume)
        self.numbers.watch(self.logic.pairsOf(volume))
        return self._parameterNode.outputSegmentation

    def _stop(self) -> None:
        self.run.stop()
        self.numbers.stop()
        self.correction.stop()
        self.change.stop()
        self.logic.measuring.forget()


#
# BACSegmentationLogic
#


class BACSegmentationLogic(ScriptedLoadableModuleLogic):
    """What the panel does, for scripts as well."""

    def __init__(self) -> None:
        """Called when the logic class is instantiated."""
        ScriptedLoadableModuleLogic.__init__(self)
        self.measuring = Measuring()
        self.writing = False
        """Whether the module itself is changing segmentations."""

    def getParameterNode(self) -> BACSegmentationParameterNode:
        """The choices, saved with the scene."""
        return BACSegmentationParameterNode(super().getParameterNode())

    def process(
        self,
        inputVolume: vtkMRMLScalarVolumeNode,
        outputSegmentation: Any = None,
        outputTable: Any = None,
        *,
        allViews: bool = False,
        model: str = "",
        device: str = "auto",
        threshold: float | None = None,
    ) -> tuple[Any, dict[str, Any]]:
        """
        Run the model and wait for it; can be used without GUI widget.
        :return: the segmentation of the volume, and the record of its numbers
        """
        from shared_core.errors import OpenBacError

        volumes = results.volumes_to_run(inputVolume, all_views=allViews)
        ids = tuple(volume.GetID() for volume in volumes)
        run = SegmentationRun(RunRequest(ids, model, device, threshold))
        while run.advance():
            time.sleep(0.05)
        if run.state != "done":
            raise OpenBacError(run.words)
        self.takeResults(run, inputVolume, outputSegmentation)
        pairs = self.pairsOf(inputVolume)
        if outputTable is not None:
            self.fillTable(outputTable, pairs)
        segmentation = self.segmentationOf(inputVolume)
        record = view_records.record_of(segmentation) if segmentation is not None else None
        if record is None:
            raise OpenBacError(run.words)
        return segmentation, record

    def takeResults(self, run: Any, volume: Any, segmentation: Any) -> list[str]:
        """Put the answers of a run into the scene; sentences about those that have no place any more."""
        self.writing = True
        try:
            return results.put(run, self.measuring, volume_node=volume, segmentation_node=segmentation)[1]
        finally:
            self.writing = False

    def fillTable(self, table: Any, pairs: Any) -> Any:
        """All numbers into a table node; the node of the summary for people, which hangs on it."""
        return results.fill(table, pairs)

    def pairsOf(self, volume: Any) -> list[Any]:
        """The views of a volume's exam that have a segmentation."""
        return results.pairs_of(volume)

    def emptySegmentation(self, volume: Any) -> Any:
        """A segmentation of a volume with nothing in it yet."""
        self.writing = True
        try:
            return show_mask(volume, np.zeros(volume.GetImageData().GetDimensions()[1::-1], np.uint8))
        finally:
            self.writing = False

    def segmentationOf(self, volume: Any) -> Any:
        """The segmentation of a volume, or None."""
        return segmentation_of(volume) if volume is not None else None


#
# BACSegmentationTest
#


class BACSegmentationTest(ScriptedLoadableModuleTest):
    """What "Reload and Test" runs: a made-up breast, measured and segmented."""

    def setUp(self) -> None:
        """Do whatever is needed to reset the state - typically a scene clear will be enough."""
        slicer.mrmlScene.Clear()
        missing = dependencies.missing(REQUIREMENTS)
        if missing:
            self.skipTest(f"Press Apply once, which installs what is missing: {', '.join(missing)}")

    def runTest(self) -> None:
        """Run as few or as many tests as needed here."""
        self.setUp()
        self.test_drawnMask()
        self.setUp()
        self.test_process()

    def test_drawnMask(self) -> None:
        """A mask that a person drew is measured as it is, pixel for pixel."""
        volume = self._breast()
        mask = np.zeros((600, 400), np.uint8)
        mask[290:310, 50:200] = 1
        segmentation = show_mask(volume, mask)
        record = BACSegmentationLogic().measuring.measure(volume, segmentation)
        assert record["metrics"]["am_px"] == 20 * 150
        assert math.isclose(record["metrics"]["bac_area_mm2"], 20 * 150 * 0.07**2)
        self.delayDisplay("A drawn mask is measured")

    def test_process(self) -> None:
        """The model runs in a process of its own, and its answer is in the scene."""
        volume = self._breast()
        table = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode")
        segmentation, record = BACSegmentationLogic().process(volume, outputTable=table)
        assert record["metrics"]["am_px"] == int(mask_of(segmentation, volume).sum())
        assert table.GetNumberOfRows() == 1
        self.delayDisplay("The model ran")

    def _breast(self) -> Any:
        rows, columns = np.mgrid[0:600, 0:400]
        inside = (columns / 300) ** 2 + ((rows - 300) / 240) ** 2 < 1
        grey = inside * (90 + 15 * np.sin(rows / 11) * np.cos(columns / 9))
        volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "LCC")
        slicer.util.updateVolumeFromArray(volume, grey[np.newaxis].astype(np.uint16))
        volume.SetSpacing(0.07, 0.07, 1.0)
        return volume
