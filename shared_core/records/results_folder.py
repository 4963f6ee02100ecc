"""Our own results read back: the tables of ``bac analyze -o`` or the JSON document of a batch."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Final

from shared_core.change.serial_exams import SerialExam
from shared_core.errors import UnreadableImageError, UsageError
from shared_core.mammogram import (
    Acquisition,
    Laterality,
    MammogramHeader,
    PresentationIntent,
    View,
    ViewModifier,
)
from shared_core.notices import Notice, Remedy
from shared_core.notices.of_results import VIEWS_DIFFER
from shared_core.quantification.standard_views import choose_standard_views
from shared_core.quantities.registry import QUANTITIES
from shared_core.records.cells import items_of, number_of, separator_of, unguarded
from shared_core.records.record_reading import decoded
from shared_core.records.record_types import ExamRecord, ResultsDocument, ViewRecord
from shared_core.records.tables import exams_csv, views_csv

Cell = str | float | bool | None
Row = Mapping[str, Cell]

_TEXTS: Final = frozenset(
    {
        *("file", "error", "exam", "view", "laterality", "view_modifiers", "key", "patient_id", "study_date"),
        *("model_name", "model_sha256", "software_version", "backend", "device", "precision", "warnings"),
        *("views_used", "missing_views", "views_not_analysed", "manufacturer", "intent", "preprocessing"),
        *("status", "notice_codes", "state", "made_by"),
    }
)
"""Columns that stay text where they look like a number."""
_OF_VIEWS: Final[Mapping[str, type[Enum] | None]] = {
    **dict.fromkeys(("file", "status", "exam", "view_modifiers", "manufacturer", "synthetic_2d")),
    "view": View,
    "laterality": Laterality,
    "intent": PresentationIntent,
}
"""Columns that each table of views has, and the words that may stand in them."""
_OF_EXAMS: Final[Mapping[str, type[Enum] | None]] = dict.fromkeys(("key", "patient_id", "study_date"))
MUST_AGREE: Final = (
    "model_sha256",
    "threshold",
    "mask_style",
    "preprocessing",
    "tam_threshold",
    "tam_comparison",
)
_SHOULD_AGREE: Final = ("spacing_source", "synthetic_2d", "intent", "denominator", "software_version")


@dataclass(frozen=True)
class Results:
    """Rows of ``views.csv`` and ``exams.csv``."""

    source: Path
    views: tuple[Row, ...]
    exams: tuple[Row, ...]


def read_results(path: Path) -> Results:
    """Read a folder with ``views.csv`` and ``exams.csv``, or the JSON document of ``bac analyze``.

    Raises
    ------
    UsageError
        If there are no results in it.
    UnreadableImageError
        If they cannot be read.
    """
    if path.is_dir():
        views, exams = path / "views.csv", path / "exams.csv"
        if not is_results(path):
            raise UsageError(f"{path}: holds no views.csv and exams.csv.", Remedy.NAME_RESULTS)
        return Results(
            path, _checked(read_table(views), views, _OF_VIEWS), _checked(read_table(exams), exams, _OF_EXAMS)
        )
    text = _text(path)
    try:
        document = decoded(text, ResultsDocument, path)
    except UnreadableImageError as error:
        raise UsageError(
            f"{path}: is not a JSON document of results of this version.", Remedy.NAME_RESULTS
        ) from error
    return Results(path, *rows_of_records(document.views, document.exams))


def rows_of_records(
    views: Iterable[ViewRecord], exams: Iterable[ExamRecord]
) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """What `read_results` reads of the tables that these records of views and exams would give."""
    return _rows(views_csv(views).decode("utf-8")), _rows(exams_csv(exams).decode("utf-8"))


def is_results(path: Path) -> bool:
    """Whether a folder holds the tables of ``bac analyze -o``."""
    return (path / "views.csv").is_file() and (path / "exams.csv").is_file()


def place_for_results(folder: Path) -> Path:
    """Where results of a folder of images go if nobody says: beside it, as images and pictures do not mix."""
    resolved = folder.resolve()
    return resolved.with_name(f"{resolved.name}-bac")


def results_beside(folder: Path) -> tuple[Path, ...]:
    """All results of a folder of images: itself, beside it as `place_for_results` says, and in it."""
    inside = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    return tuple(place for place in (folder, place_for_results(folder), *inside) if is_results(place))


def read_table(path: Path) -> tuple[Row, ...]:
    """Rows of a CSV table with a heading; numbers as float, true and false as bool, empty cells None.

    `UnreadableImageError` where it cannot be read, `UsageError` where it has no rows.
    """
    try:
        rows = _rows(_text(path))
    except csv.Error as error:
        raise UnreadableImageError(f"{path}: is no table ({error}); give a CSV file.") from None
    if not rows:
        raise UsageError(f"{path}: the table has no rows.")
    return rows


def _checked(rows: tuple[Row, ...], path: Path, needed: Mapping[str, type[Enum] | None]) -> tuple[Row, ...]:
    """The rows, if they have the columns that are counted on, with the kinds of values that we write."""
    missing = [column for column in needed if column not in rows[0]]
    if missing:
        raise UnreadableImageError(
            f"{path}: has no column {', '.join(missing)}; give a table as it was written."
        )
    numbers = {entry.key for scope in ("view", "exam") for entry in QUANTITIES.of(scope)}
    numbers -= _texts_of_the_registry()
    for place, row in enumerate(rows, start=2):
        for column, cell in row.items():
            words = needed.get(column)
            known = cell is None or (words is None or str(cell) in {str(word.value) for word in words})
            if not known or (column in numbers and isinstance(cell, str)):
                raise UnreadableImageError(
                    f"{path}: line {place} has {str(cell)[:40]!r} in the column {column}, which cannot stand "
                    "there; give a table as it was written."
                )
        modifiers = items_of(row.get("view_modifiers"))
        if unknown := [one for one in modifiers if one not in {word.value for word in ViewModifier}]:
            raise UnreadableImageError(
                f"{path}: line {place} has the unknown view modifier {unknown[0][:40]!r}; give a table as it "
                "was written."
            )
    return rows


def serial_exams(
    results: Results, *, when: date | None = None, one_patient: bool = False
) -> dict[str, list[SerialExam]]:
    """Exams by patient.

    Parameters
    ----------
    when
        Date of the one exam in `results`, for files that do not know theirs.
    one_patient
        Take all exams for those of one patient, whatever their identifiers say.

    Raises
    ------
    UsageError
        If an exam has no date, or `when` is given for several exams.
    """
    if when is not None and len(results.exams) != 1:
        raise UsageError(
            f"{results.source}: a date was given for {len(results.exams)} exams; give results of one exam."
        )
    found: dict[str, list[SerialExam]] = {}
    of_exam = measured_views(results.views)
    for row in results.exams:
        key, patient = str(row["key"]), str(row["patient_id"] or row["key"])
        exam = exam_of_rows(key, when or date_of_exam(row, results.source), of_exam.get(key, []))
        found.setdefault("" if one_patient else patient, []).append(exam)
    return found


def measured_views(views: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows of the views that have numbers, by exam; without a search through all of them for each exam."""
    found: dict[str, list[Row]] = {}
    for view in views:
        if view["status"] == "ok":
            found.setdefault(str(view["exam"]), []).append(view)
    return found


def check_same_settings(results: Iterable[Results]) -> tuple[Notice, ...]:
    """Notices about what differs between views that are compared over time.

    `UsageError` where they were measured with different models or settings. A mask that no model made has
    none, which is told and is no other one.
    """
    views = [view for one in results for view in one.views if view["status"] == "ok"]
    for column in MUST_AGREE:
        found = sorted({str(view[column]) for view in views if view.get(column) is not None})
        if len(found) > 1:
            raise UsageError(
                f"The results were made with different settings ({column}: {', '.join(found)}); "
                "analyse all exams again with the same ones."
            )
    notices = []
    without_model = sum(view.get("model_sha256") is None for view in views)
    for column in (*(("state",) if 0 < without_model < len(views) else ()), *_SHOULD_AGREE):
        found = sorted({str(view[column]) for view in views if view.get(column) is not None})
        if len(found) > 1:
            notices.append(VIEWS_DIFFER.notice(column=column, values=", ".join(found)))
    return tuple(notices)


def standard_views_of(views: Sequence[Row]) -> dict[str, Row]:
    """The rows that stand for LCC, LMLO, RCC and RMLO of one exam, by label; those that it has."""
    good = [view for view in views if view["status"] == "ok"]
    return {label: good[place] for label, place in choose_standard_views(list(map(_header, good))).positions}


def exam_of_rows(key: str, when: date, views: Sequence[Row]) -> SerialExam:
    """One exam of a series from the rows of its views."""
    headers = [_header(view) for view in views]
    choice = choose_standard_views(headers)
    numbers = {
        label: {
            column: float(cell)
            for column, cell in views[position].items()
            if isinstance(cell, float) and not isinstance(cell, bool)
        }
        for label, position in choice.positions
    }
    makers = [headers[position].acquisition.manufacturer for _, position in choice.positions]
    known = tuple(dict.fromkeys(maker for maker in makers if maker))
    return SerialExam(key, when, numbers, known, choice.notices)


def _header(view: Row) -> MammogramHeader:
    """As much of the header as decides which image stands for a standard view."""
    return MammogramHeader(
        path=Path(str(view["file"])),
        file_format="",
        rows=0,
        columns=0,
        bits=0,
        view=View(view["view"]) if view["view"] else View.UNKNOWN,
        laterality=Laterality(view["laterality"]) if view["laterality"] else Laterality.UNKNOWN,
        modifiers=tuple(ViewModifier(name) for name in items_of(view["view_modifiers"])),
        intent=PresentationIntent(view["intent"]) if view["intent"] else PresentationIntent.UNKNOWN,
        acquisition=Acquisition(
            manufacturer=str(view["manufacturer"]) if view["manufacturer"] else None,
            synthetic_2d=view["synthetic_2d"] is True,
        ),
    )


def date_of_exam(row: Row, source: Path) -> date:
    """When the exam of a row was made; `UsageError` where the row does not say."""
    text = str(row["study_date"] or "")
    try:
        if not re.fullmatch(r"[0-9]{8}", text):
            raise ValueError
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise UsageError(
            f"{source}: the exam {row['key']} has no date.", Remedy.NAME_DATE, subject=str(source)
        ) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableImageError(f"Cannot read {path}: {error.strerror}; check the path.") from error
    except UnicodeDecodeError:
        raise UnreadableImageError(
            f"{path}: is not a text in UTF-8; give a table or JSON document."
        ) from None


def _rows(text: str) -> tuple[Row, ...]:
    separator = separator_of(text.partition("\n")[0])
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    texts = _TEXTS | _texts_of_the_registry()
    return tuple(
        {
            column: _cell(cell, is_text=column in texts, separator=separator)
            for column, cell in row.items()
            if column is not None
        }
        for row in reader
    )


def _cell(text: str | None, *, is_text: bool, separator: str) -> Cell:
    if not text:
        return None
    if is_text:
        return unguarded(text)
    if text in ("true", "false"):
        return text == "true"
    try:
        number = number_of(text, separator)
    except ValueError:
        return unguarded(text)
    # We write none, and no statistics are made of them.
    return number if math.isfinite(number) else text


def _texts_of_the_registry() -> set[str]:
    entries = (*QUANTITIES.of("view"), *QUANTITIES.of("exam"))
    return {entry.key for entry in entries if entry.quantity.kind == "text"}
