"""Numbers in table nodes are those that ``bac measure`` writes for the same file, to the digit."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import slicer
from BACSegmentationLib import mammograms, segments, tables
from msgspec import structs

from shared_core import prepare
from shared_core.cli.main import main
from shared_core.quantification.labelled_mask import measure_labels
from shared_core.quantities.registry import QUANTITIES
from shared_core.records.record_reading import read_record
from shared_core.records.record_types import ViewRecord
from shared_core.records.tables import view_columns
from shared_core.records.view_and_exam import view_record
from shared_core.weights.registry import DEFAULT_MODEL, load_card
from tests.host.scene import HeadlessApp
from tests.new_quantity import NEW
from tests.reading.synthetic import dataset, write
from tests.record_builders import an_exam
from tests.slicer_bac_extension.volumes_of_files import load
from tests.tram_track import tram_track


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an image, its mask, and what ``bac measure`` says of both."""
    folder = tmp_path_factory.mktemp("measured")
    write(folder / "LCC.dcm", dataset(tram_track().astype(np.uint16) * 16, ImagerPixelSpacing=[0.07, 0.08]))
    along = np.arange(15, 260)
    artery = np.column_stack([along, 300 + 25 * np.sin(along / 60)])
    mask = np.zeros(tram_track().shape, np.uint8)
    cv2.polylines(mask, [artery.astype(np.int32)], False, 255, 27)
    cv2.imwrite(str(folder / "mask.png"), mask)
    arguments = ["measure", str(folder / "LCC.dcm"), str(folder / "mask.png"), "-o", str(folder / "out")]
    assert main(arguments) == 0
    return folder


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "out" / "views.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def record_of(folder: Path) -> ViewRecord:
    return read_record(folder / "out" / "LCC.json", ViewRecord)


@pytest.fixture
def table(app: HeadlessApp) -> Any:
    return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode", "BAC measurements")


def assert_cells(table: Any, rows: list[dict[str, str]], columns: set[str]) -> None:
    """Every cell says what the CSV says: the same number to the last bit, the same text."""
    for column in columns:
        values = tables.column_values(table, column)
        assert len(values) == len(rows)
        for value, row in zip(values, rows, strict=True):
            if isinstance(value, str):
                assert value == row[column], column
            elif math.isnan(value):
                assert row[column] == "", column
            else:
                assert value == float(row[column]), column


def test_a_record_that_is_read_back_is_the_row_of_the_csv(table: Any, measured: Path) -> None:
    tables.fill_table(table, [record_of(measured)])
    assert [table.GetColumnName(n) for n in range(table.GetNumberOfColumns())] == list(view_columns())
    assert_cells(table, rows_of(measured), set(view_columns()))
    assert tables.column_values(table, "bac_area_mm2")[0] > 10


def test_measured_in_the_scene_it_is_the_same(table: Any, measured: Path) -> None:
    volume = load(measured / "LCC.dcm")
    node = segments.show_mask(volume, cv2.imread(str(measured / "mask.png"), cv2.IMREAD_GRAYSCALE))
    prepared = prepare(mammograms.mammogram_of(volume), load_card(DEFAULT_MODEL).preprocessing)
    numbers = measure_labels(prepared, segments.mask_of(node, volume).view(np.uint8)).view
    record = view_record(prepared.header, prepared, numbers, provenance=record_of(measured).provenance)
    tables.fill_table(table, [record])
    assert_cells(table, rows_of(measured), set(view_columns()) - {"warnings", "notice_codes"})


def test_numbers_have_units_and_types(table: Any, measured: Path) -> None:
    tables.fill_table(table, [record_of(measured)])
    units = {name: table.GetColumnUnitLabel(name) for name in view_columns()}
    assert units["bac_area_mm2"] == "mm2"
    assert units["am_px"] == "px"
    assert units["calcified_length_mm"] == "mm"
    assert units["bac_percent_of_breast"] == "%"
    assert units["mass_ha_mg"] == "mg"
    assert not units["view"]
    assert isinstance(tables.column_values(table, "am_px")[0], int)
    assert isinstance(tables.column_values(table, "bac_area_mm2")[0], float)


def test_what_is_unknown_of_one_view_is_no_number(table: Any, measured: Path) -> None:
    known = record_of(measured)
    unknown = structs.replace(known, metrics={**known.metrics, "bac_area_mm2": None, "am_px": None})
    tables.fill_table(table, [known, unknown])
    assert math.isnan(tables.column_values(table, "bac_area_mm2")[1])
    assert math.isnan(tables.column_values(table, "am_px")[1])
    tables.fill_table(table, [unknown])
    assert tables.column_values(table, "bac_area_mm2") == [""]
    assert table.GetNumberOfRows() == 1


def test_no_records_are_an_empty_table(table: Any, measured: Path) -> None:
    tables.fill_table(table, [record_of(measured)])
    tables.fill_table(table, [])
    assert table.GetNumberOfRows() == 0


class TestSummary:
    def texts(self, table: Any) -> dict[str, dict[str, str]]:
        """Quantity to column to text."""
        names = [table.GetColumnName(n) for n in range(table.GetNumberOfColumns())]
        found = {}
        for row in range(table.GetNumberOfRows()):
            cells = {name: table.GetCellText(row, n) for n, name in enumerate(names)}
            found[cells.pop("Quantity")] = cells
        return found

    def test_is_rounded_with_units_and_without_what_nobody_knows(self, table: Any, measured: Path) -> None:
        record = record_of(measured)
        exam = an_exam(numbers={"bac_percent_of_breast": 1.23456, "area_grade": 2, "guo_index": 0.01})
        tables.fill_summary(table, [record, structs.replace(record, laterality="R")], exam)
        texts = self.texts(table)
        area = f"{record.number('bac_area_mm2'):.1f}"
        assert texts["BAC area"] == {"L-CC": area, "R-CC": area, "Exam": tables.UNKNOWN, "Unit": "mm²"}
        assert texts["BAC of breast"]["Exam"] == "1.23"
        assert texts["Guo's index"]["Exam"] == "0.01000"
        assert texts["TAM100"]["Unit"] == "px"
        assert "Calcium mass" not in texts
        assert table.GetUseFirstColumnAsRowHeader()

    def test_without_a_spacing_it_is_in_pixels(self, table: Any, measured: Path) -> None:
        record = record_of(measured)
        metrics = {key: None if key.endswith("_mm2") else value for key, value in record.metrics.items()}
        tables.fill_summary(table, [structs.replace(record, metrics=metrics)])
        assert "BAC area" not in self.texts(table)
        assert self.texts(table)["Breast area"]["Unit"] == "px"

    def test_two_images_of_one_view_are_two_columns(self, table: Any, measured: Path) -> None:
        record = record_of(measured)
        tables.fill_summary(table, [record, record, structs.replace(record, view=None, laterality=None)])
        assert list(self.texts(table)["BAC area"]) == ["L-CC", "L-CC (2)", record.file, "Unit"]

    def test_a_new_quantity_is_a_row_without_further_words(self, table: Any, measured: Path) -> None:
        with QUANTITIES.extended(NEW):
            record = record_of(measured)
            metrics = {**record.metrics, NEW.key: 2.5}
            tables.fill_table(table, [structs.replace(record, metrics=metrics)])
            assert tables.column_values(table, NEW.key) == [2.5]
            tables.fill_summary(table, [structs.replace(record, metrics=metrics)])
            assert self.texts(table)[NEW.label] == {"L-CC": "2.50", "Unit": "mm"}


def test_tables_are_locked_against_typing_and_made_without_deprecated_calls(
    app: HeadlessApp, capfd: pytest.CaptureFixture[str]
) -> None:
    table, summary = (app.scene.AddNewNodeByClass("vtkMRMLTableNode") for _ in range(2))
    tables.fill_table(table, [])
    tables.fill_summary(summary, [])
    assert table.GetLocked()
    assert summary.GetLocked()
    assert summary.GetUseColumnTitleAsColumnHeader()
    assert "deprecated" not in capfd.readouterr().err
