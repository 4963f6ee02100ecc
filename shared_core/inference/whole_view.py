"""A view judged as a whole: its picture for a classifier, and the heat map back on the view (Mobini 2023)."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import NoBreastError
from shared_core.inference.plain_network import require_finite
from shared_core.inference.probability import ProbabilityMap, sigmoid
from shared_core.inference.runner import Runner
from shared_core.preprocessing.noise import median
from shared_core.preprocessing.otsu_crop import BreastPicture, breast_picture, standardised
from shared_core.preprocessing.prepared import PreparedView
from shared_core.preprocessing.working_copy import ContentBox
from shared_core.weights.card import ModelCard
from shared_core.weights.heat_map_rule import HeatMapRule

Array = NDArray[np.float32]
HEAT, LOGIT = 0, 1
"""Of the two maps that a classifier gives."""
_PLAIN: Final = HeatMapRule()


def picture_of(prepared: PreparedView, card: ModelCard) -> BreastPicture:
    """What the classifier of a card sees of a prepared view.

    Raises
    ------
    NoBreastError
        Nothing stands out from the background.
    """
    rule = card.heat_map or _PLAIN
    side = card.input_median_px
    image = prepared.image_u8 if side is None else median(prepared.display_u8, side)
    try:
        return breast_picture(image, prepared.breast_mask, (rule.rows, rule.columns))
    except NoBreastError as error:
        raise NoBreastError(f"{prepared.header.name}: {error}") from error


def judge_view(prepared: PreparedView, card: ModelCard, runner: Runner) -> ProbabilityMap:
    """Run a card's classifier on a prepared view.

    The map is scaled to the range 0 to 1, so that every positive view has a place of 1, and brought back to
    the rectangle; it is empty where the probability of the view lies below `HeatMapRule.positive_from`.

    Raises
    ------
    NoBreastError
        See `picture_of`.
    ModelError
        The network gives numbers that are not finite.
    """
    rule = card.heat_map or _PLAIN
    picture = picture_of(prepared, card)
    answer = runner.explain(standardised(picture.image_u8, picture.breast)[None])[0]
    require_finite(answer, card)
    logit = answer[LOGIT, 0, 0] / np.float32(card.temperature)
    probability = float(sigmoid(np.full((1, 1), logit, np.float32))[0, 0])
    values = np.zeros(prepared.image_u8.shape, np.float32)
    if probability >= rule.positive_from:
        values[picture.box.slices] = on_rectangle(answer[HEAT], picture.box)
        values *= prepared.valid_mask
    return ProbabilityMap(
        values=values,
        tiles=1,
        model_spacing_mm=_spacing_mm(prepared, picture.box, rule),
        resampled=True,
        backend=runner.info,
        notices=tuple(runner.notices),
        image_probability=probability,
    )


def on_rectangle(heat: Array, box: ContentBox) -> Array:
    """A heat map scaled to the range 0 to 1, bilinear on the pixels of a rectangle; a flat one is 0."""
    low, high = float(heat.min()), float(heat.max())
    scaled = (heat - np.float32(low)) / np.float32(high - low) if high > low else np.zeros_like(heat)
    size = (box.columns, box.rows)
    return np.asarray(cv2.resize(scaled, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _spacing_mm(prepared: PreparedView, box: ContentBox, rule: HeatMapRule) -> tuple[float, float] | None:
    spacing = prepared.spacing
    if spacing is None:
        return None
    return spacing.row_mm * box.rows / rule.rows, spacing.column_mm * box.columns / rule.columns
