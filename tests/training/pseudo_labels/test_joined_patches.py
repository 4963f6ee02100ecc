from __future__ import annotations

import numpy as np
import pytest

from shared_core.training.batches import has_bac
from shared_core.training.pseudo_labels.joined_patches import chosen_of, joined
from shared_core.training.pseudo_labels.pseudo_patches import shares
from shared_core.training.state import patches_sha256
from tests.training.drawn import drawn_patches

PARTS = [drawn_patches(count, seed=count, side=16) for count in (5, 3, 4)]
COPIED = np.concatenate([part.images_u8 for part in PARTS])


@pytest.mark.parametrize(
    "key", [0, 4, 5, 11, slice(3, 9), slice(2, 99), np.array([11, 0, 6]), np.array([], int)]
)
def test_joined_sets_read_as_one_array_does(key: object) -> None:
    both = joined(PARTS)
    assert len(both) == 12
    np.testing.assert_array_equal(both.images_u8[key], COPIED[key])  # type: ignore[index]


def test_some_of_joined_sets_are_those_and_have_the_same_fingerprint_as_a_copy() -> None:
    numbers = np.array([1, 7, 10])
    some = chosen_of(joined(PARTS), numbers)
    np.testing.assert_array_equal(some.images_u8[:], COPIED[numbers])
    np.testing.assert_array_equal(some.images_u8[np.array([2, 0])], COPIED[[10, 1]])
    assert has_bac(some).tolist() == has_bac(joined(PARTS))[numbers].tolist()
    copied = chosen_of(joined(PARTS), np.arange(12))
    assert patches_sha256(copied) == patches_sha256(joined(PARTS))
    with pytest.raises(IndexError, match="no number 12"):
        joined(PARTS).images_u8[12]


def test_a_share_of_the_crops_validates_and_what_validated_once_always_does() -> None:
    teaching, validating = shares(25, 0.1)
    assert validating.tolist() == [9, 19]
    assert sorted([*teaching, *validating]) == list(range(25))
    assert set(validating) <= set(shares(40, 0.1)[1])
    assert shares(25, 0.0)[1].tolist() == []
