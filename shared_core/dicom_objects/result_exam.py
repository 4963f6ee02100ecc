"""One exam with its results, as all DICOM objects of it are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.dicom_objects.equipment import Making, making_of
from shared_core.dicom_objects.source_image import SourceImage, exam_home
from shared_core.mammogram import Mask
from shared_core.reading.standard_views import STANDARD_VIEWS
from shared_core.records.record_types import ExamRecord, RunRecord, ViewRecord


@dataclass(frozen=True, eq=False)
class ResultView:
    """One measured view."""

    source: SourceImage
    stem: str
    """Start of the names of its files."""
    record: ViewRecord
    mask: Mask
    """(rows, columns) at source size, True where BAC."""
    probability: NDArray[np.float32] | None = None
    """(rows, columns), where it was written."""
    overlay: bytes | None = None
    """The picture for people, PNG."""
    other: Mask | None = None
    """(rows, columns), True where calcification is not along an artery; None where nothing tells it."""

    @property
    def label(self) -> str:
        """Side and view for people, ``L CC``."""
        return f"{self.record.laterality or '?'} {self.record.view or '?'}"


@dataclass(frozen=True, eq=False)
class ResultExam:
    """The measured views of one exam."""

    key: str
    views: tuple[ResultView, ...]
    """At least one."""
    home: SourceImage
    """Whose patient and study take what belongs to the exam as a whole."""
    making: Making
    record: ExamRecord | None = None
    """None where only views are known."""
    failed: tuple[str, ...] = ()
    """Names of the files that could not be measured."""
    sheet: bytes | None = None
    """The exam sheet, PNG."""
    unused: tuple[str, ...] = ()
    """Sentences on files beside the images that are not used, or in doubt."""

    @property
    def provenances(self) -> dict[str, Mapping[str, Any]]:
        """How each mask came about, by the label of its view."""
        return {view.label: view.record.provenance for view in self.views}

    @property
    def report_sentence(self) -> str:
        """Draft for a report: of the exam, or of each view where only views are known."""
        if self.record is not None and self.record.report_sentence:
            return self.record.report_sentence
        return " ".join(f"{view.label}: {view.record.report_sentence}" for view in self.views)


def result_exam(
    key: str,
    views: Sequence[ResultView],
    *,
    run: RunRecord,
    record: ExamRecord | None = None,
    failed: Sequence[str] = (),
    sheet: bytes | None = None,
    unused: Sequence[str] = (),
) -> ResultExam:
    """An exam from its views and records, the standard views first; see `ResultExam`."""
    ordered = tuple(sorted(views, key=lambda view: (_standard_place(view), view.stem)))
    home = exam_home([view.source for view in ordered])
    return ResultExam(key, ordered, home, making_of(home, run), record, tuple(failed), sheet, tuple(unused))


def _standard_place(view: ResultView) -> int:
    label = view.source.header.view_label
    return STANDARD_VIEWS.index(label) if label in STANDARD_VIEWS else len(STANDARD_VIEWS)
