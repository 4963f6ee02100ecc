"""Bring an image to the pixel spacing that the model knows, and the answer back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask, PixelSpacing
from shared_core.notices import Notice
from shared_core.notices.of_results import MODEL_SPACING_ASSUMED, MODEL_SPACING_DIFFERS
from shared_core.preprocessing.noise import median
from shared_core.preprocessing.prepared import PreparedView
from shared_core.weights.card import ModelCard


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


def to_model_view(prepared: PreparedView, card: ModelCard) -> ModelView:
    """Resample a prepared view for the network, filtered at the network's scale."""
    spacing = prepared.spacing
    shape = prepared.image_u8.shape
    wanted = model_shape((shape[0], shape[1]), spacing, card)
    own_median = card.input_median_px
    if wanted == shape:
        return ModelView(
            prepared.image_u8 if own_median is None else median(prepared.display_u8, own_median),
            prepared.valid_mask,
            None if spacing is None else (spacing.row_mm, spacing.column_mm),
            resampled=False,
            notices=_scale_notices(spacing, card),
        )
    assert spacing is not None
    shrinking = wanted[0] < shape[0]
    image = cv2.resize(
        prepared.display_u8,
        (wanted[1], wanted[0]),
        interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR,
    )
    side = card.preprocessing.median_px if own_median is None else own_median
    if side:
        image = cv2.medianBlur(image, side)
    valid = cv2.resize(
        prepared.valid_mask.view(np.uint8), (wanted[1], wanted[0]), interpolation=cv2.INTER_NEAREST
    )
    return ModelView(
        np.asarray(image, np.uint8),
        valid.astype(bool),
        (spacing.row_mm * shape[0] / wanted[0], spacing.column_mm * shape[1] / wanted[1]),
        resampled=True,
    )


def to_source(values: NDArray[np.float32], prepared: PreparedView) -> NDArray[np.float32]:
    """Bring a map of the model's view back to source size; 0 outside the valid area."""
    shape = prepared.image_u8.shape
    if values.shape == shape:
        return values
    back = cv2.resize(values, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    back *= prepared.valid_mask
    return np.asarray(back, np.float32)


def _scale_notices(spacing: PixelSpacing | None, card: ModelCard) -> tuple[Notice, ...]:
    model_um = round(card.input_spacing_mm * 1000)
    if spacing is None:
        return (MODEL_SPACING_ASSUMED.notice(model_um=model_um),)
    if card.resample == "never" and abs(spacing.row_mm / card.input_spacing_mm - 1) > card.resample_tolerance:
        return (MODEL_SPACING_DIFFERS.notice(image_um=f"{spacing.row_mm * 1000:.0f}", model_um=model_um),)
    return ()
