"""The tables of the simulated exams say what the rows say."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.statistics.kappa import quadratic_kappa
from tests.validation.exam_rows import NOTHING, patient_rows, row, study_rows, with_model
from validation.exams.agreement import (
    AREAS,
    MASSES,
    MOLLOI_2009,
    area_agreement_table,
    mass_agreement_table,
    paired,
)
from validation.exams.page import simulation_page
from validation.exams.recognition import dice_table, false_area_beside_real
from validation.exams.row import Mass, ViewRow
from validation.exams.study import study_manifest
from validation.exams.vessels import confusion_table, count_table, grade_agreement, kappa_table, length_table
from validation.false_area import FalseArea
from validation.judged import AS_PUBLISHED, PUBLISHED
from validation.markdown import cells

REAL = {
    PUBLISHED: FalseArea(15, 0.0, 218.0, (4, 2, 1)),
    AS_PUBLISHED: FalseArea(15, 884.0, 5872.0, (10, 8, 6)),
}


def looked_up(table: list[str]) -> dict[str, list[str]]:
    """Cells of a table by the first of each line."""
    return {first: rest for first, *rest in map(cells, table)}


class TestRecognition:
    def test_dice_is_that_of_views_with_bac_by_look_disease_and_density(self) -> None:
        rows = study_rows(4)
        rows[0] = replace(rows[0], dice=0.2, severity="severe", density="D")
        table = looked_up(dice_table(rows))
        assert table["all"] == ["12", "0.750", "0.800", "1"]
        assert table["look: ge"] == ["4", "0.650", "0.800", "1"]
        assert table["look: fuji"] == ["4", "0.800", "0.800", "0"]
        assert table["disease: severe"] == table["BI-RADS density: D"] == ["1", "0.200", "0.200", "1"]
        assert "disease: none" not in table

    def test_false_area_stands_beside_that_of_real_images(self) -> None:
        rows = study_rows(4)
        rows[-1] = replace(rows[-1], predicted_px=4000, published_px=100)
        table = looked_up(false_area_beside_real(rows, REAL))
        assert table[""] == [
            *("simulated, our processing", "real, our processing"),
            *("simulated, as published", "real, as published"),
        ]
        assert table["images"] == ["4", "15", "4", "15"]
        assert table["median px"] == ["0", "0", "700", "884"]
        assert table["mean px"] == ["1000", "218", "550", "5872"]
        assert table["images above 500 px"] == ["1", "2", "3", "8"]


class TestVessels:
    def test_errors_of_length_are_relative_to_the_truth_and_signed(self) -> None:
        rows = [*patient_rows(1000), *patient_rows(1003, 0, 0)]
        rows[:4] = [with_model(one, length_mm=mm) for one, mm in zip(rows[:4], (40, 45, 49, 60), strict=True)]
        table = looked_up(length_table(rows))
        assert table["views"] == ["4", "4"]
        assert table["median error %"] == ["+0.0", "-6.0"]
        assert table["median absolute error %"] == ["0.0", "15.0"]
        assert table["views within 5 %"] == ["100.0 %", "25.0 %"]
        assert table["sum of all views, error %"] == ["+0.0", "-3.0"]

    def test_counts_are_told_apart_by_how_many_arteries_there_are(self) -> None:
        rows = [*patient_rows(1000), *patient_rows(1003, 0, 0)]
        rows[0] = replace(rows[0], true_vessels=7)
        rows[4] = with_model(rows[4], vessels=1)
        table = looked_up(count_table(rows))
        assert table["all views (8): exact"] == ["87.5 %", "75.0 %"]
        assert table["0-6 arteries (7): exact"] == ["100.0 %", "85.7 %"]
        assert table["views with BAC (4): exact"] == ["75.0 %", "75.0 %"]
        assert table["all views (8): within one"] == ["87.5 %", "87.5 %"]
        assert table["all views: mean error"] == ["-0.62", "-0.50"]

    @pytest.fixture
    def graded(self) -> list[ViewRow]:
        random = np.random.default_rng(0)
        rows = []
        for one in study_rows(16):
            true = int(random.integers(4))
            found = int(np.clip(true + random.integers(-1, 2), 0, 3))
            rows.append(with_model(replace(one, true_grade=true), grade=found))
        return rows

    def test_kappa_is_that_of_all_graded_views_and_the_rest_are_counted(self, graded: list[ViewRow]) -> None:
        graded[5] = with_model(replace(graded[5], true_grade=3), grade=None)
        known = [one for one in graded if one.model.grade is not None]
        expected = quadratic_kappa([r.true_grade for r in known], [r.model.grade for r in known])
        found = grade_agreement(graded, "model")
        assert found.kappa == pytest.approx(expected.kappa)
        assert found.limits[0] < found.kappa < found.limits[1]
        np.testing.assert_array_equal(found.table, expected.table)
        assert found.without.tolist() == [0, 0, 0, 1]
        lines = looked_up(confusion_table(graded, "model"))
        assert lines["truly 3"] == [*map(str, expected.table[3]), "1"]
        assert looked_up(kappa_table(graded))["views without"] == ["0", "1"]

    def test_views_of_a_patient_are_drawn_together(self, graded: list[ViewRow]) -> None:
        """Four copies of one view a patient tell as much as one, and the interval must not shrink."""
        alone = graded[::4]
        four = [replace(one, laterality=side) for one in alone for side in "abcd"]
        of_alone, of_four = (
            grade_agreement([with_model(one) for one in rows], "model").limits for rows in (alone, four)
        )
        assert of_four == pytest.approx(of_alone)

    def test_kappa_of_one_grade_throughout_is_unknown_not_an_error(self) -> None:
        rows = patient_rows(1003, 0, 0)
        for same in (rows, [with_model(one, grade=None) for one in rows]):
            found = grade_agreement(same, "model")
            assert math.isnan(found.kappa)
            assert all(map(math.isnan, found.limits))


class TestAgreement:
    def test_pairs_are_breasts_and_projections_with_bac_in_one_of_both(self) -> None:
        rows = [row(1, side, view, mg=mg) for side, view, mg in TestAgreement.ONE_SIDED]
        true = MASSES["truth"]
        assert paired(rows, "CC on MLO", true) == [(8.0, 9.0)]
        assert paired(rows, "left on right", true) == [(8.0, 0.0), (9.0, 0.0)]
        assert paired(rows[:3], "CC on MLO", true) == [(8.0, 9.0)]

    ONE_SIDED = (("L", "CC", 8.0), ("R", "CC", 0.0), ("L", "MLO", 9.0), ("R", "MLO", 0.0))

    def test_a_view_without_a_number_is_in_no_pair(self) -> None:
        rows = patient_rows(1)
        rows[0] = replace(rows[0], model_mass=Mass(None, None, None))
        assert len(paired(rows, "CC on MLO", MASSES["model's mask"])) == 1
        assert len(paired(rows, "CC on MLO", MASSES["true calcium mask"])) == 2

    def test_the_line_is_that_of_cc_on_mlo_and_of_left_on_right(self) -> None:
        rows = []
        for patient, mg in enumerate((5.0, 10.0, 20.0, 40.0)):
            for one in patient_rows(patient):
                left = 2 * mg + 1 if one.laterality == "L" else mg
                rows.append(replace(one, true_mg=left if one.view == "MLO" else 0.5 * left + 3))
        table = looked_up(mass_agreement_table(rows))
        assert table["CC on MLO: truth"][2:5] == ["0.50", "+3.00", "1.00"]
        assert table["left on right: Molloi 2009"] == [
            *("39 women", "-", "0.86", "-0.06", "0.95", "4.30", "-", "-"),
        ]
        # R = 2^-1 (L - 1) in MLO; the halves with their 3 mg lie on another line of the same slope.
        assert table["left on right: truth"][0] == "8"
        assert float(table["left on right: truth"][2]) == pytest.approx(2, abs=0.1)

    def test_no_line_where_pairs_are_too_few(self) -> None:
        table = looked_up(area_agreement_table(patient_rows(1000)))
        assert table["CC on MLO: true band"] == ["2", *"-------"]
        assert len(table) == 2 + len(AREAS) * len(MOLLOI_2009)


class TestPage:
    def test_page_has_every_section_and_no_unknown_number(self) -> None:
        page = simulation_page(study_rows(8), study_manifest(), REAL)
        assert "from 32 views of 8 simulated patients (seeds 1000 to 1007)" in page
        assert [line for line in page.splitlines() if line.startswith("## ")] == [
            "## Does the published SCU-Net recognise simulated BAC?",
            "## Calcified arteries",
            "## Calcium mass",
            "## CC against MLO, left against right",
        ]
        assert "with 1 beams: W/Rh 28 kV (24)" in page
        assert "| all | 24 | +0.00 | +0.0 | 1.0000 | 0.00 | 0.0 | 100.0 % |" in page
        assert "nan" not in page
        assert "missing" not in page
        assert "states of it" not in page

    def test_a_view_where_the_model_marks_nothing_counts_as_zero_and_outside(self) -> None:
        rows = study_rows(2)
        rows[0] = replace(rows[0], model=NOTHING, model_mass=Mass(0.0, None, None))
        page = simulation_page(rows, study_manifest(), REAL)
        of_model = page.partition("Under the model's mask")[2].splitlines()
        assert next(line for line in of_model if line.startswith("| all")).endswith("| 87.5 % |")

    def test_missing_patients_refused_views_and_changed_code_are_said(self) -> None:
        rows = [*study_rows(2), *patient_rows(1004)]
        rows[0] = replace(rows[0], code="fedcba9876", calcium_mass=Mass(None, None, None))
        page = simulation_page(rows, study_manifest(), REAL)
        assert "Patients of these seeds are missing: 1002, 1003." in page
        assert "2 states of it" in page
        assert "1 views have no number." in page
        assert "| all | 11 |" in page

    def test_too_few_views_with_bac_are_a_plain_sentence(self) -> None:
        with pytest.raises(UsageError, match="measure more patients"):
            simulation_page(patient_rows(1003, 0, 0), study_manifest(), REAL)
