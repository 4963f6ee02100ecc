"""The part of the panel that follows a patient over time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import qt
import slicer
import slicer.util

from BACSegmentationLib import history, plots
from BACSegmentationLib.panel_host import PanelHost
from BACSegmentationLib.remedies import error_words
from BACSegmentationLib.translation import tr as _
from BACSegmentationLib.volumes import volumes_in_scene
from shared_core import hosting as bac


class ChangePanel:
    """Exams of the scene and of a folder, and one chart."""

    def __init__(self, host: PanelHost) -> None:
        self._host, self._ui = host, host.ui
        self._folder: Path | None = None
        self._lines: dict[str, bac.Timeline] = {}
        self._chart_id = ""
        ui = self._ui
        ui.changeFolderButton.clicked.connect(self.open_folder)
        ui.showChangeButton.clicked.connect(self.show_change)
        ui.changeCollapsibleButton.contentsCollapsed.connect(self._on_folded)

    def open_folder(self) -> None:
        """Ask for a folder with results."""
        chosen = qt.QFileDialog.getExistingDirectory(self._host.parent, _("Folder with results"), "")
        if chosen:
            self._folder = Path(chosen)
            self._ui.changeFolderText.text = self._folder.name
            self.find()

    def find(self) -> None:
        """Look for exams in the scene and in the folder."""
        ui = self._ui
        without: tuple[str, ...] = ()
        try:
            self._lines, without = history.timelines(self._folder, volumes_in_scene())
            message = history.TWO_DATES if self._lines else history.NO_DATE
        except bac.OpenBacError as error:
            self._lines, message = {}, error_words(error)
        except ImportError:
            self._lines, message = {}, history.NO_DATE
        self._fill(ui.patientComboBox, [(name, name) for name in self._lines])
        self._fill(ui.quantityComboBox, [(one.title, one.key) for one in self._quantities()])
        ready = any(len(line.exams) > 1 for line in self._lines.values())
        ui.changeText.text = "\n".join([*([] if ready else [message]), *without])
        ui.showChangeButton.enabled = ready
        ui.showChangeButton.toolTip = (
            _("Plot the measurement at each date, and say whether it changed.")
            if ready
            else history.TWO_DATES
        )

    def show_change(self) -> None:
        """Draw the chosen number of the chosen patient, and say how it changed."""
        ui = self._ui
        line = self._lines.get(ui.patientComboBox.currentText)
        quantity = next(
            (one for one in self._quantities() if one.key == ui.quantityComboBox.currentData), None
        )
        if line is None or quantity is None:
            return
        with slicer.util.tryWithErrorDisplay(_("The change over time could not be shown.")):
            chart = plots.show_change(
                line, quantity, chart_node=slicer.mrmlScene.GetNodeByID(self._chart_id or "none")
            )
            self._chart_id = chart.GetID()
            layout = slicer.app.layoutManager()
            if layout is not None:
                # Plot and slices side by side come with a 3D view, which a mammogram never needs.
                layout.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpPlotView)
                slicer.modules.plots.logic().ShowChartInLayout(chart)
            ui.changeText.text = history.summary(line, quantity)

    def stop(self) -> None:
        """The scene or the panel goes, and with it the patients that were shown."""
        self._lines, self._chart_id = {}, ""
        self._fill(self._ui.patientComboBox, [])
        self._fill(self._ui.quantityComboBox, [])
        self._ui.changeText.text = ""
        self._ui.showChangeButton.enabled = False

    def _quantities(self) -> tuple[bac.SerialQuantity, ...]:
        if not self._lines:
            return ()
        return bac.SERIAL_QUANTITIES

    def _fill(self, box: Any, entries: list[tuple[str, str]]) -> None:
        chosen = box.currentText
        box.clear()
        for title, value in entries:
            box.addItem(title, value)
        box.currentIndex = max(box.findText(chosen), 0) if entries else -1

    def _on_folded(self, folded: bool) -> None:
        if not folded:
            self.find()
