"""Files grouped into exams: the views of one patient on one date."""

from __future__ import annotations

import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from shared_core.errors import OpenBacError, UnreadableImageError
from shared_core.mammogram import Exam, Laterality, MammogramHeader, PresentationIntent, View, ViewModifier
from shared_core.notices import Notice
from shared_core.notices.of_files import (
    EXAM_MIXES_SYNTHETIC,
    EXAM_SHOWS_BOTH_BREASTS,
    EXAM_VIEW_REPEATED,
    EXAM_VIEW_UNKNOWN,
)
from shared_core.reading.dicom.acceptance import NotAMammogramError
from shared_core.reading.facts.table import FactsTable
from shared_core.reading.listing import candidate_files
from shared_core.reading.reader import Spacing, read_header
from shared_core.reading.same_exam import SameExam, same_exams

STANDARD_VIEWS = ("LCC", "LMLO", "RCC", "RMLO")
_NOT_STANDARD = {ViewModifier.MAGNIFICATION, ViewModifier.SPOT_COMPRESSION}

RejectionKind = Literal["duplicate", "not a mammogram", "unsupported", "unreadable"]


@dataclass(frozen=True)
class RejectedFile:
    """A file that is in no exam, and why."""

    path: Path
    kind: RejectionKind
    reason: str


@dataclass(frozen=True)
class ExamListing:
    """What was found among files and folders."""

    exams: tuple[Exam, ...]
    rejected: tuple[RejectedFile, ...]
    notices: tuple[Notice, ...] = ()
    """About a table of facts."""


def find_exams(
    paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
    *,
    spacing_mm: Spacing | None = None,
    facts: FactsTable | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ExamListing:
    """Group mammograms into exams.

    Parameters
    ----------
    paths : path-like or iterable of them
        Files, or folders that are searched through.
    spacing_mm : float or (row, column), optional
        Pixel spacing for all files, as for `read_mammogram`.
    facts : FactsTable, optional
        What a person, or the table of a public set, states of the images.
    progress : callable, optional
        Called with (files looked at, files in all).

    Returns
    -------
    ExamListing
        In an order that depends only on the files.

    Raises
    ------
    UsageError
        The table states something of one image twice, or of several at once.
    """
    given = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    files = list(candidate_files(given))
    stated, notices = facts.matched(files) if facts is not None else ({}, ())
    headers: list[MammogramHeader] = []
    rejected: list[RejectedFile] = []
    for done, file in enumerate(files, 1):
        try:
            headers.append(read_header(file, spacing_mm=spacing_mm, facts=stated.get(file)))
        except OpenBacError as error:
            rejected.append(RejectedFile(file, _kind(error), str(error)))
        if progress is not None:
            progress(done, len(files))
    headers = _without_duplicates(headers, rejected)
    groups = [
        replace(group, headers=_without_twins(group.headers, rejected)) for group in same_exams(headers)
    ]
    exams = sorted((_exam(group) for group in groups), key=lambda e: (e.key, str(e.headers[0].path)))
    return ExamListing(_unique_keys(exams), tuple(sorted(rejected, key=lambda r: str(r.path))), notices)


def _kind(error: OpenBacError) -> RejectionKind:
    if isinstance(error, NotAMammogramError):
        return "not a mammogram"
    return "unreadable" if isinstance(error, UnreadableImageError) else "unsupported"


def _path(header: MammogramHeader) -> Path:
    assert header.path is not None, "headers of files only"
    return header.path


def _place(header: MammogramHeader) -> str:
    return str(header.path.parent) if header.path is not None else ""


def _without_duplicates(
    headers: list[MammogramHeader], rejected: list[RejectedFile]
) -> list[MammogramHeader]:
    """Leave out files with the SOP Instance UID or the very bytes of an earlier one."""
    by_size: dict[int, list[Path]] = defaultdict(list)
    for header in headers:
        by_size[_path(header).stat().st_size].append(_path(header))
    alike = {path for paths in by_size.values() if len(paths) > 1 for path in paths}
    first_of: dict[str, Path] = {}
    kept = []
    for header in headers:
        path = _path(header)
        marks = [f"content {_sha256(path)}"] if path in alike else []
        marks += [f"uid {header.identity.sop_instance_uid}"] if header.identity.sop_instance_uid else []
        twin = next((mark for mark in marks if mark in first_of), None)
        if twin is None:
            first_of.update(dict.fromkeys(marks, path))
            kept.append(header)
            continue
        same = "the same content as" if twin.startswith("content") else "the same SOP Instance UID as"
        rejected.append(
            RejectedFile(path, "duplicate", f"{path.name}: has {same} {first_of[twin]}; that one is used.")
        )
    return kept


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _without_twins(
    group: Sequence[MammogramHeader], rejected: list[RejectedFile]
) -> tuple[MammogramHeader, ...]:
    """Leave out For Processing images whose For Presentation image is there."""
    shown = [h for h in group if h.intent is not PresentationIntent.PROCESSING]
    kept = []
    for header in group:
        twin = None
        if header.intent is PresentationIntent.PROCESSING:
            twin = next((s for s in shown if _is_twin(header, s)), None)
        if twin is None:
            kept.append(header)
            continue
        rejected.append(
            RejectedFile(
                _path(header),
                "duplicate",
                f"{header.name}: is the For Processing (raw) image of {twin.name}, which is used; "
                "name the file alone to use it.",
            )
        )
    return tuple(kept)


def _is_twin(raw: MammogramHeader, shown: MammogramHeader) -> bool:
    if raw.identity.sop_instance_uid in shown.acquisition.source_image_uids:
        return True
    if shown.intent is not PresentationIntent.PRESENTATION or shown.acquisition.synthetic_2d:
        return False
    same_view = (raw.laterality, raw.view, raw.modifiers) == (shown.laterality, shown.view, shown.modifiers)
    times = {h.identity.acquisition_time for h in (raw, shown)} - {""}
    return (
        same_view
        and raw.view is not View.UNKNOWN
        and len(times) <= 1
        and not shown.acquisition.source_image_uids
    )


def exams_of(headers: Iterable[MammogramHeader]) -> tuple[Exam, ...]:
    """All views grouped into exams, also those of images in memory; nothing is left out as a duplicate."""
    exams = sorted((_exam(group) for group in same_exams(headers)), key=lambda exam: exam.key)
    return _unique_keys(exams)


def exam_of(headers: Iterable[MammogramHeader], *, key: str = "") -> Exam:
    """The exam of views that belong together, also of images in memory; named `key` where one is given."""
    exam = _exam(SameExam(tuple(headers)))
    return replace(exam, key=key) if key else exam


def _exam(group: SameExam) -> Exam:
    headers = tuple(
        sorted(group.headers, key=lambda h: (h.view_label, h.identity.instance_number or 0, str(h.path)))
    )
    standard = [h for h in headers if not _NOT_STANDARD & set(h.modifiers)]
    labels = [h.view_label for h in standard]
    known = [label for label in labels if "?" not in label]
    # where no view is known nothing can be said to be missing
    missing = tuple(view for view in STANDARD_VIEWS if view not in labels) if known else ()
    identities = [header.identity for header in headers]
    patient = next((one.patient_id for one in identities if one.patient_id), "")
    date = next((one.study_date for one in identities if one.study_date), "")
    if patient and group.woman:
        patient = f"{patient} [{group.woman}]"
    return Exam(
        key=_key(patient, date, identities[0].study_uid),
        patient_id=patient,
        study_date=date,
        headers=headers,
        missing_views=missing,
        notices=(*group.notices, *_exam_notices(standard)),
    )


def _exam_notices(headers: list[MammogramHeader]) -> Iterator[Notice]:
    synthetic = {h.acquisition.synthetic_2d for h in headers}
    if synthetic == {True, False}:
        yield EXAM_MIXES_SYNTHETIC.notice()
    by_label: dict[str, list[MammogramHeader]] = defaultdict(list)
    for header in headers:
        by_label[header.view_label].append(header)
    for label, same in sorted(by_label.items()):
        names = ", ".join(h.name for h in same)
        if "?" in label:
            yield EXAM_VIEW_UNKNOWN.notice(names=names)
        elif len({(h.acquisition.synthetic_2d, h.acquisition.contrast_subtracted) for h in same}) < len(same):
            yield EXAM_VIEW_REPEATED.notice(view=label, count=len(same), names=names)
    if any(h.laterality is Laterality.BOTH for h in headers):
        yield EXAM_SHOWS_BOTH_BREASTS.notice()


def _key(patient_id: str, date: str, study_uid: str) -> str:
    """Readable where there is an identifier, and safe as a file name everywhere."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", patient_id).strip("-._")[:60]
    if not name:
        name = f"exam-{_digest(study_uid)}"
    if re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", name):  # names that Windows keeps for itself
        name = f"exam-{name}"
    return f"{name}_{date}" if date else name


def _unique_keys(exams: list[Exam]) -> tuple[Exam, ...]:
    """Add a digest to keys that more than one exam has, also on disks that ignore case."""
    count: dict[str, int] = defaultdict(int)
    for exam in exams:
        count[exam.key.lower()] += 1
    used: set[str] = set()
    result = []
    for exam in exams:
        key, first = exam.key, exam.headers[0]
        if count[key.lower()] > 1:
            key = f"{key}_{_digest(first.identity.study_uid or _place(first) + exam.patient_id)}"
        number, unique = 2, key
        while unique.lower() in used:
            unique, number = f"{key}-{number}", number + 1
        used.add(unique.lower())
        result.append(replace(exam, key=unique))
    return tuple(result)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]
