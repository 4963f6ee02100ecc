"""Both models on one set of views: Dice, Hausdorff distance, and how much of thin branches each found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.distance import distance_from_outside
from shared_core.errors import UsageError
from shared_core.mammogram import Mask
from shared_core.statistics.bootstrap import BootstrapDifference, paired_bootstrap
from shared_core.statistics.catalogue import LEAST_FOR_INTERVAL
from shared_core.statistics.hausdorff import outline_distance
from shared_core.training.evaluation.model_runs import ModelRows, mask_path
from shared_core.training.evaluation.operating_point import reference_of
from shared_core.training.evaluation.row import ViewRow
from shared_core.training.example import Identity, TrainingView
from validation.methods.heat_maps import COLUMNS, Shown, heat_sheet
from validation.methods.kept_views import KeptViews, sure_label, without_open

SCORES: Final = ("dice", "hausdorff95", "thin", "wide")
"""Of a patient: mean Dice, mean 95 % Hausdorff distance, found length of thin and of wide branches."""
THIN_MM: Final = 1.0
"""Bands narrower than this are thin branches."""
_CUT_PX: Final = 96
"""Half the side of the pictures of thin branches."""
_NOBODY: Final = Identity("", "", "folder")


@dataclass(frozen=True)
class Compared:
    """One score of patients, with the Hausdorff loss and without."""

    held_out: str
    score: str
    patients: int
    without: float
    with_: float
    difference: BootstrapDifference | None
    """With less without; None where fewer than `LEAST_FOR_INTERVAL` patients have it."""
    unit: str = ""


@dataclass(frozen=True)
class Missed:
    """Views with BAC on which a model marks nothing: they have no Hausdorff distance."""

    held_out: str
    views: int
    without: int
    with_: int


@dataclass(frozen=True, eq=False)
class Place:
    """A stretch of thin branches, and how much of it each model found."""

    view_id: str
    length_px: int
    view: TrainingView
    centre: tuple[int, int]
    masks: tuple[Mask, Mask]
    """Without and with."""


class JudgedSet:
    """Both models on one set."""

    def __init__(self, name: str, source: KeptViews, without: ModelRows, with_: ModelRows) -> None:
        self.name = name
        self.unit = "px"
        self.views = 0
        self.empty = [0, 0]
        self.thin: list[Place] = []
        self.scores: dict[str, dict[str, list[tuple[float, float]]]] = {
            score: defaultdict(list) for score in SCORES
        }
        for one, other in zip(without.rows, with_.rows, strict=True):
            if one.kind == "BAC":
                self._view(source.load(one.number), (one, other), (without.folder, with_.folder))

    def _view(self, view: TrainingView, rows: tuple[ViewRow, ViewRow], folders: tuple[Path, Path]) -> None:
        patient = rows[0].identity.patient_id
        masks = [read_marked(mask_path(folder, row)) for folder, row in zip(folders, rows, strict=True)]
        marked = [without_open(view, mask) for mask in masks]
        label = sure_label(view)
        self.views += 1
        for arm, mask in enumerate(marked):
            self.empty[arm] += not mask.any()
        mm = view.spacing_mm
        self.unit = "px" if mm is None else "mm"
        spacing = None if mm is None else (mm, mm)
        dice = [row.at_card.overlap.score("dice") for row in rows]
        self.scores["dice"][patient].append((dice[0], dice[1]))
        distances = [outline_distance(mask, label, spacing_mm=spacing).hausdorff95 for mask in marked]
        if np.isfinite(distances).all():
            self.scores["hausdorff95"][patient].append((distances[0], distances[1]))
        line, width = branches(label, mm or 1.0)
        if mm is None:
            return
        for score, own in (("thin", line[width < THIN_MM]), ("wide", line[width >= THIN_MM])):
            if len(own):
                found = [float(mask[own[:, 0], own[:, 1]].mean()) for mask in marked]
                self.scores[score][patient].append((found[0], found[1]))
        thin = line[width < THIN_MM]
        if len(thin):
            centre = thin[len(thin) // 2]
            place = Place(
                rows[0].identity.view_id,
                len(thin),
                view,
                (int(centre[0]), int(centre[1])),
                (marked[0], marked[1]),
            )
            self.thin.append(place)

    def missed(self) -> Missed:
        """Views without a mark."""
        return Missed(self.name, self.views, *self.empty)

    def compared(self) -> list[Compared]:
        """Every score that any patient has."""
        found = []
        for score, by_patient in self.scores.items():
            if not by_patient:
                continue
            means = np.array([np.mean(own, axis=0) for _, own in sorted(by_patient.items())])
            unit = self.unit if score == "hausdorff95" else ""
            found.append(
                Compared(
                    self.name,
                    score,
                    len(means),
                    float(means[:, 0].mean()),
                    float(means[:, 1].mean()),
                    paired_bootstrap(means[:, 1], means[:, 0]) if len(means) >= LEAST_FOR_INTERVAL else None,
                    unit,
                )
            )
        return found


def branches(label: Mask, pixel_mm: float) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """(points, 2) row and column along the centre lines of a label, and the width of the band there in mm."""
    view = TrainingView(_NOBODY, np.zeros(label.shape, np.uint8), label, np.ones_like(label), pixel_mm)
    line = reference_of(view).line
    half = np.pad(distance_from_outside(np.pad(label, 1)), 0)[1:-1, 1:-1]
    # The line may lie a pixel beside the ridge.
    ridge = cv2.dilate(half.astype(np.float32), np.ones((3, 3), np.uint8))
    width = (2 * ridge[line[:, 0], line[:, 1]].astype(np.float64) - 1) * pixel_mm
    return line, width


def branches_sheet(thin: Sequence[Place]) -> bytes:
    """The longest thin branches, one of each view: both models on the same piece of the image."""
    longest = sorted(thin, key=lambda place: (-place.length_px, place.view_id))[:COLUMNS]
    rows = []
    for arm, title in enumerate(("Without the Hausdorff loss", "With it")):
        tiles = []
        for place in longest:
            cut = _cut(place)
            tiles.append(
                Shown(
                    place.view.image_u8[cut],
                    (place.view_id, f"{place.length_px} px of thin branches in the view"),
                    place.masks[arm][cut],
                    sure_label(place.view)[cut],
                )
            )
        rows.append((title, tiles))
    return heat_sheet(rows, marks="Orange: marked; blue: truth.")


def _cut(place: Place) -> tuple[slice, slice]:
    rows, columns = place.view.label.shape
    top = min(max(place.centre[0] - _CUT_PX, 0), max(rows - 2 * _CUT_PX, 0))
    left = min(max(place.centre[1] - _CUT_PX, 0), max(columns - 2 * _CUT_PX, 0))
    return slice(top, top + 2 * _CUT_PX), slice(left, left + 2 * _CUT_PX)


def read_marked(path: Path) -> Mask:
    """A mask that a model's rows stand for."""
    found = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if found is None:
        raise UsageError(f"{path} is damaged; delete the folder {path.parent.parent}, and go on.")
    return np.asarray(found > 0)
