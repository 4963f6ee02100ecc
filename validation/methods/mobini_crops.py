"""Real crops, VASCULAR against other calcifications, learnt from labels alone: folds of patients."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.preprocessing.otsu_crop import resampled
from shared_core.statistics.clusters import Estimate
from shared_core.training.computing_device import Machine
from shared_core.training.data.data_check import DataCheck, check_data
from shared_core.training.data.line_file import LineDrawing, read_lines
from shared_core.training.data.real_bac import FOLDS, labels_of, open_stretches, real_bac_images
from shared_core.training.data.split import Split, check_split, members_of
from shared_core.training.epochs import Told
from shared_core.training.image_labels.fitting import fit_labels
from shared_core.training.image_labels.labelled_images import LabelledImages
from shared_core.training.image_labels.pictures import Pictures
from shared_core.training.image_labels.recipe import LabelRecipe, PictureRecipe, load_label_recipe
from shared_core.training.image_labels.table import LabelledFile
from validation.methods.crop_scores import (
    FoldScore,
    Pointing,
    average_precision,
    crop_u8,
    fold_score,
    pointing,
    within_folds,
)
from validation.methods.heat_maps import COLUMNS, Answer, Shown, answers, heat_sheet, surest

PICTURES: Final = "pictures"
_CONTROLS: Final = ("area of the crop, px", "length by breadth", "contrast: SD by mean of the grey levels")


@dataclass(frozen=True)
class CropBudget:
    """How the crops are taught."""

    recipe: str
    size: tuple[int, int] | None = None
    """(rows, columns) of the pictures, where not the recipe's."""
    seed: int = 1

    def load(self) -> LabelRecipe:
        """The recipe with the size."""
        recipe = load_label_recipe(self.recipe)
        return recipe if self.size is None else replace(recipe, picture=PictureRecipe(*self.size))


@dataclass(frozen=True, eq=False)
class CropStudy:
    """All folds."""

    recipe: LabelRecipe
    folds: tuple[FoldScore, ...]
    auc: Estimate
    """Share of pairs of a vascular and another crop of one fold that are put in the right order."""
    auc_pr: Estimate
    prevalence: float
    controls: dict[str, Estimate]
    """The same of numbers that need no network; below a half they order the other way."""
    pointing: Pointing | None
    sheet: bytes


def run_crops(
    folder: Path, real: Path, asked: CropBudget, *, machine: Machine, workers: int = 1
) -> CropStudy:
    """A model for every fold of patients, judged on the crops of the fold; goes on where it stopped.

    Raises
    ------
    UsageError
        A patient would stand on two sides, or nearly the same picture under the names of two patients.
    """
    recipe = asked.load()
    images = [image for image in real_bac_images(real) if image.kind != "cesm"]
    rows = tuple(
        LabelledFile(image.path, image.path.name, image.patient_id, None, image.kind == "vascular")
        for image in images
    )
    source = LabelledImages(rows, ("real-bac",))
    folds = np.array([image.fold for image in images])
    check = check_data(source, workers=workers)
    check.refuse()
    splits = [fold_split(source, folds, fold, check, seed=asked.seed) for fold in range(FOLDS)]
    pictures = _whole_crops(source, folder / PICTURES, recipe)
    said: dict[int, Answer] = {}
    scores = []
    for fold, split in enumerate(splits):
        fitted = fit_labels(
            recipe,
            _of(pictures, split.numbers(source, "train")),
            _of(pictures, split.numbers(source, "validation")),
            output_dir=folder / f"fold-{fold}",
            seed=asked.seed,
            machine=machine,
            workers=workers,
            told=Told(epoch=partial(_told, fold)),
        )
        test = split.numbers(source, "test")
        said |= zip(test, answers(recipe, fitted.arrays, _of(pictures, test)), strict=True)
        scores.append(fold_score(rows, test, said, fitted.epoch))
    probability = np.array([said[place].probability for place in range(len(source))])
    truth = np.array([row.has_bac for row in rows])
    patients = [row.patient for row in rows]
    shapes = [np.load(path)[0] for path in pictures.files]
    sizes = [crop_u8(row.path).shape for row in rows]
    numbers = (
        [float(height * width) for height, width in sizes],
        [max(size) / min(size) for size in sizes],
        [float(grey.std() / max(grey.mean(), 1)) for grey in shapes],
    )
    within = partial(within_folds, truth, folds, patients)
    drawings = read_lines(real / "lines.json", also_open=open_stretches())
    return CropStudy(
        recipe,
        tuple(scores),
        within(probability),
        average_precision(truth, folds, patients, probability),
        float(truth.mean()),
        {name: within(np.array(values)) for name, values in zip(_CONTROLS, numbers, strict=True)},
        pointing(rows, said, drawings, recipe),
        _sheet(rows, said, drawings, recipe),
    )


def fold_split(
    source: LabelledImages, folds: NDArray[np.int64], fold: int, check: DataCheck, *, seed: int
) -> Split:
    """One fold tests, the next validates, the others teach.

    A `UsageError` where a patient or a picture is on two sides, or a side lacks crops of a kind.
    """
    side_of = {fold: 2, (fold + 1) % FOLDS: 1}
    sides: list[set[str]] = [set(), set(), set()]
    for row, own in zip(source.rows, folds, strict=True):
        sides[side_of.get(int(own), 0)].add(row.patient)
    split = Split(seed, *(tuple(sorted(side)) for side in sides))
    check_split(split, members_of(source))
    check.refuse_split(split)
    for patients in sides:
        kinds = {row.has_bac for row in source.rows if row.patient in patients}
        if len(kinds) < 2:
            raise UsageError(f"Fold {fold}: a side has crops of one kind only; give the whole of real-bac.")
    return split


def _whole_crops(source: LabelledImages, folder: Path, recipe: LabelRecipe) -> Pictures:
    """Crops squeezed to one size as they are: they are no breast, and have no background to take out."""
    files = []
    for number, row in enumerate(source.rows):
        path = folder / f"{number:06d}.npy"
        if not path.exists():
            image = resampled(crop_u8(row.path), recipe.size)
            stream = io.BytesIO()
            np.save(stream, np.stack([image, np.ones_like(image)]))
            write_bytes(path, stream.getvalue())
        files.append(path)
    return Pictures(tuple(files), np.array([row.has_bac for row in source.rows]))


def _of(pictures: Pictures, numbers: Sequence[int]) -> Pictures:
    return Pictures(tuple(pictures.files[number] for number in numbers), pictures.positive[list(numbers)])


def _sheet(
    rows: Sequence[LabelledFile],
    said: dict[int, Answer],
    drawings: dict[str, LineDrawing],
    recipe: LabelRecipe,
) -> bytes:
    found = [(row.has_bac, said[place].probability) for place, row in enumerate(rows)]
    bands = []
    for title, has_bac, positive in (
        ("VASCULAR, called vascular", True, True),
        ("Other calcification, called vascular", False, True),
        ("VASCULAR, called other", True, False),
    ):
        places = surest(found, has_bac=has_bac, positive=positive, positive_from=recipe.positive_from)
        tiles = [_shown(rows[place], said[place], drawings, recipe) for place in places[:COLUMNS]]
        bands.append((f"{title}: {len(places)}, the surest", tiles))
    return heat_sheet(bands)


def _shown(row: LabelledFile, answer: Answer, drawings: dict[str, LineDrawing], recipe: LabelRecipe) -> Shown:
    image = crop_u8(row.path)
    drawing = drawings.get(row.path.name)
    truth = labels_of(image, drawing)[0] if drawing is not None and drawing.sure else None
    positive = answer.probability >= recipe.positive_from
    mask = answer.on((image.shape[0], image.shape[1])) > recipe.heat_threshold if positive else None
    parts = row.path.stem.split("_")
    return Shown(
        image,
        (f"{'_'.join(parts[:2])} {' '.join(parts[2:4])}: {answer.probability:.2f}", " ".join(parts[4:])),
        mask,
        truth,
    )


def _told(fold: int, row: dict[str, Any]) -> None:
    print(
        f"fold {fold}, epoch {row['epoch']}: loss {row['loss']:.3f}, validation AUC {row['auc']:.2f}",
        flush=True,
    )
