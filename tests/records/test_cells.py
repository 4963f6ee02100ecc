"""No cell of a table is run by a spreadsheet, and all are read back as they were."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given, strategies as st

from shared_core.records.canonical_json import json_bytes
from shared_core.records.cells import csv_bytes, guarded, unguarded
from shared_core.records.record_reading import read_record
from shared_core.records.record_types import ViewRecord
from shared_core.records.results_folder import read_results
from shared_core.records.tables import exams_csv, views_csv
from tests.record_builders import a_view, an_exam

FORMULAS = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-x",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "'=1",
    "''-a",
    "＝1+1",
    "--1",
)
HARMLESS = ("-5", "+1.5", "-.5", "-1e-5", "a=1", "'quoted'", "", "2020-01-31", "a-b")


@pytest.mark.parametrize("text", FORMULAS)
def test_formula_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_other_texts_stand_as_they_are(text: str) -> None:
    assert guarded(text) == text == unguarded(text)


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r\n1a.e"), max_size=8))
@example("'")
def test_guarding_is_undone(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(st.lists(st.one_of(st.text(max_size=9), st.sampled_from(FORMULAS)), min_size=1, max_size=4))
def test_no_cell_of_a_table_begins_as_a_formula(texts: list[str]) -> None:
    [_, row] = csv.reader(
        io.StringIO(csv_bytes(["c"] * (len(texts) + 1), [[0, *texts]]).decode(), newline="")
    )
    for text, cell in zip(texts, row[1:], strict=True):
        assert not cell.startswith(("=", "@", "\t", "\r"))
        assert unguarded(cell) == text.replace("\0", "\ufffd") or "\\ud" in text


def test_a_nul_does_not_make_a_table_unreadable() -> None:
    assert csv_bytes(["name"], [["DOE\0"]]).decode() == "name\nDOE\ufffd\n"


def test_numbers_with_a_sign_stay_numbers() -> None:
    assert csv_bytes(["n"], [[-1.5], [2]]) == b"n\n-1.5\n2\n"


def test_names_of_files_survive_tables_and_records(tmp_path: Path) -> None:
    name = "=1+1_\udcff.dcm"
    (tmp_path / "views.csv").write_bytes(views_csv([a_view(file=name)]))
    (tmp_path / "exams.csv").write_bytes(exams_csv([an_exam("-key")]))
    results = read_results(tmp_path)
    assert results.views[0]["file"] == name
    assert results.exams[0]["key"] == "-key"
    (tmp_path / "view.json").write_bytes(json_bytes(a_view(file=name)))
    assert read_record(tmp_path / "view.json", ViewRecord).file == name
