"""The part of the panel with the numbers: their table, whether they are still true, and ways to keep them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import qt
import slicer
import slicer.util
from slicer.util import VTKObservationMixin

from BACSegmentationLib import view_records

if TYPE_CHECKING:
    from BACSegmentation import BACSegmentationWidget

REST_MS: Final = 1500
"""Without a change before the numbers follow by themselves."""
FOLDER_SUFFIX: Final = "bac"


class NumbersPanel(VTKObservationMixin):
    """Watches the segmentations of the chosen exam.

    Parameters
    ----------
    owner
        Of the widgets and of the parameters.
    """

    def __init__(self, owner: BACSegmentationWidget) -> None:
        VTKObservationMixin.__init__(self)
        self._owner, self._ui = owner, owner.ui
        self._pairs: list[Any] = []
        self._steps: Iterator[tuple[int, int]] | None = None
        self._rest = qt.QTimer()
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._on_rest)
        self._saving = qt.QTimer()
        self._saving.setInterval(0)
        self._saving.timeout.connect(self._save_on)
        ui = self._ui
        ui.measureButton.clicked.connect(self.measure)
        ui.copyReportButton.clicked.connect(self.copy_report)
        ui.copyTableButton.clicked.connect(self.copy_table)
        ui.saveButton.clicked.connect(self.save)
        self.show()

    @property
    def pairs(self) -> list[Any]:
        """Volumes and segmentations of the chosen exam."""
        return self._pairs

    @property
    def saving(self) -> bool:
        """Whether files are being written."""
        return self._steps is not None

    def watch(self, pairs: list[Any]) -> None:
        """These are the segmentations whose numbers are shown."""
        self.removeObservers()
        self._pairs = pairs
        changed = slicer.vtkSegmentation.SourceRepresentationModified
        for _, segmentation in pairs:
            self.addObserver(segmentation, changed, self._on_changed)
        self.show()

    def stop(self) -> None:
        """The scene or the panel goes."""
        self._rest.stop()
        self._saving.stop()
        self._steps = None
        self.watch([])

    def measure(self, checked: bool = False) -> None:
        """Measure what is older than its mask, or was never measured."""
        self._rest.stop()
        with slicer.util.tryWithErrorDisplay("The segmentation was not measured.", waitCursor=True):
            for volume, segmentation in self._pairs:
                if self._is_old(segmentation):
                    self._owner.logic.measuring.measure(volume, segmentation)
            self._owner.fill_table()
        self.show()

    def show(self) -> None:
        """The numbers as they are, and whether they are older than the segmentation."""
        ui = self._ui
        measured = [node for _, node in self._pairs if view_records.record_of(node) is not None]
        stale = [node.GetName() for _, node in self._pairs if view_records.is_stale(node)]
        ui.staleLabel.setVisible(bool(stale))
        if stale:
            ui.staleLabel.text = (
                f"{', '.join(stale)} has changed since it was measured. These numbers are of before."
            )
        ui.measureButton.enabled = bool(self._pairs)
        ui.measureButton.toolTip = (
            "Take the numbers of the segmentation as it is now." if self._pairs else _NOTHING
        )
        for button in (ui.copyReportButton, ui.copyTableButton, ui.saveButton):
            button.enabled = bool(measured) and not self.saving
        table = self._owner.summary_table()
        if ui.summaryTableView.mrmlTableNode() is not table:
            ui.summaryTableView.setMRMLTableNode(table)
        if measured:
            from BACSegmentationLib import results

            ui.reportText.plainText = results.report(self._pairs)
        else:
            ui.reportText.plainText = ""

    def copy_report(self, checked: bool = False) -> None:
        """The sentences, on the clipboard."""
        slicer.app.clipboard().setText(self._ui.reportText.plainText)
        self._owner.say("The text is on the clipboard.")

    def copy_table(self, checked: bool = False) -> None:
        """``views.csv``, on the clipboard."""
        from BACSegmentationLib import results

        slicer.app.clipboard().setText(results.csv_text(self._pairs))
        self._owner.say("The table is on the clipboard.")

    def save(self, checked: bool = False) -> None:
        """Ask for a folder, and begin to write the files of ``bac analyze`` into a new one in it."""
        chosen = qt.QFileDialog.getExistingDirectory(self._owner.parent, "Folder for the results", "")
        if not chosen:
            return
        name = slicer.app.applicationLogic() and self._pairs[0][0].GetName()
        safe = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in name)
        folder = Path(chosen) / f"{safe}-{FOLDER_SUFFIX}"
        replace = folder.exists()
        if replace and not slicer.util.confirmYesNoDisplay(f"{folder} exists. Replace these results?"):
            return
        if any(self._is_old(node) for _, node in self._pairs):
            self.measure()
        self._steps = self._owner.logic.measuring.export_steps(self._pairs, folder, replace=replace)
        self._folder = folder
        self._owner.say("Saving…")
        self._saving.start()
        self.show()

    def _save_on(self) -> None:
        from shared_core.errors import OpenBacError

        steps = self._steps
        if steps is None:
            self._saving.stop()
            return
        words = ""
        try:
            done, total = next(steps)
            self._owner.say(f"Saving: {done} of {total}")
            return
        except StopIteration:
            words = f"Saved in {self._folder}"
        except OpenBacError as error:
            words = f"Not saved: {error}"
        self._saving.stop()
        self._steps = None
        self._owner.say(words)
        self.show()

    def _is_old(self, segmentation: Any) -> bool:
        return view_records.is_stale(segmentation) or view_records.record_of(segmentation) is None

    def _on_changed(self, segmentation: Any, event: str) -> None:
        if self._owner.logic.writing:
            return
        view_records.mark_stale(segmentation)
        self.show()
        # Several of these come with one stroke.
        if self._owner.parameters is not None and self._owner.parameters.measureByItself:
            self._rest.start()

    def _on_rest(self) -> None:
        self.measure()


_NOTHING: Final = "Apply first, or draw a segmentation."
