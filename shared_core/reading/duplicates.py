"""The same image in several files is used once; different images under one identifier are all used, and told.

PS3.3 C.12.1 gives every image a SOP Instance UID of its own. Anonymisers and exporters break that.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from shared_core.errors import OpenBacError
from shared_core.mammogram import Exam, Laterality, MammogramHeader, PresentationIntent, View
from shared_core.notices import Notice
from shared_core.notices.of_files import EXAM_FILES_CONFLICT
from shared_core.reading.content import read_bytes, size_of
from shared_core.reading.persons import contradictions
from shared_core.reading.reader import read_mammogram
from shared_core.reading.unused import UnusedFile, UnusedReason, refused_file


def without_duplicates(
    headers: Iterable[MammogramHeader],
) -> tuple[list[MammogramHeader], list[UnusedFile]]:
    """Headers of different images, and a word on each file that repeats or contradicts an earlier one.

    A file repeats another where it has the same bytes, or the same SOP Instance UID and the same pixels.
    It contradicts it where side or view differ, or where patient, person, study, date, intent, size or
    pixels of one SOP Instance UID do.
    """
    found = _Images()
    kept: list[MammogramHeader] = []
    told: list[UnusedFile] = []
    there = list(headers)
    alike = _of_equal_size(there, told)
    gone = {file.path for file in told}
    for header in there:
        if header.path in gone:
            continue
        word = found.word_on(header, with_content=header.path in alike)
        if word is not None:
            told.append(word)
        if word is None or word.used:
            kept.append(header)
            found.add(header)
    return kept, told


def conflict_notices(exam: Exam, told: Sequence[UnusedFile]) -> tuple[Notice, ...]:
    """Of an exam in which files contradict each other, or a file of another exam."""
    own = {header.path for header in exam.headers}
    found = []
    for file in told:
        there = own & {file.path, file.beside} if file.used else set()
        if len(there) == 2:
            found.append(EXAM_FILES_CONFLICT.notice(what=file.text.rstrip(".")))
        for path in there if len(there) == 1 else ():  # the other one may be of another patient
            what = f"{path.name if path else ''} has the identifier of an image of another exam"
            found.append(EXAM_FILES_CONFLICT.notice(what=what))
    return tuple(found)


class _Images:
    """Images that are used so far."""

    def __init__(self) -> None:
        self._by_content: dict[str, MammogramHeader] = {}
        self._by_uid: dict[str, list[MammogramHeader]] = defaultdict(list)
        self._content: dict[Path, str] = {}
        self._pixels: dict[Path, str] = {}

    def add(self, header: MammogramHeader) -> None:
        """One more."""
        path = _path(header)
        if path in self._content:
            self._by_content.setdefault(self._content[path], header)
        if header.identity.sop_instance_uid:
            self._by_uid[header.identity.sop_instance_uid].append(header)

    def word_on(self, header: MammogramHeader, *, with_content: bool) -> UnusedFile | None:
        """What there is to say of a file beside those before it; None where nothing is."""
        path = _path(header)
        if with_content:
            self._content[path] = hashlib.sha256(read_bytes(path)).hexdigest()
            twin = self._by_content.get(self._content[path])
            if twin is not None:
                patients = {one.stated.patient for one in (header, twin) if one.stated} - {""}
                apart = ["another patient"] if len(patients) > 1 else []
                return _word(header, twin, "content", [*apart, *_labels_apart(header, twin)])
        first: UnusedFile | None = None
        for other in self._by_uid.get(header.identity.sop_instance_uid, []):
            differing = _apart(header, other)
            if not differing:  # only now are pixels decoded: a whole archive may have one UID
                try:
                    own = self._pixels_of(path)
                except OpenBacError as error:
                    return refused_file(path, error)
                try:
                    if self._pixels_of(_path(other)) != own:
                        differing = ["other pixels"]
                except OpenBacError:  # it is told where that file is analysed
                    continue
            word = _word(header, other, "SOP Instance UID", differing)
            if not word.used:
                return word
            first = first or word
        return first

    def _pixels_of(self, path: Path) -> str:
        """Digest of the values, whatever their type and the compression of the file."""
        if path not in self._pixels:
            values = read_mammogram(path).pixels
            digest = hashlib.sha256(repr(values.shape).encode())
            digest.update(np.ascontiguousarray(values, dtype=np.float64).data)
            self._pixels[path] = digest.hexdigest()
        return self._pixels[path]


def _apart(one: MammogramHeader, other: MammogramHeader) -> list[str]:
    """What headers say of different images; empty where they could be of one."""
    mine, theirs = one.identity, other.identity
    found = []
    if contradictions(one.person, other.person):  # names and dates of birth are never shown
        found.append("another person")
    for what, values in (
        ("patient", {mine.patient_id, theirs.patient_id}),
        ("study", {mine.study_uid, theirs.study_uid}),
        ("date", {mine.study_date, theirs.study_date}),
    ):
        if len(values - {""}) > 1:
            found.append(f"another {what}")
    if len({one.intent, other.intent} - {PresentationIntent.UNKNOWN}) > 1:
        found.append("another presentation intent")
    found += _labels_apart(one, other)
    return found if (one.rows, one.columns) == (other.rows, other.columns) else [*found, "another size"]


def _labels_apart(one: MammogramHeader, other: MammogramHeader) -> list[str]:
    """Side and view, where both files know theirs and they are not the same."""
    sides, views = {one.laterality, other.laterality}, {one.view, other.view}
    found = ["another side"] if len(sides - {Laterality.UNKNOWN}) > 1 else []
    return found + (["another view"] if len(views - {View.UNKNOWN}) > 1 else [])


def _word(header: MammogramHeader, other: MammogramHeader, what: str, differing: list[str]) -> UnusedFile:
    path, first = _path(header), _path(other)
    shown = first.name if first.parent == path.parent else first
    if differing:
        parts = " and ".join(filter(None, (", ".join(differing[:-1]), differing[-1])))
        text = f"{path.name}: has the same {what} as {shown}, but {parts}; both are used."
        return UnusedFile(path, UnusedReason.CONFLICT, text, beside=other.path)
    spacing = "" if header.spacing == other.spacing else ", though the two have different pixel spacings"
    text = f"{path.name}: has the same {what} as {shown}; that one is used{spacing}."
    return UnusedFile(path, UnusedReason.DUPLICATE, text, beside=other.path)


def _of_equal_size(headers: Iterable[MammogramHeader], told: list[UnusedFile]) -> set[Path]:
    """Files that another one has the size of; what cannot be opened any more is told."""
    by_size: dict[int, list[Path]] = defaultdict(list)
    for path in map(_path, headers):
        try:
            by_size[size_of(path)].append(path)
        except OpenBacError as error:
            told.append(refused_file(path, error))
    return {path for paths in by_size.values() if len(paths) > 1 for path in paths}


def _path(header: MammogramHeader) -> Path:
    assert header.path is not None, "headers of files only"
    return header.path
