"""Serial exams on simulated images: what is made of the measured rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest

from shared_core.change.serial_exams import GUO_INDEX, SERIAL_QUANTITIES
from shared_core.errors import UsageError
from validation.series import decisions
from validation.series.__main__ import main
from validation.series.decisions import (
    Share,
    alarms,
    decided,
    exams_of,
    expected,
    finds,
    median_growth,
    patients_of,
    still_tables,
)
from validation.series.errors import spread_by_value, spread_of
from validation.series.exams import settings_of, severity_of, style_of
from validation.series.page import page, plot
from validation.series.rows import YEARS, Course, Masks, Row, append_rows, read_rows, series_of

VIEWS = {"LCC": 30.0, "LMLO": 24.0, "RCC": 12.0, "RMLO": 15.0}


def rows_of(patient: int, *, noise: float, growth: float = 0.5) -> list[Row]:
    """A patient whose quantities are a view's level, a little noise, and linear growth to `growth`."""
    random = np.random.default_rng(patient)
    rows = []
    for course in get_args(Course):
        for years in YEARS:
            own = {"still": True, "grown": years > 0, "new machine": years == YEARS[-1]}
            if not own[course]:
                continue
            for view, level in VIEWS.items():
                for masks in get_args(Masks):
                    gained = 1 + growth * years / YEARS[-1] if course == "grown" else 1.0
                    value = level * gained * float(np.exp(random.normal(0, noise)))
                    quantities = dict.fromkeys((quantity.key for quantity in SERIAL_QUANTITIES), value)
                    style = "ge" if course == "new machine" else "hologic"
                    rows.append(
                        Row(patient, "mild", course, years, style, view, masks, level * gained, **quantities)
                    )
    return rows


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return [row for patient in range(4) for row in rows_of(patient, noise=0.03)]


def test_rows_come_back_from_the_table_they_were_added_to(tmp_path: Path, rows: list[Row]) -> None:
    path = tmp_path / "rows.csv"
    assert read_rows(path) == []
    append_rows(path, rows[:48])
    append_rows(path, rows[48:])
    assert read_rows(path) == rows


def test_another_table_and_half_a_row_are_refused(tmp_path: Path, rows: list[Row]) -> None:
    other, cut = tmp_path / "other.csv", tmp_path / "cut.csv"
    other.write_text("a,b\n1,2\n", encoding="utf-8")
    append_rows(cut, rows)
    cut.write_text(cut.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    for path, words in ((other, "no table of simulated series"), (cut, "not complete")):
        with pytest.raises(UsageError, match=words):
            read_rows(path)


def test_the_command_says_so_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n", encoding="utf-8")
    assert main(["--patients", "0", "--rows", str(other)]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith(f"validation: {other}: is no table")


@pytest.mark.parametrize(
    ("course", "own"), [("still", YEARS), ("grown", YEARS[1:]), ("new machine", YEARS[-1:])]
)
def test_years_without_an_exam_of_the_course_are_those_without_growth(
    course: Course, own: tuple[float, ...], rows: list[Row]
) -> None:
    series = series_of(rows, 1, course, "model")
    assert sorted({row.years for row in series}) == list(YEARS)
    assert len(series) == len(YEARS) * len(VIEWS)
    assert all(row.course == (course if row.years in own else "still") for row in series)
    exams = exams_of(rows, 1, course, "model")
    assert [exam.date.year for exam in exams] == [2020, 2021, 2024]
    assert exams[-1].manufacturers == (("ge",) if course == "new machine" else ("hologic",))


def test_growth_is_found_and_none_is_not(rows: list[Row]) -> None:
    assert patients_of(rows) == [0, 1, 2, 3]
    still, grown = (decided(rows, course, "true")[GUO_INDEX.key] for course in ("still", "grown"))
    assert (alarms(still).n, alarms(still).x) == (4, 0)
    assert finds(grown) == Share(4, 4)
    assert median_growth(rows, GUO_INDEX, "true") == pytest.approx(0.5, abs=0.1)


def test_a_decrease_is_an_alarm_but_no_find() -> None:
    assert alarms(["decrease", "increase", "no measurable change", "cannot be decided"]) == Share(2, 4)
    assert finds(["decrease", "increase", "no measurable change"]) == Share(1, 3)


@pytest.mark.parametrize(
    ("x", "n", "low", "high"), [(0, 10, 0.0, 0.2775), (9, 10, 0.5958, 0.9821), (0, 0, 0, 1)]
)
def test_wilson_interval(x: int, n: int, low: float, high: float) -> None:
    assert Share(x, n).interval == pytest.approx((low, high), abs=1e-4)


def test_errors_of_views_and_exams_come_out_of_the_layout() -> None:
    random = np.random.default_rng(3)
    lasting = random.normal(0, 0.6, (400, 1, 4))
    sway = random.normal(0, 0.05, (400, 3, 1))
    tables = 20 * np.exp(lasting + sway + random.normal(0, 0.12, (400, 3, 4)))
    found = spread_of(tables)
    assert found is not None
    assert found.view_cv == pytest.approx(0.12, rel=0.05)
    assert found.exam_cv == pytest.approx(0.05, rel=0.15)
    assert found.exam_total_cv == pytest.approx(np.hypot(0.05, 0.12 / 2), rel=0.06)
    assert (found.series, found.degrees_of_freedom, found.left_out) == (400, 2400, 0)


def test_by_value_the_same_errors_come_out_and_a_trace_counts_as_a_trace() -> None:
    random = np.random.default_rng(4)
    sway = random.normal(0, 0.05, (400, 3, 1))
    tables = 20 * np.exp(sway + random.normal(0, 0.1, (400, 3, 4)))
    found = spread_by_value(tables)
    assert found is not None
    assert found.view_cv == pytest.approx(0.1, rel=0.06)
    assert found.exam_cv == pytest.approx(0.05, rel=0.2)
    tables[:, :, 3] = 10.0 ** random.uniform(-4, -2, (400, 3))
    traces, logs = spread_by_value(tables), spread_of(tables)
    assert traces is not None
    assert logs is not None
    assert traces.view_cv < 0.12
    assert logs.view_cv > 0.4
    assert spread_by_value([np.zeros((3, 4))]) is None


def test_views_with_nothing_have_no_logarithm_and_are_left_out() -> None:
    table = np.array([[10.0, 8.0, 0.0], [11.0, 8.5, 2.0]])
    found = spread_of([table, np.zeros((2, 3))])
    assert found is not None
    assert (found.left_out, found.series) == (4, 1)
    assert spread_of([np.zeros((2, 3))]) is None


def test_errors_that_are_small_hold_and_large_ones_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "SERIES", 60)
    years = (0, 1, 2, 3, 4, 5)
    assert expected(0.05, 0.0, years, growth=0.1).part == 1.0
    assert expected(0.05, 0.0, years, growth=0.0).part <= 0.1
    assert expected(0.6, 0.3, years, growth=0.1).part < 0.7


def test_what_was_not_measured_is_not_followed(rows: list[Row]) -> None:
    without = [replace(row, mass_ha_mg=float("nan")) for row in rows]
    assert decided(without, "still", "model")["mass_ha_mg"] == []
    assert still_tables(without, SERIAL_QUANTITIES[-1], "model") == []


def test_patients_differ_in_extent_and_machine_and_courses_only_in_theirs(tmp_path: Path) -> None:
    assert len({(severity_of(patient), style_of(patient)) for patient in range(9)}) == 9
    still, grown, machine = (settings_of(4, course, tmp_path) for course in get_args(Course))
    assert grown.patient.mass_mg == still.patient.mass_mg
    assert still.patient.growth_mg_per_year == 0
    assert grown.patient.growth_mg_per_year == pytest.approx(0.1 * (grown.patient.mass_mg or 0))
    assert replace(machine, style=still.style, first_exam=1) == still
    assert machine.style != still.style


def test_page_tells_shares_and_errors_of_every_quantity(
    rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "SERIES", 5)
    text = page(rows)
    for quantity in SERIAL_QUANTITIES:
        assert text.count(f"| {quantity.title} | model |") == 3
    assert "4/4 (51 to 100 %)" in text
    assert "strays by more than" not in text
    noisy = page(rows_of(7, noise=0.6))
    assert "in patient 7 (mild, view" in noisy
    image = cv2.imdecode(np.frombuffer(plot(rows), np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape[1] > 3000
