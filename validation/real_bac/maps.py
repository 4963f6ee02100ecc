"""Probability maps of the real images as PNG files: decisions can be studied without the network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import NoBreastError, UnreadableImageError, UnsupportedImageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.inference.engine import segment
from shared_core.inference.model import Model
from shared_core.mammogram import Mask
from shared_core.preprocessing.prepare import prepare
from shared_core.preprocessing.preset import PreprocessingPreset
from shared_core.reading.reader import read_mammogram
from shared_core.training.data.real_bac import RealBacImage


@dataclass(frozen=True, eq=False)
class ImageMap:
    """The answer of a model on one image, on the grid of the file."""

    probability: NDArray[np.float32]
    """(rows, columns), in steps of 1/255."""
    valid: Mask
    image_u8: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class MapStore:
    """Maps of one model in a folder; what is missing is made. No spacing is known of any image."""

    folder: Path
    load: Callable[[], Model]
    """Called when the first map must be made."""

    def get(self, image: RealBacImage, size: float = 1.0) -> ImageMap | None:
        """The map of an image given at `size` times its size; None where no breast is found in it."""
        picture = sized(image.path, size)
        path = self.folder / f"{size:g}" / image.kind / f"{image.path.stem}.png"
        valid_path = path.with_suffix(".valid.png")
        if not (path.exists() and valid_path.exists()) and not self._make(picture, path, valid_path):
            return None
        probability = _read(path).astype(np.float32) / np.float32(255)
        return ImageMap(probability, np.asarray(_read(valid_path) > 0), picture)

    def _make(self, picture: NDArray[np.uint8], path: Path, valid_path: Path) -> bool:
        given = path.with_suffix(".given.png")
        write_bytes(given, _png(picture))
        model = self.load()
        try:
            prepared = prepare(read_mammogram(given), model.card.preprocessing)
        except (NoBreastError, UnsupportedImageError):
            return False
        finally:
            given.unlink()
        write_bytes(valid_path, _png(prepared.valid_mask.astype(np.uint8) * np.uint8(255)))
        values = segment(prepared, model).values
        write_bytes(path, _png(np.rint(values * 255).astype(np.uint8)))
        return True


@dataclass(frozen=True, eq=False)
class FoldMaps:
    """Maps of several models: each image by the one of its fold."""

    stores: dict[int, MapStore]

    def get(self, image: RealBacImage, size: float = 1.0) -> ImageMap | None:
        """As of `MapStore`."""
        return self.stores[image.fold].get(image, size)


def fold_card(networks: Path, fold: int) -> Path:
    """Where the card of the model lies that never saw the patients of a fold."""
    return networks / f"fold-{fold}" / "model.json"


def sized(path: Path, size: float) -> NDArray[np.uint8]:
    """The picture of a file at `size` times its size."""
    picture = _read(path)
    if size == 1:
        return picture
    how = cv2.INTER_AREA if size < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, None, fx=size, fy=size, interpolation=how), np.uint8)


def _read(path: Path) -> NDArray[np.uint8]:
    if path.suffix == ".dcm":
        return prepare(read_mammogram(path), PreprocessingPreset("display")).display_u8
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise UnreadableImageError(f"{path} cannot be read as an image; check the file.")
    return np.asarray(picture, np.uint8)


def _png(picture: NDArray[np.uint8]) -> bytes:
    return bytes(cv2.imencode(".png", picture)[1])
