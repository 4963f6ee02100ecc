"""From the image's pixel spacing to the model's, and back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from shared_core.inference.model import Model
from shared_core.inference.resampling import model_shape, to_model_view, to_source
from shared_core.mammogram import PixelSpacing, SpacingSource
from tests.inference.conftest import card_of, prepared_view, texture, with_card
from tests.told import codes


def _spacing(row: float, column: float) -> PixelSpacing:
    return PixelSpacing(row, column, SpacingSource.USER)


@pytest.mark.parametrize(
    ("spacing", "shape"),
    [
        (None, (400, 300)),
        ((0.07, 0.07), (400, 300)),
        ((0.066, 0.066), (400, 300)),
        ((0.14, 0.14), (800, 600)),
        ((0.035, 0.07), (200, 300)),
        ((0.05, 0.05), (286, 214)),
    ],
)
def test_shape_for_the_model_follows_the_spacing(
    random_model: Model, spacing: tuple[float, float] | None, shape: tuple[int, int]
) -> None:
    given = None if spacing is None else _spacing(*spacing)
    assert model_shape((400, 300), given, card_of(random_model)) == shape


def test_card_that_never_resamples_is_obeyed_and_warned_of(random_model: Model) -> None:
    card = card_of(with_card(random_model, resample="never"))
    view = to_model_view(prepared_view(texture((200, 200)), spacing=_spacing(0.05, 0.05)), card)
    assert not view.resampled
    assert codes(view.notices) == ["model-spacing-differs"]
    assert "50 µm" in view.notices[0].text


def test_unknown_spacing_is_said(random_model: Model) -> None:
    view = to_model_view(prepared_view(texture((200, 200))), card_of(random_model))
    assert view.spacing_mm is None
    assert codes(view.notices) == ["model-spacing-assumed"]


def test_resampled_view_has_the_models_spacing_and_valid_area(random_model: Model) -> None:
    image = texture((300, 200))
    valid = np.zeros(image.shape, bool)
    valid[60:240, 40:160] = True
    view = to_model_view(prepared_view(image, valid, _spacing(0.14, 0.14)), card_of(random_model))
    assert view.resampled
    assert view.image_u8.shape == view.valid_mask.shape == (600, 400)
    assert view.spacing_mm == pytest.approx((0.07, 0.07))
    assert view.valid_mask.mean() == pytest.approx(valid.mean(), abs=0.01)


@pytest.mark.parametrize("spacing", [0.04, 0.05, 0.1, 0.14])
def test_area_of_a_map_survives_the_way_there_and_back(random_model: Model, spacing: float) -> None:
    prepared = prepared_view(texture((500, 400)), spacing=_spacing(spacing, spacing))
    shape = to_model_view(prepared, card_of(random_model)).image_u8.shape
    values = np.zeros(shape, np.float32)
    cv2.ellipse(values, (shape[1] // 2, shape[0] // 2), (shape[1] // 4, shape[0] // 5), 20, 0, 360, 1.0, -1)
    back = to_source(values, prepared)
    assert back.shape == (500, 400)
    assert (back > 0.5).mean() == pytest.approx(values.mean(), rel=0.02)
