"""Where classifiers of whole images looked, on one picture: the surest answers, right and wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.inference.backends.torch_classifier import TorchClassifier
from shared_core.inference.probability import sigmoid
from shared_core.inference.whole_view import HEAT, LOGIT, on_rectangle
from shared_core.mammogram import Mask
from shared_core.pictures.lettering import FINDING, OTHER, QUIET, Line, draw_block, fitting
from shared_core.pictures.outline import draw_outlines, mask_outlines
from shared_core.preprocessing.working_copy import ContentBox
from shared_core.training.image_labels.batches import unchanged
from shared_core.training.image_labels.pictures import Pictures
from shared_core.training.image_labels.recipe import LabelRecipe
from shared_core.wording.phrases import RESEARCH_USE

Grey = NDArray[np.uint8]
COLUMNS: Final = 8
HEAT_MARKS: Final = "Orange: heat map above its threshold; blue: truth, where it was drawn."
_TILE_PX: Final = 190
_GAP_PX: Final = 6
_TEXT_PX: Final = 13
_HEAD_PX: Final = 24
_QUALITY: Final = 82


@dataclass(frozen=True, eq=False)
class Answer:
    """What a classifier says of one picture."""

    probability: float
    heat: NDArray[np.float32]
    """Of the last convolution, not scaled."""

    def on(self, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """The heat map in the range 0 to 1, on a picture of (rows, columns)."""
        return on_rectangle(self.heat, ContentBox(0, shape[0], 0, shape[1]))


@dataclass(frozen=True, eq=False)
class Shown:
    """One tile."""

    image_u8: Grey
    words: tuple[str, str]
    mask: Mask | None = None
    """Where the heat map lies above its threshold, on the image; None where the answer is no."""
    truth: Mask | None = None


def answers(recipe: LabelRecipe, arrays: Mapping[str, NDArray[Any]], pictures: Pictures) -> list[Answer]:
    """Run a classifier on pictures as it is in use."""
    network = TorchClassifier(recipe.network, recipe.network_options, arrays)
    found = []
    for inputs, _ in unchanged(pictures, recipe.batch):
        for maps in network.explain(inputs):
            probability = sigmoid(maps[LOGIT, :1, :1])
            found.append(Answer(float(probability[0, 0]), np.asarray(maps[HEAT], np.float32)))
    return found


def surest(
    found: Sequence[tuple[bool, float]], *, has_bac: bool, positive: bool, positive_from: float = 0.5
) -> list[int]:
    """Places of the answers of one kind, the surest first.

    Parameters
    ----------
    found
        Of each picture, whether it has BAC, and the probability that was given.
    """
    places = [
        place
        for place, (truth, probability) in enumerate(found)
        if truth is has_bac and (probability >= positive_from) is positive
    ]
    return sorted(places, key=lambda place: (-abs(found[place][1] - positive_from), place))


def heat_sheet(rows: Sequence[tuple[str, Sequence[Shown]]], *, marks: str = HEAT_MARKS) -> bytes:
    """A JPEG of rows of tiles, each under its title; rows without tiles are left out.

    `marks` says what the outlines are.
    """
    width = COLUMNS * (_TILE_PX + _GAP_PX)
    bands = []
    for title, tiles in rows:
        if not tiles:
            continue
        head = np.zeros((_HEAD_PX, width, 3), np.uint8)
        draw_block(head, 3, 4, lines=[Line(fitting(title, _TEXT_PX + 2, width - 8), _TEXT_PX + 2)])
        drawn = [_tile(tile) for tile in tiles[:COLUMNS]]
        drawn += [np.zeros_like(drawn[0])] * (COLUMNS - len(drawn))
        bands += [head, np.hstack(drawn)]
    foot = np.zeros((_HEAD_PX, width, 3), np.uint8)
    words = f"{marks} {RESEARCH_USE}"
    draw_block(foot, 3, 4, lines=[Line(fitting(words, _TEXT_PX, width - 8), _TEXT_PX, QUIET)])
    picture = np.ascontiguousarray(np.vstack([*bands, foot])[:, :, ::-1])
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()


def _tile(shown: Shown) -> Grey:
    """The image in its own proportions, its outlines, and two lines of words."""
    rows, columns = shown.image_u8.shape
    scale = _TILE_PX / max(rows, columns)
    size = max(round(columns * scale), 1), max(round(rows * scale), 1)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    grey = cv2.resize(shown.image_u8, size, interpolation=how)
    inside = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
    for mask, colour in ((shown.truth, OTHER), (shown.mask, FINDING)):
        if mask is not None:
            outlines = mask_outlines(np.ascontiguousarray(mask), 0)
            draw_outlines(
                inside, outlines, scale=(inside.shape[0] / rows, inside.shape[1] / columns), colour=colour
            )
    tile = np.zeros((_TILE_PX, _TILE_PX, 3), np.uint8)
    tile[: inside.shape[0], : inside.shape[1]] = inside
    strip = np.zeros((2 * _TEXT_PX + 10, _TILE_PX, 3), np.uint8)
    first, second = (fitting(words, _TEXT_PX, _TILE_PX - 4) for words in shown.words)
    draw_block(strip, 2, 2, lines=[Line(first, _TEXT_PX), Line(second, _TEXT_PX, QUIET)])
    return np.pad(np.vstack([tile, strip]), ((0, _GAP_PX), (0, _GAP_PX), (0, 0)))
