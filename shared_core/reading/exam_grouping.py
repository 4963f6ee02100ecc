"""Files grouped into exams: the views of one patient on one date."""

from __future__ import annotations

import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shared_core.errors import OpenBacError
from shared_core.mammogram import Exam, Laterality, MammogramHeader, PresentationIntent, View
from shared_core.notices import Notice
from shared_core.notices.of_files import (
    EXAM_MIXES_SYNTHETIC,
    EXAM_SHOWS_BOTH_BREASTS,
    EXAM_VIEW_REPEATED,
    EXAM_VIEW_UNKNOWN,
)
from shared_core.reading.duplicates import conflict_notices, without_duplicates
from shared_core.reading.facts.table import FactsTable
from shared_core.reading.listing import files_found
from shared_core.reading.reader import Spacing, read_header
from shared_core.reading.same_exam import SameExam, same_exams
from shared_core.reading.standard_views import PARTIAL_MODIFIERS, STANDARD_VIEWS, standard_labels
from shared_core.reading.unused import UnusedFile, UnusedReason, refused_file, with_places


@dataclass(frozen=True)
class ExamListing:
    """What was found among files and folders."""

    exams: tuple[Exam, ...]
    unused: tuple[UnusedFile, ...]
    """What is in no exam, and what contradicts another file, by path."""
    notices: tuple[Notice, ...] = ()
    """About a table of facts."""


def find_exams(
    paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
    *,
    spacing_mm: Spacing | None = None,
    facts: FactsTable | None = None,
    apart_from: Path | None = None,
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
    apart_from : Path, optional
        Folder for results: what lies in it is not among the inputs.
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
    found = files_found(given, apart_from=apart_from)
    files = found.candidates
    table = facts.path.resolve() if facts is not None else None
    unused = [file for file in found.unused if file.path.resolve() != table]
    stated, notices = facts.matched(files) if facts is not None else ({}, ())
    headers: list[MammogramHeader] = []
    for done, file in enumerate(files, 1):
        try:
            headers.append(read_header(file, spacing_mm=spacing_mm, facts=stated.get(file)))
        except OpenBacError as error:
            unused.append(refused_file(file, error))
        if progress is not None:
            progress(done, len(files))
    headers, repeated = without_duplicates(headers)
    unused += repeated
    groups = [replace(group, headers=_without_twins(group.headers, unused)) for group in same_exams(headers)]
    exams = sorted((_exam(group) for group in groups), key=lambda e: (e.key, str(e.headers[0].path)))
    places = [Path(path) for path in given]
    unused = with_places(unused, [_path(header) for header in headers], places)
    told = [replace(e, notices=(*e.notices, *conflict_notices(e, repeated))) for e in exams]
    by_path = tuple(sorted(unused, key=lambda file: str(file.path)))
    return ExamListing(_unique_keys(told), by_path, notices)


def _path(header: MammogramHeader) -> Path:
    assert header.path is not None, "headers of files only"
    return header.path


def _place(header: MammogramHeader) -> str:
    return str(header.path.parent) if header.path is not None else ""


def _without_twins(group: Sequence[MammogramHeader], unused: list[UnusedFile]) -> tuple[MammogramHeader, ...]:
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
        unused.append(
            UnusedFile(
                _path(header),
                UnusedReason.RAW_TWIN,
                f"{header.name}: is the For Processing (raw) image of {twin.name}, which is used; "
                "name the file alone to use it.",
                beside=twin.path,
            )
        )
    return tuple(kept)


def _is_twin(raw: MammogramHeader, shown: MammogramHeader) -> bool:
    uid = raw.identity.sop_instance_uid
    if uid and uid == shown.identity.sop_instance_uid:  # files that contradict each other are both used
        return False
    if uid in shown.acquisition.source_image_uids:
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
    whole = [h for h in headers if not PARTIAL_MODIFIERS & set(h.modifiers)]
    found = standard_labels(headers)
    # where no view is known nothing can be said to be missing
    some_known = any("?" not in h.view_label for h in whole)
    missing = tuple(view for view in STANDARD_VIEWS if view not in found) if some_known else ()
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
        notices=(*group.notices, *_exam_notices(whole)),
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
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", patient_id).strip("-._")[:60].rstrip(".")
    if not name:  # in letters of another script
        name = re.sub(r"[^\w.-]+", "-", patient_id).strip("-._")[:60].rstrip(".")
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
