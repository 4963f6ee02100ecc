"""The exams of a patient over time: which of their results can be compared, and how they changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from shared_core.change.change_over_time import PatientChange, QuantityChange, change_over_time
from shared_core.change.serial_exams import SerialExam, SerialQuantity, contributions
from shared_core.errors import OpenBacError, UsageError
from shared_core.mammogram import Exam, MammogramHeader
from shared_core.notices import Notice
from shared_core.notices.of_results import EXAM_WITHOUT_DATE
from shared_core.quantification.view_state import ViewState
from shared_core.reading.content import is_there
from shared_core.reading.reader import read_header
from shared_core.reading.standard_views import STANDARD_VIEWS
from shared_core.records.record_types import ExamRecord, ViewRecord
from shared_core.records.results_folder import (
    MUST_AGREE,
    Results,
    Row,
    date_of_exam,
    exam_of_rows,
    measured_views,
    rows_of_records,
)
from shared_core.records.written_paths import written_path

_KIND: Final = ("intent", "synthetic_2d")
_EDITED: Final = (ViewState.CORRECTED.value, ViewState.BY_HAND.value)
_OTHERWISE: Final = {
    "model_sha256": "another model",
    "threshold": "another threshold",
    "mask_style": "another kind of mask",
    "preprocessing": "another processing",
    "tam_threshold": "another grey level of TAM",
    "tam_comparison": "another comparison of TAM",
    "intent": "another kind of image (raw or processed)",
    "synthetic_2d": "another kind of image (synthetic 2D or a mammogram)",
}


@dataclass(frozen=True)
class DatedExam:
    """An exam with its results, and how they came about."""

    exam: SerialExam
    patient: str
    files: tuple[Path, ...]
    """Images, those that are still there."""
    masks: tuple[Path, ...]
    """Of the results."""
    made_with: Mapping[str, str]
    """Model, settings and kind of image; exams that differ in it cannot be compared."""
    technique: str = ""
    """Machine, tube voltage and pixel spacing, in words."""
    edited: frozenset[str] = frozenset()
    """Standard views whose mask a person changed."""

    @property
    def key(self) -> str:
        """Of the exam."""
        return self.exam.key


@dataclass(frozen=True)
class Timeline:
    """Exams in the order of their dates, and how they changed."""

    exams: tuple[DatedExam, ...]
    left_out: Mapping[str, str]
    """By key: why an exam is not compared with the others."""
    change: PatientChange | None
    reason: str
    """Why there is no change to speak of; empty where there is."""

    def of(self, quantity: SerialQuantity) -> QuantityChange | None:
        """What became of one quantity; None where it cannot be followed."""
        found = self.change.quantities if self.change is not None else ()
        return next((one for one in found if one.quantity.key == quantity.key), None)

    def value(self, exam: DatedExam, quantity: SerialQuantity) -> float | None:
        """Of an exam, over the views that all compared exams have; over its own where it lacks one."""
        followed = self.of(quantity)
        own = tuple(label for label in STANDARD_VIEWS if quantity.key in exam.exam.views.get(label, {}))
        views = followed.views if followed is not None and set(followed.views) <= set(own) else own
        return float(contributions([exam.exam], quantity, views).sum()) if views else None


def dated_exams(
    results: Results, images: Sequence[Exam] = ()
) -> tuple[dict[str, list[DatedExam]], tuple[Notice, ...]]:
    """Exams of results by patient, and notices about those without a date.

    Parameters
    ----------
    results
        From `read_results`.
    images
        The exams of the images, from `find_exams`, where they are at hand: results may name files by
        paths that hold only where they were made.
    """
    return _dated(
        results.views,
        results.exams,
        source=results.source,
        headers={exam.key: exam.headers for exam in images},
    )


def dated_exams_of_records(
    views: Sequence[ViewRecord], exams: Sequence[ExamRecord]
) -> tuple[dict[str, list[DatedExam]], tuple[Notice, ...]]:
    """The same of exams that a host has open: their records instead of results in a folder.

    Parameters
    ----------
    views, exams
        From `view_record`, each with the key of its exam, and from `exam_record`.
    """
    view_rows, exam_rows = rows_of_records(views, exams)
    return _dated(view_rows, exam_rows, source=None, headers={})


def _dated(
    view_rows: Sequence[Row],
    exam_rows: Sequence[Row],
    *,
    source: Path | None,
    headers: Mapping[str, Sequence[MammogramHeader]],
) -> tuple[dict[str, list[DatedExam]], tuple[Notice, ...]]:
    """Exams by patient; `source` is None where no files hold the results."""
    found: dict[str, list[DatedExam]] = {}
    without: list[Notice] = []
    of_exam = measured_views(view_rows)
    for row in exam_rows:
        key, patient = str(row["key"]), str(row["patient_id"] or row["key"])
        rows = of_exam.get(key, [])
        try:
            when = date_of_exam(row, source or Path())
        except UsageError:
            without.append(EXAM_WITHOUT_DATE.notice(exam=key))
            continue
        known = headers.get(key) or tuple(_headers(rows, source))
        exam = DatedExam(
            exam=exam_of_rows(key, when, rows),
            patient=patient,
            files=tuple(header.path for header in known if header.path is not None),
            masks=masks_of(source, key) if source is not None else (),
            made_with=_made_with(rows),
            technique=technique_words(known) or _technique_of_rows(rows),
            edited=frozenset(
                f"{row['laterality']}{row['view']}" for row in rows if row.get("state") in _EDITED
            ),
        )
        found.setdefault(patient, []).append(exam)
    return found, tuple(without)


def together(
    several: Iterable[Mapping[str, Sequence[DatedExam]]],
) -> dict[str, list[DatedExam]]:
    """Exams of several results by patient; of an exam that is in more than one, what a person corrected."""
    found: dict[str, dict[str, DatedExam]] = {}
    for patients in several:
        for patient, exams in patients.items():
            known = found.setdefault(patient, {})
            known |= {one.key: one for one in exams if one.key not in known or one.edited}
    return {patient: list(exams.values()) for patient, exams in found.items()}


def timeline(exams: Sequence[DatedExam], *, confidence: float = 0.95) -> Timeline:
    """Compare those of a patient's exams that can be compared."""
    ordered = tuple(sorted(exams, key=lambda one: (one.exam.date, one.key)))
    left_out = {**_of_one_date(ordered), **_made_otherwise(ordered)}
    compared = [one.exam for one in ordered if one.key not in left_out]
    try:
        return Timeline(ordered, left_out, change_over_time(compared, confidence=confidence), "")
    except UsageError as error:
        return Timeline(ordered, left_out, None, str(error))


def technique_words(headers: Sequence[MammogramHeader]) -> str:
    """``HOLOGIC Selenia, 28 to 31 kV, 0.070 mm``: as far as files say."""
    acquisitions = [header.acquisition for header in headers]
    machines = dict.fromkeys(
        " ".join(filter(None, (one.manufacturer, one.model_name))) for one in acquisitions
    )
    voltages = sorted({round(one.kvp, 1) for one in acquisitions if one.kvp is not None})
    spacings = sorted({f"{h.spacing.row_mm:.3f}" for h in headers if h.spacing is not None})
    words = [" / ".join(filter(None, machines))]
    if voltages:
        words.append(" to ".join(f"{kv:g}" for kv in dict.fromkeys((voltages[0], voltages[-1]))) + " kV")
    if spacings:
        words.append(" / ".join(spacings) + " mm")
    return ", ".join(filter(None, words))


def with_views(
    one: DatedExam, exam: SerialExam, *, edited: frozenset[str], made_with: Mapping[str, str]
) -> DatedExam:
    """The same date with the numbers of now, as where its masks are being corrected."""
    return replace(one, exam=exam, edited=edited, made_with={**one.made_with, **made_with})


def _of_one_date(exams: Sequence[DatedExam]) -> dict[str, str]:
    """Of several exams of one date that with most views counts."""
    best: dict[object, DatedExam] = {}
    for one in exams:
        other = best.get(one.exam.date)
        if other is None or len(one.exam.views) > len(other.exam.views):
            best[one.exam.date] = one
    return {
        one.key: f"{best[one.exam.date].key} of the same date has more views"
        if len(one.exam.views) < len(best[one.exam.date].exam.views)
        else f"{best[one.exam.date].key} is of the same date"
        for one in exams
        if best[one.exam.date] is not one
    }


def _made_otherwise(exams: Sequence[DatedExam]) -> dict[str, str]:
    """Those that were not made as most were, the latest where there is no majority."""
    usual = _usual_way([one.made_with for one in exams if one.exam.views])
    left_out = {}
    for one in exams:
        way = one.made_with
        both = [name for name in _OTHERWISE if name in way and name in usual]
        differing = [_OTHERWISE[name] for name in both if way[name] != usual[name]]
        if not one.exam.views:
            left_out[one.key] = "has no standard view that was analysed"
        elif differing:
            left_out[one.key] = f"measured with {' and '.join(dict.fromkeys(differing))} than the other dates"
    return left_out


def _usual_way(ways: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """As most were made; what those do not say, as most of the others that agree with them."""
    usual: dict[str, str] = {}
    # Masks drawn by hand have no model: two models beside them are still two.
    while more := [
        frozenset(way.items() - usual.items())
        for way in ways
        if way.keys() - usual.keys() and all(way.get(name, said) == said for name, said in usual.items())
    ]:
        count = Counter(more)
        most = max(reversed(more), key=lambda way: count[way])
        usual |= dict(most)
    return usual


def _made_with(rows: Sequence[Row]) -> dict[str, str]:
    """What is known: a mask that was drawn by hand alone has no model that others could differ from."""
    cells = {name: {row.get(name) for row in rows} - {None} for name in (*MUST_AGREE, *_KIND)}
    return {name: " / ".join(sorted(map(str, found))) for name, found in cells.items() if found}


def _headers(rows: Sequence[Row], source: Path | None) -> list[MammogramHeader]:
    found = []
    for path in (image_of(row, source) for row in rows):
        if is_there(path):
            try:
                found.append(read_header(path))
            except OpenBacError:
                continue
    return found


def image_of(row: Row, source: Path | None) -> Path:
    """The image of a row of ``views.csv``; paths may hold only where the results were made."""
    named = written_path(str(row["file"]))
    beside = source.parent / named if source is not None else named
    return beside if not is_there(named) and is_there(beside) else named


def masks_of(source: Path, key: str) -> tuple[Path, ...]:
    """Of each view its numbered labels, where a person left them, else its mask."""
    found = {path.name.removesuffix("_mask.png"): path for path in (source / key).glob("*_mask.png")}
    found |= {path.name.removesuffix("_labels.png"): path for path in (source / key).glob("*_labels.png")}
    return tuple(path for _, path in sorted(found.items()))


def _technique_of_rows(rows: Sequence[Row]) -> str:
    makers = dict.fromkeys(str(row["manufacturer"]) for row in rows if row["manufacturer"])
    steps = (row.get("spacing_row_mm") for row in rows)
    spacings = dict.fromkeys(f"{step:.3f} mm" for step in steps if isinstance(step, float) and step)
    return ", ".join(filter(None, (" / ".join(makers), " / ".join(spacings))))
