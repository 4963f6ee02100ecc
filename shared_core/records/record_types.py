"""The records of a view, an exam and a run: what stands in the JSON, key by key.

Every record has all its keys, in this order, null where the value is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from shared_core.notices import Notice
from shared_core.quantification.measurement import MeasurementSettings
from shared_core.quantities.quantity import Value
from shared_core.quantities.registry import QUANTITIES, flat

MetricsRecord = Mapping[str, Value | Mapping[str, Value]]
"""Quantities of the registry by key; those of the mass, and what was excluded, in objects of their own."""
ViewStateName = Literal["not analysed", "by model", "by hand", "by model, corrected", "from file"]


class ViewRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One image: measured, or with what went wrong."""

    file: str
    status: Literal["ok", "failed", "not analysed"]
    error: str | None
    exam: str | None
    view: str | None
    laterality: str | None
    view_modifiers: tuple[str, ...]
    spacing_mm: tuple[float, float] | None
    spacing_source: str | None
    intent: str | None
    manufacturer: str | None
    synthetic_2d: bool
    state: ViewStateName | None
    made_by: str | None
    notices: tuple[Notice, ...]
    model: Mapping[str, Any] | None
    metrics: MetricsRecord | None
    report_sentence: str | None
    sources: Mapping[str, str] = msgspec.field(default_factory=dict)
    """From where it is known what the image shows, by subject: view, laterality, spacing and others."""
    stated: Mapping[str, Any] | None = None
    """What a person or a table stated of the image, and where; null where nobody did."""

    def __post_init__(self) -> None:
        excluded = (self.metrics or {}).get("exclusions_px")
        if isinstance(excluded, Mapping) and not all(type(one) is int for one in excluded.values()):
            raise ValueError("exclusions_px must be whole numbers")

    def number(self, key: str) -> Any:
        """A quantity of the view by its column; None where it is not known, or nothing was measured."""
        return QUANTITIES.entry("view", key).read(self.metrics or {})

    def numbers(self) -> dict[str, Value]:
        """All of them by column."""
        return flat("view", self.metrics or {})

    @property
    def provenance(self) -> Mapping[str, Any]:
        """How the mask came about; empty where nothing was measured."""
        return self.model or {}

    @property
    def threshold(self) -> float | None:
        """Probability above which a pixel is BAC; None without a model."""
        return threshold_of(self.provenance)


class ImageOfExam(msgspec.Struct, frozen=True):
    """An image that belongs to an exam."""

    file: str
    view_label: str


class BreastRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One breast of an exam."""

    laterality: str
    views: tuple[str, ...]
    metrics: MetricsRecord

    def number(self, key: str) -> Any:
        """A quantity of the breast by its column without the side; None where it is not known."""
        return QUANTITIES.entry("breast", key).read(self.metrics)

    def numbers(self) -> dict[str, Value]:
        """All of them by column."""
        return flat("breast", self.metrics)


class ExamRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One exam."""

    key: str
    patient_id: str | None
    study_date: str | None
    views: tuple[ImageOfExam, ...]
    views_used: tuple[str, ...]
    missing_views: tuple[str, ...]
    views_analysed: int
    views_total: int
    views_not_analysed: tuple[str, ...]
    threshold: float | None
    metrics: MetricsRecord
    breasts: tuple[BreastRecord, ...]
    report_sentence: str
    notices: tuple[Notice, ...]

    def number(self, key: str) -> Any:
        """A quantity of the exam by its column; None where it is not known."""
        return QUANTITIES.entry("exam", key).read(self.metrics)

    def numbers(self) -> dict[str, Value]:
        """All of them by column."""
        return flat("exam", self.metrics)


class UnusedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was found and not used, or is used although another one contradicts it."""

    file: str
    reason: str
    """A code of `UnusedReason`."""
    used: bool
    text: str
    """One sentence for people."""
    other_file: str | None
    """That it repeats or contradicts, which is used."""


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is needed to run again and get the same bytes."""

    software: Mapping[str, str]
    versions: Mapping[str, str | None]
    platform: Mapping[str, str]
    arguments: Mapping[str, Any]
    settings: MeasurementSettings
    model: Mapping[str, Any] | None
    files: tuple[str, ...]
    notices: tuple[Notice, ...]
    unused: tuple[UnusedRecord, ...] = ()
    """Of the inputs."""
    made_at: str | msgspec.UnsetType = msgspec.UNSET
    """ISO 8601, where somebody wrote it in: we do not, so that a second run gives the same bytes."""


class ResultsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """All results as one document."""

    run: RunRecord | msgspec.UnsetType = msgspec.UNSET
    views: tuple[ViewRecord, ...]
    exams: tuple[ExamRecord, ...]


def threshold_of(provenance: Mapping[str, Any]) -> float | None:
    """Probability above which a pixel of a mask is BAC; None where no model made it."""
    found = provenance.get("threshold")
    return float(found) if isinstance(found, (int, float)) else None
