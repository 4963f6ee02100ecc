"""Labels from a model's probabilities, and crops that teach them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.training.patch import IGNORED
from shared_core.training.pseudo_label_recipe import PseudoLabelRecipe
from shared_core.training.pseudo_labels.ranking import MARKED, Probabilities

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Crops:
    """Crops of one patch, enlarged to its size."""

    images_u8: Pixels
    """(crops, side, side)."""
    labels: Pixels
    """(crops, side, side): 0, 1 and `IGNORED`."""
    corners_px: NDArray[np.int32]
    """(crops, 2): upper left corner in the patch, before they were enlarged."""


def pseudo_label(probability: Probabilities, outside: NDArray[np.bool_], recipe: PseudoLabelRecipe) -> Pixels:
    """1 where the eroded probability is above one half; `IGNORED` outside of the valid area.

    Erosion takes the least probability of the square around each pixel, as far as it lies in the patch.
    """
    square = np.ones((recipe.erosion_px, recipe.erosion_px), np.uint8)
    label = (np.asarray(cv2.erode(probability, square)) > MARKED).astype(np.uint8)
    label[outside] = IGNORED
    return label


def crops_of(image_u8: Pixels, label: Pixels, recipe: PseudoLabelRecipe, rng: np.random.Generator) -> Crops:
    """Random crops of a patch and its label."""
    side, crop = label.shape[0], recipe.crop_px
    corners = rng.integers(0, side - crop, (recipe.crops, 2), endpoint=True)
    images, labels = [], []
    for row, column in corners:
        part = slice(row, row + crop), slice(column, column + crop)
        images.append(_enlarged(image_u8[part], side, cv2.INTER_LINEAR))
        labels.append(_enlarged(label[part], side, cv2.INTER_NEAREST))
    return Crops(np.stack(images), np.stack(labels), corners.astype(np.int32))


def _enlarged(plane: Pixels, side_px: int, how: int) -> Pixels:
    return np.asarray(
        cv2.resize(np.ascontiguousarray(plane), (side_px, side_px), interpolation=how), np.uint8
    )
