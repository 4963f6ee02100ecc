"""The part of the panel that keeps results: on the clipboard, and in a folder as the console writes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import qt
import slicer
import slicer.util

from BACSegmentationLib import dependencies, results
from BACSegmentationLib.parameters import REQUIREMENTS

if TYPE_CHECKING:
    from BACSegmentation import BACSegmentationWidget

DICOM: Final = (
    "Save DICOM objects for archives (PACS) and viewers as well: segmentation, outlines to switch on, "
    "pictures, CAD report, measurement reports, PDF report. The mammograms must come from their files."
)


class KeepingPanel:
    """One export at a time, a view a step, so that the window stays alive.

    Parameters
    ----------
    owner
        Of the widgets and of the numbers.
    """

    def __init__(self, owner: BACSegmentationWidget) -> None:
        self._owner, self._ui = owner, owner.ui
        self._steps: Iterator[tuple[int, int]] | None = None
        self._saved = ""
        self._lacking = dependencies.missing(REQUIREMENTS)
        self._timer = qt.QTimer()
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)
        self._ui.copyReportButton.clicked.connect(self.copy_report)
        self._ui.copyTableButton.clicked.connect(self.copy_table)
        self._ui.saveButton.clicked.connect(self.save)

    @property
    def saving(self) -> bool:
        """Whether files are being written."""
        return self._steps is not None

    def show(self, measured: bool) -> None:
        """What can be kept."""
        for button in (self._ui.copyReportButton, self._ui.copyTableButton, self._ui.saveButton):
            button.enabled = measured and not self.saving
        if self._lacking:
            self._lacking = dependencies.missing(REQUIREMENTS)
        self._ui.dicomCheckBox.enabled = not self._lacking
        self._ui.dicomCheckBox.toolTip = self._why_no_dicom() or DICOM

    def copy_report(self) -> None:
        """The sentences, on the clipboard."""
        slicer.app.clipboard().setText(self._ui.reportText.plainText)
        self._owner.say("The text is on the clipboard.")

    def copy_table(self) -> None:
        """``views.csv``, on the clipboard."""
        slicer.app.clipboard().setText(results.csv_text(self._owner.numbers.pairs))
        self._owner.say("The table is on the clipboard.")

    def save(self) -> None:
        """Ask for a folder, and begin to write the files of ``bac analyze`` into a new one in it."""
        chosen = qt.QFileDialog.getExistingDirectory(self._owner.parent, "Folder for the results", "")
        if not chosen:
            return
        numbers = self._owner.numbers
        folder = Path(chosen) / results.folder_name(numbers.pairs)
        replace = folder.exists()
        if replace and not slicer.util.confirmYesNoDisplay(f"{folder} is there already. Replace it?"):
            return
        numbers.measure()
        dicom, why_not = self._owner.parameters.dicomObjects, self._why_no_dicom()
        self._saved = f"Saved in {folder}"
        if dicom and why_not:
            self._saved += f", without DICOM objects. {why_not}"
        self._steps = self._owner.logic.measuring.export_steps(
            numbers.pairs, folder, replace=replace, dicom=dicom and not why_not
        )
        self._owner.say("Saving…")
        self._timer.start()
        numbers.show()

    def stop(self) -> None:
        """The scene or the panel goes: what was not whole is not kept."""
        self._timer.stop()
        self._steps = None

    def _why_no_dicom(self) -> str:
        if not self._lacking:
            return ""
        return f"Not installed: {', '.join(self._lacking)}. Apply asks, and then installs what is missing."

    def _go_on(self) -> None:
        from shared_core.errors import OpenBacError

        if self._steps is None:
            self._timer.stop()
            return
        try:
            done, total = next(self._steps)
            self._owner.say(f"Saving: {done} of {total}")
            return
        except StopIteration:
            words = self._saved
        except OpenBacError as error:
            words = f"Not saved: {error}"
        self.stop()
        self._owner.say(words)
        self._owner.numbers.show()
