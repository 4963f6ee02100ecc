"""Records made from measurements.

Nothing in them depends on when or how fast they were made, so that a second run gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from shared_core.mammogram import Exam, Laterality, MammogramHeader, PresentationIntent, StatedFacts, View
from shared_core.notices import Notice
from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.measurement import ExamMeasurement, ViewMeasurement
from shared_core.quantification.view_state import ViewState, made_by, state_of
from shared_core.quantities.registry import metrics_of
from shared_core.records.canonical_json import plain
from shared_core.records.record_types import (
    BreastRecord,
    ExamRecord,
    ImageOfExam,
    ViewRecord,
    threshold_of,
)
from shared_core.wording.mass import exam_mass_words, view_mass_words
from shared_core.wording.report_sentence import exam_sentence, sensitivity_words, view_sentence


def view_record(
    header: MammogramHeader,
    prepared: PreparedView,
    measurement: ViewMeasurement,
    *,
    provenance: Mapping[str, object],
    notices: Sequence[Notice] = (),
    exam: str | None = None,
) -> ViewRecord:
    """The record of a measured view.

    Parameters
    ----------
    header, prepared, measurement
        Of the view.
    provenance
        How the mask came about: model, threshold, spacing, backend, device, versions.
    notices
        In the order in which they arose.
    exam
        Key of the exam that the view belongs to.
    """
    return ViewRecord(
        file=_file(header),
        status="ok",
        error=None,
        exam=exam,
        **_what_the_file_says(header),
        state=state_of(provenance).value,
        made_by=made_by(provenance),
        notices=tuple(notices),
        model=plain(provenance),
        metrics={**metrics_of("view", measurement), "exclusions_px": _exclusions(prepared)},
        report_sentence=view_sentence(
            measurement, mass=view_mass_words(measurement), limits=sensitivity_words(provenance)
        ),
    )


def with_header(record: ViewRecord, header: MammogramHeader, *, file: str) -> ViewRecord:
    """The same numbers with what a host knows of the image, which ran from a file without a header.

    Parameters
    ----------
    header
        Its notices come first.
    file
        By what people know the image.
    """
    record = with_notices_of(record, header)
    return msgspec.structs.replace(record, file=file, **_what_the_file_says(header))


def with_notices_of(record: ViewRecord, header: MammogramHeader) -> ViewRecord:
    """The same with the notices of a header before its own."""
    said = dict.fromkeys((*header.notices, *record.notices))
    return msgspec.structs.replace(record, notices=tuple(said))


def failed_record(
    file: Path | str, error: str, *, header: MammogramHeader | None = None, exam: str | None = None
) -> ViewRecord:
    """The record of a file that could not be measured; `header` where at least that was read."""
    return ViewRecord(
        file=str(file),
        status="failed",
        error=error,
        exam=exam,
        **_what_the_file_says(header or MammogramHeader(None, "", 0, 0, 0)),
        state=ViewState.NOT_ANALYSED.value,
        made_by=None,
        notices=header.notices if header is not None else (),
        model=None,
        metrics=None,
        report_sentence=None,
    )


def not_analysed_record(
    header: MammogramHeader, *, notices: Sequence[Notice] = (), exam: str | None = None
) -> ViewRecord:
    """The record of a view that nothing looked at: what the file says, and no number."""
    return msgspec.structs.replace(
        failed_record(_file(header), "", header=header, exam=exam),
        status="not analysed",
        error=None,
        notices=tuple(notices),
        report_sentence=view_sentence(None),
    )


def exam_record(
    exam: Exam, measurement: ExamMeasurement, *, provenances: Iterable[Mapping[str, Any]] = ()
) -> ExamRecord:
    """The record of an exam; `views` lists all images found, `views_used` those that count.

    `provenances` say how the mask of each measured view came about.
    """
    made = list(provenances)
    thresholds, limits = {threshold_of(one) for one in made}, {sensitivity_words(one) for one in made}
    return ExamRecord(
        key=exam.key,
        patient_id=exam.patient_id or None,
        study_date=exam.study_date or None,
        views=tuple(ImageOfExam(_file(header), header.view_label) for header in exam.headers),
        views_used=measurement.views_used,
        missing_views=measurement.missing_views,
        views_analysed=measurement.views_analysed,
        views_total=measurement.views_total,
        views_not_analysed=measurement.views_not_analysed,
        threshold=thresholds.pop() if len(thresholds) == 1 else None,
        metrics=metrics_of("exam", measurement),
        breasts=tuple(
            BreastRecord(laterality=one.laterality, views=one.views, metrics=metrics_of("breast", one))
            for one in measurement.breasts
        ),
        report_sentence=exam_sentence(
            measurement, mass=exam_mass_words(measurement), limits=limits.pop() if len(limits) == 1 else ""
        ),
        notices=(*exam.notices, *measurement.notices),
    )


def _file(header: MammogramHeader) -> str:
    return str(header.path) if header.path is not None else header.name


def _what_the_file_says(header: MammogramHeader) -> dict[str, Any]:
    spacing = header.spacing
    return {
        "view": header.view.value if header.view is not View.UNKNOWN else None,
        "laterality": header.laterality.value if header.laterality is not Laterality.UNKNOWN else None,
        "view_modifiers": tuple(modifier.value for modifier in header.modifiers),
        "spacing_mm": (float(spacing.row_mm), float(spacing.column_mm)) if spacing is not None else None,
        "spacing_source": spacing.source.value if spacing is not None else None,
        "intent": header.intent.value if header.intent is not PresentationIntent.UNKNOWN else None,
        "manufacturer": header.acquisition.manufacturer,
        "synthetic_2d": header.acquisition.synthetic_2d,
        "sources": _sources(header),
        "stated": _stated(header),
    }


def _sources(header: MammogramHeader) -> dict[str, str]:
    found: dict[str, str] = {}
    for what, why in header.evidence:
        found[what] = f"{found[what]}; {why}" if what in found else why
    if header.spacing is not None:
        found.setdefault("spacing", header.spacing.source.value)
    return found


def _stated(header: MammogramHeader) -> dict[str, Any] | None:
    if header.stated is None:
        return None
    return {name: value for name, value in plain(header.stated).items() if value}


def stated_in(record: ViewRecord) -> StatedFacts | None:
    """What was stated of the image of a record; None where nothing was."""
    return msgspec.convert(record.stated, StatedFacts) if record.stated else None


def _exclusions(prepared: PreparedView) -> dict[str, int]:
    exclusions_px: dict[str, int] = {}
    for what, pixels in prepared.exclusions_px:
        exclusions_px[what] = exclusions_px.get(what, 0) + int(pixels)
    return exclusions_px
