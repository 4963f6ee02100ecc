"""The part of the panel that says of a marked part that it is no artery, or that it is one: by clicks."""

from __future__ import annotations

from typing import Any, Final

import qt
import slicer
import slicer.util
from slicer.util import VTKObservationMixin

from BACSegmentationLib import view_records
from BACSegmentationLib.correction_panel import Before, CorrectionPanel
from BACSegmentationLib.curves import points_px
from BACSegmentationLib.other_segment import move_part
from BACSegmentationLib.panel_host import PanelHost
from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

POINTS: Final = "vtkMRMLMarkupsFiducialNode"
NOTHING: Final = _("Press Apply first, or mark an artery along a line.")


class PartPanel(VTKObservationMixin):
    """Each click on a part moves it to the other class, until the right button ends it."""

    def __init__(self, host: PanelHost, correction: CorrectionPanel) -> None:
        VTKObservationMixin.__init__(self)
        self._host, self._ui, self._correction = host, host.ui, correction
        self._points: Any = None
        # A point must not go while Slicer is still placing it.
        self._clear = qt.QTimer()
        self._clear.setSingleShot(True)
        self._clear.setInterval(0)
        self._clear.timeout.connect(self._remove_points)
        self._ui.movePartButton.clicked.connect(self.begin)
        self.show()

    def begin(self) -> None:
        """Wait for clicks on parts."""
        if self._points is None:
            name = slicer.mrmlScene.GenerateUniqueName("Part to move")
            self._points = slicer.mrmlScene.AddNewNodeByClass(POINTS, name)
            self._points.CreateDefaultDisplayNodes()
            self._points.SetSaveWithScene(False)
            self.addObserver(self._points, self._points.PointPositionDefinedEvent, self._on_point)
        logic = slicer.app.applicationLogic()
        selection, interaction = logic.GetSelectionNode(), logic.GetInteractionNode()
        selection.SetReferenceActivePlaceNodeClassName(POINTS)
        selection.SetActivePlaceNodeID(self._points.GetID())
        interaction.SetPlaceModePersistence(1)
        interaction.SetCurrentInteractionMode(interaction.Place)
        self._host.say(
            _("Click on each part that is no artery, or that is one after all; right-click to end.")
        )

    def show(self) -> None:
        """What can be done now."""
        there = all(node is not None for node in self._nodes())
        self._ui.movePartButton.enabled = there
        self._ui.movePartButton.toolTip = (
            _("Click on a marked part: it leaves the measurements, or comes back to them.")
            if there
            else NOTHING
        )

    def stop(self) -> None:
        """The scene or the panel goes."""
        self._clear.stop()
        self.removeObservers()
        self._points = None

    def _nodes(self) -> tuple[Any, Any]:
        parameters = self._host.parameters
        if parameters is None:
            return None, None
        return parameters.inputVolume, parameters.outputSegmentation

    def _on_point(self, caller: Any, event: str) -> None:
        volume, segmentation = self._nodes()
        if volume is not None and segmentation is not None:
            with slicer.util.tryWithErrorDisplay(_("The part could not be moved."), waitCursor=True):
                self._host.say(self._moved(volume, segmentation))
            self._host.refresh()
        self._clear.start()

    def _moved(self, volume: Any, segmentation: Any) -> str:
        """Move what the last click is on; a sentence about it."""
        record = view_records.run_record(segmentation)
        if record is not None and bac.phrases.is_heat_map(record.provenance):
            return _("A heat map says where a classifier looked; its parts are no arteries to be moved.")
        row, column = points_px(self._points, volume, as_drawn=False)[-1]
        before = Before.of(volume, segmentation)
        found = move_part(segmentation, volume, float(row), float(column))
        if found is None:
            return _("No calcification is marked here; click on a part.")
        self._correction.keep_step(before)
        words = (
            _("{count} pixels are an artery now.")
            if found.is_artery
            else _("{count} pixels are no artery now, and in no number of BAC.")
        )
        return words.format(count=found.area_px)

    def _remove_points(self) -> None:
        if self._points is not None and slicer.mrmlScene.IsNodePresent(self._points):
            self._points.RemoveAllControlPoints()
