"""The part of the panel for correcting: Segment Editor on the right nodes, and bands along drawn lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import slicer
import slicer.util
from slicer.util import VTKObservationMixin

from BACSegmentationLib import view_records
from BACSegmentationLib.curves import add_band
from BACSegmentationLib.dicom_segments import keep_source
from BACSegmentationLib.numbers_panel import NumbersPanel
from BACSegmentationLib.other_segment import other_of, replace_classes
from BACSegmentationLib.panel_host import PanelHost
from BACSegmentationLib.parameter_node import BACSegmentationParameterNode
from BACSegmentationLib.segments import choose_segment, mask_of, segment_id, segments_of
from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

CURVE: Final = "vtkMRMLMarkupsCurveNode"


@dataclass(frozen=True, eq=False)
class Before:
    """How a segmentation was before a band, or before a part of it was moved."""

    volume: Any
    segmentation: Any
    mask: bac.Mask
    other: bac.Mask
    drawn: bool
    """Whether somebody had drawn on it."""
    given: str
    """See `view_records.given_mask`: another run or file since then leaves nothing to go back to."""

    @classmethod
    def of(cls, volume: Any, segmentation: Any) -> Before:
        """As it is now."""
        return cls(
            volume,
            segmentation,
            mask_of(segmentation, volume),
            other_of(segmentation, volume),
            view_records.was_drawn(segmentation),
            view_records.given_mask(segmentation),
        )

    def is_of(self, volume: Any, segmentation: Any) -> bool:
        """Whether these nodes, with this beginning, can be brought back to it."""
        mine = self.volume is volume and self.segmentation is segmentation
        return mine and self.given == view_records.given_mask(segmentation)


class CorrectionPanel(VTKObservationMixin):
    """Hands nodes to Slicer's own editors."""

    def __init__(self, host: PanelHost, numbers: NumbersPanel) -> None:
        VTKObservationMixin.__init__(self)
        self._host, self._ui, self._numbers = host, host.ui, numbers
        self._curve: Any = None
        self._segments: list[tuple[str, str]] = []
        self._filling = False
        self._before: Before | None = None
        """The last band or moved part."""
        self._begun: Before | None = None
        """The band that grows with each click along the calcium."""
        ui = self._ui
        ui.editButton.clicked.connect(self.edit)
        ui.drawLineButton.clicked.connect(self.draw_line)
        ui.addBandButton.clicked.connect(self.add_band)
        ui.undoBandButton.clicked.connect(self.undo_band)
        ui.segmentComboBox.currentIndexChanged.connect(self._on_segment)
        self.show()

    def edit(self) -> None:
        """Open Segment Editor on the segmentation of the chosen mammogram."""
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
        parameters = self._host.parameters
        if parameters is None:
            return
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
        self._begun = None
        if parameters.followCalcium:
            self._host.say(_("Click on an artery, and again to go on; right-click to end the line."))
        else:
            self._host.say(_("Click along the artery; right-click to end the line."))

    def add_band(self) -> None:
        """Mark the artery along the line."""
        parameters = self._host.parameters
        if parameters is None:
            return
        with slicer.util.tryWithErrorDisplay(_("The artery could not be marked."), waitCursor=True):
            added = self._mark(parameters)
            self._begun = None
            interaction = slicer.app.applicationLogic().GetInteractionNode()
            interaction.SetCurrentInteractionMode(interaction.ViewTransform)
            parameters.centreLine.RemoveAllControlPoints()
            self._host.say(_("{added} pixels marked along the line.").format(added=added))
        self._host.refresh()

    def undo_band(self) -> None:
        """Take the last band or moved part back, and whatever was changed after it."""
        before = self._before
        # Never on a mammogram that is not the one in sight.
        if before is not None and before.is_of(*self._nodes()):
            self._before = self._begun = None
            replace_classes(before.segmentation, before.volume, before.mask, before.other)
            view_records.mark_drawn(before.segmentation, before.drawn)
            if self._curve is not None:
                self._curve.RemoveAllControlPoints()
            self._host.say(_("The last band or moved part was undone."))
        self.show()

    def keep_step(self, before: Before) -> None:
        """What was done to a segmentation since then can be undone in one step."""
        self._before, self._begun = before, None

    def stop(self) -> None:
        """The scene or the panel goes."""
        self.removeObservers()
        self._curve, self._before, self._begun = None, None, None

    def show(self) -> None:
        """What can be done now."""
        ui = self._ui
        volume, segmentation = self._nodes()
        self._show_segments(segmentation)
        ui.editButton.enabled = segmentation is not None
        ui.editButton.toolTip = (
            _("Paint and erase in Slicer's Segment Editor; return here for the measurements.")
            if segmentation is not None
            else _("Press Apply first, or mark an artery along a line.")
        )
        ui.drawLineButton.enabled = volume is not None
        ui.drawLineButton.toolTip = (
            _("Click along an artery; right-click to end the line.")
            if volume is not None
            else _("Choose a mammogram first.")
        )
        parameters = self._host.parameters
        curve = parameters.centreLine if parameters is not None else None
        self._follow(curve)
        drawn = volume is not None and curve is not None and curve.GetNumberOfControlPoints() > 0
        ui.addBandButton.enabled = drawn
        ui.addBandButton.toolTip = (
            _("Mark a band of this width along the line.")
            if drawn
            else _("Draw a line along an artery first.")
        )
        ui.undoBandButton.enabled = self._before is not None and self._before.is_of(volume, segmentation)

    def _show_segments(self, segmentation: Any) -> None:
        """The segments that can be measured; of one alone there is nothing to choose."""
        box = self._ui.segmentComboBox
        found = segments_of(segmentation) if segmentation is not None else []
        self._filling = True
        if found != self._segments:
            self._segments = found
            box.clear()
            for _id, name in found:
                box.addItem(name)
        ids = [one for one, _name in found]
        chosen = segment_id(segmentation) if segmentation is not None else ""
        box.currentIndex = ids.index(chosen) if chosen in ids else -1
        box.enabled = len(found) > 1
        self._filling = False

    def _on_segment(self, index: int) -> None:
        volume, segmentation = self._nodes()
        if self._filling or volume is None or segmentation is None or not 0 <= index < len(self._segments):
            return
        segment, name = self._segments[index]
        if segment == segment_id(segmentation):
            return
        self._before = None
        view_records.forget(segmentation)
        choose_segment(segmentation, segment, volume)
        keep_source(segmentation, volume)
        view_records.mark_stale(segmentation)
        self._host.refresh()
        self._numbers.measure()
        self._host.say(_("{name} is measured now.").format(name=name))

    def _nodes(self) -> tuple[Any, Any]:
        parameters = self._host.parameters
        if parameters is None:
            return None, None
        return parameters.inputVolume, parameters.outputSegmentation

    def _follow(self, curve: Any) -> None:
        if curve is not self._curve:
            self.removeObservers()
            self._curve = curve
            self._begun = None
            if curve is not None:
                self.addObserver(curve, curve.PointPositionDefinedEvent, self._on_point)
                self.addObserver(curve, curve.PointRemovedEvent, self._on_curve)

    def _mark(self, parameters: BACSegmentationParameterNode) -> int:
        """Mark the line as it is now, in one step of undo from its first point on; the pixels added."""
        volume, segmentation = self._nodes()
        if segmentation is None:
            segmentation = self._numbers.draw_on(volume)
        begun = self._begun
        if begun is None or not begun.is_of(volume, segmentation):
            begun = Before.of(volume, segmentation)
        evidence = self._numbers.evidence(volume, segmentation) if parameters.followCalcium else None
        added = add_band(
            segmentation,
            volume,
            parameters.centreLine,
            parameters.bandWidthMm,
            evidence=evidence,
            onto=begun.mask,
        )
        self._before = self._begun = begun
        return added

    def _on_point(self, caller: Any, event: str) -> None:
        """A click: where it follows the calcium, the band appears at once."""
        parameters = self._host.parameters
        volume = self._nodes()[0]
        if parameters is not None and parameters.followCalcium and volume is not None:
            with slicer.util.tryWithErrorDisplay(_("The artery could not be marked."), waitCursor=True):
                added = self._mark(parameters)
                self._host.say(
                    _("{added} pixels marked along the calcium.").format(added=added)
                    if added
                    else _("Nothing was added: no calcium is here, or it is marked; the next clicks go on.")
                )
            self._host.refresh()
        self.show()

    def _on_curve(self, caller: Any, event: str) -> None:
        self.show()
