"""The part of the panel that exports: to the clipboard, and to a folder as the console writes it."""

from __future__ import annotations

import logging
from collections.abc import Generator
from pathlib import Path
from typing import Final

import qt
import slicer
import slicer.util

from BACSegmentationLib import dependencies, results
from BACSegmentationLib.export import export_results
from BACSegmentationLib.measurement import SceneMeasurement
from BACSegmentationLib.numbers_panel import NumbersPanel
from BACSegmentationLib.panel_host import PanelHost
from BACSegmentationLib.parameters import REQUIREMENTS
from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

DICOM: Final = _(
    "Also save DICOM objects for archives (PACS) and viewers: segmentation, "
    "outlines that can be switched on, pictures, CAD report, measurement reports, "
    "PDF report. The mammograms must be loaded from their files."
)


class ExportPanel:
    """One export at a time, a view a step, so that the window stays alive."""

    def __init__(self, host: PanelHost, numbers: NumbersPanel, measurement: SceneMeasurement) -> None:
        self._host, self._ui = host, host.ui
        self._numbers, self._measurement = numbers, measurement
        self._steps: Generator[tuple[int, int], None, tuple[str, ...]] | None = None
        self._saved = ""
        self._lacking = dependencies.missing(REQUIREMENTS)
        self._timer = qt.QTimer()
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)
        self._ui.copyReportButton.clicked.connect(self.copy_report)
        self._ui.copyTableButton.clicked.connect(self.copy_table)
        self._ui.saveButton.clicked.connect(self.save)
        numbers.follow(self.show)

    @property
    def saving(self) -> bool:
        """Whether files are being written."""
        return self._steps is not None

    def show(self, measured: bool) -> None:
        """What can be exported."""
        for button in (self._ui.copyReportButton, self._ui.copyTableButton, self._ui.saveButton):
            button.enabled = measured and not self.saving
        if self._lacking:
            self._lacking = dependencies.missing(REQUIREMENTS)
        self._ui.dicomCheckBox.enabled = not self._lacking
        self._ui.dicomCheckBox.toolTip = self._why_no_dicom() or DICOM

    def copy_report(self) -> None:
        """The sentences, on the clipboard."""
        slicer.app.clipboard().setText(self._ui.reportText.plainText)
        self._host.say(_("The text was copied to the clipboard."))

    def copy_table(self) -> None:
        """``views.csv``, on the clipboard."""
        slicer.app.clipboard().setText(results.csv_text(self._numbers.pairs))
        self._host.say(_("The table was copied to the clipboard."))

    def save(self) -> None:
        """Ask for a folder, and begin to write the files of ``bac analyze`` into a new one in it."""
        parameters = self._host.parameters
        chosen = qt.QFileDialog.getExistingDirectory(self._host.parent, _("Folder for the results"), "")
        if not chosen or parameters is None:
            return
        # Views that were loaded since belong to the exam, too.
        self._host.refresh()
        numbers = self._numbers
        folder = Path(chosen) / results.folder_name(numbers.pairs)
        replace = folder.exists()
        if replace and not slicer.util.confirmYesNoDisplay(
            _("{folder} already exists. Replace it?").format(folder=folder)
        ):
            return
        numbers.measure()
        dicom, why_not = parameters.dicomObjects, self._why_no_dicom()
        saved = _("Saved in {folder}.")
        if dicom and why_not:
            saved = _("Saved in {folder}, without DICOM objects.")
        about = [why_not if dicom else "", results.left_out(numbers.pairs)]
        self._saved = " ".join(filter(None, [saved.format(folder=folder), *about]))
        self._steps = export_results(
            self._measurement, numbers.pairs, folder, replace=replace, dicom=dicom and not why_not
        )
        self._host.say(_("Saving…"))
        self._timer.start()
        self.show(numbers.measured)

    def stop(self) -> None:
        """The scene or the panel goes: what was not whole is not kept."""
        self._timer.stop()
        self._steps = None

    def _why_no_dicom(self) -> str:
        if not self._lacking:
            return ""
        packages = ", ".join(self._lacking)
        return _(
            "Not installed: {packages}. Press Apply to install what is missing; you are asked first."
        ).format(packages=packages)

    def _go_on(self) -> None:
        if self._steps is None:
            self._timer.stop()
            return
        try:
            done, total = next(self._steps)
            self._host.say(_("Saving: {done} of {total}").format(done=done, total=total))
            return
        except StopIteration as end:
            message = " ".join([self._saved, *end.value])
        except bac.OpenBacError as error:
            message = _("The results could not be saved: {error}").format(error=error)
        except Exception as error:
            # Else the timer would ask again, and take what had ended for done.
            logging.exception("The results could not be saved")
            message = _("The results could not be saved, by an error that was not foreseen: {error}").format(
                error=error or type(error).__name__
            )
        self.stop()
        self._host.say(message)
        self.show(self._numbers.measured)
