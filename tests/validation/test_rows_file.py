"""The rows of a study outlive whatever stops it."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from shared_core.errors import NoBreastError, UsageError
from tests.validation.exam_rows import patient_rows, study_rows
from validation.exams.row import Mass, Vessels, ViewRow, columns, row_cells, row_from_cells
from validation.exams.rows_file import check_manifest, read_manifest, read_rows, write_rows
from validation.exams.study import WITHOUT_BAC_EVERY, Member, run_study, study_manifest

numbers = st.floats(allow_nan=False, allow_infinity=False)
unsure = st.none() | numbers
masses = st.builds(Mass, unsure, unsure, unsure)


@given(
    kvp=numbers,
    mass=masses,
    vessels=st.builds(Vessels, st.integers(0, 9), numbers, st.none() | st.integers(0, 3), numbers),
    dice=unsure,
)
def test_a_row_comes_back_value_for_value(
    kvp: float, mass: Mass, vessels: Vessels, dice: float | None
) -> None:
    row = replace(patient_rows(1000)[0], kvp=kvp, model_mass=mass, model=vessels, dice=dice)
    cells = row_cells(row)
    assert list(cells) == columns()
    assert row_from_cells(cells) == row


def test_an_empty_cell_is_no_number_where_one_must_be() -> None:
    cells = row_cells(patient_rows(1000)[0]) | {"true_mg": ""}
    with pytest.raises(ValueError, match="could not convert"):
        row_from_cells(cells)


@pytest.fixture(scope="module")
def whole_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "rows.csv"
    write_rows(path, study_manifest(), study_rows(3))
    return path


@settings(max_examples=60)
@given(share=st.floats(0, 1))
def test_a_file_cut_off_anywhere_keeps_the_patients_before_the_cut(whole_file: Path, share: float) -> None:
    content = whole_file.read_bytes()
    first = content.index(b"\n1000,") + 1
    cut = whole_file.with_name("cut.csv")
    cut.write_bytes(content[: first + round(share * (len(content) - first))])
    lines = cut.read_bytes()[first:].count(b"\n")
    assert read_rows(cut) == study_rows(3)[: lines - lines % 4]


def test_rows_lie_by_patient_whatever_their_order(tmp_path: Path) -> None:
    rows = study_rows(3)
    write_rows(tmp_path / "rows.csv", {}, [*rows[8:], *rows[:8]])
    assert read_rows(tmp_path / "rows.csv") == rows


@pytest.mark.parametrize("content", [b"", b"patient,view\n", b"# [1]\n", b"# {\n", b"\xff\xd8\n"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"other\.csv"):
        read_rows(path)


def test_rows_with_the_columns_of_another_version_are_refused(whole_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_text(whole_file.read_text("utf-8").replace("compressed_mm", "thickness", 1), "utf-8")
    with pytest.raises(UsageError, match="columns"):
        read_rows(path)


def test_rows_of_other_settings_are_refused_by_name(whole_file: Path) -> None:
    check_manifest(whole_file, study_manifest())
    with pytest.raises(UsageError, match="another software_version and styles; start"):
        check_manifest(whole_file, study_manifest() | {"software_version": "9", "styles": ["ge"]})


class Measuring:
    """Stands for hours of work; remembers whom it was asked for."""

    def __init__(self, *, stopped_at: int | None = None, broken: int | None = None) -> None:
        self.asked: list[int] = []
        self.stopped_at, self.broken = stopped_at, broken

    def __call__(self, seed: int) -> list[ViewRow]:
        self.asked.append(seed)
        if seed == self.stopped_at:
            raise KeyboardInterrupt
        if seed == self.broken:
            raise NoBreastError("no breast was found")
        return patient_rows(seed)


def run(path: Path, seeds: range, measure: Measuring) -> dict[int, str]:
    with ThreadPoolExecutor(1) as pool:
        return run_study(path, seeds, measure=measure, pool=pool)


def test_a_stopped_study_keeps_what_is_done_and_goes_on_with_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with pytest.raises(KeyboardInterrupt):
        run(path, range(1000, 1006), Measuring(stopped_at=1003))
    kept = {row.patient for row in read_rows(path)}
    assert {1000, 1001, 1002} <= kept < set(range(1000, 1006))
    again = Measuring()
    assert run(path, range(1000, 1006), again) == {}
    assert set(again.asked) == set(range(1000, 1006)) - kept
    assert Counter(row.patient for row in read_rows(path)) == dict.fromkeys(range(1000, 1006), 4)


def test_only_the_patient_that_was_cut_off_is_measured_again(whole_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(whole_file.read_bytes()[:-30])
    measure = Measuring()
    run(path, range(1000, 1003), measure)
    assert measure.asked == [1002]
    assert read_rows(path)[:8] == study_rows(3)[:8]


def test_more_patients_can_be_added_and_none_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    run(path, range(1000, 1002), Measuring())
    measure = Measuring()
    run(path, range(1001, 1004), measure)
    assert measure.asked == [1002, 1003]
    assert {row.patient for row in read_rows(path)} == set(range(1000, 1004))
    assert read_manifest(path) == study_manifest()


def test_a_patient_that_cannot_be_measured_stops_no_other_and_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    assert run(path, range(1000, 1003), Measuring(broken=1001)) == {1001: "no breast was found"}
    assert {row.patient for row in read_rows(path)} == {1000, 1002}


def test_a_study_never_adds_to_rows_of_other_settings(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    write_rows(path, study_manifest() | {"software_version": "0.0.1"}, study_rows(1))
    before, measure = path.read_bytes(), Measuring()
    with pytest.raises(UsageError, match="software_version"):
        run(path, range(1000, 1002), measure)
    assert measure.asked == []
    assert path.read_bytes() == before


def test_every_look_meets_patients_with_and_without_forced_absence_of_bac() -> None:
    members = [Member(seed) for seed in range(1000, 1000 + 3 * WITHOUT_BAC_EVERY)]
    assert Counter((member.style, member.settings.severity) for member in members) == {
        (style, severity): count
        for style in ("hologic", "ge", "fuji")
        for severity, count in ((None, WITHOUT_BAC_EVERY - 1), ("none", 1))
    }
