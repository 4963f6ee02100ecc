"""Views and their labels on the grid that a model works on, on the same way as in inference."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.inference.resampling import to_model_view
from shared_core.mammogram import Mask
from shared_core.preprocessing.prepared import PreparedView
from shared_core.training.example import Identity, TrainingView
from shared_core.weights.card import ModelCard


def training_view(
    prepared: PreparedView,
    label: Mask,
    *,
    identity: Identity,
    card: ModelCard,
    ignore: Mask | None = None,
) -> TrainingView:
    """Bring a prepared view and its label, at source size, to the grid of a card's model.

    Raises
    ------
    UsageError
        If the shape of a mask is not that of the image.
    """
    for mask in (label, ignore):
        if mask is not None and mask.shape != prepared.image_u8.shape:
            raise UsageError(
                f"{identity.view_id}: the mask has {mask.shape[0]} x {mask.shape[1]} pixels, the image "
                f"{prepared.image_u8.shape[0]} x {prepared.image_u8.shape[1]}; draw it on this image."
            )
    seen = to_model_view(prepared, card)
    shape = (seen.image_u8.shape[0], seen.image_u8.shape[1])
    spacing = seen.spacing_mm
    return TrainingView(
        identity=identity,
        image_u8=seen.image_u8,
        label=mask_of_shape(label, shape),
        valid=seen.valid_mask,
        spacing_mm=None if spacing is None else float(np.sqrt(spacing[0] * spacing[1])),
        ignore=None if ignore is None else mask_of_shape(ignore, shape),
        display_u8=_display_of_shape(prepared.display_u8, shape),
        median_px=card.preprocessing.median_px if card.input_median_px is None else card.input_median_px,
    )


def _display_of_shape(image_u8: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    if image_u8.shape == shape:
        return image_u8
    how = cv2.INTER_AREA if shape[0] < image_u8.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image_u8, (shape[1], shape[0]), interpolation=how), np.uint8)


def mask_of_shape(mask: Mask, shape: tuple[int, int]) -> Mask:
    """Resample a mask: true where half of the pixel or more was."""
    if mask.shape == shape:
        return mask
    shrinking = shape[0] < mask.shape[0]
    covered = cv2.resize(
        mask.astype(np.uint8) * np.uint8(255),
        (shape[1], shape[0]),
        interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR,
    )
    return np.asarray(covered >= 128)
