"""Files after public bug reports, as Slicer loads them: what is told, and what is measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import slicer
import slicer.util
from BACSegmentationLib import mammograms
from BACSegmentationLib.image_files import load_segmentation, load_volume

from shared_core import hosting as bac
from tests.host.scene import HeadlessApp
from tests.reading.test_picture_orientation import drawing, save
from tests.shared_cases import case
from tests.slicer_bac_extension.volumes_of_files import load
from tests.told import codes

PRESET = bac.load_card("openbac-1").preprocessing


def told(volume: Any) -> tuple[bac.PreparedView, list[str]]:
    """The prepared view of a volume, and the codes of all that is told of it."""
    prepared = bac.prepare(mammograms.mammogram_of(volume), PRESET)
    return prepared, codes([*prepared.header.notices, *prepared.notices])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("window_too_wide_8bit.dcm", "display-unfit"),
        ("window_too_narrow_14bit.dcm", "display-unfit"),
        ("values_exceed_bitsstored12.dcm", "bits-stored-wrong"),
        ("rsna_like.dcm", "class-of-file-meta"),
        ("bto_cview.dcm", "synthetic-2d"),
    ],
)
def test_what_was_chosen_is_told(app: HeadlessApp, name: str, code: str) -> None:
    assert code in told(load(case(name)))[1]


@pytest.mark.parametrize("name", ["window_too_wide_8bit.dcm", "window_too_narrow_14bit.dcm"])
def test_the_picture_that_is_measured_is_that_of_the_control(app: HeadlessApp, name: str) -> None:
    found, control = (told(load(case(one)))[0].display_u8 for one in (name, "control_12bit.dcm"))
    assert np.abs(found.astype(int) - control).max() <= 2


def test_values_above_bits_stored_are_measured_as_in_16_bits(app: HeadlessApp) -> None:
    names = ("values_exceed_bitsstored12.dcm", "values_exceed_control16.dcm")
    found, control = (told(load(case(one)))[0].display_u8 for one in names)
    np.testing.assert_array_equal(found, control)


def test_a_synthetic_view_stored_as_tomosynthesis_has_the_millimetres_that_slicer_shows(
    app: HeadlessApp,
) -> None:
    volume = load(case("bto_cview.dcm"))
    prepared, notices = told(volume)
    assert prepared.spacing is not None
    assert (prepared.spacing.row_mm, prepared.spacing.column_mm) == (0.089, 0.089)
    assert volume.GetSpacing()[:2] == pytest.approx((0.089, 0.089))
    assert not [code for code in notices if "spacing" in code]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_and_masks_with_an_orientation_are_upright(
    app: HeadlessApp, orientation: int, tmp_path: Path
) -> None:
    image, mask = drawing()
    volume = load_volume(save(tmp_path / "a_LCC.png", image, orientation), slicer.mrmlScene)
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(volume)[0], image)
    node = load_segmentation(save(tmp_path / "m.tif", mask, orientation), volume)
    segment = node.GetSegmentation().GetNthSegmentID(0)
    array = slicer.util.arrayFromSegmentBinaryLabelmap(node, segment, volume)
    np.testing.assert_array_equal(array[0] > 0, mask > 0)


def test_a_mask_with_soft_edges_is_refused(app: HeadlessApp) -> None:
    with pytest.raises(bac.UnsupportedImageError, match="soft edges"):
        load_segmentation(case("mask/mantialias.png"), load(case("mask/img_L_CC.dcm")))
