"""Real images with drawn lines, crops of other calcifications and views without BAC, split by patient.

The images lie in the folders ``vascular``, ``other-calcification`` and ``cesm`` beside ``lines.json``. Which
patient is in which of the five folds is fixed in ``real_bac_folds.json``, so that every study and every
training keep the same patients apart. ``real_bac_open.json`` leaves further stretches open that look like
arteries and may be calcified; they were drawn before any model's answer was seen.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.mammogram import Mask
from shared_core.preprocessing.prepare import prepare
from shared_core.reading.reader import read_mammogram
from shared_core.training.data.fingerprints import fingerprint
from shared_core.training.data.grid import training_view
from shared_core.training.data.line_file import LineDrawing, Points, read_lines
from shared_core.training.data.own_width import measure_line, paint_band
from shared_core.training.example import Identity, TrainingView, ViewFiles
from shared_core.weights.card import ModelCard
from shared_core.weights.registry import DEFAULT_MODEL, load_card

Kind = Literal["vascular", "other-calcification", "cesm", "whole"]
"""``whole``: views without BAC from elsewhere, which a study adds; they lie in no folder of the set."""
Side = Literal["all", "teaching", "held-out"]
KINDS: Final[tuple[Kind, ...]] = ("vascular", "other-calcification", "cesm")
"""Of the folders."""
SIDES: Final = get_args(Side)
FOLDS: Final = 5

OPEN_WIDTH_PX: Final = 52
"""Around a line that is left open: its vessel is not measured."""
_RIM_PX: Final = 6.0
"""Beside a band: where a vessel ends nobody can say to the pixel."""


@dataclass(frozen=True)
class RealBacImage:
    """One image file of the set."""

    path: Path
    kind: Kind
    patient_id: str
    fold: int


@dataclass(frozen=True)
class RealBacViews:
    """The images of the set as labelled views."""

    images: tuple[RealBacImage, ...]
    drawings: dict[str, LineDrawing]
    """By name of the image; images of other calcifications have none."""
    spacing_mm: float | None = None
    """In the plane of the breast: no file says it. None leaves it unknown."""
    card: ModelCard = field(default_factory=lambda: load_card(DEFAULT_MODEL), repr=False)
    """Preprocessing and spacing of the model that is to be trained."""

    def __len__(self) -> int:
        return len(self.images)

    @property
    def description(self) -> dict[str, str]:
        """For the data statement of the card."""
        counts = [(kind, [image for image in self.images if image.kind == kind]) for kind in KINDS]
        return {
            "real images with drawn lines": "; ".join(
                f"{kind}: {len(images)} of {len({image.patient_id for image in images})} patients"
                for kind, images in counts
            )
            + "; CBIS-DDSM (Lee et al. 2017), CC BY 3.0; CDD-CESM (Khaled et al. 2022), CC BY 4.0; "
            "lines drawn by laymen",
            "folds": ", ".join(str(fold) for fold in sorted({image.fold for image in self.images})),
        }

    def identity(self, number: int) -> Identity:
        """Who and what view `number` shows."""
        image = self.images[number]
        drawing = self.drawings.get(image.path.name)
        tags = {
            "kind": image.kind,
            "fold": str(image.fold),
            "style": "film" if image.kind != "cesm" else "cesm",
        }
        if image.kind == "vascular" and drawing is not None and drawing.sure:
            tags["artery"] = "clear" if drawing.clear else "doubtful"
        return Identity(
            image.patient_id,
            f"{image.patient_id}-{image.path.stem}",
            "annotation",
            tuple(sorted(tags.items())),
        )

    def files(self, number: int) -> ViewFiles:
        """Of view `number`."""
        path = self.images[number].path
        drawing = self.drawings.get(path.name)
        parts = () if drawing is None else (*drawing.sure, "open", *drawing.open)
        return ViewFiles(path, None, "the table of folds", drawing_sha256=fingerprint(*parts))

    def load(self, number: int) -> TrainingView:
        """Read view `number`."""
        image = self.images[number]
        mammogram = read_mammogram(image.path, spacing_mm=self.spacing_mm)
        prepared = prepare(mammogram, self.card.preprocessing)
        label, ignore = labels_of(prepared.display_u8, self.drawings.get(image.path.name))
        return training_view(prepared, label, identity=self.identity(number), card=self.card, ignore=ignore)


def labels_of(image_u8: NDArray[np.uint8], drawing: LineDrawing | None) -> tuple[Mask, Mask]:
    """Bands of the sure lines, and what is left open: uncertain stretches and the rims of the bands.

    Parameters
    ----------
    image_u8
        (rows, columns), not filtered.
    drawing
        None: nothing was drawn, and there is no BAC.

    Returns
    -------
    label, ignore
        (rows, columns) bool; no pixel is in both.
    """
    label, ignore = np.zeros(image_u8.shape, bool), np.zeros(image_u8.shape, bool)
    if drawing is None:
        return label, ignore
    shape = (image_u8.shape[0], image_u8.shape[1])
    for line in drawing.sure:
        measured = measure_line(image_u8, line)
        label |= paint_band(shape, measured)
        ignore |= paint_band(shape, measured, margin_px=_RIM_PX)
    uncertain = np.zeros(shape, np.uint8)
    for line in drawing.open:
        cv2.polylines(uncertain, [np.rint(line).astype(np.int32)], False, 1, OPEN_WIDTH_PX)
    ignore |= uncertain.view(np.bool_)
    return label, ignore & ~label


def real_bac_views(
    folder: Path,
    *,
    card: ModelCard,
    fold: int | None = None,
    side: Side = "all",
    kinds: tuple[Kind, ...] = KINDS,
    spacing_mm: float | None = None,
) -> RealBacViews:
    """The images of a folder, or one side of a fold of them.

    Parameters
    ----------
    folder
        With ``lines.json`` and a folder for each kind.
    card
        Of the model that is to be trained or judged.
    fold
        0 to 4; None takes all patients.
    side
        ``held-out``: the patients of the fold; ``teaching``: all others.
    kinds
        Which images.
    spacing_mm
        See `RealBacViews`.

    Raises
    ------
    UsageError
        The folder holds no such images, or names a patient who is in no fold.
    """
    images = tuple(
        image for image in real_bac_images(folder) if image.kind in kinds and _on(image, fold, side)
    )
    if not images:
        raise UsageError(f"{folder} holds no images for this choice of kinds and fold; check the path.")
    return RealBacViews(
        images, read_lines(folder / "lines.json", also_open=open_stretches()), spacing_mm, card
    )


def real_bac_images(folder: Path) -> tuple[RealBacImage, ...]:
    """All images of a folder, by kind and name.

    Raises
    ------
    UsageError
        As of `real_bac_views`.
    """
    folds = _Folds.load()
    found = []
    for kind in KINDS:
        for path in sorted((folder / kind).glob("*.[jp][pn]g")):
            patient = folds.patient(path.stem)
            found.append(RealBacImage(path, kind, patient, folds.of(patient, path)))
    return tuple(found)


def open_stretches() -> dict[str, tuple[Points, ...]]:
    """Stretches of our own that are left open, by name of the image."""
    content: dict[str, list[list[list[float]]]] = _own("real_bac_open")
    return {name: tuple(np.asarray(line, np.float64) for line in lines) for name, lines in content.items()}


def _on(image: RealBacImage, fold: int | None, side: Side) -> bool:
    if fold is None or side == "all":
        return fold is None or image.fold == fold
    return (image.fold == fold) == (side == "held-out")


@dataclass(frozen=True)
class _Folds:
    by_patient: dict[str, int]

    @classmethod
    def load(cls) -> _Folds:
        content: dict[str, int] = _own("real_bac_folds")
        return cls(content)

    @cached_property
    def _blocks(self) -> tuple[str, ...]:
        return tuple(name for name in self.by_patient if name.startswith("IM"))

    def patient(self, stem: str) -> str:
        """From the name of a file. Patients of IM files are not named: neighbours in number count as one."""
        named = re.match(r"P_\d+", stem)
        if named:
            return named.group()
        for block in self._blocks:
            first, last = block.split("-")
            if first <= stem <= last:
                return block
        return stem

    def of(self, patient: str, path: Path) -> int:
        try:
            return self.by_patient[patient]
        except KeyError:
            raise UsageError(
                f"{path}: the patient is in no fold; add {patient} to real_bac_folds.json before any "
                "model is trained on this image."
            ) from None


def _own(name: str) -> Any:
    """What a JSON file of this package holds."""
    folder = resources.files("shared_core.training.data")
    return json.loads(folder.joinpath(f"{name}.json").read_text(encoding="utf-8"))
