"""Images that people drew on in md.ai or Label Studio, as labelled views."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from shared_core.arteries.line_bands import BAND_MM
from shared_core.errors import OpenBacError, UsageError
from shared_core.mammogram import MammogramHeader
from shared_core.preprocessing.prepare import prepare
from shared_core.reading.listing import candidate_files
from shared_core.reading.reader import read_header
from shared_core.training.data.drawings import DrawnImage, drawn_band
from shared_core.training.data.fingerprints import fingerprint
from shared_core.training.data.grid import training_view
from shared_core.training.data.images import read_with_spacing
from shared_core.training.data.owners import Owner, owners_of
from shared_core.training.data.patient_rule import PatientRule
from shared_core.training.example import Identity, TrainingView, ViewFiles
from shared_core.weights.card import ModelCard
from shared_core.weights.registry import default_model


@dataclass(frozen=True, eq=False)
class AnnotatedImage:
    """An image and what was drawn on it."""

    path: Path
    header: MammogramHeader
    drawn: DrawnImage
    owner: Owner


@dataclass(frozen=True)
class AnnotatedViews:
    """Views with bands that Guo's rule makes of lines and areas."""

    images: tuple[AnnotatedImage, ...]
    width_mm: float = BAND_MM
    """Of the bands."""
    spacing_mm: float | None = None
    """In the plane of the breast, for images whose files do not know it."""
    title: str = "images with lines drawn by people"
    """For the data statement of the card."""
    card: ModelCard = field(default_factory=default_model, repr=False)
    """Preprocessing and spacing of the model that is to be trained."""

    def __post_init__(self) -> None:
        if not 0.1 <= self.width_mm <= 10:
            raise UsageError(f"Bands are 0.1 to 10 mm wide, not {self.width_mm:g}.")

    def __len__(self) -> int:
        return len(self.images)

    @property
    def description(self) -> dict[str, str]:
        """For the data statement of the card."""
        people = len({self.identity(number).patient_id for number in range(len(self))})
        return {
            self.title: f"{len(self)} views of {people} patients; bands {self.width_mm:g} mm wide, gaps "
            "below 1 cm joined (Guo 2021)"
        }

    def identity(self, number: int) -> Identity:
        """Who and what view `number` shows."""
        image = self.images[number]
        patient = image.owner.patient_id
        tags = {
            "projection": image.header.view.value,
            "severity": "some" if _anything(image.drawn) else "none",
            "style": image.header.acquisition.manufacturer or "unknown",
        }
        view_id = f"{patient}/{image.path.parent.name}/{image.path.name}"
        return Identity(patient, view_id, "annotation", tuple(sorted(tags.items())))

    def files(self, number: int) -> ViewFiles:
        """Of view `number`."""
        image = self.images[number]
        drawn = image.drawn
        return ViewFiles(
            image.path,
            None,
            image.owner.source,
            image.owner.doubt,
            drawing_sha256=fingerprint(*drawn.lines, *drawn.areas, drawn.brushed),
        )

    def load(self, number: int) -> TrainingView:
        """Read view `number`."""
        image = self.images[number]
        mammogram = read_with_spacing(image.path, self.spacing_mm)
        spacing = mammogram.spacing
        band = drawn_band(
            image.drawn,
            mammogram.shape,
            spacing_mm=None if spacing is None else math.sqrt(spacing.pixel_area_mm2),
            width_mm=self.width_mm,
        )
        prepared = prepare(mammogram, self.card.preprocessing)
        return training_view(prepared, band, identity=self.identity(number), card=self.card)


def join_drawings(
    drawings: tuple[DrawnImage, ...], images: Path, *, patient: PatientRule | None = None
) -> tuple[AnnotatedImage, ...]:
    """Find the images that were drawn on, in a folder, by SOP Instance UID or name of the file.

    Images that nobody annotated are left out. Whose they are is told by `patient`, else see `owners_of`.

    Raises
    ------
    UsageError
        An image is not there, there twice, or of another size than the one drawn on.
    """
    if not images.is_dir():
        raise UsageError(f"{images} is no folder; name the folder of the images that were drawn on.")
    found: dict[str, list[tuple[Path, MammogramHeader]]] = {drawn.key: [] for drawn in drawings}
    for path in candidate_files([images]):
        # Names come first: reading the header of every file takes time.
        if path.name in found:
            found[path.name].append((path, read_header(path)))
            continue
        try:
            header = read_header(path)
        except OpenBacError:
            # A folder holds other things, too; an image that is missed is named below.
            continue
        if header.identity.sop_instance_uid in found:
            found[header.identity.sop_instance_uid].append((path, header))
    joined: list[tuple[Path, MammogramHeader, DrawnImage]] = []
    for drawn in drawings:
        candidates = found[drawn.key]
        if len(candidates) != 1:
            what = "no image" if not candidates else f"{len(candidates)} images"
            raise UsageError(f"{images} holds {what} {drawn.key}, which was drawn on; it must hold one.")
        path, header = candidates[0]
        if drawn.shape is not None and drawn.shape != (header.rows, header.columns):
            raise UsageError(
                f"{path}: has {header.rows} x {header.columns} pixels, the image that was drawn on "
                f"{drawn.shape[0]} x {drawn.shape[1]}; give the same images."
            )
        joined.append((path, header, drawn))
    owners = owners_of({path: header for path, header, _ in joined}, images, patient)
    return tuple(AnnotatedImage(path, header, drawn, owners[path]) for path, header, drawn in joined)


def _anything(drawn: DrawnImage) -> bool:
    return bool(drawn.lines or drawn.areas or (drawn.brushed is not None and drawn.brushed.any()))
