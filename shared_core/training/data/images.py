"""Real mammograms in files, and what people state of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shared_core.mammogram import Mammogram
from shared_core.reading.reader import read_mammogram


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
    place: str = ""
    """Where the patient has several files of one name: what tells them apart."""
    patient_from: str = ""
    """What says whose it is."""
    doubt: str = ""
    """See `shared_core.training.data.owners.Owner`."""

    @property
    def view_id(self) -> str:
        """Patient and file."""
        return f"{self.patient_id}-{self.place or self.path.stem}"

    def read(self) -> Mammogram:
        """The image; what its file says of the spacing comes before what is assumed."""
        return read_with_spacing(self.path, self.spacing_mm)


def read_with_spacing(path: Path, assumed_mm: float | None) -> Mammogram:
    """Read a mammogram; where its file does not know the spacing, it is as assumed."""
    mammogram = read_mammogram(path)
    if mammogram.spacing is None and assumed_mm is not None:
        return read_mammogram(path, spacing_mm=assumed_mm)
    return mammogram


def described(images: tuple[RealImage, ...]) -> str:
    """File names with licences."""
    return ", ".join(f"{image.path.name}{f' ({image.licence})' if image.licence else ''}" for image in images)
