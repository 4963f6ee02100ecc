"""Real mammograms in files, and what people state of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from shared_core.mammogram import Mammogram
from shared_core.reading.reader import read_mammogram
from shared_core.training.example import Identity


@dataclass(frozen=True)
class RealImage:
    """A real mammogram, and what is stated of it."""

    path: Path
    patient_id: str
    bac_free: bool = False
    """Somebody looked and found no arterial calcium."""
    spacing_mm: float | None = None
    """In the plane of the breast, where the file does not know it: assumed, both for the size of arteries
    and for the way to the model's grid."""
    licence: str = ""
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def view_id(self) -> str:
        """Patient and file."""
        return f"{self.patient_id}-{self.path.stem}"

    def read(self) -> Mammogram:
        """The image; what its file says of the spacing comes before what is assumed.

        Raises
        ------
        OpenBacError
            As of `read_mammogram`.
        """
        mammogram = read_mammogram(self.path)
        if mammogram.spacing is None and self.spacing_mm is not None:
            mammogram = read_mammogram(self.path, spacing_mm=self.spacing_mm)
        return mammogram


class MammogramSource(Protocol):
    """Mammograms without labels, by number."""

    def __len__(self) -> int:
        """Count of mammograms."""
        ...

    def identity(self, number: int) -> Identity:
        """Who and what mammogram `number` shows."""
        ...

    def mammogram(self, number: int) -> Mammogram:
        """Read mammogram `number`."""
        ...

    @property
    def description(self) -> dict[str, str]:
        """What it is."""
        ...


@dataclass(frozen=True)
class RealImages:
    """Files as a source of mammograms without labels."""

    images: tuple[RealImage, ...]

    def __len__(self) -> int:
        return len(self.images)

    def identity(self, number: int) -> Identity:
        """Who and what mammogram `number` shows."""
        image = self.images[number]
        return Identity(image.patient_id, image.view_id, "folder", tuple(sorted(image.tags)))

    def mammogram(self, number: int) -> Mammogram:
        """Read mammogram `number`."""
        return self.images[number].read()

    @property
    def description(self) -> dict[str, str]:
        """For the data statement of the card."""
        return {"real images": described(self.images)}


def described(images: tuple[RealImage, ...]) -> str:
    """File names with licences."""
    return ", ".join(f"{image.path.name}{f' ({image.licence})' if image.licence else ''}" for image in images)
