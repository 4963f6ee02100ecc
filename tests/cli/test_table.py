"""``bac table``: one row a woman and date for statistics programs, and what each column is."""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path

import pandas as pd
import pytest

from shared_core.cli.main import main
from shared_core.quantities.quantity import MM, Quantity, Reading
from shared_core.quantities.registry import QUANTITIES
from shared_core.records.study_tables import LONG_COLUMNS, wide_columns
from tests.pacs.drawn_exam import drawn_files
from tests.tram_track import write_tram_track


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of an exam of four views with spacing and date, and of a picture without either."""
    folder = tmp_path_factory.mktemp("table")
    (folder / "in" / "exam").mkdir(parents=True)
    drawn_files(folder / "in" / "exam")
    write_tram_track(folder / "in" / "P_00007_RCC.png")
    out = folder / "out"
    asked = ["analyze", str(folder / "in"), "-o", str(out), "--no-pictures", "--workers", "0", "-q"]
    assert main([*asked, "--model", "openbac-1", "--device", "cpu"]) == 0
    return out


def test_wide_has_a_row_an_exam_with_the_numbers_of_the_tables(results: Path, tmp_path: Path) -> None:
    assert main(["table", str(results), "-o", str(tmp_path / "study.csv")]) == 0
    table = pd.read_csv(tmp_path / "study.csv", dtype={"patient_id": str})
    assert list(table.columns) == [column.name for column in wide_columns()]
    assert table.columns.is_unique
    exams = pd.read_csv(results / "exams.csv").set_index("key")
    views = pd.read_csv(results / "views.csv")
    assert list(table["exam"]) == list(exams.index)
    for _, row in table.iterrows():
        exam = exams.loc[row["exam"]]
        assert row["bac_percent_of_breast"] == pytest.approx(exam["bac_percent_of_breast"], nan_ok=True)
        assert row["left_mean_bac_area_mm2"] == pytest.approx(exam["left_mean_bac_area_mm2"], nan_ok=True)
        own = views[views["exam"] == row["exam"]]
        for label in ("LCC", "LMLO", "RCC", "RMLO"):
            shown = own[(own["laterality"] == label[0]) & (own["view"] == label[1:])]
            for key in ("am_px", "bac_area_mm2", "area_grade"):
                expected = float(shown[key].iloc[0]) if len(shown) else float("nan")
                assert row[f"{label.lower()}_{key}"] == pytest.approx(expected, nan_ok=True)
    assert table["model_name"].unique().tolist() == ["openbac-1"]
    dated = table["study_date"].dropna()
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in dated)


def test_the_dictionary_explains_every_column(results: Path, tmp_path: Path) -> None:
    assert main(["table", str(results), "-o", str(tmp_path / "study.csv")]) == 0
    with (tmp_path / "study_dictionary.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == [column.name for column in wide_columns()]
    assert all(row["label"] and row["type"] and row["meaning"] for row in rows)
    of = {row["name"]: row for row in rows}
    assert of["lcc_bac_area_mm2"]["unit"] == "mm²"
    assert of["lcc_bac_area_mm2"]["ucum"] == "mm2"
    assert of["area_grade"]["values"].startswith("0: ")
    assert of["study_date"]["type"] == "date"


def test_redcap_can_take_the_dictionary(results: Path, tmp_path: Path) -> None:
    """Names of small letters, digits and lines, that begin with a letter; https://projectredcap.org."""
    assert main(["table", str(results), "-o", str(tmp_path / "study.csv")]) == 0
    with (tmp_path / "study_redcap.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [row["Variable / Field Name"] for row in rows]
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)
    assert len(set(names)) == len(names)
    assert {row["Field Type"] for row in rows} == {"text"}
    kinds = {row["Text Validation Type OR Show Slider Number"] for row in rows}
    assert kinds == {"", "number", "integer", "date_ymd"}


def test_long_has_a_row_a_number_that_is_known(results: Path, tmp_path: Path) -> None:
    assert main(["table", str(results), "-o", str(tmp_path / "long.csv"), "--shape", "long"]) == 0
    assert main(["table", str(results), "-o", str(tmp_path / "wide.csv")]) == 0
    table = pd.read_csv(tmp_path / "long.csv", dtype=str)
    assert tuple(table.columns) == LONG_COLUMNS
    assert not table["value"].isna().any()
    wide = pd.read_csv(tmp_path / "wide.csv", dtype=str).set_index("exam")
    for _, row in table.iterrows():
        before = "" if row["part"] == "exam" else f"{row['part'].lower()}_"
        assert wide.loc[row["exam"], before + row["quantity"]] == row["value"]
    assert not (tmp_path / "long_dictionary.csv").exists()


@pytest.mark.parametrize("shape", ["wide", "long"])
def test_parquet_has_what_the_csv_has_with_types_and_labels(
    results: Path, tmp_path: Path, shape: str
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="PyArrow is not installed")
    assert main(["table", str(results), "-o", str(tmp_path / "one.csv"), "--shape", shape]) == 0
    assert main(["table", str(results), "-o", str(tmp_path / "one.parquet"), "--shape", shape]) == 0
    table = parquet.read_table(tmp_path / "one.parquet")
    written = pd.read_csv(tmp_path / "one.csv", dtype=str, keep_default_na=False)
    assert table.num_rows == len(written) > 0
    assert str(table.schema.field("study_date").type) == "date32[day]"
    for row, cells in zip(table.to_pylist(), written.to_dict("records"), strict=True):
        for name, text in cells.items():
            value = row[name]
            if name == "value" and value is None:
                value = row["text"]
            if isinstance(value, float | int) and not isinstance(value, bool):
                assert value == pytest.approx(float(text), rel=1e-9), name
            else:
                assert ("" if value is None else str(value)) == text, name
    if shape == "wide":
        field = table.schema.field("lcc_bac_area_mm2")
        assert field.metadata[b"unit"] == "mm²".encode()
        assert b"area" in field.metadata[b"label"].lower()
        assert (tmp_path / "one_dictionary.csv").is_file()
    else:
        assert (table["value"].null_count + table["text"].null_count) == table.num_rows


def test_parquet_without_pyarrow_says_what_to_install(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert main(["table", str(results), "-o", str(tmp_path / "one.parquet")]) == 1
    assert "pip install 'openbac[parquet]'" in capsys.readouterr().err
    assert not (tmp_path / "one.parquet").exists()


def test_what_is_not_known_stays_empty(results: Path, tmp_path: Path) -> None:
    assert main(["table", str(results), "-o", str(tmp_path / "study.csv")]) == 0
    table = pd.read_csv(tmp_path / "study.csv").set_index("exam")
    picture = table.loc["P_00007"]
    assert picture["rcc_am_px"] > 0
    for column in ("study_date", "rcc_bac_area_mm2", "lcc_am_px", "lcc_state"):
        assert pd.isna(picture[column]), column


def test_several_folders_and_documents_make_one_table_and_repeats_are_told(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["table", str(results), str(results), "-o", str(tmp_path / "study.csv")]) == 0
    said = capsys.readouterr()
    assert "several exams of one woman and date" in said.err
    assert len(pd.read_csv(tmp_path / "study.csv")) == 2 * len(
        json.loads((results / "exams.json").read_bytes())
    )
    assert "4 exams" in said.out


def test_another_quantity_is_in_the_tables() -> None:
    new = Quantity("new_mm", "New", unit=MM, view=Reading("a new one", value=lambda _: 1.0), source="nobody")
    with QUANTITIES.extended(new):
        names = [column.name for column in wide_columns()]
    assert {f"{view}_new_mm" for view in ("lcc", "lmlo", "rcc", "rmlo")} <= set(names)


def test_a_folder_without_results_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["table", str(tmp_path), "-o", str(tmp_path / "x.csv")]) == 1
    assert "holds no views.csv and exams.csv" in capsys.readouterr().err
