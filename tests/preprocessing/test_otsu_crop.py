import numpy as np
import pytest

from shared_core.errors import NoBreastError
from shared_core.preprocessing.otsu_crop import breast_picture, otsu_box, resampled, standardised
from shared_core.preprocessing.working_copy import ContentBox
from tests.preprocessing import phantoms

SIZE = (96, 48)


def test_crop_is_the_smallest_rectangle_round_the_tissue() -> None:
    image = np.zeros((300, 200), np.uint8)
    image[60:240, :90] = 120
    assert otsu_box(image) == ContentBox(60, 240, 0, 90)


def test_crop_does_not_stretch_to_a_label() -> None:
    breast = phantoms.half_ellipse((600, 450))
    image = phantoms.paint(breast, level=140)
    alone = otsu_box(image)
    phantoms.write_label(image, (50, 300))
    assert otsu_box(image) == alone


def test_uniform_image_has_no_tissue() -> None:
    with pytest.raises(NoBreastError):
        otsu_box(np.full((50, 50), 7, np.uint8))


@pytest.mark.parametrize("shape", [(180, 90), (4096, 2000), (2000, 500)])
@pytest.mark.parametrize("size", [(1536, 768), SIZE])
def test_pictures_have_one_size_and_keep_the_grey(shape: tuple[int, int], size: tuple[int, int]) -> None:
    found = resampled(np.full(shape, 77, np.uint8), size)
    assert found.shape == size
    assert (found == 77).all()


def test_what_lies_outside_of_the_breast_neither_widens_the_picture_nor_is_in_it() -> None:
    breast = phantoms.half_ellipse((600, 450))
    image = phantoms.paint(breast, level=140)
    alone = breast_picture(image, breast, SIZE)
    image[~breast] = 255
    dirty = breast_picture(image, breast, SIZE)
    assert dirty.box == alone.box
    np.testing.assert_array_equal(dirty.image_u8, alone.image_u8)
    assert (dirty.image_u8[~dirty.breast] == 0).all()
    assert dirty.breast.mean() > 0.5


def test_grey_levels_are_standard_over_the_breast_alone() -> None:
    breast = phantoms.half_ellipse((600, 450))
    image = phantoms.paint(breast, level=140)
    image[::3] //= 2
    found = standardised(image, breast)
    assert found[breast].mean() == pytest.approx(0, abs=1e-4)
    assert found[breast].std() == pytest.approx(1, abs=1e-4)
    assert (found[~breast] == 0).all()


def test_a_breast_of_one_grey_and_no_breast_are_zero() -> None:
    flat = np.full((20, 10), 90, np.uint8)
    assert not standardised(flat, np.ones(flat.shape, bool)).any()
    assert not standardised(flat, np.zeros(flat.shape, bool)).any()
