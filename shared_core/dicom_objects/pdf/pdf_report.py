"""The report of one exam as a PDF: what was found, in pictures and tables, how, and what to be wary of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from shared_core.change.change_over_time import PatientChange, QuantityChange
from shared_core.dicom_objects.equipment import Making
from shared_core.dicom_objects.patient_module import WHO_WORDS
from shared_core.dicom_objects.pdf.pdf_page import (
    PageEdge,
    facts,
    gap,
    heading,
    new_page,
    paragraph,
    pdf_bytes,
    picture,
    printable,
    quiet,
    table,
    warning,
)
from shared_core.dicom_objects.result_exam import ResultExam, ResultView
from shared_core.errors import UsageError
from shared_core.grades.csbi import AUTOMATED
from shared_core.pictures.plots import change_plot
from shared_core.quantities.people_table import PeopleRow, people_rows
from shared_core.quantities.registry import QUANTITIES
from shared_core.records.record_types import ExamRecord, ViewRecord
from shared_core.records.written_paths import written_path
from shared_core.wording import phrases
from shared_core.wording.change import change_words, decision_words, unit_words

TITLE: Final = "Breast arterial calcification on mammograms"
_SHEET_MM, _OVERLAY_MM, _PLOT_MM = 235, 112, 150
_VIEWS_ABREAST = 4
_KINDS: Final = {
    "punctate": "punctate",
    "coarse": "coarse",
    "tram_track": "tram-track",
    "unknown": "not told apart",
}


def report_pdf(exam: ResultExam, *, change: PatientChange | None = None) -> bytes:
    """Lay out the report of an exam.

    `change` tells what became of the patient's exams, this one among them.

    Raises
    ------
    UsageError
        reportlab is not installed.
    UnreadableImageError
        A picture of the results is damaged.
    """
    edge = PageEdge(_patient(exam), _made(exam.making))
    return pdf_bytes(report_story(exam, change), title=f"{TITLE}: {exam.key}", edge=edge)


def report_story(exam: ResultExam, change: PatientChange | None) -> list[Any]:
    """What stands in the report, as reportlab's flowables, from top to bottom."""
    return [
        *_whose(exam),
        *_findings(exam),
        *_warnings(exam),
        *_unused(exam),
        *_views(exam),
        *_course(change),
        *_pictures(exam),
        *_method(exam),
    ]


def _made(making: Making) -> str:
    software = f"OpenBAC {making.software_version}"
    return f"{software}, {making.when:%Y-%m-%d %H:%M}" if making.dated else software


def _patient(exam: ResultExam) -> str:
    attributes = exam.home.attributes
    date = phrases.date(str(attributes.StudyDate))
    return ", ".join(filter(None, (str(attributes.PatientID) or exam.key, date)))


def _whose(exam: ResultExam) -> Iterator[Any]:
    """Title, patient and study."""
    attributes = exam.home.attributes
    yield paragraph(TITLE, size=16, bold=True, after=6)
    name = str(attributes.PatientName).partition("=")[0].replace("^", " ").strip()
    known = [
        _who("PatientName", name),
        _who("PatientID", str(attributes.PatientID)),
        ("Born", phrases.date(str(attributes.PatientBirthDate)) or "not known"),
        ("Date of the exam", phrases.date(str(attributes.StudyDate)) or "not known"),
        _who("AccessionNumber", str(attributes.AccessionNumber)),
        ("Made by", _made(exam.making)),
    ]
    yield facts(known, columns=2)
    if printable(name) != name:
        yield quiet("Letters that the font of this report lacks are shown as ?.")
    yield gap(4)


def _who(keyword: str, value: str) -> tuple[str, str]:
    name, where_empty = WHO_WORDS[keyword]
    return name, value or where_empty


def _findings(exam: ResultExam) -> Iterator[Any]:
    yield heading("Draft for a report, to be checked and changed by a person")
    yield paragraph(exam.report_sentence, size=10, after=6)
    if exam.record is not None:
        yield heading("The exam")
        yield facts(_numbers(exam.record), columns=2)


def _numbers(record: ExamRecord) -> list[tuple[str, str]]:
    """What the registry has of an exam for people, and over which views it was taken."""
    numbers = [
        (row.quantity.label.format(x=""), _exam_value(record, row)) for row in people_rows([], record.metrics)
    ]
    at = phrases.threshold(record.threshold) if record.threshold is not None else phrases.UNKNOWN
    if record.number("mass_ha_mg") is None:
        numbers.append((QUANTITIES.entry("exam", "mass_ha_mg").quantity.label, "not computed"))
    return [
        *numbers,
        ("Threshold of the mask", f"p > {at}" if record.threshold is not None else at),
        ("Views analysed", f"{record.views_analysed} of {record.views_total}"),
        ("Views that count", ", ".join(record.views_used) or "none"),
        ("Views missing", ", ".join(record.missing_views) or "none"),
    ]


def _exam_value(record: ExamRecord, row: PeopleRow) -> str:
    """With what belongs to it: kinds of arteries, the interval, that nobody has checked a grade."""
    words = f"{row.exam} {row.unit}".strip()
    if row.quantity.key == "vessels_count":
        kinds = [(record.number(f"vessels_{key}"), kind) for key, kind in _KINDS.items()]
        of_kinds = ", ".join(f"{count} {kind}" for count, kind in kinds if count)
        return f"{words} ({of_kinds})" if of_kinds else words
    if row.quantity.key == "mass_ha_mg":
        return words + _interval(record)
    return f"{words} ({AUTOMATED})" if row.quantity.kind == "grade" else words


def _warnings(exam: ResultExam) -> Iterator[Any]:
    """What concerns the exam, then each view; a sentence that all views share stands once."""
    own = [notice.text for notice in exam.record.notices] if exam.record is not None else []
    own += [f"{name} could not be measured." for name in exam.failed]
    by_text: dict[str, list[str]] = {}
    for view in exam.views:
        for text in (notice.text for notice in (*view.record.notices, *view.source.notices)):
            by_text.setdefault(text, []).append(view.label)
    told = own + [
        text if len(labels) == len(exam.views) else f"{', '.join(dict.fromkeys(labels))}: {text}"
        for text, labels in by_text.items()
    ]
    yield heading("Warnings")
    for text in dict.fromkeys(told):
        yield warning(text)
    if not told:
        yield paragraph("None beyond the limits of the method, see below.")


def _unused(exam: ResultExam) -> Iterator[Any]:
    if exam.unused:
        yield heading("Files that were not used")
        for sentence in exam.unused:
            yield paragraph(sentence)


def _views(exam: ResultExam) -> Iterator[Any]:
    yield heading("The views")
    for first in range(0, len(exam.views), _VIEWS_ABREAST):
        shown = exam.views[first : first + _VIEWS_ABREAST]
        rows = people_rows([view.record.metrics or {} for view in shown])
        titles = ("Quantity", *(_view_title(view) for view in shown))
        yield table(titles, [_view_cells(row, shown) for row in rows], shares=(1.8, *[1.6] * len(shown)))
        yield gap(3)
    yield quiet(
        "CC and MLO show the same arteries: their areas, lengths and masses are never added up. Grades are "
        f"{AUTOMATED}. The mass is that of hydroxyapatite with its 95 % interval. Pixels are those of the "
        f"mask at the threshold of its model (see How it was made). "
        f"{phrases.UNKNOWN}: not known; it is not zero."
    )


def _view_title(view: ResultView) -> str:
    return f"{view.label}{' (edited)' if view.record.provenance.get('edited_by_hand') else ''}"


def _view_cells(row: PeopleRow, views: Sequence[ResultView]) -> tuple[str, ...]:
    levels = dict.fromkeys(str(view.record.number("tam_threshold")) for view in views)
    label = row.quantity.label.format(x="/".join(levels))
    is_mass = row.quantity.key == "mass_ha_mg"
    cells = [
        phrases.UNKNOWN if text is None else f"{text}{_interval(view.record) if is_mass else ''}"
        for text, view in zip(row.views, views, strict=True)
    ]
    return f"{label} [{row.unit}]" if row.unit else label, *cells


def _interval(record: ViewRecord | ExamRecord) -> str:
    low, high = record.number("mass_low_mg"), record.number("mass_high_mg")
    return f" ({max(low, 0):.1f} to {high:.1f})" if low is not None and high is not None else ""


def _course(change: PatientChange | None) -> Iterator[Any]:
    if change is None:
        return
    yield heading("Change over time")
    dates = [f"{exam.date:%Y-%m-%d}" for exam in change.exams]
    rows = [_course_cells(one) for one in change.quantities]
    yield table(("Quantity", *dates, "Change"), rows, shares=(1.5, *[1.0] * len(dates), 3.6))
    yield gap(3)
    for notice in change.notices:
        yield warning(notice.text)
    try:
        plot = change_plot(change, patient="")
    except UsageError:  # matplotlib is of another extra; the table says the same
        return
    yield picture(plot, height_mm=_PLOT_MM, name="the plot of change")


def _course_cells(one: QuantityChange) -> tuple[str, ...]:
    unit = f" [{unit_words(one)}]" if unit_words(one) else ""
    views = "four views" if len(one.views) == 4 else ", ".join(one.views)
    return (
        f"{one.quantity.title}{unit}, {views}",
        *(f"{value:.3g}" for value in one.values),
        f"{decision_words(one)}. {change_words(one)}",
    )


def _method(exam: ResultExam) -> Iterator[Any]:
    if exam.sheet is not None or any(view.overlay is not None for view in exam.views):
        yield new_page()
    yield heading("How it was made")
    seen: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for view in exam.views:
        seen.setdefault(tuple(_how(view)), []).append(view.label)
    for pairs, labels in seen.items():
        yield facts([("Views", ", ".join(labels)), *pairs])
        yield gap(4)
    yield quiet(
        "A network gave each pixel a probability; what lies above the threshold and looks like part of an "
        "artery is the mask that all numbers are taken of. Masks are bands over calcified arteries, wider "
        "than the calcium. The program was not tested for diagnosis: it misses arteries and marks what is "
        "none. Equations and sources stand in docs/methods.md of OpenBAC, measured errors in "
        "docs/validation.md."
    )


def _how(view: ResultView) -> Iterator[tuple[str, str]]:
    model: Mapping[str, Any] = view.record.provenance
    yield "Mask", phrases.model(model)
    if model.get("model_sha256"):
        yield "SHA-256 of the weights", str(model["model_sha256"])
    if model.get("preprocessing"):
        yield "Preparation", str(model["preprocessing"])
    yield "Pixel spacing", str(view.record.spacing_source or "not known: no mm")
    yield "Image", " ".join(filter(None, (view.record.manufacturer, view.record.intent))) or "not known"
    yield "Mass", str(view.record.number("mass_reason") or "-")


def _pictures(exam: ResultExam) -> Iterator[Any]:
    if exam.sheet is not None:
        yield new_page()
        yield picture(exam.sheet, height_mm=_SHEET_MM, name=f"{exam.key}, exam_sheet.png")
    shown: Sequence[ResultView] = [view for view in exam.views if view.overlay is not None]
    for place, view in enumerate(shown):
        if place % 2 == 0:
            yield new_page()
        assert view.overlay is not None
        file = written_path(view.record.file).name
        yield paragraph(f"{view.label}: {file}", bold=True)
        yield picture(view.overlay, height_mm=_OVERLAY_MM, name=f"{view.stem}_overlay.png")
        yield gap(6)
