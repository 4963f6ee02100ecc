"""Each fault, made in a sound picture, is told by its notice; the sound picture has none."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core import StatedFacts, read_mammogram
from shared_core.inference.model import load_model
from shared_core.mammogram import Laterality, View
from shared_core.preprocessing.prepare import prepare
from shared_core.preprocessing.prepared import PreparedView
from shared_core.quality.checks import picture_quality, quality_notices
from tests.quality.breast_picture import PITCH_MM, breast_mask, breast_picture
from validation.quality.faults import FAULTS, Sound

PLAIN = {
    "blurred": ("Gaussian of 0.3 mm", "motion over 2.0 mm"),
    "noisy": ("SD of 20 grey levels",),
    "breast-cut-off": ("40 % of the breast's depth",),
    "no-skin-line": ("square within the breast",),
    "few-grey-levels": ("20 levels", "35 levels"),
    "grey-levels-clipped": ("10 % white", "20 % white"),
    "processed-again": ("contrast times 1.3", "contrast times 1.6", "histogram equalised"),
    "straight-line": ("column brighter by 10",),
    "no-nipple": ("skin line smoothed",),
    "implant-seen": ("20 levels above the brightest tenth", "40 levels above the brightest tenth"),
    "side-unlike-picture": ("mirrored",),
}
"""Faults that nobody would overlook, by the code of their notice."""


def prepared(
    folder: Path,
    picture: np.ndarray,
    *,
    spacing_mm: float | None = PITCH_MM,
    facts: StatedFacts | None = None,
) -> PreparedView:
    path = folder / "picture.png"
    cv2.imwrite(str(path), picture)
    mammogram = read_mammogram(path, spacing_mm=spacing_mm, facts=facts)
    return prepare(mammogram, load_model(None).card.preprocessing)


def codes(view: PreparedView) -> set[str]:
    return {notice.code for notice in quality_notices(view)}


@pytest.mark.parametrize("seed", range(3))
def test_a_sound_picture_has_no_notice(tmp_path: Path, seed: int) -> None:
    facts = StatedFacts(laterality=Laterality.LEFT, view=View.CC)
    assert codes(prepared(tmp_path, breast_picture(seed=seed), facts=facts)) == set()


@pytest.mark.parametrize(
    ("code", "strength"), [(code, strength) for code, strengths in PLAIN.items() for strength in strengths]
)
def test_a_plain_fault_is_told_by_its_notice(tmp_path: Path, code: str, strength: str) -> None:
    fault = FAULTS[f"{code}, {strength}"]
    sound = Sound(breast_picture(), breast_mask(), PITCH_MM, "left")
    picture = fault.make(sound, np.random.default_rng(1))
    assert picture is not None
    facts = StatedFacts(laterality=Laterality.LEFT) if fault.renamed == "side" else None
    assert code in codes(prepared(tmp_path, picture, facts=facts))


def test_every_notice_of_the_picture_has_a_fault_in_the_study() -> None:
    of_the_picture = {fault.kind.code for fault in FAULTS.values()}
    assert of_the_picture == {*PLAIN, "view-unlike-picture"}


def test_detail_is_not_judged_where_the_spacing_is_unknown(tmp_path: Path) -> None:
    sound = Sound(breast_picture(), breast_mask(), PITCH_MM, "left")
    blurred = FAULTS["blurred, Gaussian of 0.3 mm"].make(sound, np.random.default_rng(1))
    assert blurred is not None
    view = prepared(tmp_path, blurred, spacing_mm=None)
    assert picture_quality(view).detail is None
    assert codes(view) == set()


def test_the_line_is_where_it_was_made(tmp_path: Path) -> None:
    picture = breast_picture()
    picture[400] = np.where(breast_mask()[400], picture[400] + 10, 0)
    line = picture_quality(prepared(tmp_path, picture)).line
    assert line is not None
    assert (line.along, line.number) == ("row", 400)


def test_a_muscle_on_a_view_that_is_called_craniocaudal_is_told(tmp_path: Path) -> None:
    picture = breast_picture().astype(np.float32)
    rows, columns = np.indices(picture.shape)
    muscle = (columns < 260 - 0.5 * rows) & breast_mask()
    picture[muscle] += 70
    grey = picture.clip(0, 254).astype(np.uint8)
    named = {view: StatedFacts(laterality=Laterality.LEFT, view=view) for view in (View.CC, View.MLO)}
    assert "view-unlike-picture" in codes(prepared(tmp_path, grey, facts=named[View.CC]))
    assert "view-unlike-picture" not in codes(prepared(tmp_path, grey, facts=named[View.MLO]))
    assert "view-unlike-picture" not in codes(prepared(tmp_path, grey))
