import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from shared_core.errors import NoBreastError
from shared_core.mammogram import Laterality, View
from shared_core.preprocessing.prepare import prepare, prepared_by
from shared_core.preprocessing.preset import PreprocessingPreset
from tests.preprocessing import phantoms
from tests.preprocessing.conftest import MakeMammogram
from tests.told import codes

DEFAULT = PreprocessingPreset("default")
PUBLISHED = PreprocessingPreset("published", valid_area=False, breast_area="positive-pixels")
Pixels = np.ndarray[Any, Any]


@pytest.fixture(scope="module")
def golden(shared_dir: Path) -> dict[str, Any]:
    """Results of the published inference code."""
    result: dict[str, Any] = json.loads((shared_dir / "golden" / "published-scunet-metrics.json").read_text())
    return result


def test_published_preset_reproduces_the_published_numbers(
    make_mammogram: MakeMammogram,
    golden: dict[str, Any],
    real_mammograms: Path,
    read_grey: Callable[[Path], Pixels],
) -> None:
    for name, expected in golden.items():
        image = read_grey(real_mammograms / name)
        view = prepare(make_mammogram(image), PUBLISHED)
        assert np.array_equal(view.image_u8, cv2.medianBlur(image, 5))
        assert view.valid_mask.all()
        assert view.exclusions_px == ()
        tolerance = 0 if name.endswith(".png") else 0.005
        assert view.breast_area_px == pytest.approx(expected["breast_area_px"], rel=tolerance, abs=0), name


def test_masks_fit_together(make_mammogram: MakeMammogram) -> None:
    image = phantoms.paint(phantoms.half_ellipse((700, 500)))
    view = prepare(make_mammogram(image), DEFAULT)
    assert np.array_equal(view.display_u8, image)
    assert np.array_equal(view.image_u8, cv2.medianBlur(image, 5))
    assert view.breast_area_px == view.breast_mask.sum()
    assert not (view.valid_mask & ~view.breast_mask).any()
    assert view.pectoral_mask is None
    assert view.notices == ()


def test_same_pixels_give_the_same_masks(make_mammogram: MakeMammogram) -> None:
    image = phantoms.paint(phantoms.half_ellipse((700, 500)), skin_px=1)
    first, second = (prepare(make_mammogram(image), DEFAULT) for _ in range(2))
    assert np.array_equal(first.valid_mask, second.valid_mask)
    assert np.array_equal(first.breast_mask, second.breast_mask)


def test_padding_of_the_file_is_neither_breast_nor_valid(make_mammogram: MakeMammogram) -> None:
    image = phantoms.paint(phantoms.half_ellipse((700, 500)))
    padding = np.zeros(image.shape, bool)
    padding[:, :30] = True
    view = prepare(make_mammogram(image, padding=padding), DEFAULT)
    assert not view.breast_mask[padding].any()
    assert not view.valid_mask[padding].any()


@pytest.mark.parametrize("preset", [DEFAULT, PUBLISHED])
def test_blank_image_has_no_breast(make_mammogram: MakeMammogram, preset: PreprocessingPreset) -> None:
    with pytest.raises(NoBreastError, match="image in memory: No breast was found"):
        prepare(make_mammogram(np.zeros((300, 200), np.uint8)), preset)


def test_noise_is_refused_by_default_and_warned_of_as_published(make_mammogram: MakeMammogram) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 200)).astype(np.uint8)
    with pytest.raises(NoBreastError):
        prepare(make_mammogram(noise), DEFAULT)
    view = prepare(make_mammogram(noise), PUBLISHED)
    assert codes(view.notices) == ["breast-not-found"]
    assert view.breast_area_px == view.breast_mask.sum()


def test_white_background_is_warned_of(make_mammogram: MakeMammogram) -> None:
    image = 255 - phantoms.paint(phantoms.half_ellipse((700, 500)))
    assert codes(prepare(make_mammogram(image), DEFAULT).notices) == ["looks-inverted"]


def test_grey_frame_is_not_taken_for_an_inverted_image(make_mammogram: MakeMammogram) -> None:
    image = phantoms.paint(phantoms.half_ellipse((700, 500)))
    framed = cv2.copyMakeBorder(image, 60, 60, 60, 60, cv2.BORDER_CONSTANT, value=(200,))
    phantoms.write_label(framed, (50, 100), "viewer", 40)
    assert prepare(make_mammogram(framed), DEFAULT).notices == ()


def test_muscle_is_looked_for_on_request_only(
    make_mammogram: MakeMammogram, real_mammograms: Path, read_grey: Callable[[Path], Pixels]
) -> None:
    mammogram = make_mammogram(
        read_grey(real_mammograms / "monai-density-D2.jpg"), view=View.MLO, laterality=Laterality.RIGHT
    )
    assert prepare(mammogram, DEFAULT).pectoral_mask is None
    view = prepare(mammogram, DEFAULT, find_pectoral=True)
    assert view.pectoral_mask is not None
    assert not (view.pectoral_mask & ~view.breast_mask).any()
    assert view.breast_area_px == view.breast_mask.sum()


def test_muscle_that_is_not_found_is_told(make_mammogram: MakeMammogram) -> None:
    image = phantoms.paint(phantoms.half_ellipse((700, 500)))
    view = prepare(make_mammogram(image, view=View.MLO), DEFAULT, find_pectoral=True)
    assert view.pectoral_mask is None
    assert codes(view.notices) == ["pectoral-not-found"]


@pytest.mark.parametrize("find_pectoral", [False, True])
@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize(("before", "after"), [(DEFAULT, PUBLISHED), (PUBLISHED, DEFAULT)])
def test_preparing_again_by_another_preset_is_preparing_by_it(
    make_mammogram: MakeMammogram,
    before: PreprocessingPreset,
    after: PreprocessingPreset,
    padded: bool,
    find_pectoral: bool,
) -> None:
    image = phantoms.paint(phantoms.half_ellipse((700, 500)))
    padding = np.zeros(image.shape, bool)
    padding[:, :31] = True
    mammogram = make_mammogram(image, padding=padding if padded else None, view=View.MLO)
    first = prepare(mammogram, before, find_pectoral=find_pectoral)
    again, wanted = prepared_by(first, after), prepare(mammogram, after, find_pectoral=find_pectoral)
    for field in fields(wanted):
        np.testing.assert_equal(getattr(again, field.name), getattr(wanted, field.name), field.name)
    assert prepared_by(first, before) is first
    assert not np.array_equal(first.valid_mask, wanted.valid_mask)
