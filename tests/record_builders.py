"""Records with a few numbers, as tables of tests need them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared_core.quantification.measurement import MeasurementSettings
from shared_core.quantities.registry import QUANTITIES
from shared_core.records.record_types import ExamRecord, RunRecord, ViewRecord

MODEL: dict[str, Any] = {"model_sha256": "ab", "threshold": 0.5, "mask_style": "vessel-band"}


def metrics_with(scope: Any, **numbers: Any) -> dict[str, Any]:
    """All quantities of a scope, null but for those given by column."""
    metrics: dict[str, Any] = {"exclusions_px": {}} if scope == "view" else {}
    for entry in QUANTITIES.of(scope):
        place = metrics
        for group in entry.path[:-1]:
            place = place.setdefault(group, {})
        place[entry.path[-1]] = numbers.pop(entry.key, None)
    assert not numbers
    return metrics


def a_view(label: str = "LCC", *, numbers: Mapping[str, Any] | None = None, **others: Any) -> ViewRecord:
    """The record of a view that a model read."""
    known: dict[str, Any] = {
        "file": f"{label}.dcm",
        "status": "ok",
        "error": None,
        "exam": None,
        "view": label[1:],
        "laterality": label[0],
        "view_modifiers": (),
        "spacing_mm": None,
        "spacing_source": None,
        "intent": None,
        "manufacturer": None,
        "synthetic_2d": False,
        "state": "by model",
        "made_by": "openbac-1",
        "notices": (),
        "model": MODEL,
        "metrics": metrics_with("view", **dict(numbers or {})),
        "report_sentence": None,
    }
    return ViewRecord(**known | others)


def an_exam(key: str = "e", *, numbers: Mapping[str, Any] | None = None, **others: Any) -> ExamRecord:
    """The record of an exam of which little is known."""
    known: dict[str, Any] = {
        "key": key,
        "patient_id": None,
        "study_date": None,
        "views": (),
        "views_used": (),
        "missing_views": (),
        "views_analysed": 0,
        "views_total": 0,
        "views_not_analysed": (),
        "threshold": None,
        "metrics": metrics_with("exam", **dict(numbers or {})),
        "breasts": (),
        "report_sentence": "",
        "notices": (),
    }
    return ExamRecord(**known | others)


def a_run(**others: Any) -> RunRecord:
    """The record of a run of which little is known."""
    known: dict[str, Any] = {
        "software": {},
        "versions": {},
        "platform": {},
        "arguments": {},
        "settings": MeasurementSettings(),
        "model": None,
        "files": (),
        "notices": (),
    }
    return RunRecord(**known | others)
