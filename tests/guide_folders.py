"""Folders as the guides suppose them: what a reader of a page has before its first command."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch

from shared_core.weights.location import BUNDLED_WEIGHTS
from tests.networks.random_scunet import random_scunet
from tests.pacs.drawn_exam import drawn_files
from tests.raw_steps import raw_dicom
from tests.reading.synthetic import write
from tests.serial_results import areas_of_views, serial_results
from tests.tram_track import tram_track, write_tram_track

GUIDES: Final = Path(__file__).resolve().parents[1] / "docs" / "guides"


def _exam(folder: Path, *, patients: Sequence[str] = ("P1",)) -> None:
    folder.mkdir(parents=True)
    for patient in patients:
        write_tram_track(folder / f"{patient}_LCC.png", seed=len(patient))


def _model(card_file: Path, name: str) -> None:
    """A model of one's own: that of the package by another name."""
    card_file.parent.mkdir(exist_ok=True)
    card = json.loads((BUNDLED_WEIGHTS.parent / "cards" / "openbac-1.json").read_text("utf-8"))
    card_file.write_text(json.dumps({**card, "name": name}), "utf-8")
    shutil.copy(BUNDLED_WEIGHTS / "openbac-1" / card["weights_file"], card_file.parent)


def _table(path: Path, columns: Mapping[str, Iterable[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def _masks(folder: Path, *, exams: int = 9, ending: str = "") -> None:
    """A band an exam, each folder's a little higher or lower."""
    random = np.random.default_rng(len(folder.name))
    for exam in range(exams):
        mask = np.zeros((70, 66), np.uint8)
        top = 20 + int(random.integers(0, 6))
        mask[top : top + 10, 5:45] = 255
        path = folder / f"e{exam}" / f"LCC{ending}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), mask)


def _for_exam(folder: Path) -> None:
    write_tram_track(folder / "LCC.png")
    shutil.copy(folder / "LCC.png", folder / "LCC.dcm")  # its kind is seen from its bytes
    mask = np.zeros(tram_track().shape, np.uint8)
    mask[290:310, 20:200] = 2
    cv2.imwrite(str(folder / "labels.tif"), mask)
    cv2.imwrite(str(folder / "LCC_drawn.png"), mask * 127)
    shutil.copy(folder / "LCC_drawn.png", folder / "LCC_seg.dcm")


def _for_files(folder: Path) -> None:
    write_tram_track(folder / "LCC.png")
    _exam(folder / "exam_folder")
    (folder / "exam").mkdir()
    shutil.copy(folder / "LCC.png", folder / "exam" / "1-280.dcm")


def _for_cohort(folder: Path) -> None:
    _exam(folder / "archive", patients=("P1", "P20"))
    _exam(folder / "exam_folder")


def _for_models(folder: Path) -> None:
    write_tram_track(folder / "LCC.png")
    _exam(folder / "exam_folder")
    _model(folder / "my-scunet.json", "my-scunet")


def _for_archive(folder: Path) -> None:
    (folder / "exam").mkdir()
    drawn_files(folder / "exam")


def _for_change(folder: Path) -> None:
    serial_results(
        folder / "results",
        [
            (f"{patient}-{year}", patient, f"{2015 + year}0310", areas_of_views(20 * growth**year, year))
            for patient, growth in (("001", 1.2), ("007", 1.0))
            for year in range(3)
        ],
    )
    pairs = [(f"c{number}", f"c{number}", "20200101", areas_of_views(20, number)) for number in range(20)]
    serial_results(folder / "cohort", pairs)
    (folder / "data").mkdir()
    for name, level in (("one", 20), ("two", 80)):
        serial_results(folder / "data" / name, [(name, name, "", areas_of_views(level, level))])


def _for_compare(folder: Path) -> None:
    for name in ("model", "anna", "berta", "clara", "new", "old", "annotations"):
        _masks(folder / name)
    _masks(folder / "results", ending="_mask")
    for name in ("predicted", "drawn"):
        shutil.copy(folder / "anna" / f"e{len(name) % 9}" / "LCC.png", folder / f"{name}_mask.png")
    random = np.random.default_rng(3)
    keys = [f"e{number}" for number in range(40)]
    truth = np.repeat([0, 1, 2, 3], 10)
    for name in ("truth", "model", "anna", "berta", "clara"):
        grades = np.clip(truth + random.integers(-1, 2, len(keys)), 0, 3)
        _table(folder / f"{name}.csv", {"key": keys, "area_grade": grades})
    voxels = random.gamma(2, 300, len(keys))
    areas = voxels / 100
    for name in ("exams.csv", "results/exams.csv", "reader/exams.csv"):
        columns = {"age": random.integers(45, 75, len(keys)), "pm": 3 * voxels, "area_grade": truth}
        measured = {side: areas * random.uniform(0.9, 1.1) for side in _AREAS}
        _table(folder / name, {"key": keys, **columns, **measured})
    _table(folder / "reader.csv", {"key": keys, "pm": 3 * voxels + 1, "area_grade": truth[::-1]})
    _table(folder / "ct.csv", {"patient": keys, "ct_voxels": voxels})
    kinds = {"vendor": ["A", "B"] * 20, "density": ["b", "b", "c", "c"] * 10}
    _table(folder / "about.csv", {"key": keys, **kinds})
    ages = random.normal(60, 9, len(keys)).round(1)
    _table(folder / "women.csv", {"key": keys, "age": ages, "side": ["train", "test"] * 20})
    _table(folder / "our-women.csv", {"age": ages, "pm": 3 * voxels})


_AREAS: Final = ("left_mean_bac_area_mm2", "right_mean_bac_area_mm2")


def _for_mass(folder: Path) -> None:
    """The steps of the page, and a phantom in which they lie there."""
    (document,) = re.findall(r"^```json\n(.*?)^```$", (GUIDES / "mass.md").read_text("utf-8"), re.M | re.S)
    (folder / "steps.json").write_text(document, "utf-8")
    stated = json.loads(document)["steps"]
    densities = [step["areal_density_mg_cm2"] for step in stated]
    places = [step["rectangle"] for step in stated]
    for kvp in (28, 30):
        phantom = raw_dicom(densities=densities, steps=places, shape=(900, 1200), kvp=kvp)
        write(folder / f"phantom_{kvp}kv.dcm", phantom)
    (folder / "exam_folder").mkdir()
    write(folder / "exam_folder" / "LCC.dcm", raw_dicom(densities=(0, 20)))


def _for_own_model(folder: Path) -> None:
    _exam(folder / "exams", patients=("P1", "P20", "P300"))
    _exam(folder / "more-exams")
    _exam(folder / "exam_folder")
    _model(folder / "ours" / "model.json", "ours")
    (folder / "images").mkdir()
    (folder / "drawn").mkdir()
    for number in range(2):
        write_tram_track(folder / "images" / f"P{number}_LCC.png", seed=number)
        mask = np.zeros(tram_track().shape, np.uint8)
        mask[290:350, 15:260] = 255
        cv2.imwrite(str(folder / "drawn" / f"P{number}_LCC.png"), mask)
    torch.save({"model_state_dict": random_scunet().state_dict()}, folder / "theirs.pt")


FOLDERS: Final[dict[str, Callable[[Path], None]]] = {
    "archive.md": _for_archive,
    "change.md": _for_change,
    "cohort.md": _for_cohort,
    "compare.md": _for_compare,
    "exam.md": _for_exam,
    "files.md": _for_files,
    "mass.md": _for_mass,
    "models.md": _for_models,
    "own-model.md": _for_own_model,
}
"""Page to what makes its folder."""
