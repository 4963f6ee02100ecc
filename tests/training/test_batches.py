from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings, strategies as st

from shared_core.training.batches import EpochBatches, crop_place, epoch_order, has_bac
from shared_core.training.recipe import SamplingRecipe
from tests.training.drawn import drawn_patches, drawn_recipe

NONE = np.zeros(0, np.int64)
POSITIVE = np.arange(30) < 10


def order(sampling: SamplingRecipe, epoch: int = 0, **values: object) -> np.ndarray:
    settled = {"pool": np.arange(30), "hardest": NONE, "seed": 1, **values}
    return epoch_order(POSITIVE, sampling, epoch=epoch, **settled)  # type: ignore[arg-type]


def test_zoomed_crops_show_the_image_smaller_and_larger() -> None:
    patches = drawn_patches(3, seed=2, side=128)
    recipe = drawn_recipe(1)
    recipe = replace(
        recipe,
        patches=replace(recipe.patches, crop_px=32),
        augmentation=replace(recipe.augmentation, zoom=2.0),
        sampling=replace(recipe.sampling, batch=60),
    )
    images, labels = EpochBatches(patches, recipe, np.ones(60, np.int64), seed=1, epoch=0).batch(0)
    assert images.shape == labels.shape == (60, 32, 32)
    assert set(np.unique(labels)) <= {0, 1, 255}
    # Bands of 7 px, at half to twice their width.
    shares = (labels == 1).mean(axis=(1, 2))
    assert shares.max() > 2 * np.median(shares[shares > 0])


def test_an_epoch_holds_each_positive_once_and_negatives_by_the_ratio() -> None:
    numbers = order(SamplingRecipe(negatives_per_positive=0.5))
    assert sorted(number for number in numbers if number < 10) == list(range(10))
    assert len(numbers) == 15
    assert len(set(numbers)) == 15


def test_more_positives_than_there_are_come_as_evenly_as_can_be() -> None:
    numbers = order(SamplingRecipe(positives=25, negatives_per_positive=0))
    counts = np.bincount(numbers, minlength=10)
    assert counts.sum() == 25
    assert counts.max() - counts.min() == 1


def test_mined_share_comes_from_the_hardest() -> None:
    sampling = SamplingRecipe(negatives_per_positive=1.0, mined_share=0.5)
    numbers = order(sampling, hardest=np.array([28, 29]))
    assert sum(number in (28, 29) for number in numbers) >= 5


def test_only_the_pool_is_drawn_from() -> None:
    pool = np.array([0, 1, 1, 1, 20, 21])
    numbers = order(SamplingRecipe(negatives_per_positive=0.5), pool=pool)
    assert set(numbers) <= set(pool)
    assert list(numbers).count(1) == 3


def test_epochs_differ_and_repeat_themselves() -> None:
    sampling = SamplingRecipe()
    assert np.array_equal(order(sampling, 3), order(sampling, 3))
    assert not np.array_equal(order(sampling, 3), order(sampling, 4))
    assert not np.array_equal(order(sampling, 3), order(sampling, 3, seed=2))


def test_batches_are_the_same_whatever_prepares_them_and_from_wherever_they_begin() -> None:
    patches = drawn_patches(20, seed=0)
    batches = EpochBatches(patches, drawn_recipe(), np.arange(20), seed=5, epoch=2)
    alone = [batches.batch(number) for number in range(len(batches))]
    for workers in (0, 3):
        for made, wanted in zip(batches.ahead(1, workers), alone[1:], strict=True):
            assert all(np.array_equal(*pair) for pair in zip(made, wanted, strict=True))
    assert len(batches) == 3


def test_fewer_patches_than_a_batch_still_make_one() -> None:
    recipe = drawn_recipe()
    batches = EpochBatches(drawn_patches(4, seed=0), recipe, np.arange(4), seed=0, epoch=0)
    images, labels = batches.batch(0)
    assert len(batches) == 1
    assert images.shape == labels.shape == (recipe.sampling.batch, 64, 64)


@settings(max_examples=40)
@given(st.integers(0, 63), st.integers(0, 63), st.integers(0, 1000))
def test_a_crop_holds_bac_where_there_is_any(row: int, column: int, seed: int) -> None:
    label = np.zeros((64, 64), np.uint8)
    label[row, column] = 1
    rows, columns = crop_place(label, 32, np.random.default_rng(seed))
    part = label[rows, columns]
    assert part.shape == (32, 32)
    assert part.sum() == 1


def test_crops_are_as_large_as_asked() -> None:
    recipe = drawn_recipe()
    recipe = replace(recipe, patches=replace(recipe.patches, crop_px=32))
    images, _ = EpochBatches(drawn_patches(6, seed=0), recipe, np.arange(6), seed=0, epoch=0).batch(0)
    assert images.shape == (6, 32, 32)


def test_positive_patches_are_those_with_a_pixel_of_one() -> None:
    patches = drawn_patches(9, seed=0)
    assert np.array_equal(has_bac(patches), (patches.labels == 1).any(axis=(1, 2)))
