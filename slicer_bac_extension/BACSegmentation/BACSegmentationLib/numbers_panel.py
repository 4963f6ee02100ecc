"""The part of the panel with the numbers: their table, and whether they are still true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import qt
import slicer
import slicer.util
import vtk
from slicer.util import VTKObservationMixin

from BACSegmentationLib import results, view_records
from BACSegmentationLib.display import show_mammogram
from BACSegmentationLib.logic import SceneLogic
from BACSegmentationLib.measurement import Pair
from BACSegmentationLib.panel_host import PanelHost
from BACSegmentationLib.segmentation_run import SegmentationRun
from BACSegmentationLib.segments import geometry_problem, is_empty, reference_volume, segmentation_of
from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

REST_MS: Final = 1500
"""Without a change before the numbers follow by themselves."""
NOTHING: Final = _("Press Apply first, or mark an artery along a line.")


class NumbersPanel(VTKObservationMixin):
    """Watches the segmentations of the chosen exam."""

    def __init__(self, host: PanelHost, logic: SceneLogic) -> None:
        VTKObservationMixin.__init__(self)
        self._host, self._ui, self._logic = host, host.ui, logic
        self.pairs: list[Pair] = []
        """Volumes and segmentations of the chosen exam."""
        self._filled: list[Any] = []
        """The table that was filled last, and the volumes and records that it was filled with."""
        self._followers: list[Callable[[bool], None]] = []
        self._rest = qt.QTimer()
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.measure)
        self._ui.measureButton.clicked.connect(self.measure)
        self.show()

    @property
    def measured(self) -> bool:
        """Whether a view of the chosen exam has numbers."""
        return any(record is not None and record.metrics for record in self._records())

    def follow(self, show: Callable[[bool], None]) -> None:
        """Tell a function whether there are numbers, now and whenever they are shown."""
        self._followers.append(show)
        show(self.measured)

    def choose(self, volume: Any, *, another: bool = True) -> None:
        """Show the numbers of a mammogram's exam; of another one than before choose its segmentation, too."""
        parameters = self._host.parameters
        chosen = parameters.outputSegmentation if parameters is not None else None
        # One that is new and empty belongs to no volume yet.
        fits = chosen is not None and reference_volume(chosen) in (None, volume)
        if another and parameters is not None and not fits:
            chosen = segmentation_of(volume) if volume is not None else None
            parameters.outputSegmentation = chosen
        self.watch(results.pairs_of(volume, chosen=chosen))

    def watch(self, pairs: list[Pair]) -> None:
        """These are the segmentations whose numbers are shown."""
        self.removeObservers()
        self.pairs = pairs
        events = slicer.vtkSegmentation
        for segmentation in self._segmentations():
            self.addObserver(segmentation, events.SourceRepresentationModified, self._on_changed)
            self.addObserver(segmentation, events.SegmentRemoved, self._on_segment_removed)
        for volume, segmentation in pairs:
            if segmentation is not None:
                # Cropped, or with another pixel size, it is no longer the image that was measured.
                self.addObserver(volume, volume.ImageDataModifiedEvent, self._on_image_changed)
                self.addObserver(volume, vtk.vtkCommand.ModifiedEvent, self._on_image_changed)
        self.show()

    def take(self, run: SegmentationRun) -> list[str]:
        """Put the views of a run into the scene; sentences about those that have no place any more."""
        parameters = self._host.parameters
        if parameters is None:
            return []
        volume = parameters.inputVolume
        lost = self._logic.take(run, volume, parameters.outputSegmentation)
        self.choose(volume)
        if parameters.outputSegmentation is not None:
            show_mammogram(volume, parameters.outputSegmentation)
        return lost

    def draw_on(self, volume: Any) -> Any:
        """A segmentation to draw on, for a mammogram on which no model ran."""
        segmentation = self._logic.empty_segmentation(volume)
        self.choose(volume)
        return segmentation

    def evidence(self, volume: Any, segmentation: Any) -> bac.CalciumEvidence:
        """What speaks for calcium in a mammogram; see `SceneMeasurement.evidence`."""
        return self._logic.measurement.evidence(volume, segmentation)

    def measure(self) -> None:
        """Measure what is older than its mask, or was never measured."""
        self._rest.stop()
        with slicer.util.tryWithErrorDisplay(_("The segmentation could not be measured."), waitCursor=True):
            self._logic.measure(self.pairs)
        self.show()

    def stop(self) -> None:
        """The scene or the panel goes."""
        self._rest.stop()
        self.watch([])

    def show(self) -> None:
        """The numbers as they are, and whether they are older than the segmentation."""
        ui = self._ui
        records, segmentations = self._records(), self._segmentations()
        known = any(record is not None for record in records)
        self._show_age()
        ui.measureButton.enabled = bool(segmentations)
        ui.measureButton.toolTip = _("Measure the segmentation as it is now.") if segmentations else NOTHING
        summary = self._fill(records) if known else None
        if ui.summaryTableView.mrmlTableNode() is not summary:
            ui.summaryTableView.setMRMLTableNode(summary)
        ui.reportText.plainText = results.report(self.pairs) if known else ""
        for follower in self._followers:
            follower(self.measured)

    def _show_age(self) -> None:
        """Whether the numbers are older than the segmentation, or of another image than is there now."""
        label = self._ui.staleLabel
        stale = [node.GetName() for node in self._segmentations() if view_records.is_stale(node)]
        words = (
            _("{names} has changed; these numbers are out of date.")
            if len(stale) == 1
            else _("{names} have changed; these numbers are out of date.")
        )
        told = [words.format(names=", ".join(stale))] if stale else []
        told += [
            problem
            for volume, segmentation in self.pairs
            if segmentation is not None and (problem := _problem(volume, segmentation))
        ]
        label.setVisible(bool(told))
        if told:
            label.text = " ".join(told)

    def _segmentations(self) -> list[Any]:
        return [node for _volume, node in self.pairs if node is not None]

    def _records(self) -> list[bac.ViewRecord | None]:
        return [view_records.record_of(node) for _volume, node in self.pairs]

    def _fill(self, records: list[bac.ViewRecord | None]) -> Any:
        """Fill the output table, which is made where none is chosen, and the one for people beside it."""
        parameters = self._host.parameters
        if parameters is None:
            return None
        table = parameters.outputTable
        if table is None:
            name = slicer.mrmlScene.GenerateUniqueName("BAC measurements")
            table = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode", name)
            parameters.outputTable = table
            self._filled = []
        summary = results.summary_of(table)
        shown = [table, *(volume.GetID() for volume, _segmentation in self.pairs), *records]
        if summary is None or self._filled != shown:
            self._filled = shown
            summary = results.fill(table, self.pairs)
        return summary

    def _on_segment_removed(self, segmentation: Any, event: str) -> None:
        # It may come back, as by undo in Segment Editor; until then nothing can be measured.
        view_records.mark_stale(segmentation)
        self.show()

    def _on_image_changed(self, volume: Any, event: str) -> None:
        self._show_age()

    def _on_changed(self, segmentation: Any, event: str) -> None:
        # Of a mask of the model, too: its numbers come right after it, and take the mark away.
        view_records.mark_stale(segmentation)
        if not is_empty(segmentation):
            view_records.mark_drawn(segmentation)
        self.show()
        # Several of these come with one stroke.
        parameters = self._host.parameters
        if parameters is not None and parameters.measureByItself:
            self._rest.start()


def _problem(volume: Any, segmentation: Any) -> str:
    """Why the numbers of a segmentation are not those of its volume; empty where they are, or none are."""
    if view_records.record_of(segmentation) is None or volume.GetImageData() is None:
        return ""
    try:
        return geometry_problem(segmentation, volume)
    except bac.UsageError:  # its segment was removed, which is told by its being stale
        return ""
