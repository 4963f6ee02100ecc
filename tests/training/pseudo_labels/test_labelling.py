from __future__ import annotations

from dataclasses import replace

import numpy as np

from shared_core.training.patch import IGNORED
from shared_core.training.pseudo_label_recipe import PseudoLabelRecipe
from shared_core.training.pseudo_labels.labelling import crops_of, pseudo_label

RECIPE = PseudoLabelRecipe()
NOWHERE = np.zeros((16, 16), bool)


def test_erosion_takes_two_pixels_from_every_side_but_the_border_of_the_patch() -> None:
    p = np.zeros((16, 16), np.float32)
    p[4:11, 4:12] = 0.9
    label = pseudo_label(p, NOWHERE, RECIPE)
    wanted = np.zeros((16, 16), np.uint8)
    wanted[6:9, 6:10] = 1
    np.testing.assert_array_equal(label, wanted)
    p = np.zeros((16, 16), np.float32)
    p[:7, :7] = 0.9
    assert pseudo_label(p, NOWHERE, RECIPE).sum() == 25


def test_what_is_thinner_than_the_square_is_no_label_and_one_half_is_none() -> None:
    p = np.zeros((16, 16), np.float32)
    p[4:8] = 1
    assert not pseudo_label(p, NOWHERE, RECIPE).any()
    assert not pseudo_label(np.full((16, 16), 0.5, np.float32), NOWHERE, RECIPE).any()


def test_outside_of_the_valid_area_a_label_takes_no_part() -> None:
    outside = NOWHERE.copy()
    outside[:, :8] = True
    label = pseudo_label(np.ones((16, 16), np.float32), outside, RECIPE)
    assert (label[:, :8] == IGNORED).all()
    assert (label[:, 8:] == 1).all()


def test_crops_are_squares_of_the_patch_enlarged_to_its_size() -> None:
    recipe = replace(RECIPE, crop_px=16, crops=40)
    image = np.arange(32, dtype=np.uint8)[:, None] * 8 + np.zeros((32, 32), np.uint8)
    label = np.zeros((32, 32), np.uint8)
    label[8:24, 8:24] = 1
    label[0] = IGNORED
    crops = crops_of(image, label, recipe, np.random.default_rng(0))
    assert crops.images_u8.shape == crops.labels.shape == (40, 32, 32)
    assert crops.corners_px.min() == 0
    assert crops.corners_px.max() == 16
    for (row, column), picture, own in zip(crops.corners_px, crops.images_u8, crops.labels, strict=True):
        np.testing.assert_array_equal(own[::2, ::2], label[row : row + 16, column : column + 16])
        assert abs(int(picture[0, 0]) - int(image[row, column])) <= 2
    assert set(np.unique(crops.labels)) <= {0, 1, IGNORED}
