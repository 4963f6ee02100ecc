"""What stands out from a skin line, and what lies in a breast like an implant."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from shared_core.quality.implant import implant_share
from shared_core.quality.nipple import LEAST_HEIGHT, nipple_height
from tests.quality.breast_picture import breast_mask, breast_picture


def disc_at(picture: np.ndarray, middle: tuple[int, int], radius: int, grey: int) -> np.ndarray:
    drawn = picture.copy()
    cv2.circle(drawn, middle, radius, grey, -1)
    return drawn


def smooth_breast() -> np.ndarray:
    grey = np.zeros((1000, 700), np.uint8)
    cv2.ellipse(grey, (0, 500), (560, 450), 0, 0, 360, 1, -1)
    return grey.view(np.bool_)


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("wall", ["left", "right"])
def test_a_nipple_stands_out_at_any_size_of_picture_and_on_either_side(scale: float, wall: str) -> None:
    def seen(breast: np.ndarray) -> float:
        mask = cv2.resize(breast.view(np.uint8), None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST)
        mask = np.ascontiguousarray(mask if wall == "left" else mask[:, ::-1]).view(bool)
        height = nipple_height((mask * 100).astype(np.uint8), mask, wall)  # type: ignore[arg-type]
        assert height is not None
        return height

    assert seen(smooth_breast()) < LEAST_HEIGHT < 0.015 < seen(breast_mask())


def test_a_nipple_that_the_mask_leaves_out_is_found_by_its_grey() -> None:
    breast = smooth_breast()
    picture = np.where(breast, 100, 0).astype(np.uint8)
    alone = nipple_height(picture, breast, "left")
    faint = nipple_height(disc_at(picture, (580, 500), 25, 20), breast, "left")
    assert alone is not None
    assert faint is not None
    assert alone < LEAST_HEIGHT < 0.015 < faint


def test_nothing_is_said_of_the_nipple_where_there_is_no_breast() -> None:
    assert nipple_height(np.zeros((50, 40), np.uint8), np.zeros((50, 40), bool), "left") is None
    assert implant_share(np.zeros((50, 40), np.uint8), np.zeros((50, 40), bool)) == 0


def test_a_round_even_shape_is_an_implant_and_a_mass_or_an_uneven_one_is_not() -> None:
    breast, picture = breast_mask(), breast_picture()
    assert implant_share(picture, breast) == 0
    implant = disc_at(picture, (120, 500), 220, 230)
    assert 0.12 < implant_share(implant, breast) < 0.5
    assert implant_share(disc_at(picture, (120, 500), 80, 230), breast) == 0
    ramp = np.linspace(255, 130, 340)[None, :].repeat(len(picture), axis=0)
    inside = implant[:, :340] == 230
    uneven = picture.copy()
    uneven[:, :340][inside] = ramp[inside]
    assert implant_share(uneven, breast) == 0


def test_a_bright_shape_that_leaves_the_picture_above_is_a_muscle() -> None:
    breast = np.zeros((600, 400), bool)
    breast[:, :300] = True
    picture = np.where(breast, 60, 0).astype(np.uint8)
    cv2.fillConvexPoly(picture, np.array([(0, 0), (200, 0), (0, 400)]), 200)
    assert implant_share(picture, breast) == 0
