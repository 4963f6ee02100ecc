"""A malignant cluster has no BAC grade, and every output says that it must be read."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import pytest
from pydicom import Dataset, dcmread

from shared_core.cli.main import main
from shared_core.cohort.exam_mark import read_mark
from shared_core.quantities.registry import QUANTITIES
from shared_core.reading.mask import read_mask_file

pytest.importorskip("highdicom", reason="the extra dicom is not installed")

CLUSTER = "P_00299_RIGHT_CC_FINE_LINEAR_BRANCHING_SEGMENTAL_1"


@pytest.fixture(scope="module")
def folder(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its exam in the results."""
    image = shared_dir / "data" / "real-bac" / "other-calcification" / f"{CLUSTER}.jpg"
    if not image.is_file():
        pytest.skip(f"{image} is not there")
    output = tmp_path_factory.mktemp("cluster")
    asked = ["--model", "openbac-2", "--dicom", "seg,sr,tid1500,gsps", "--workers", "0", "-q"]
    assert main(["analyze", str(image), "-o", str(output), *asked]) == 0
    (found,) = output.glob(f"*/{CLUSTER}.json")
    return found.parent


@pytest.fixture(scope="module")
def record(folder: Path) -> dict:
    return json.loads((folder / f"{CLUSTER}.json").read_text(encoding="utf-8"))


def said_in(item: Dataset) -> dict[str, set[str]]:
    """Numbers and codes of a report by concept."""
    said: dict[str, set[str]] = {}
    for one in item.get("ContentSequence", []):
        for concept, values in said_in(one).items():
            said.setdefault(concept, set()).update(values)
        if one.ValueType in ("NUM", "CODE"):
            value = (
                one.MeasuredValueSequence[0].NumericValue
                if one.ValueType == "NUM"
                else one.ConceptCodeSequence[0].CodeValue
            )
            said.setdefault(one.ConceptNameCodeSequence[0].CodeValue, set()).add(str(value))
    return said


def test_json_has_no_grade_and_says_why(record: dict) -> None:
    metrics = record["metrics"]
    for key in ("area_grade", "csbi_grade", "vessels_count"):
        assert metrics[key] is None, key
    assert metrics["other_count"] > 0
    assert metrics["other_area_px"] > 0
    assert metrics["other_area_mm2"] is None
    assert 0 < metrics["bac_probability"] < 1
    codes = [notice["code"] for notice in record["notices"]]
    assert "calcifications-spread" in codes
    assert "other-calcifications" in codes
    assert "uncertain, not graded" in record["report_sentence"]
    assert "have them read" in record["report_sentence"]


def test_tables_say_the_same(folder: Path, record: dict) -> None:
    for name in ("views.csv", "exams.csv"):
        (row,) = csv.DictReader((folder.parent / name).open(encoding="utf-8"))
        assert row["area_grade"] == row["csbi_grade"] == row["vessels_count"] == ""
        assert row["other_count"] == str(record["metrics"]["other_count"])
        assert "other-calcifications" in row["notice_codes"]
        assert float(row["bac_probability"]) == record["metrics"]["bac_probability"]


def test_both_classes_have_a_mask_and_a_segment(folder: Path, record: dict) -> None:
    others = cv2.imread(str(folder / f"{CLUSTER}_other.png"), cv2.IMREAD_UNCHANGED)
    assert (others > 0).sum() == record["metrics"]["other_area_px"]
    mark = read_mark(folder.parent, folder.name)
    assert mark is not None
    assert f"{CLUSTER}_other.png" in mark.results
    seg = folder / "dicom" / f"{CLUSTER}_seg.dcm"
    bac = read_mask_file(seg)
    assert bac.mask.sum() == record["metrics"]["am_px"]
    assert ((others > 0) == read_mask_file(seg, segment=2).mask).all()
    assert not (bac.mask & (others > 0)).any()


def test_structured_reports_hold_it(folder: Path, record: dict) -> None:
    report = dcmread(folder / "dicom" / "measurements.dcm")
    said = said_in(report)
    assert said["OTHERCOUNT"] == {str(record["metrics"]["other_count"])}
    for key in ("area_grade", "csbi_grade"):
        concept = QUANTITIES.entry("view", key).quantity.concept
        assert concept is not None
        assert concept.value not in said
    text = (folder / "dicom" / "measurements.dcm").read_bytes()
    assert b"Uncertain parts among calcifications" in text
    assert b"have them read" in (folder / "dicom" / "cad_report.dcm").read_bytes()


def test_the_overlay_draws_them_in_their_own_colour(folder: Path) -> None:
    picture = cv2.imread(str(folder / f"{CLUSTER}_overlay.png"))[:, :, ::-1].astype(int)
    red, green, blue = picture[..., 0], picture[..., 1], picture[..., 2]
    assert ((blue - red) > 100).sum() > 200
    assert ((red - blue) > 150).sum() > 200
    assert (green > 0).any()
