"""Files after public bug reports, as napari opens them: what is told, and what is drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_bac.reader import read_layers
from napari_bac.views.given_labels import read_given_labels
from napari_bac.views.opened_view import METADATA, OpenedView, open_view
from shared_core import hosting as bac
from tests.reading.test_picture_orientation import drawing, save
from tests.shared_cases import case
from tests.told import codes


def opened(path: Path) -> OpenedView:
    """The view of the one layer that a file becomes."""
    (layer,) = read_layers(str(path))
    view = layer[1]["metadata"][METADATA]
    assert isinstance(view, OpenedView)
    return view


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
def test_what_was_chosen_is_told(name: str, code: str) -> None:
    prepared = opened(case(name)).prepared
    assert code in codes([*prepared.header.notices, *prepared.notices])


@pytest.mark.parametrize("name", ["window_too_wide_8bit.dcm", "window_too_narrow_14bit.dcm", "htj2k.dcm"])
def test_the_picture_is_that_of_the_control(name: str) -> None:
    found, control = (opened(case(one)).prepared.display_u8 for one in (name, "control_12bit.dcm"))
    assert np.abs(found.astype(int) - control).max() <= 2


def test_a_synthetic_view_stored_as_tomosynthesis_has_millimetres() -> None:
    spacing = opened(case("bto_cview.dcm")).prepared.spacing
    assert spacing is not None
    assert (spacing.row_mm, spacing.column_mm) == (0.089, 0.089)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_and_masks_with_an_orientation_are_upright(orientation: int, tmp_path: Path) -> None:
    image, mask = drawing()
    view = opened(save(tmp_path / "a_LCC.png", image, orientation))
    np.testing.assert_array_equal(view.prepared.display_u8, image)
    given = read_given_labels(save(tmp_path / "a_LCC_mask.tif", mask, orientation))
    np.testing.assert_array_equal(given.labels, mask > 0)


def test_the_reported_picture_is_upright() -> None:
    turned, upright = (
        open_view(case(f"mask/{n}_L_CC.{e}")) for n, e in (("exif3", "jpg"), ("upright", "png"))
    )
    difference = turned.prepared.display_u8.astype(int) - upright.prepared.display_u8
    assert np.abs(difference).max() <= 8


def test_a_mask_with_soft_edges_is_refused() -> None:
    with pytest.raises(bac.UnsupportedImageError, match="soft edges"):
        read_given_labels(case("mask/mantialias.png"))
