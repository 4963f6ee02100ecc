"""One breast gives all its views, and the truth of each is exact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache, lru_cache

import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.mammogram import Laterality, View
from shared_core.simulation.patient import Patient, PatientSettings, make_patient
from shared_core.simulation.projected_view import ProjectedView, ViewTruth
from shared_core.simulation.projection import project
from shared_core.simulation.tissue import make_plate
from shared_core.simulation.truth import csbi_grade

LEFT, RIGHT = Laterality.LEFT, Laterality.RIGHT
COARSE_MM = 0.12


@cache
def patient(seed: int = 5, mass_mg: float = 30.0) -> Patient:
    asked = PatientSettings(vessels=(3, 2), mass_mg=mass_mg, size="small", growth_mg_per_year=4.0)
    return make_patient(seed, settings=asked)


@lru_cache(maxsize=8)
def view(side: Laterality = LEFT, view: View = View.CC, years: float = 0.0, seed: int = 5) -> ProjectedView:
    return project(patient(seed), side, view, spacing_mm=COARSE_MM, years=years)


def total_mg(projected: ProjectedView) -> float:
    area_mm2 = projected.spacing_mm**2
    return float(projected.calcium_g_cm2.sum(dtype=np.float64)) * area_mm2 * 10


def arrays(owner: ProjectedView | ViewTruth) -> Iterator[tuple[str, np.ndarray]]:
    for field in fields(owner):
        value = getattr(owner, field.name)
        if isinstance(value, np.ndarray):
            yield field.name, value


@pytest.mark.parametrize("side", [LEFT, RIGHT])
@pytest.mark.parametrize("which", [View.CC, View.MLO])
def test_mass_in_the_rays_is_the_mass_asked_for(side: Laterality, which: View) -> None:
    projected = view(side, which)
    assert total_mg(projected) == pytest.approx(30.0, rel=1e-6)
    assert projected.truth.mass_mg == pytest.approx(30.0, rel=1e-6)
    by_artery = {vessel.number: vessel.mass_mg for vessel in projected.truth.vessels}
    for artery in patient().breast(side).arteries:
        assert by_artery[artery.number] == pytest.approx(artery.mass_at(0), rel=1e-6)


@pytest.mark.parametrize("mass_mg", [1.0, 200.0])
def test_mass_is_exact_for_little_and_for_much(mass_mg: float) -> None:
    asked = PatientSettings(vessels=(2, 0), mass_mg=mass_mg, size="small")
    projected = project(make_patient(2, settings=asked), LEFT, View.MLO, spacing_mm=COARSE_MM)
    assert total_mg(projected) == pytest.approx(mass_mg, rel=1e-6)
    assert projected.calcium_g_cm2.min() >= 0


def test_usual_calcium_is_not_thicker_than_real_calcium() -> None:
    for seed in (5, 6):
        assert 0.005 < view(seed=seed).calcium_g_cm2.max() <= 0.26


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_cc_and_mlo_show_the_same_arteries_under_the_same_numbers(side: Laterality) -> None:
    cc, mlo = (view(side, which).truth.vessels for which in (View.CC, View.MLO))
    assert [vessel.number for vessel in cc] == [vessel.number for vessel in mlo]
    for one, other in zip(cc, mlo, strict=True):
        assert one.pattern == other.pattern
        assert one.mass_mg == pytest.approx(other.mass_mg, rel=1e-6)
        # The depth of a point is the same seen from above and from the side.
        depths = [
            [column if side is LEFT else width - column for _, column in vessel.centre_line_mm]
            for vessel, width in ((one, _width_mm(side, View.CC)), (other, _width_mm(side, View.MLO)))
        ]
        assert min(depths[0]) == pytest.approx(min(depths[1]), abs=2.0)
        assert max(depths[0]) == pytest.approx(max(depths[1]), abs=2.0)


def _width_mm(side: Laterality, which: View) -> float:
    return (view(side, which).tissue_mm.shape[1] - 1) * COARSE_MM


def test_calcium_grows_by_the_mass_asked_for_where_it_was() -> None:
    before, after = view(), view(years=5.0)
    assert total_mg(after) == pytest.approx(30.0 + 5 * 4.0, rel=1e-6)
    assert (after.truth.calcium_mask >= before.truth.calcium_mask).all()
    assert after.truth.calcium_mask.sum() > before.truth.calcium_mask.sum()
    for one, other in zip(before.truth.vessels, after.truth.vessels, strict=True):
        assert other.number == one.number
        assert other.mass_mg > one.mass_mg
        assert other.length_mm >= one.length_mm
    np.testing.assert_array_equal(before.glandular_mm, after.glandular_mm)


@pytest.mark.parametrize("seed", [5, 6, 7])
@pytest.mark.parametrize("which", [View.CC, View.MLO])
def test_bands_cover_the_calcium_and_little_else(seed: int, which: View) -> None:
    truth = view(view=which, seed=seed).truth
    assert not (truth.calcium_mask & ~truth.band_mask).any()
    length = sum(vessel.length_mm + 2.5 * vessel.segments for vessel in truth.vessels)
    widest = max(2.3, max(vessel.calibre_mm for vessel in truth.vessels) + 1.2)
    assert truth.band_mask.sum() * COARSE_MM**2 <= length * widest
    assert (truth.breast_mask | ~truth.band_mask).mean() > 0.9999


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_centre_lines_lie_on_the_bands(side: Laterality) -> None:
    projected = view(side)
    for vessel in projected.truth.vessels:
        places = np.rint(np.array(vessel.centre_line_mm) / COARSE_MM).astype(int)
        on_band = projected.truth.band_mask[places[:, 0], places[:, 1]].mean()
        # Between segments the centre line runs on without a band.
        assert on_band == 1 or (vessel.segments > 1 and on_band > 0.3)


def test_same_arguments_give_the_same_arrays() -> None:
    first = view()
    make_plate.cache_clear()
    again = project(make_patient(5, settings=patient().settings), LEFT, View.CC, spacing_mm=COARSE_MM)
    for owner, other in ((first, again), (first.truth, again.truth)):
        for (name, one), (_, two) in zip(arrays(owner), arrays(other), strict=True):
            np.testing.assert_array_equal(one, two, err_msg=name)
    assert first.truth.vessels == again.truth.vessels


def test_chest_wall_is_left_in_left_views_and_right_in_right_views() -> None:
    middle = view(LEFT).tissue_mm.shape[0] // 2
    assert view(LEFT).tissue_mm[middle, 0] > 20
    assert view(LEFT).tissue_mm[middle, -1] == 0
    middle = view(RIGHT).tissue_mm.shape[0] // 2
    assert view(RIGHT).tissue_mm[middle, 0] == 0
    assert view(RIGHT).tissue_mm[middle, -1] > 20


def test_what_lies_outside_the_field_is_not_in_the_truth() -> None:
    small = project(patient(), LEFT, View.CC, spacing_mm=COARSE_MM, shape=(400, 300))
    assert small.tissue_mm.shape == (400, 300)
    assert 0 < small.truth.mass_mg < 29
    assert total_mg(small) == pytest.approx(small.truth.mass_mg, rel=1e-6)
    assert not (small.truth.calcium_mask & ~small.truth.band_mask).any()


def test_a_large_detector_is_filled_with_air() -> None:
    large = project(patient(), RIGHT, View.MLO, spacing_mm=COARSE_MM, shape=(2400, 1900))
    assert large.tissue_mm.shape == (2400, 1900)
    assert total_mg(large) == pytest.approx(30.0, rel=1e-6)
    assert large.tissue_mm[:, 0].max() == 0
    assert large.tissue_mm[0].max() > 0


def test_another_positioning_moves_the_breast_and_keeps_most_of_the_calcium() -> None:
    other = project(patient(), LEFT, View.CC, spacing_mm=COARSE_MM, positioning_seed=3)
    assert other.compressed_mm != view().compressed_mm
    assert not np.array_equal(other.tissue_mm, view().tissue_mm)
    assert other.truth.mass_mg == pytest.approx(30.0, rel=0.02)
    assert [v.number for v in other.truth.vessels] == [v.number for v in view().truth.vessels]


def test_compression_sets_the_thickness_and_spreads_the_breast() -> None:
    flat = project(patient(), LEFT, View.CC, spacing_mm=COARSE_MM, compressed_mm=25)
    thick = project(patient(), LEFT, View.CC, spacing_mm=COARSE_MM, compressed_mm=60)
    assert flat.tissue_mm.max() == pytest.approx(25)
    assert thick.tissue_mm.max() == pytest.approx(60)
    assert flat.truth.breast_mask.sum() > thick.truth.breast_mask.sum()
    assert total_mg(flat) == pytest.approx(total_mg(thick), rel=1e-6)


@pytest.mark.parametrize("which", [View.CC, View.MLO])
def test_gland_is_a_part_of_the_tissue(which: View) -> None:
    projected = view(view=which)
    assert projected.tissue_mm.dtype == projected.glandular_mm.dtype == np.float32
    assert (projected.glandular_mm >= 0).all()
    assert (projected.glandular_mm <= projected.tissue_mm).all()
    np.testing.assert_array_equal(projected.truth.breast_mask, projected.tissue_mm > 0)


def test_denser_letters_hold_more_gland() -> None:
    shares = []
    for letter in ("A", "B", "C", "D"):
        asked = PatientSettings(severity="none", density=letter, size="small")
        projected = project(make_patient(3, settings=asked), LEFT, View.CC, spacing_mm=0.3)
        shares.append(projected.glandular_mm.sum() / projected.tissue_mm.sum())
    assert shares == sorted(shares)
    assert shares[3] > 1.8 * shares[0]


def test_the_skin_is_dense_all_over() -> None:
    asked = PatientSettings(severity="none", density="A", size="small")
    projected = project(make_patient(3, settings=asked), LEFT, View.CC, spacing_mm=0.15)
    inside = projected.truth.breast_mask
    # Twice 1.5 mm of skin lie in every ray that passes the whole breast.
    assert projected.glandular_mm[inside & (projected.tissue_mm > 10)].min() >= 3.0 - 0.01


@pytest.mark.parametrize(
    ("patterns", "grade"),
    [
        ((), 0),
        (("punctate",), 1),
        (("punctate",) * 4, 1),
        (("tram-track",), 2),
        (("coarse", "ring", "punctate"), 2),
        (("coarse", "ring", "tram-track"), 3),
        (("tram-track",) * 5, 3),
    ],
)
def test_grade_follows_pattern_and_number(patterns: tuple, grade: int) -> None:
    assert csbi_grade(patterns) == grade


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"view": View.ML}, "CC or MLO"),
        ({"spacing_mm": 0.0}, "spacing_mm"),
        ({"years": -1.0}, "years"),
        ({"years": float("nan")}, "years"),
        ({"shape": (10, 10)}, "64 to 8192"),
        ({"compressed_mm": 5.0}, "compressed_mm"),
        ({"magnification": 0.5}, "magnification"),
        ({"positioning_seed": -2}, "positioning_seed"),
        ({"look_alikes": ("vein",)}, "vein"),
        ({"laterality": Laterality.BOTH}, "left or right"),
    ],
)
def test_impossible_views_are_refused_in_words(arguments: dict, words: str) -> None:
    usual: dict = {"laterality": LEFT, "view": View.CC}
    usual |= arguments
    with pytest.raises(UsageError, match=words):
        project(patient(), usual.pop("laterality"), usual.pop("view"), **usual)
