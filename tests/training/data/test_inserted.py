"""Arteries in real mammograms: label and calcium lie on each other, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.mammogram import Laterality, View
from shared_core.simulation.patient import PatientSettings, make_patient
from shared_core.training.data.images import RealImage
from shared_core.training.data.implanted_arteries import implant_arteries, wall_at_right
from shared_core.training.data.inserted import InsertedViews
from shared_core.training.example import TrainingView
from tests.training.data.small import COARSE_CARD, breast_picture, write_png


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> InsertedViews:
    """Two variants untouched of eight, of one image."""
    path = write_png(tmp_path_factory.mktemp("inserted") / "breast_LCC.png", breast_picture())
    image = RealImage(path, "someone", bac_free=True, spacing_mm=0.28, licence="CC0")
    return InsertedViews(3, (image,), variants=8, untouched_share=0.25, card=COARSE_CARD)


@pytest.fixture(scope="module")
def flipped(source: InsertedViews) -> TrainingView:
    """The first variant with arteries."""
    return source.load(1)


@pytest.fixture(scope="module")
def straight(source: InsertedViews) -> TrainingView:
    """The same as the image lies."""
    return replace(source, flips=False).load(1)


def test_the_share_of_untouched_variants_is_as_stated(source: InsertedViews) -> None:
    severities = [dict(source.identity(number).tags)["severity"] for number in range(8)]
    assert severities.count("none") == 2
    assert severities[0] == "none"
    view = source.load(0)
    assert not view.label.any()
    assert source.identity(1).patient_id == "someone"
    assert len({source.identity(number).view_id for number in range(8)}) == 8


def test_pixels_change_in_the_band_only_and_get_brighter_there(
    source: InsertedViews, straight: TrainingView
) -> None:
    clean, done = source.load(0), straight
    assert done.label.any()
    change = done.image_u8.astype(int) - clean.image_u8
    near = cv2.dilate(done.label.view(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert not change[~near].any()
    assert change[done.label].mean() > 0.3
    assert np.array_equal(done.valid, clean.valid)


def test_every_other_variant_is_the_mirror_image(flipped: TrainingView, straight: TrainingView) -> None:
    assert np.array_equal(flipped.image_u8, straight.image_u8[:, ::-1])
    assert np.array_equal(flipped.label, straight.label[:, ::-1])
    assert flipped.display_u8 is not None
    assert straight.display_u8 is not None
    assert np.array_equal(flipped.display_u8, straight.display_u8[:, ::-1])


def test_a_number_always_gives_the_same_view(source: InsertedViews, flipped: TrainingView) -> None:
    assert np.array_equal(flipped.image_u8, replace(source).load(1).image_u8)
    assert (flipped.label != source.load(3).label).any()


def test_only_images_stated_to_be_free_of_bac_are_taken(source: InsertedViews) -> None:
    unknown = replace(source.images[0], bac_free=False)
    with pytest.raises(UsageError, match="nobody states"):
        replace(source, images=(unknown,))


def test_bands_that_nobody_would_see_are_ignored(source: InsertedViews) -> None:
    faint = replace(source, contrast=0.01, contrast_spread=0.0).load(1)
    assert faint.ignore is not None
    assert faint.label.any()
    assert np.array_equal(faint.ignore, faint.label)
    plain = replace(source, contrast=5.0, contrast_spread=0.0).load(1)
    assert plain.ignore is not None
    assert plain.ignore.sum() < 0.5 * plain.label.sum()


@pytest.mark.parametrize("mirror", [False, True])
def test_bands_keep_their_width_and_hold_the_calcium(mirror: bool) -> None:
    breast = breast_picture((900, 500)) > 40
    breast = breast[:, ::-1] if mirror else breast
    assert wall_at_right(breast) is mirror
    patient = make_patient(8, settings=PatientSettings(severity="severe", vessels=(2, 2)))
    laid = implant_arteries(patient, Laterality.LEFT, View.CC, breast=breast, spacing_mm=0.2)
    assert laid.band.any()
    assert not (laid.band & ~breast).any()
    assert not (laid.calcium_g_cm2[~breast] > 0).any()
    held = laid.calcium_g_cm2[laid.band].sum() / laid.calcium_g_cm2.sum()
    assert held > 0.97
    half_width_mm = cv2.distanceTransform(laid.band.view(np.uint8), cv2.DIST_L2, 5).max() * 0.2
    # 1.9 mm at least, and not stretched by as much as the breast.
    assert 0.8 < half_width_mm < 2.5


def test_real_images_take_arteries(real_mammograms: Path) -> None:
    image = RealImage(real_mammograms / "monai-density-A1.jpg", "A1", bac_free=True, spacing_mm=0.07)
    view = InsertedViews(1, (image,), variants=2).load(1)
    assert (view.label & view.valid).sum() > 0.8 * view.label.sum() > 0
