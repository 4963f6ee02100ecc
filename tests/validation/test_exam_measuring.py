"""One simulated view the whole way, with the published weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shared_core.simulation.cohort import CohortSettings, simulate_cohort
from shared_core.simulation.patient import PatientSettings
from validation.exams.measuring import code_fingerprint, dice, measure_simulated
from validation.exams.row import row_cells, row_from_cells


def test_a_simulated_view_is_measured_beside_its_truth(tmp_path: Path) -> None:
    settings = CohortSettings(
        tmp_path,
        seed=3,
        style="ge",
        raw=True,
        patient=PatientSettings(vessels=(2, 0), mass_mg=40.0, severity="severe"),
    )
    (done,) = simulate_cohort(settings, workers=1)
    row = measure_simulated(done, settings)
    assert (row.patient, row.laterality, row.view, row.style) == (3, "L", "CC", "ge")
    assert (row.severity, row.true_vessels) == ("severe", 2)
    assert (row.anode, row.filter) in {("Mo", "Mo"), ("Mo", "Rh"), ("Rh", "Rh")}
    assert row.true_mg == pytest.approx(40, rel=1e-3)
    assert row.dice is not None
    assert row.dice > 0.5
    assert row.predicted_px > 1000
    assert row.published_px is None
    assert row.band.vessels == 2
    assert row.band.length_mm == pytest.approx(row.true_length_mm, rel=0.05)
    assert row.band.grade == row.true_grade
    assert row.calcium_mass.mg == pytest.approx(40, rel=0.15)
    assert row.calcium_mass.low_mg is not None
    assert row.calcium_mass.high_mg is not None
    assert row.calcium_mass.low_mg < row.calcium_mass.mg < row.calcium_mass.high_mg
    assert row.model_mass.mg is not None
    assert row.model_mass.mg > 10
    assert row.code == code_fingerprint()
    assert row_from_cells(row_cells(row)) == row


def test_dice_of_nothing_with_nothing_is_unknown() -> None:
    empty, half = np.zeros((4, 4), bool), np.eye(4, dtype=bool)
    assert dice(empty, empty) is None
    assert dice(half, empty) == 0
    assert dice(half, half) == 1
    assert dice(half, np.ones((4, 4), bool)) == 2 * 4 / (4 + 16)
