"""Records: all keys, null where unknown, valid JSON, the same bytes again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shared_core.mammogram import Exam, PixelSpacing, SpacingSource, ViewModifier
from shared_core.notices.of_results import MASK_EDITED, MASK_EMPTY
from shared_core.quantification.exam import measure_exam
from shared_core.records.canonical_json import json_bytes, plain
from shared_core.records.view_and_exam import exam_record, failed_record, view_record
from tests.told import codes_in

KEYS = [
    "file",
    "status",
    "error",
    "exam",
    "view",
    "laterality",
    "view_modifiers",
    "spacing_mm",
    "spacing_source",
    "intent",
    "manufacturer",
    "synthetic_2d",
    "state",
    "made_by",
    "notices",
    "model",
    "metrics",
    "report_sentence",
    "sources",
    "stated",
]


def record_of(view, provenance, **others):
    record = view_record(view.header, view.prepared, view.measurement, provenance=provenance, **others)
    return json.loads(json_bytes(record))


def test_a_view_with_everything_known(make_view: Callable, provenance: dict) -> None:
    view = make_view("RMLO", spacing=(0.1, 0.2), modifiers=(ViewModifier.ROLLED,))
    record = record_of(view, provenance, notices=[MASK_EMPTY.notice()], exam="E1")
    assert list(record) == KEYS
    assert (record["status"], record["error"], record["exam"]) == ("ok", None, "E1")
    assert (record["view"], record["laterality"], record["view_modifiers"]) == ("MLO", "R", ["rolled"])
    assert record["spacing_mm"] == [0.1, 0.2]
    assert record["spacing_source"] == "ImagerPixelSpacing, magnification unknown"
    assert record["notices"] == [
        {
            "code": "mask-empty",
            "severity": "warning",
            "text": "The mask is empty.",
            "remedy": "check-mask-file",
        }
    ]
    assert (record["state"], record["made_by"]) == ("by model", "scunet-emory-2021")
    assert record["model"] == provenance
    metrics, measured = record["metrics"], view.measurement
    assert metrics["am_px"] == int(view.mask.sum())
    assert metrics["bac_area_mm2"] == pytest.approx(view.mask.sum() * 0.02)
    assert metrics["tam_threshold"] == 100
    assert metrics["mass"]["status"] == measured.mass.status
    assert metrics["bac_percent_of_breast"] == measured.bac_percent_of_breast
    assert metrics["exclusions_px"] == {"film edge": 12, "label": 30}


def test_the_unknown_is_null_not_a_guess(make_view: Callable, provenance: dict) -> None:
    record = record_of(make_view("??"), provenance)
    for key in ("view", "laterality", "spacing_mm", "spacing_source", "intent"):
        assert record[key] is None
    for key in ("pm", "bac_area_mm2", "breast_area_mm2"):
        assert record["metrics"][key] is None


def test_an_exclusion_named_twice_is_added_up(make_view: Callable, provenance: dict) -> None:
    view = make_view()
    prepared = replace(view.prepared, exclusions_px=(("label", 3), ("label", 4)))
    record = view_record(view.header, prepared, view.measurement, provenance=provenance)
    assert record.metrics["exclusions_px"] == {"label": 7}


def test_a_failed_file_has_the_same_keys(make_view: Callable) -> None:
    failed = failed_record(Path("broken.dcm"), "broken.dcm is truncated; copy it again.")
    record = json.loads(json_bytes(failed))
    assert list(record) == KEYS
    assert (record["file"], record["status"]) == ("broken.dcm", "failed")
    assert record["error"] == "broken.dcm is truncated; copy it again."
    assert record["metrics"] is record["model"] is record["view"] is None
    known = failed_record("x.dcm", "No breast.", header=make_view("LCC").header)
    assert (known.view, known.laterality, known.manufacturer) == ("CC", "L", "Maker")


def test_an_exam_lists_views_breasts_and_notices(make_view: Callable) -> None:
    views = [make_view("LCC", spacing=(0.1, 0.1)), make_view("RCC", spacing=(0.1, 0.1))]
    measurement = measure_exam([(view.header, view.measurement) for view in views])
    exam = Exam(
        "P1_20200101", "P1", "20200101", tuple(v.header for v in views), notices=(MASK_EDITED.notice(),)
    )
    record = json.loads(json_bytes(exam_record(exam, measurement)))
    assert record["views"][1] == {"file": str(Path("exam/RCC.dcm")), "view_label": "RCC"}
    assert record["missing_views"] == ["LMLO", "RMLO"]
    assert record["metrics"]["guo_index"] is None
    assert record["metrics"]["guo_index_available_views"] == measurement.guo_index_available_views
    assert [breast["laterality"] for breast in record["breasts"]] == ["L", "R"]
    assert record["breasts"][0]["metrics"]["mean_bac_area_mm2"] == views[0].measurement.bac_area_mm2
    assert codes_in(record) == ["mask-edited"]


def test_the_same_view_gives_the_same_bytes(make_view: Callable, provenance: dict) -> None:
    first, second = (json_bytes(record_of(make_view(), provenance)) for _ in range(2))
    assert first == second


def test_numbers_keep_their_full_precision() -> None:
    value = 0.1 + 0.2
    assert json.loads(json_bytes({"x": value}))["x"] == value
    assert json.loads(json_bytes({"x": np.float64(value), "n": np.int64(7)})) == {"x": value, "n": 7}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float32("nan")])
def test_json_knows_no_nan(value: float) -> None:
    assert json_bytes({"x": value}) == b'{\n  "x": null\n}\n'


def test_names_of_any_bytes_survive(tmp_path: Path) -> None:
    for name in ("Müller 例.png", "bad\udcff.png"):
        assert json.loads(json_bytes({"file": name}))["file"] == name


def test_dataclasses_and_enums_become_plain() -> None:
    spacing = PixelSpacing(0.07, 0.07, SpacingSource.USER)
    assert plain((spacing,)) == [{"row_mm": 0.07, "column_mm": 0.07, "source": "given by the user"}]
    with pytest.raises(TypeError, match="no plain form"):
        plain(object())
