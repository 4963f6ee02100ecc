"""What people said of exams when they looked a cohort through: the table that they saved, read back."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Literal, get_args

from shared_core.errors import UnreadableImageError, UsageError
from shared_core.records.cells import separator_of, unguarded
from shared_core.records.results_folder import Row

Verdict = Literal["accept", "reject"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
_RESULT_LETTERS: Final = 12


@dataclass(frozen=True)
class Reading:
    """What a person said of one exam; a row of the table, with these names as columns."""

    exam: str
    verdict: Verdict | None
    comment: str
    reader: str
    """Who; as they wrote it, or empty."""
    read_at: str
    """ISO 8601, or empty."""
    result: str
    """Of which result it was said, see `result_id`; empty where that is not known."""


READING_COLUMNS: Final = tuple(field.name for field in fields(Reading))


def result_id(exam: Row) -> str:
    """Of the numbers of an exam: another analysis, or a correction, has another one.

    Parameters
    ----------
    exam
        Its row of ``exams.csv``, from `read_results` or `rows_of_records`.
    """
    text = json.dumps(exam, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:_RESULT_LETTERS]


def read_readings(path: Path) -> dict[str, Reading]:
    """Read the table that the page of a cohort saved, as it is or saved again by a spreadsheet.

    Returns
    -------
    By exam.

    Raises
    ------
    UnreadableImageError
        It cannot be read.
    UsageError
        It is no such table, has another word than `VERDICTS`, or one exam twice.
    """
    found: dict[str, Reading] = {}
    for line, row in enumerate(_rows(path), start=2):
        cells = {name: unguarded((row.get(name) or "").strip()) for name in READING_COLUMNS}
        verdict = next((one for one in VERDICTS if one == cells["verdict"].lower()), None)
        if cells["verdict"] and verdict is None:
            raise UsageError(
                f"{path}: line {line} says {cells['verdict'][:40]!r}; a verdict is {' or '.join(VERDICTS)}, "
                "or empty."
            )
        if not cells["exam"]:
            raise UsageError(f"{path}: line {line} names no exam.")
        if cells["exam"] in found:
            raise UsageError(f"{path}: line {line} has the exam {cells['exam']} again; leave one of both.")
        found[cells["exam"]] = Reading(
            exam=cells["exam"],
            verdict=verdict,
            comment=cells["comment"],
            reader=cells["reader"],
            read_at=cells["read_at"],
            result=cells["result"],
        )
    return found


def check_readings(readings: Mapping[str, Reading], exams: Collection[str], path: Path) -> None:
    """Refuse what was said of exams that are not there; `UsageError`."""
    strange = [key for key in readings if key not in exams]
    if strange:
        named = f"{', '.join(strange[:3])}{f' and {len(strange) - 3} more' if len(strange) > 3 else ''}"
        raise UsageError(
            f"{path}: names exams that are not in these results ({named}); name the results that were read, "
            "or take these rows out."
        )


def outdated(readings: Mapping[str, Reading], exams: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Keys of exams that were measured anew since they were read, by (key, `result_id`) of now."""
    return tuple(key for key, result in exams if key in readings and readings[key].result not in ("", result))


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableImageError(f"Cannot read {path}: {error.strerror}; check the path.") from error
    except UnicodeDecodeError:
        raise UnreadableImageError(f"{path}: is not a text in UTF-8; save it as CSV in UTF-8.") from None
    head = text.partition("\n")[0]
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator_of(head))
        missing = [name for name in ("exam", "verdict") if name not in (reader.fieldnames or ())]
        rows = list(reader)
    except csv.Error as error:
        raise UnreadableImageError(f"{path}: is no table ({error}); give a CSV file.") from None
    if missing:
        raise UsageError(
            f"{path}: has no column {', '.join(missing)}; give the table that the page of the cohort saved."
        )
    return rows
