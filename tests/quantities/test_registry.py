"""One entry and one function: a quantity of the registry is in every output, and nothing else is."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from shared_core.change.serial_exams import SERIAL_QUANTITIES as SERIAL
from shared_core.mammogram import Exam
from shared_core.mass.mass_numbers import MassNumbers
from shared_core.notices.of_results import MASK_EMPTY
from shared_core.quantification.exam import measure_exam
from shared_core.quantification.measurement import (
    BreastMeasurement,
    ExamMeasurement,
    ViewMeasurement,
)
from shared_core.quantities.number_formats import percent, threshold
from shared_core.quantities.quantity import NO_UNIT, SCOPES, Quantity, Reading, Scope
from shared_core.quantities.registry import QUANTITIES, Registry
from shared_core.records.canonical_json import json_bytes
from shared_core.records.record_types import ResultsDocument, ViewRecord
from shared_core.records.schema import schema_of
from shared_core.records.schema_names import SCHEMAS, SchemaName
from shared_core.records.tables import exams_csv, views_csv
from shared_core.records.view_and_exam import exam_record, failed_record, view_record
from tests.new_quantity import NEW
from tests.record_builders import a_run

MEASURED: dict[Scope, type] = {
    "view": ViewMeasurement,
    "breast": BreastMeasurement,
    "exam": ExamMeasurement,
}
NO_QUANTITIES: dict[Scope, set[str]] = {
    "view": {"parts_px", "pixel_area_mm2", "heat_map"},
    "breast": {"laterality", "views"},
    "exam": {
        *("views_used", "missing_views", "views_analysed", "views_total", "views_not_analysed"),
        *("breasts", "notices", "marked"),
    },
}
"""Fields that stand elsewhere: in the record, in the mask (single parts, style), in the spacing (a pixel)."""
NO_MASS_OF: dict[Scope, set[str]] = {
    "view": set(),
    "breast": {"stratum", "reason", "status", "lod_mg", "k_cm2_g", "k_source"},
    "exam": {"status", "lod_mg", "k_cm2_g", "k_source"},
}


class Asked:
    """Stands for a measurement, and notes what is read of it."""

    def __init__(self, kind: type, asked: set[str], before: str = "") -> None:
        self._kind, self._asked, self._before = kind, asked, before

    def __getattr__(self, name: str) -> Any:
        assert name in {field.name for field in fields(self._kind)}, name
        self._asked.add(self._before + name)
        return Asked(MassNumbers, self._asked, "mass.") if name == "mass" else None


@pytest.mark.parametrize("scope", SCOPES)
def test_every_field_of_a_measurement_is_read_by_an_entry(scope: Scope) -> None:
    assert is_dataclass(MEASURED[scope])
    asked: set[str] = set()
    for entry in QUANTITIES.of(scope):
        entry.measured(Asked(MEASURED[scope], asked))
    own = {field.name for field in fields(MEASURED[scope])} - NO_QUANTITIES[scope]
    mass = {f"mass.{field.name}" for field in fields(MassNumbers) if field.name not in NO_MASS_OF[scope]}
    assert asked == own | mass


@pytest.mark.parametrize("scope", SCOPES)
def test_every_quantity_says_what_it_is(scope: Scope) -> None:
    for entry in QUANTITIES.of(scope):
        quantity = entry.quantity
        assert quantity.label, entry.key
        assert entry.reading.meaning, entry.key
        if quantity.kind != "text":
            assert quantity.concept is not None, entry.key
        assert quantity.unit is NO_UNIT or quantity.kind in ("number", "count"), entry.key


def test_a_key_stands_once_a_scope() -> None:
    one = Quantity("twice", "Twice", view=Reading("once"))
    with pytest.raises(ValueError, match="a quantity twice of the view already"):
        Registry((one, one))
    with pytest.raises(ValueError, match="needs a value"):
        Quantity("nothing", "Nothing")
    with pytest.raises(ValueError, match="a grade has codes"):
        Quantity("grade", "Grade", kind="grade", view=Reading("none"))


def test_what_is_followed_over_time_has_one_meaning_a_name() -> None:
    of_exam = {entry.key for entry in QUANTITIES.of("exam")}
    same = {"guo_index", "calcified_length_mm", "mass_ha_mg"}
    assert {one.name for one in SERIAL} & of_exam == same
    assert "mean_bac_percent_of_breasts" in {one.name for one in SERIAL}


def test_numbers_are_rounded_in_one_way() -> None:
    assert [percent(value) for value in (0, 0.0451, 1.5)] == ["0.00", "0.045", "1.50"]
    assert threshold(0.2900000000000001) == "0.29"


def _records(make_view: Callable[..., Any], provenance: dict[str, Any]) -> ResultsDocument:
    views = [make_view(label, spacing=(0.07, 0.08)) for label in ("LCC", "RMLO")]
    made = [
        view_record(
            view.header, view.prepared, view.measurement, provenance=provenance, notices=[MASK_EMPTY.notice()]
        )
        for view in views
    ]
    exam = Exam("P1", "P1", "20200101", tuple(view.header for view in views))
    measurement = measure_exam([(view.header, view.measurement) for view in views])
    record = exam_record(exam, measurement, provenances=[provenance, provenance])
    run = a_run(versions={"torch": None})
    return ResultsDocument(run=run, views=(*made, failed_record("x.dcm", "It is broken.")), exams=(record,))


def _problems(name: SchemaName, document: Any) -> list[str]:
    plain = json.loads(json_bytes(document))
    validator = jsonschema.Draft202012Validator(schema_of(name))
    return [error.message for error in validator.iter_errors(plain)]


def test_records_are_valid_and_wrong_ones_are_not(
    make_view: Callable[..., Any], provenance: dict[str, Any]
) -> None:
    document = _records(make_view, provenance)
    for name in SCHEMAS:
        jsonschema.Draft202012Validator.check_schema(schema_of(name))
    assert _problems("results", document) == []
    assert _problems("view", document.views[0]) == []
    assert _problems("exam", document.exams[0]) == []
    assert _problems("run", document.run) == []
    wrong = json.loads(json_bytes(document.views[0]))
    wrong["metrics"]["am_px"] = "many"
    del wrong["metrics"]["mass"]["ha_mg"]
    assert _problems("view", wrong) != []
    wrong = json.loads(json_bytes(document.views[0]))
    wrong["metrics"]["new"] = 1
    assert _problems("view", wrong) != []


def test_one_entry_puts_a_quantity_into_json_csv_and_schema(
    make_view: Callable[..., Any], provenance: dict[str, Any]
) -> None:
    assert _problems("results", _records(make_view, provenance)) == []
    with QUANTITIES.extended(NEW):
        document = _records(make_view, provenance)
        assert _problems("results", document) == []
        written = json.loads(json_bytes(document))
        assert written["views"][0]["metrics"]["wall_mm"] == 2.5
        assert written["exams"][0]["metrics"]["wall_mm"] == 2.5
        assert written["exams"][0]["breasts"][0]["metrics"]["mean_wall_mm"] == 2.5
        views, exams = (
            list(csv.DictReader(io.StringIO(table.decode("utf-8"))))
            for table in (views_csv(document.views), exams_csv(document.exams))
        )
        assert [row["wall_mm"] for row in views] == ["2.5", "2.5", ""]
        assert [exams[0][column] for column in ("wall_mm", "left_mean_wall_mm")] == ["2.5", "2.5"]
        assert "thickness of the wall" in json.dumps(schema_of("view"))
    assert "wall_mm" not in json.dumps(schema_of("view"))
    assert _problems("results", document) != []


def test_states_are_told_in_records(make_view: Callable[..., Any], provenance: dict[str, Any]) -> None:
    view = make_view("LCC")
    hand = {"model_name": None, "edited_by_hand": True}

    def of(**made: Any) -> ViewRecord:
        return view_record(view.header, view.prepared, view.measurement, provenance=made)

    assert [
        (one.state, one.made_by)
        for one in (
            of(**provenance),
            of(**provenance, edited_by_hand=True),
            of(**hand),
            of(model_name=None, mask_file="some/where/m.png"),
            of(model_name=None, edited_by_hand=False),
        )
    ] == [
        ("by model", "scunet-emory-2021"),
        ("by model, corrected", "scunet-emory-2021"),
        ("by hand", None),
        ("from file", "m.png"),
        ("not analysed", None),
    ]
