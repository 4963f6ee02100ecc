import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.preprocessing.noise import median
from shared_core.preprocessing.shapes import disk


def test_median_is_the_square_one_with_replicated_edges() -> None:
    image = np.random.default_rng(0).integers(0, 256, (40, 31)).astype(np.uint8)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(image, 2, mode="edge"), (5, 5))
    assert np.array_equal(median(image, 5), np.median(around, axis=(2, 3)))


@pytest.mark.parametrize("size", [0, 1])
def test_median_can_be_left_out(size: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (9, 9)).astype(np.uint8)
    assert median(image, size) is image


@pytest.mark.parametrize("size", [-3, 4])
def test_median_refuses_a_size_that_has_no_centre(size: int) -> None:
    with pytest.raises(UsageError, match="odd side"):
        median(np.zeros((9, 9), np.uint8), size)


def test_disk_is_that_of_the_paper_s_library() -> None:
    assert disk(2).tolist() == [
        [0, 0, 1, 0, 0],
        [0, 1, 1, 1, 0],
        [1, 1, 1, 1, 1],
        [0, 1, 1, 1, 0],
        [0, 0, 1, 0, 0],
    ]
    assert disk(10).sum() == 317
