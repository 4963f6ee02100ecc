"""The part of the panel that says what is known of the chosen mammogram, and which model is to run."""

from __future__ import annotations

from typing import Any

import qt

from BACSegmentationLib.mammograms import header_of
from BACSegmentationLib.panel_host import PanelHost
from BACSegmentationLib.parameters import ModelEntry, model_entries
from BACSegmentationLib.remedies import error_words, notice_words
from BACSegmentationLib.translation import tr as _
from BACSegmentationLib.volumes import read_volume, shown_mm
from shared_core import hosting as bac


class InputPanel:
    """The image and the model."""

    def __init__(self, host: PanelHost) -> None:
        self._host, self._ui = host, host.ui
        self._entries: list[ModelEntry] = []
        self._filling = False
        self._ui.modelComboBox.currentIndexChanged.connect(self._on_model)
        self._ui.ownModelButton.clicked.connect(self.choose_card)

    def show_volume(self, volume: Any) -> str:
        """Say what is known of a volume; returns why it cannot be segmented, or nothing."""
        description, problem = described(volume)
        self._ui.inputInfoLabel.text = problem or description
        return problem

    def fill_models(self) -> None:
        """List the models; those of the engine are known once its packages are there."""
        parameters = self._host.parameters
        entries = model_entries(parameters.model if parameters is not None else "")
        if entries != self._entries:
            self._entries, self._filling = entries, True
            box = self._ui.modelComboBox
            box.clear()
            for entry in entries:
                box.addItem(entry.label)
            self._filling = False
        self.show_model()

    def show_model(self) -> None:
        """The model and threshold of the parameters."""
        parameters = self._host.parameters
        if parameters is None:
            return
        values = [entry.value for entry in self._entries]
        if parameters.model not in values:
            self.fill_models()
            return
        entry = self._entries[values.index(parameters.model)]
        self._filling = True
        self._ui.modelComboBox.currentIndex = values.index(parameters.model)
        self._filling = False
        self._ui.modelComboBox.toolTip = entry.tip
        self._ui.thresholdSlider.enabled = parameters.ownThreshold
        if not parameters.ownThreshold and entry.threshold is not None:
            # Compared rounded, as a slider gives back what it shows.
            own = round(entry.threshold, 3)
            if abs(parameters.threshold - own) > 1e-9:
                parameters.threshold = own

    def choose_card(self) -> None:
        """Ask for a model card of the user's own."""
        path = qt.QFileDialog.getOpenFileName(
            self._host.parent, _("Choose a model card"), "", _("Model cards (*.json)")
        )
        # PySide gives the filter as well, PythonQt the path alone.
        path = path[0] if isinstance(path, tuple) else path
        parameters = self._host.parameters
        if path and parameters is not None:
            parameters.model = path
            self.fill_models()

    def _on_model(self, index: int) -> None:
        parameters = self._host.parameters
        if not self._filling and parameters is not None and 0 <= index < len(self._entries):
            parameters.model = self._entries[index].value


def described(volume: Any) -> tuple[str, str]:
    """What is known of a volume, and why it cannot be segmented; one of the two is empty."""
    if volume is None:
        return "", ""
    try:
        image, header = read_volume(volume), header_of(volume)
    except bac.OpenBacError as error:
        return "", error_words(error)
    except ImportError:
        # The packages that read mammograms are asked for at Apply.
        return _("The file will be read when you press Apply, after the required packages are installed."), ""
    known = header if header.path is not None else None
    spacing, notices = bac.spacing_in_host(shown_mm(volume), header=known, name=image.name)
    notices = (*notices, *(one for one in header.notices if one.code == bac.ORIENTATION_UNUSUAL.code))
    size = (
        _("{row_mm:.3f} mm per pixel").format(row_mm=spacing.row_mm)
        if spacing is not None
        else _("pixel size unknown")
    )
    rows, columns = image.pixels.shape
    pixels = _("{columns} x {rows} pixels").format(columns=columns, rows=rows)
    parts = [header.view_label.replace("??", _("view unknown")), size, pixels]
    return "\n".join([" · ".join(parts), *map(notice_words, dict.fromkeys(notices))]), ""
