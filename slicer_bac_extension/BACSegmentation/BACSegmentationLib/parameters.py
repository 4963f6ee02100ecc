"""What can be chosen in the panel, as people read it; imported before the engine's packages are there."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

TITLE: Final = "BAC Segmentation"
RESEARCH_USE: Final = _("Research use only. Never a diagnosis.")
MODULES: Final = (
    "Markups",
    "Plots",
    "SegmentEditor",
    "Segmentations",
    "SubjectHierarchy",
    "Tables",
    "Terminologies",
    "Volumes",
)
"""Of Slicer, that must be loaded before this one."""
REQUIREMENTS: Final = Path(__file__).resolve().parents[1] / "Resources" / "requirements.txt"

Device = Literal["auto", "cpu", "cuda", "mps"]
"""Where the model runs, as the command line calls it."""


class DeviceChoice(enum.Enum):
    """Where the model runs."""

    _value_: Device
    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"

    def label(self) -> str:
        """As the list shows it."""
        return _DEVICES[self]


_DEVICES: Final = {
    DeviceChoice.AUTO: _("Automatic"),
    DeviceChoice.CPU: _("Processor (CPU)"),
    DeviceChoice.CUDA: _("NVIDIA graphics card (CUDA)"),
    DeviceChoice.MPS: _("Apple graphics (MPS)"),
}


@dataclass(frozen=True)
class ModelEntry:
    """A line of the list of models."""

    value: str
    """Name, or path of a card; empty for the default."""
    label: str
    tip: str
    threshold: float | None
    """Of its card; None where that cannot be read yet."""


UNKNOWN_DEFAULT: Final = ModelEntry(
    "", _("Default model"), _("Comes with the module; nothing is downloaded."), None
)
"""Before the first Apply, when the packages that read model cards are not there yet."""


def model_entries(chosen: str = "") -> list[ModelEntry]:
    """The default model first, then the others, then a card of the user's own where one is chosen."""
    try:
        default = bac.default_model().name
    except ImportError:
        return [UNKNOWN_DEFAULT]
    cards = sorted(bac.list_models(), key=lambda card: card.name != default)
    entries = [
        ModelEntry(
            "" if card.name == default else card.name,
            _("{name} (default)").format(name=card.name) if card.name == default else card.name,
            _("Marks above {threshold:.3f}. Comes with the module.").format(threshold=card.threshold),
            card.threshold,
        )
        for card in cards
    ]
    if chosen and chosen not in {entry.value for entry in entries}:
        entries.append(_own_entry(chosen))
    return entries


def _own_entry(path: str) -> ModelEntry:
    try:
        card = bac.load_card(path)
    except bac.OpenBacError as error:
        return ModelEntry(path, Path(path).name, str(error), None)
    return ModelEntry(path, card.name, _("Your own: {path}").format(path=path), card.threshold)
