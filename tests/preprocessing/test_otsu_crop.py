import numpy as np
import pytest

from shared_core.errors import NoBreastError
from shared_core.preprocessing.otsu_crop import otsu_box, otsu_crop, resize_mobini
from shared_core.preprocessing.working_copy import ContentBox
from tests.preprocessing import phantoms


def test_crop_is_the_smallest_rectangle_round_the_tissue() -> None:
    image = np.zeros((300, 200), np.uint8)
    image[60:240, :90] = 120
    assert otsu_box(image) == ContentBox(60, 240, 0, 90)
    assert otsu_crop(image).shape == (180, 90)


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
def test_model_input_has_the_paper_s_size_and_keeps_the_grey(shape: tuple[int, int]) -> None:
    resized = resize_mobini(np.full(shape, 77, np.uint8))
    assert resized.shape == (1536, 768)
    assert (resized == 77).all()
