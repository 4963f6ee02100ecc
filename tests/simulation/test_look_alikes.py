"""Look-alikes are in the picture and never in the truth of arteries."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from shared_core.mammogram import Laterality, View
from shared_core.simulation.choices import LOOK_ALIKES, LookAlike
from shared_core.simulation.patient import PatientSettings, make_patient
from shared_core.simulation.projected_view import ProjectedView
from shared_core.simulation.projection import project

CHANGED: dict[LookAlike, str] = {
    "rod-like": "mineral_g_cm2",
    "popcorn": "mineral_g_cm2",
    "round": "mineral_g_cm2",
    "skin": "mineral_g_cm2",
    "cluster": "mineral_g_cm2",
    "fibroadenoma": "glandular_mm",
    "clip": "metal_mm",
    "bb": "metal_mm",
    "scar-wire": "metal_mm",
    "skin-fold": "glandular_mm",
    "pacemaker": "metal_mm",
    "implant": "mineral_g_cm2",
    "label": "opaque",
    "collimation": "collimated",
    "paddle-edge": "opaque",
}


@lru_cache(maxsize=4)
def seen(side: Laterality, view: View, *look_alikes: str) -> ProjectedView:
    asked = PatientSettings(vessels=(1, 1), mass_mg=10.0, size="small", density="A")
    return project(make_patient(11, settings=asked), side, view, spacing_mm=0.15, look_alikes=look_alikes)


def test_every_name_is_tested() -> None:
    assert set(CHANGED) == set(LOOK_ALIKES)


@pytest.mark.parametrize("name", LOOK_ALIKES)
@pytest.mark.parametrize("side", [Laterality.LEFT, Laterality.RIGHT])
def test_look_alike_shows_and_leaves_the_truth_alone(name: LookAlike, side: Laterality) -> None:
    plain, other = seen(side, View.MLO), seen(side, View.MLO, name)
    assert other.truth.look_alikes == (name,)
    changed = getattr(other, CHANGED[name])
    assert (changed != getattr(plain, CHANGED[name])).sum() > 10
    np.testing.assert_array_equal(plain.calcium_g_cm2, other.calcium_g_cm2)
    np.testing.assert_array_equal(plain.truth.calcium_mask, other.truth.calcium_mask)
    np.testing.assert_array_equal(plain.truth.band_mask, other.truth.band_mask)
    assert plain.truth.vessels == other.truth.vessels
    assert other.mineral_g_cm2.min() >= 0
    assert other.mineral_g_cm2.max() <= 1.0


def test_one_look_alike_does_not_move_another() -> None:
    alone = seen(Laterality.LEFT, View.CC, "clip")
    together = seen(Laterality.LEFT, View.CC, "clip", "popcorn", "label")
    np.testing.assert_array_equal(alone.metal_mm, together.metal_mm)


@pytest.mark.parametrize("name", ["popcorn", "cluster", "clip"])
def test_what_lies_in_the_breast_lies_at_the_same_depth_in_both_views(name: LookAlike) -> None:
    depths = []
    for view in (View.CC, View.MLO):
        projected = seen(Laterality.LEFT, view, name)
        columns = np.nonzero(getattr(projected, CHANGED[name]))[1]
        depths.append(columns.mean() * projected.spacing_mm)
    assert depths[0] == pytest.approx(depths[1], abs=3.0)


def test_letters_are_not_mirrored() -> None:
    left = seen(Laterality.LEFT, View.CC, "label").opaque
    right = seen(Laterality.RIGHT, View.CC, "label").opaque
    assert np.nonzero(left)[1].min() > left.shape[1] / 2
    assert np.nonzero(right)[1].max() < right.shape[1] / 2
    # An upright stem opens both L and R.
    for mask in (left, right):
        rows, columns = np.nonzero(mask)
        stem = mask[rows.min() : rows.max() + 1, columns.min() : columns.min() + 2]
        assert stem.mean() > 0.5
