"""Which model runs, and on what."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from napari.utils.notifications import show_warning
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QComboBox, QFileDialog, QFormLayout, QWidget

from napari_bac.docks.import_dialog import ImportDialog
from napari_bac.docks.widgets import button, row, with_tip
from napari_bac.settings import DEVICES, preferences
from shared_core import hosting as bac

_DEVICE_WORDS: dict[bac.Device, str] = {
    "auto": "best available",
    "cpu": "processor (CPU)",
    "cuda": "NVIDIA graphics card",
    "mps": "Apple graphics card",
}
OWN: Final = (
    "Use a model of your own: the .json card that bac train writes, or a network that was trained elsewhere: "
    "ONNX, TorchScript, torch.export, a MONAI bundle (.zip) or a checkpoint of an SCU-Net"
)
_CARD: Final = Qt.ItemDataRole.UserRole + 1
"""Under which a model of the list keeps its card as it was read."""
_FILES: Final = (
    "Models and networks (*.json *.onnx *.pt *.pth *.pts *.pt2 *.ckpt *.safetensors *.zip);;All files (*)"
)


class ModelChoice(QWidget):
    """Model and device; what stands under Preferences comes first."""

    def __init__(self) -> None:
        super().__init__()
        wanted = preferences()
        self.model = QComboBox()
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.model.setMinimumContentsLength(14)
        default = bac.default_model()
        self.model.addItem(f"{default.name} (default)", None)
        self.model.setItemData(0, default.title, Qt.ItemDataRole.ToolTipRole)
        for card in bac.list_models():
            if card.sha256 != default.sha256 or card.name != default.name:
                self.add_card(card, card.name)
        self.model.setToolTip("The model that marks the calcification")
        self.own_button = button("&Own…", OWN, self._ask_for_file)
        self.device = with_tip(
            QComboBox(), "Where the model runs; a graphics card is about twenty times faster"
        )
        for device in DEVICES:
            self.device.addItem(_DEVICE_WORDS[device], device)
        self.device.setCurrentIndex(self.device.findData(wanted.device))
        if wanted.model:
            self.take(wanted.model)
        models = row((self.model, 1), self.own_button)
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addRow("&Model", models)
        layout.addRow("&Device", self.device)
        layout.labelForField(models).setBuddy(self.model)

    @property
    def name(self) -> str | None:
        """Name or card file of the model; None for the default."""
        return self.model.currentData()

    @property
    def chosen_device(self) -> bac.Device:
        """Where it runs."""
        device: bac.Device = self.device.currentData()
        return device

    @property
    def card(self) -> bac.ModelCard:
        """Of the model; of the default one where none is chosen."""
        if not self.name:
            return bac.default_model()
        try:
            return bac.load_card(self.name)
        except bac.OpenBacError:  # its file went or changed; whoever runs it is told so
            kept: bac.ModelCard = self.model.currentData(_CARD)
            return kept

    def add_card(self, card: bac.ModelCard, name: str) -> None:
        """Offer a model."""
        self.model.addItem(card.name, name)
        self.model.setItemData(self.model.count() - 1, card, _CARD)
        self.model.setItemData(self.model.count() - 1, card.title, Qt.ItemDataRole.ToolTipRole)

    def take(self, name: str) -> str:
        """Choose a model by name or card file; a sentence where that is none, else empty."""
        place = 0 if name == bac.default_model().name else self.model.findData(name)
        if place < 0:
            try:
                self.add_card(bac.load_card(name), name)
            except bac.OpenBacError as error:
                return str(error)
            place = self.model.count() - 1
        self.model.setCurrentIndex(place)
        return ""

    def take_file(self, file: Path) -> None:
        """Choose a card, or ask what must be known of a network and choose the model that is made of it."""
        if file.suffix.lower() != ".json":
            dialog = ImportDialog(file, self)
            dialog.imported.connect(self.take_file)
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()
            return
        refused = self.take(str(file))
        self.own_button.setToolTip(refused or OWN)
        if refused:
            show_warning(refused)

    def _ask_for_file(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "A model or a network", str(Path.home()), _FILES)
        if file:
            self.take_file(Path(file))
