"""An exam that was measured with its identifiers, as if it had been measured without."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import msgspec

from shared_core.deidentification.blanking import NO_BLANKING, Blanking
from shared_core.deidentification.identifiers import Identifiers, bare
from shared_core.deidentification.images import deidentified_exams
from shared_core.deidentification.key import DeidentificationKey
from shared_core.deidentification.search import found_in_text, is_own
from shared_core.dicom_objects.result_exam import ResultExam, result_exam
from shared_core.dicom_objects.source_image import source_images
from shared_core.errors import UnreadableImageError
from shared_core.mammogram import MammogramHeader, StatedFacts
from shared_core.notices import Notice
from shared_core.notices.of_files import FACT_CONTRADICTED, FACTS_MISSING
from shared_core.reading.exam_grouping import exam_of
from shared_core.reading.reader import read_header
from shared_core.records.canonical_json import plain
from shared_core.records.record_types import ExamRecord, RunRecord, ViewRecord

_GONE = "removed"
_STATED_OF_IMAGE: Final = ("laterality", "view", "spacing_mm", "intent")
_LEAST_NAME: Final = 4
"""Letters and digits of a name that is replaced beside other words; 1 of 1.dcm is a number elsewhere."""
_ABOUT_STATEMENTS: Final = {FACT_CONTRADICTED.code, FACTS_MISSING.code}


@dataclass(frozen=True)
class DeidentifiedExam:
    """An exam without identifiers, and notices about burned-in text for the person who asked."""

    exam: ResultExam
    notices: tuple[Notice, ...]
    identifiers: Identifiers
    """What must be found in nothing that is made of it."""
    files: tuple[Path, ...]
    """The images."""


def deidentified_result(
    exam: ResultExam,
    run: RunRecord,
    folder: Path,
    *,
    key: DeidentificationKey,
    nothing_burned_in: bool = False,
    blanking: Blanking = NO_BLANKING,
) -> DeidentifiedExam:
    """Write the images of an exam without identifiers, and attach its results to them.

    The pictures are left out: key and file names are drawn into them.

    Raises
    ------
    OutputError
        The images cannot be written.
    UnreadableImageError
        One of them cannot be de-identified.
    """
    old = [view.source.header for view in exam.views]
    images = deidentified_exams(
        [exam_of(old, key=exam.key)],
        folder,
        key=key,
        nothing_burned_in=nothing_burned_in,
        blanking=blanking,
    )
    if images.failures:
        raise UnreadableImageError(images.failures[0])
    new = [read_header(images.files[_path(header)], facts=_of_image(header.stated)) for header in old]
    whole = exam_of(new)
    identifiers = Identifiers()
    for one in images.identifiers.values():
        identifiers |= one
    names = _new_names(exam.key, whole.key, list(zip(old, new, strict=True)))
    views = [
        replace(
            view,
            source=source,
            stem=_path(source.header).stem,
            record=_renamed_view(view.record, names, identifiers),
            overlay=None,
        )
        for view, source in zip(exam.views, source_images(new), strict=True)
    ]
    record = None
    if exam.record is not None:
        record = msgspec.structs.replace(
            msgspec.convert(_renamed(plain(exam.record), names, identifiers), ExamRecord),
            patient_id=whole.patient_id,
            study_date=whole.study_date or None,
        )
    failed = [f"image {number}" for number, _ in enumerate(exam.failed, start=1)]
    made = result_exam(whole.key, views, run=run, record=record, failed=failed)
    return DeidentifiedExam(made, tuple(images.notices), identifiers, tuple(images.files.values()))


def _of_image(stated: StatedFacts | None) -> StatedFacts | None:
    """What was stated of the image alone, not of the woman."""
    if stated is None:
        return None
    return replace(StatedFacts(), **{name: getattr(stated, name) for name in _STATED_OF_IMAGE})


def _path(header: MammogramHeader) -> Path:
    assert header.path is not None
    return header.path


def _new_names(
    old_key: str, new_key: str, headers: Sequence[tuple[MammogramHeader, MammogramHeader]]
) -> list[tuple[str, str]]:
    """Old and new names, the longest first, as the shorter ones are parts of them."""
    names = {old_key: new_key}
    for old, new in headers:
        for part in (str, lambda path: path.name, lambda path: path.stem):
            names.setdefault(part(_path(old)), part(_path(new)))
    return sorted(names.items(), key=lambda pair: -len(pair[0]))


def _renamed_view(
    record: ViewRecord, names: Sequence[tuple[str, str]], identifiers: Identifiers
) -> ViewRecord:
    renamed = msgspec.convert(_renamed(plain(record), names, identifiers), ViewRecord)
    renamed = _without_statements(renamed)
    if record.state == "from file":
        return msgspec.structs.replace(renamed, made_by=_GONE)
    return renamed


def _without_statements(record: ViewRecord) -> ViewRecord:
    """Who and when may be among what was stated, and in the name of the table."""
    kept = {name: value for name, value in (record.stated or {}).items() if name in _STATED_OF_IMAGE}
    return msgspec.structs.replace(
        record,
        stated={"source": "stated", **kept} if record.stated else None,
        sources={},
        notices=tuple(notice for notice in record.notices if notice.code not in _ABOUT_STATEMENTS),
    )


def _renamed(value: Any, names: Sequence[tuple[str, str]], identifiers: Identifiers) -> Any:
    """The same with other names in all texts; a text that still names the patient goes."""
    if isinstance(value, Mapping):
        # Of a mask that a person gave, whose folder may say anything.
        return {
            key: _GONE if key == "mask_file" and inside else _renamed(inside, names, identifiers)
            for key, inside in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_renamed(inside, names, identifiers) for inside in value]
    if not isinstance(value, str):
        return value
    for old, new in names:
        value = _with_name(value, old, new)
    # The new names end in digits that may be a word by chance.
    rest = value
    for name in (Path(new).name for _, new in names):
        rest = rest.replace(name, " ") if name else rest
    return _GONE if found_in_text(rest, identifiers) else value


def _with_name(text: str, old: str, new: str) -> str:
    """A text with a new name where the old one stands: all of it, or as words that nothing else says."""
    if text == old:
        return new
    told = bare(old)
    if old not in text or len(told.replace(" ", "")) < _LEAST_NAME or is_own(told):
        return text
    return re.sub(rf"(?<![^\W_]){re.escape(old)}(?![^\W_])", lambda _: new, text)
