"""A heat map is no area of calcium: no output of an exam that a classifier judged says one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from shared_core.cli.main import main
from shared_core.mammogram import Exam
from shared_core.pictures.reduced_view import reduce_view
from shared_core.pictures.sheet import _exam_lines, _view_row, exam_sheet
from shared_core.pictures.sheet_panel import SheetView, panel_lines
from shared_core.quantification.exam import measure_exam
from shared_core.quantification.live import LiveCounts
from shared_core.records.results_folder import read_results
from tests.reading.synthetic import dataset, write
from tests.tram_track import tram_track

AN_AREA = re.compile(r"\d (mm²|mm2|px)\b|% of breast")
OF_CALCIUM = {"AM", "TAM", "SIM", "TSIM", "GUO", "GUOPART"}


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("openvino", reason="OpenVINO is not installed")
    pytest.importorskip("torch", reason="torch is not installed")
    from tests.tiny_classifier import write_classifier

    return write_classifier(tmp_path_factory.mktemp("model"), logit=9.0)


@pytest.fixture(scope="module")
def results(card: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two views of one exam as ``bac analyze`` leaves them, with all DICOM objects."""
    folder = tmp_path_factory.mktemp("exam")
    (folder / "images").mkdir()
    for view in ("CC", "MLO"):
        ds = dataset(np.asarray(tram_track(), np.uint16) * 16, PatientID="P1", StudyDate="20200102")
        ds.ImageLaterality, ds.ViewPosition = "L", view
        ds.ImagerPixelSpacing, ds.EstimatedRadiographicMagnificationFactor = [0.1, 0.1], 1
        write(folder / "images" / f"{view}.dcm", ds)
    out = folder / "results"
    arguments = ["analyze", str(folder / "images"), "-o", str(out), "--model", str(card), "-q"]
    assert main([*arguments, "--probability", "--dicom", "all", "--workers", "0"]) == 0
    return out


def items(content: Dataset) -> Iterator[Dataset]:
    yield content
    for below in content.get("ContentSequence", ()):
        yield from items(below)


def test_tables_have_the_pixels_of_the_mask_and_no_area(results: Path) -> None:
    found = read_results(results)
    for row in found.views:
        assert row["am_px"]
        assert row["bac_probability"]
        assert row["bac_area_mm2"] is row["bac_percent_of_breast"] is row["tam_per_breast_area"] is None
    (exam,) = found.exams
    assert exam["bac_percent_of_breast"] is exam["guo_index_available_views"] is None
    assert exam["left_mean_bac_area_mm2"] is None


def test_sentences_say_the_probability_and_that_it_is_a_heat_map(results: Path) -> None:
    (record,) = json.loads((results / "exams.json").read_text("utf-8"))
    assert "largest probability of BAC of a view 1.00" in record["report_sentence"]
    sentence = json.loads(next(results.glob("*/CC.json")).read_text("utf-8"))["report_sentence"]
    assert "probability of BAC 1.00 by a classifier of whole views" in sentence
    assert "where it looked, which is no area of calcium" in sentence
    assert not AN_AREA.search(sentence)


def test_structured_reports_code_no_amount_of_calcium(results: Path) -> None:
    for name in ("cad_report", "measurements", "exam_measurements"):
        (path,) = results.rglob(f"{name}.dcm")
        for item in items(pydicom.dcmread(path)):
            concept = item.ConceptNameCodeSequence[0] if "ConceptNameCodeSequence" in item else None
            if concept is not None and item.ValueType == "NUM":
                unit = item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue
                assert concept.CodeValue not in OF_CALCIUM
                assert unit not in {"mm2", "%", "{pixels}"}, concept.CodeMeaning


def test_a_segmentation_is_labelled_as_a_heat_map(results: Path) -> None:
    found = [pydicom.dcmread(path) for path in results.rglob("*.dcm")]
    segmentations = [one for one in found if one.get("Modality") == "SEG"]
    assert sorted({one.ContentLabel for one in segmentations}) == ["HEAT_MAP", "HEAT_MAP_VALUES"]
    for one in segmentations:
        assert one.SegmentSequence[0].SegmentLabel == "Heat map: where the classifier looked"
        assert "arterial" not in one.ContentDescription


def test_the_words_on_an_image_name_the_heat_map(results: Path) -> None:
    for path in results.rglob("*_gsps.dcm"):
        (words,) = [
            text.UnformattedTextValue
            for annotation in pydicom.dcmread(path).GraphicAnnotationSequence
            for text in annotation.get("TextObjectSequence", ())
        ]
        assert "Heat map: where the classifier looked" in words
        assert not AN_AREA.search(words)


def test_a_sheet_has_the_probability_and_dashes(card: Path, tmp_path: Path) -> None:
    from shared_core import analyze_view, load_model
    from tests.tram_track import write_tram_track

    result = analyze_view(write_tram_track(tmp_path / "LCC.png"), model=load_model(card), spacing_mm=0.1)
    measured = result.measurement
    view = SheetView(reduce_view(result.prepared, result.mask, longest_px=800), measured)
    said = [line.text for line in panel_lines(view, 22)]
    assert "Probability of BAC 1.00" in said
    assert "Heat map: where the classifier looked" in said
    assert not any(AN_AREA.search(line) for line in said)
    assert _view_row(view, counted=True).cells[3:9] == ("-",) * 6
    of_exam = measure_exam([(result.header, measured)])
    assert _exam_lines(of_exam) == []
    exam = Exam("P1", "P1", "", (result.header,))
    assert exam_sheet(exam, [(view.reduced, measured)], of_exam, provenances=[result.provenance]).any()
    # Where the classifier says no, nothing is marked, and that is no area of 0.
    nothing = replace(view, measurement=replace(measured, am_px=0, bac_probability=0.1))
    assert [line.text for line in panel_lines(nothing, 22)][-1] == "Probability of BAC 0.10"


def test_numbers_that_follow_strokes_know_it_too(card: Path, tmp_path: Path) -> None:
    from shared_core import analyze_view, load_model
    from tests.tram_track import write_tram_track

    result = analyze_view(write_tram_track(tmp_path / "LCC.png"), model=load_model(card), spacing_mm=0.1)
    counts = LiveCounts(result.prepared)
    counts.update(result.mask.astype(np.uint8))
    live: Any = counts.numbers(heat_map=True)
    for name in ("am_px", "sim", "bac_area_mm2", "bac_percent_of_breast", "tam_per_breast_area"):
        assert getattr(live, name) == getattr(result.measurement, name)
