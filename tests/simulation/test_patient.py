"""Settings are kept, and every part of a patient has its own chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from shared_core.errors import UsageError
from shared_core.mammogram import Laterality
from shared_core.simulation.arteries import INSIDE
from shared_core.simulation.deposits import draw_sections
from shared_core.simulation.patient import PatientSettings, make_patient


@hypothesis_settings(max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    left=st.integers(0, 6),
    right=st.integers(0, 6),
    mass_mg=st.floats(0.5, 200),
)
def test_number_of_arteries_and_mass_are_as_asked(seed: int, left: int, right: int, mass_mg: float) -> None:
    patient = make_patient(seed, settings=PatientSettings(vessels=(left, right), mass_mg=mass_mg))
    for breast, count in ((patient.left, left), (patient.right, right)):
        assert [artery.number for artery in breast.arteries] == list(range(1, count + 1))
        if count:
            assert sum(artery.mass_at(0) for artery in breast.arteries) == pytest.approx(mass_mg, rel=1e-12)


def test_growth_is_in_mg_per_year_and_breast() -> None:
    patient = make_patient(4, settings=PatientSettings(vessels=(3, 1), mass_mg=20, growth_mg_per_year=1.5))
    for breast in (patient.left, patient.right):
        assert sum(artery.mass_at(6) for artery in breast.arteries) == pytest.approx(29.0)


@pytest.mark.parametrize("seed", range(12))
def test_calcium_lies_inside_the_breast_and_off_the_chest_wall(seed: int) -> None:
    patient = make_patient(seed, settings=PatientSettings(severity="severe"))
    for breast in (patient.left, patient.right):
        shape = breast.shape
        axes = np.array([shape.depth_mm, shape.half_width_mm, shape.half_width_mm])
        for artery in breast.arteries:
            for tube, deposit in artery.parts:
                inner = tube.points_mm[tube.points_mm[:, 0] > 0]
                assert (np.linalg.norm(inner / axes, axis=1) <= INSIDE + 1e-6).all()
                assert deposit.sections_mm
                for start, end in deposit.sections_mm:
                    assert 0 <= start < end <= tube.length_mm
                    assert (tube.points_mm[int(start * 10) : int(end * 10), 0] > 8).all()


@given(length=st.floats(1, 80), room=st.floats(10, 120), seed=st.integers(0, 1000))
def test_sections_are_in_order_and_hold_the_length(length: float, room: float, seed: int) -> None:
    sections = draw_sections(length, (5.0, 5.0 + room), np.random.default_rng(seed))
    edges = [edge for section in sections for edge in section]
    assert edges == sorted(edges)
    assert edges[0] >= 5.0 - 1e-9
    assert edges[-1] <= 5.0 + room + 1e-9
    assert sum(end - start for start, end in sections) == pytest.approx(min(length, room))


def test_density_changes_nothing_but_density() -> None:
    thin, dense = (
        make_patient(8, settings=PatientSettings(severity="severe", density=letter)) for letter in ("A", "D")
    )
    assert thin.left.shape == dense.left.shape
    for one, other in zip(thin.left.arteries, dense.left.arteries, strict=True):
        assert one.parts[0][1] == other.parts[0][1]
        np.testing.assert_array_equal(one.parts[0][0].points_mm, other.parts[0][0].points_mm)


def test_arteries_do_not_depend_on_how_many_the_other_breast_has() -> None:
    first, second = (make_patient(8, settings=PatientSettings(vessels=(2, n))) for n in (1, 5))
    for one, other in zip(first.left.arteries, second.left.arteries, strict=True):
        np.testing.assert_array_equal(one.parts[0][0].points_mm, other.parts[0][0].points_mm)


def test_severities_differ_in_number_of_arteries() -> None:
    counts = {
        severity: sum(
            len(patient.left.arteries) + len(patient.right.arteries)
            for patient in (make_patient(s, settings=PatientSettings(severity=severity)) for s in range(8))
        )
        for severity in ("none", "mild", "moderate", "severe")
    }
    assert counts["none"] == 0
    assert 8 <= counts["mild"] <= counts["moderate"] + 8
    assert counts["severe"] > 2 * counts["moderate"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (PatientSettings(vessels=(0, 9)), "0 to 8"),
        (PatientSettings(vessels=(-1, 0)), "0 to 8"),
        (PatientSettings(mass_mg=-1.0), "mass_mg"),
        (PatientSettings(mass_mg=float("nan")), "mass_mg"),
        (PatientSettings(mass_mg=0.0, vessels=(1, 0)), "above 0 mg"),
        (PatientSettings(mass_mg=5.0, severity="none"), "none"),
        (PatientSettings(look_alikes=("artery",)), "artery"),
        (PatientSettings(compressed_mm=3.0), "compressed_mm"),
    ],
)
def test_impossible_settings_are_refused_in_words(settings: PatientSettings, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make_patient(1, settings=settings)


def test_negative_seed_and_middle_breast_are_refused() -> None:
    with pytest.raises(UsageError, match="seed"):
        make_patient(-1)
    with pytest.raises(UsageError, match="left or right"):
        make_patient(1).breast(Laterality.BOTH)
