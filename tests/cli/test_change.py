"""``bac change``: from results of serial exams to a decision."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from shared_core.cli.main import main
from tests.serial_results import VIEWS, areas_of_views, serial_results

pytest.importorskip("matplotlib", reason="the extra statistics is not installed")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    grows = [
        (f"g{year}", "001", f"{2015 + year}0310", areas_of_views(20 * 1.2**year, year)) for year in range(4)
    ]
    stays = [(f"s{year}", "002", f"{2015 + year}0310", areas_of_views(20, 10 + year)) for year in range(4)]
    return serial_results(
        tmp_path / "results", [*grows, *stays, ("once", "003", "20150310", areas_of_views(5, 9))]
    )


def test_growth_is_found_and_no_growth_is_not(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["change", str(results), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    found = {
        (patient["patient_id"], quantity["quantity"]["key"]): quantity["decision"]
        for patient in document["patients"]
        for quantity in patient["quantities"]
    }
    assert found == {
        ("001", "bac_area_mm2"): "increase",
        ("001", "tam_per_breast_area"): "increase",
        ("002", "bac_area_mm2"): "no measurable change",
        ("002", "tam_per_breast_area"): "no measurable change",
    }


def test_table_and_plots_are_written(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["change", str(results), "-o", str(out), "--quantity", "bac_area_mm2"]) == 0
    assert {path.name for path in out.iterdir()} == {
        *("change.csv", "change.json", "change_0001.png", "change_0002.png")
    }
    with (out / "change.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["patient_id"], row["quantity"]) for row in rows] == [
        ("001", "sum_bac_area_mm2_of_breasts"),
        ("002", "sum_bac_area_mm2_of_breasts"),
    ]
    assert float(rows[0]["change_lower"]) > 0 > float(rows[1]["change_lower"])
    printed = capsys.readouterr().out
    assert "001: 4 exams, 2015-03-10 to 2018-03-10" in printed
    assert "no measurable change" in printed


def test_error_of_a_cohort_is_used_and_recorded(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    random = np.random.default_rng(1)
    cohort = [
        (f"c{i}", f"c{i}", "20200101", {view: 20 * float(np.exp(random.normal(0, 0.2))) for view in VIEWS})
        for i in range(20)
    ]
    folder = serial_results(tmp_path / "cohort", cohort)
    assert main(["change", str(results), "--json", "--patient", "001", "--error-from", str(folder)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["cohort_errors"]["bac_area_mm2"]["pairs"] == 40
    (patient,) = document["patients"]
    assert patient["quantities"][0]["error"]["source"] == "40 CC/MLO pairs of a cohort"


def test_exams_without_dates_take_those_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = serial_results(tmp_path / "one", [("a", "a", "", areas_of_views(20, 1))])
    two = serial_results(tmp_path / "two", [("b", "b", "", areas_of_views(80, 2))])
    dated = [f"2015-03-10={one}", f"20200310={two}"]
    assert main(["change", *dated, "--one-patient", "--json"]) == 0
    (patient,) = json.loads(capsys.readouterr().out)["patients"]
    assert [exam["date"] for exam in patient["exams"]] == ["2015-03-10", "2020-03-10"]
    assert patient["quantities"][0]["decision"] == "increase"
    assert main(["change", *dated]) == 1
    assert "add --one-patient" in capsys.readouterr().err
    assert main(["change", str(one), str(two)]) == 1
    assert "has no date" in capsys.readouterr().err
    assert main(["change", f"yesterday={one}"]) == 1
    assert "yesterday is not a date" in capsys.readouterr().err


def test_unknown_patient_is_said(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["change", str(results), "--patient", "x"]) == 1
    assert "the patients are 001, 002, 003" in capsys.readouterr().err
