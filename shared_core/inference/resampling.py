"""Bring an image to the pixel spacing that the model knows, and the answer back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.inference.texture import picture_size, texture_slopes
from shared_core.mammogram import Mask, PixelSpacing
from shared_core.notices import Notice
from shared_core.notices.of_results import MODEL_SPACING_ASSUMED, MODEL_SPACING_DIFFERS
from shared_core.preprocessing.noise import median
from shared_core.preprocessing.prepared import PreparedView
from shared_core.weights.card import ModelCard

_STEPS_AN_OCTAVE: Final = 2
_MOST_STEPS: Final = 2
"""A picture is halved or doubled at most."""
_SHARPENED_PX: Final = 1.5


@dataclass(frozen=True, eq=False)
class ModelView:
    """What the network sees of a prepared view."""

    image_u8: NDArray[np.uint8]
    valid_mask: Mask
    spacing_mm: tuple[float, float] | None
    """(row, column) of `image_u8`; None where unknown."""
    resampled: bool
    notices: tuple[Notice, ...] = ()


def model_shape(shape: tuple[int, int], spacing: PixelSpacing | None, card: ModelCard) -> tuple[int, int]:
    """(rows, columns) of the image for the network.

    The same as `shape` where the card says ``never``, the spacing is unknown, or both spacings lie
    within the card's tolerance of the model's: magnification alone makes such differences, and the
    training images were not corrected for it.
    """
    if card.resample == "never" or spacing is None:
        return shape
    factors = spacing.row_mm / card.input_spacing_mm, spacing.column_mm / card.input_spacing_mm
    if all(abs(factor - 1) <= card.resample_tolerance for factor in factors):
        return shape
    rows, columns = (max(1, round(side * factor)) for side, factor in zip(shape, factors, strict=True))
    return rows, columns


def model_grid(
    display_u8: NDArray[np.uint8], valid: Mask, spacing: PixelSpacing | None, card: ModelCard
) -> tuple[int, int]:
    """(rows, columns) of the image for the network, by its spacing, or by its texture where the card can.

    Parameters
    ----------
    display_u8
        (rows, columns) display values, not filtered.
    valid
        (rows, columns) bool: where BAC may be reported.
    """
    shape = (display_u8.shape[0], display_u8.shape[1])
    scale = card.picture_scale
    if spacing is not None or scale is None:
        return model_shape(shape, spacing, card)
    slopes = texture_slopes(display_u8, valid)
    if slopes is None:
        return shape
    finer = math.log2(picture_size(scale, slopes))
    steps = int(np.clip(round(-_STEPS_AN_OCTAVE * finer), -_MOST_STEPS, _MOST_STEPS))
    while steps > 0 and display_u8.size * 4 ** (steps / _STEPS_AN_OCTAVE) > scale.most_px:
        steps -= 1
    factor = 2 ** (steps / _STEPS_AN_OCTAVE)
    return max(1, round(shape[0] * factor)), max(1, round(shape[1] * factor))


def model_picture(
    display_u8: NDArray[np.uint8], wanted: tuple[int, int], spacing: PixelSpacing | None, card: ModelCard
) -> NDArray[np.uint8]:
    """Display values on the grid for the network; what is enlarged by its texture is sharpened."""
    size = wanted[1], wanted[0]
    if wanted[0] < display_u8.shape[0]:
        return np.asarray(cv2.resize(display_u8, size, interpolation=cv2.INTER_AREA), np.uint8)
    if spacing is not None or card.picture_scale is None:
        return np.asarray(cv2.resize(display_u8, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    large = cv2.resize(display_u8, size, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    taken = large - cv2.GaussianBlur(large, (0, 0), _SHARPENED_PX)
    sharp = large + np.float32(card.picture_scale.sharpening) * taken
    return np.asarray(np.clip(np.rint(sharp), 0, 255), np.uint8)


def to_model_view(prepared: PreparedView, card: ModelCard) -> ModelView:
    """Resample a prepared view for the network, filtered at the network's scale."""
    spacing = prepared.spacing
    shape = prepared.image_u8.shape
    wanted = model_grid(prepared.display_u8, prepared.valid_mask, spacing, card)
    own_median = card.input_median_px
    if wanted == shape:
        return ModelView(
            prepared.image_u8 if own_median is None else median(prepared.display_u8, own_median),
            prepared.valid_mask,
            None if spacing is None else (spacing.row_mm, spacing.column_mm),
            resampled=False,
            notices=_scale_notices(spacing, card),
        )
    image = model_picture(prepared.display_u8, wanted, spacing, card)
    side = card.preprocessing.median_px if own_median is None else own_median
    if side:
        image = np.asarray(cv2.medianBlur(image, side), np.uint8)
    valid = cv2.resize(
        prepared.valid_mask.view(np.uint8), (wanted[1], wanted[0]), interpolation=cv2.INTER_NEAREST
    )
    return ModelView(
        image,
        valid.astype(bool),
        None
        if spacing is None
        else (spacing.row_mm * shape[0] / wanted[0], spacing.column_mm * shape[1] / wanted[1]),
        resampled=True,
        notices=_scale_notices(spacing, card, enlarged=wanted[0] / shape[0]),
    )


def to_source(values: NDArray[np.float32], prepared: PreparedView) -> NDArray[np.float32]:
    """Bring a map of the model's view back to source size; 0 outside the valid area."""
    shape = prepared.image_u8.shape
    if values.shape == shape:
        return values
    back = np.asarray(cv2.resize(values, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)
    back *= prepared.valid_mask
    return back


def _scale_notices(
    spacing: PixelSpacing | None, card: ModelCard, *, enlarged: float = 1.0
) -> tuple[Notice, ...]:
    model_um = round(card.input_spacing_mm * 1000)
    if spacing is None:
        return (MODEL_SPACING_ASSUMED.notice(model_um=round(card.input_spacing_mm * 1000 * enlarged)),)
    if card.resample == "never" and abs(spacing.row_mm / card.input_spacing_mm - 1) > card.resample_tolerance:
        return (MODEL_SPACING_DIFFERS.notice(image_um=f"{spacing.row_mm * 1000:.0f}", model_um=model_um),)
    return ()
