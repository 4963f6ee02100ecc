"""Models on real images: marked areas, the way they move with the tile grid, and a picture of each image."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core import Model, ViewResult, analyze_view, decide_mask
from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.inference.engine import segment_steps
from shared_core.pictures.overlay import overlay_picture
from shared_core.records.canonical_json import json_bytes
from shared_core.version import SOFTWARE_VERSION
from shared_core.weights.card import ModelCard
from validation.judged import AS_PUBLISHED, Judged
from validation.models.film import FilmScores, film_scores
from validation.real_data import FILM_WITH_BAC, RealFile

PICTURE_ROWS: Final = 900
_SHIFT_PX: Final = (200, 200)


@dataclass(frozen=True)
class RealRow:
    """One image with all models."""

    name: str
    stem: str
    """Of the file and of the picture."""
    shows: str
    marked_px: dict[str, int]
    """By model and rule."""
    percent_of_breast: dict[str, float | None]
    """By model with its own rule."""
    grid_dice: dict[str, float | None]
    """By model with its own rule: the mask beside that with the tile grid moved; None without a mask."""
    film: dict[str, FilmScores] | None = None
    """By model and rule; of the one film with clear BAC."""

    @property
    def without_bac(self) -> bool:
        """Whether every marked pixel is false."""
        return "no BAC" in self.shows


class RealRows:
    """Rows by file name in one JSON file, written anew with each image.

    Raises
    ------
    UsageError
        The file was made with other models, or cannot be read.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any]) -> None:
        self._path = path
        self._settings = json.loads(json_bytes(dict(settings)))
        self.rows: dict[str, RealRow] = {}
        if path.exists():
            try:
                saved = json.loads(path.read_bytes())
                self.rows = {stem: _row(row) for stem, row in saved["rows"].items()}
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
                raise UsageError(f"{path}: no rows can be read from it; name another folder.") from error
            if saved["settings"] != self._settings:
                raise UsageError(f"{path}: its rows are of other models; name another folder with --rows.")

    def add(self, row: RealRow) -> None:
        """Keep a row; it is on the disk when this returns."""
        self.rows[row.stem] = row
        rows = {stem: asdict(one) for stem, one in self.rows.items()}
        write_bytes(self._path, json_bytes({"settings": self._settings, "rows": rows}))


def real_settings(cards: Sequence[ModelCard]) -> dict[str, Any]:
    """Everything that rows depend on besides the code."""
    decided = (
        *("sha256", "threshold", "temperature", "candidates", "tracks", "picture_scale"),
        *("tiling", "preprocessing", "input_median_px"),
    )
    return {
        "software": SOFTWARE_VERSION,
        "models": {card.name: {name: asdict(card)[name] for name in decided} for card in cards},
    }


def measure_real(
    files: Sequence[RealFile], models: Sequence[Judged], *, rows: Path, pictures: Path
) -> list[RealRow]:
    """Measure the images that the rows lack, and draw them.

    Parameters
    ----------
    files
        The images.
    models
        Each model by its own card, followed by its cards with other rules. The first two that are not of
        `AS_PUBLISHED` are drawn.
    rows
        JSON file that keeps what is done.
    pictures
        Folder of the pictures.
    """
    kept = RealRows(rows, real_settings([model.card for model in models]))
    loaded: dict[str, Model] = {}
    for file in files:
        if file.path.stem in kept.rows and (pictures / f"{file.path.stem}.jpg").is_file():
            continue
        loaded = loaded or {one.name: one.load() for one in models if one.name == one.model}
        row, picture = measure_image(file, models, loaded)
        write_bytes(pictures / f"{file.path.stem}.jpg", picture)
        kept.add(row)
        print(f"{row.name}: {row.marked_px}", flush=True)
    return [kept.rows[file.path.stem] for file in files]


def measure_image(
    file: RealFile, models: Sequence[Judged], loaded: Mapping[str, Model]
) -> tuple[RealRow, bytes]:
    """One image: its row, and its picture as JPEG."""
    results = {name: analyze_view(file.path, model=model) for name, model in loaded.items()}
    masks = {
        one.name: results[one.model].mask
        if one.name == one.model
        else decide_mask(results[one.model].prepared, results[one.model].probability.values, one.card).mask
        for one in models
    }
    first = next(iter(results.values()))
    name = file.path.stem
    if file.path.suffix == ".dcm":
        name = f"{first.header.view_label} {name}"
    film = None
    if file.path.stem == FILM_WITH_BAC:
        film = {one: film_scores(mask, masks[AS_PUBLISHED]) for one, mask in masks.items()}
    row = RealRow(
        name=name,
        stem=file.path.stem,
        shows=file.shows,
        marked_px={one: int(np.count_nonzero(mask)) for one, mask in masks.items()},
        percent_of_breast={one: r.measurement.bac_percent_of_breast for one, r in results.items()},
        grid_dice={one: _grid_dice(result, loaded[one]) for one, result in results.items()},
        film=film,
    )
    drawn = [result for one, result in results.items() if one != AS_PUBLISHED]
    return row, _jpeg(beside([_overlay(result) for result in drawn[:2]]))


def beside(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Pictures (rows, columns, 3) of one height, reduced and set side by side with a gap."""
    scaled = []
    for picture in pictures:
        size = max(round(picture.shape[1] * PICTURE_ROWS / picture.shape[0]), 1), PICTURE_ROWS
        scaled.append(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
        scaled.append(np.full((PICTURE_ROWS, 6, 3), 255, np.uint8))
    return np.hstack(scaled[:-1])


def _grid_dice(result: ViewResult, model: Model) -> float | None:
    if not result.mask.any():
        return None
    *_, last = segment_steps(result.prepared, model, origin_px=_SHIFT_PX)
    assert last.result is not None
    moved = decide_mask(result.prepared, last.result.values, model.card).mask
    return float(2 * (moved & result.mask).sum() / (moved.sum() + result.mask.sum()))


def _overlay(result: ViewResult) -> NDArray[np.uint8]:
    return overlay_picture(result.prepared, result.mask, result.measurement, provenance=result.provenance)


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    bgr = np.ascontiguousarray(picture[..., ::-1])
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()


def _row(document: Mapping[str, Any]) -> RealRow:
    film = document["film"]
    scores = None if film is None else {name: FilmScores(**one) for name, one in film.items()}
    return RealRow(**{**document, "film": scores})
