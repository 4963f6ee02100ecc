"""The part of the panel for correcting: Segment Editor on the right nodes, and bands along drawn lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import slicer
import slicer.util
from slicer.util import VTKObservationMixin

if TYPE_CHECKING:
    from BACSegmentation import BACSegmentationWidget

CURVE = "vtkMRMLMarkupsCurveNode"


class CorrectionPanel(VTKObservationMixin):
    """Hands nodes to Slicer's own editors.

    Parameters
    ----------
    owner
        Of the widgets and of the parameters.
    """

    def __init__(self, owner: BACSegmentationWidget) -> None:
        VTKObservationMixin.__init__(self)
        self._owner, self._ui = owner, owner.ui
        self._curve: Any = None
        self._before: tuple[Any, Any, Any] | None = None
        """Volume, segmentation and mask before the last band."""
        ui = self._ui
        ui.editButton.clicked.connect(self.edit)
        ui.drawLineButton.clicked.connect(self.draw_line)
        ui.addBandButton.clicked.connect(self.add_band)
        ui.undoBandButton.clicked.connect(self.undo_band)
        self.show()

    def edit(self) -> None:
        """Open Segment Editor on the segmentation of the chosen mammogram."""
        from BACSegmentationLib.segments import segment_id

        volume, segmentation = self._nodes()
        if segmentation is None:
            return
        slicer.util.selectModule("SegmentEditor")
        editor = slicer.util.getModuleWidget("SegmentEditor").editor
        editor.setSegmentationNode(segmentation)
        editor.setSourceVolumeNode(volume)
        editor.setCurrentSegmentID(segment_id(segmentation))
        editor.setActiveEffectByName("Paint")

    def draw_line(self) -> None:
        """Begin a curve: clicks on the mammogram place its points, the right button ends it."""
        parameters = self._owner.parameters
        curve = parameters.centreLine
        if curve is None:
            name = slicer.mrmlScene.GenerateUniqueName("Centre line")
            curve = slicer.mrmlScene.AddNewNodeByClass(CURVE, name)
            curve.CreateDefaultDisplayNodes()
            parameters.centreLine = curve
        logic = slicer.app.applicationLogic()
        selection, interaction = logic.GetSelectionNode(), logic.GetInteractionNode()
        selection.SetReferenceActivePlaceNodeClassName(CURVE)
        selection.SetActivePlaceNodeID(curve.GetID())
        interaction.SetPlaceModePersistence(1)
        interaction.SetCurrentInteractionMode(interaction.Place)
        self._owner.say("Click along the artery; the right button ends the line.")

    def add_band(self) -> None:
        """Mark the artery along the line."""
        from BACSegmentationLib.curves import add_band
        from BACSegmentationLib.segments import mask_of

        volume, segmentation = self._nodes()
        parameters = self._owner.parameters
        with slicer.util.tryWithErrorDisplay("The line was not marked.", waitCursor=True):
            if segmentation is None:
                segmentation = self._owner.numbers.draw_on(volume)
            before = mask_of(segmentation, volume)
            added = add_band(segmentation, volume, parameters.centreLine, parameters.bandWidthMm)
            self._before = (volume, segmentation, before)
            interaction = slicer.app.applicationLogic().GetInteractionNode()
            interaction.SetCurrentInteractionMode(interaction.ViewTransform)
            parameters.centreLine.RemoveAllControlPoints()
            self._owner.say(f"{added} pixels marked along the line.")
        self._owner.refresh()

    def undo_band(self) -> None:
        """Take the last band back, and whatever was changed after it."""
        from BACSegmentationLib.segments import show_mask

        if self._before is not None:
            volume, segmentation, mask = self._before
            self._before = None
            show_mask(volume, mask, segmentation_node=segmentation)
            self._owner.say("The last band was taken back.")
        self.show()

    def stop(self) -> None:
        """The scene or the panel goes."""
        self.removeObservers()
        self._curve, self._before = None, None

    def show(self) -> None:
        """What can be done now."""
        ui = self._ui
        volume, segmentation = self._nodes()
        ui.editButton.enabled = segmentation is not None
        ui.editButton.toolTip = (
            "Paint and erase with Slicer's Segment Editor; come back here for the numbers."
            if segmentation is not None
            else "Apply first, or mark an artery along a line."
        )
        ui.drawLineButton.enabled = volume is not None
        ui.drawLineButton.toolTip = (
            "Click along an artery; the right button ends the line."
            if volume is not None
            else "Choose a mammogram first."
        )
        parameters = self._owner.parameters
        curve = parameters.centreLine if parameters is not None else None
        self._follow(curve)
        drawn = volume is not None and curve is not None and curve.GetNumberOfControlPoints() > 0
        ui.addBandButton.enabled = drawn
        ui.addBandButton.toolTip = (
            "Mark a band of this width along the line." if drawn else "Draw a line along an artery first."
        )
        ui.undoBandButton.enabled = self._before is not None

    def _nodes(self) -> tuple[Any, Any]:
        parameters = self._owner.parameters
        if parameters is None:
            return None, None
        return parameters.inputVolume, parameters.outputSegmentation

    def _follow(self, curve: Any) -> None:
        if curve is not self._curve:
            self.removeObservers()
            self._curve = curve
            if curve is not None:
                self.addObserver(curve, curve.PointPositionDefinedEvent, self._on_curve)
                self.addObserver(curve, curve.PointRemovedEvent, self._on_curve)

    def _on_curve(self, caller: Any, event: str) -> None:
        self.show()
