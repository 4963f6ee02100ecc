"""Tables for spreadsheet programs say the same, and are read back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from shared_core.records.cells import CsvStyle, csv_bytes
from shared_core.records.results_folder import read_results, read_table
from shared_core.records.tables import exams_csv, views_csv
from tests.record_builders import a_view, an_exam

STYLES: tuple[CsvStyle, ...] = ("plain", "excel", "excel-semicolon")


@pytest.mark.parametrize("style", STYLES)
def test_results_are_read_back_in_every_style(style: CsvStyle, tmp_path: Path) -> None:
    views, exam = [a_view("LCC"), a_view("RMLO")], an_exam(study_date="20200131")
    for name, chosen in (("plain", "plain"), ("other", style)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "views.csv").write_bytes(views_csv(views, style=chosen))  # type: ignore[arg-type]
        (folder / "exams.csv").write_bytes(exams_csv([exam], style=chosen))  # type: ignore[arg-type]
    plain, other = (read_results(tmp_path / name) for name in ("plain", "other"))
    assert other.views == plain.views
    assert other.exams == plain.exams


def test_style_for_excel_has_its_mark_separator_and_decimal_sign(tmp_path: Path) -> None:
    rows = [("a;b", 1.5, 2, "1.5"), ("=1+1", -0.25, None, "x,y")]
    columns = ("name", "area_mm2", "count", "version")
    assert csv_bytes(columns, rows).startswith(b"name,area_mm2,count,version\na;b,1.5,2,1.5\n")
    assert csv_bytes(columns, rows, style="excel") == b"\xef\xbb\xbf" + csv_bytes(columns, rows)
    table = csv_bytes(columns, rows, style="excel-semicolon")
    found = list(csv.reader(io.StringIO(table.decode("utf-8-sig")), delimiter=";"))
    assert found[1:] == [["a;b", "1,5", "2", "1.5"], ["'=1+1", "-0,25", "", "x,y"]]
    (tmp_path / "table.csv").write_bytes(table)
    assert read_table(tmp_path / "table.csv")
