"""How an exam came to its end, in its folder: the store that resuming, the tables and `bac status` read.

An exam is finished where its folder holds the file `MARK`, written after everything else of the exam. It
says how the exam was made, from which files, and what was written. Where a view failed, or something could
not be written, the file is `ENDED`: its rows are kept, and a batch that goes on makes it again. Whoever
starts an exam again takes both away first, so that there is none over a mixture of old and new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from shared_core.cohort.settings import ViewTask
from shared_core.dicom_objects.object_kinds import FOLDER as DICOM_FOLDER
from shared_core.documents import DocumentError, known_part
from shared_core.errors import OutputError, UnreadableImageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.mammogram import Exam
from shared_core.reading.content import file_on_disk
from shared_core.reading.unused import UnusedReason
from shared_core.records.canonical_json import json_bytes
from shared_core.records.record_reading import read_record
from shared_core.records.record_types import ExamRecord, ViewRecord

InputFile = dict[str, Any]
"""Name, size and time of change of a file."""
HowMade = dict[str, Any]
"""Everything but the images that decides on the bytes of the results."""

Views = Literal["all", "failed", "none"]
"""Which records of views are read with an exam: those that did not fail lie in files of their own."""
MARK: Final = ".finished"
ENDED: Final = ".ended"


@dataclass(frozen=True)
class EndedExam:
    """What is left of an exam when its last view is done."""

    key: str
    views: tuple[ViewRecord, ...]
    exam: ExamRecord | None
    """None where it could not be put together: a view is still to come, or `unwritten` says why."""
    reasons: tuple[UnusedReason | None, ...] = ()
    """Why each view failed; None for those that did not."""
    unwritten: str | None = None
    """Why not all of it is in its folder."""
    likenesses: Mapping[str, str] = field(default_factory=dict)
    """Of the pictures that were looked at, by file; see `shared_core.quality.likeness`."""

    @property
    def whole(self) -> bool:
        """Whether nothing of it failed."""
        return self.exam is not None and self.unwritten is None and not any(self.reasons)


class _FailedView(msgspec.Struct, frozen=True):
    """A view that has no file of its own."""

    record: Any
    reason: UnusedReason


class Mark(msgspec.Struct, frozen=True):
    """What stands in `MARK` and `ENDED`."""

    made: HowMade
    inputs: list[InputFile]
    listing_sha256: str
    results: dict[str, int]
    exam: Any
    """Looked at last: another version may have another record, and says so by how it was made."""
    views: list[str | _FailedView] = msgspec.field(default_factory=list)
    """In their order: the start of the names of the files of each, or what failed."""
    unwritten: str | None = None
    likenesses: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def stems(self) -> list[str | _FailedView]:
        """`views`; of an earlier version, as far as the names of the results tell."""
        return self.views or [name.removesuffix(".json") for name in self.results if name.endswith(".json")]


def write_mark(
    exam: Exam,
    ended: EndedExam,
    *,
    inputs_before: bytes,
    made: HowMade,
    tasks: Sequence[ViewTask],
    folder: Path,
) -> None:
    """Say how an exam ended.

    Parameters
    ----------
    inputs_before
        Digest of what was said of its files before the work: a file that changed meanwhile leaves the exam
        unfinished.
    folder
        Of the results of all exams.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    base = folder / exam.key
    inputs = inputs_of(exam)
    unchanged = inputs is not None and inputs_digest(inputs) == inputs_before
    failed = ended.reasons or (None,) * len(tasks)
    mark = {
        "made": made,
        "inputs": inputs or [],
        "listing_sha256": listing_sha256(exam),
        "results": {
            path.relative_to(base).as_posix(): path.stat().st_size for path in sorted(_results(base, tasks))
        },
        "exam": ended.exam,
        "views": [
            task.stem if reason is None else {"record": record, "reason": reason}
            for task, record, reason in zip(tasks, ended.views, failed, strict=True)
        ],
        **({} if ended.unwritten is None else {"unwritten": ended.unwritten}),
        **({"likenesses": ended.likenesses} if ended.likenesses else {}),
    }
    write_bytes(base / (MARK if unchanged and ended.whole else ENDED), json_bytes(mark))


def read_mark(folder: Path, key: str, *names: str) -> Mark | None:
    """How an exam ended; None where it did not, or what stands there is not whole."""
    for name in names or (MARK, ENDED):
        try:
            content = (folder / key / name).read_bytes()
        except OSError:
            continue
        try:
            return msgspec.json.decode(content, type=Mark)
        except (msgspec.DecodeError, RecursionError):  # also where the name of a file is no UTF-8
            with suppress(DocumentError):
                return known_part(content, Mark)
    return None


def exam_of_mark(mark: Mark) -> ExamRecord | None:
    """The record of the exam; `msgspec.ValidationError` where it is of another version."""
    return None if mark.exam is None else msgspec.convert(mark.exam, ExamRecord)


def ended_exam(folder: Path, key: str, mark: Mark, *, views: Views = "all") -> EndedExam:
    """All of what a mark and the files beside it say, as far as the `views` that are asked for.

    Raises
    ------
    UnreadableImageError
        If a file is not there any more, or of another version.
    """
    try:
        exam = exam_of_mark(mark)
        records: list[ViewRecord] = []
        reasons: list[UnusedReason | None] = []
        for view in mark.stems if views != "none" else ():
            if not isinstance(view, str):
                records.append(msgspec.convert(view.record, ViewRecord))
                reasons.append(view.reason)
            elif views == "all":
                records.append(_own_record(folder / key / f"{view}.json"))
                reasons.append(None)
    except msgspec.ValidationError as error:
        raise UnreadableImageError(
            f"{folder / key}: its record is not of this version ({error}); run the analysis again."
        ) from None
    return EndedExam(key, tuple(records), exam, tuple(reasons), mark.unwritten, mark.likenesses)


def _own_record(path: Path) -> ViewRecord:
    """Read as it was written; only where that fails is it looked at more closely, to say what is wrong."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=ViewRecord)
    except (OSError, msgspec.DecodeError, RecursionError):
        return read_record(path, ViewRecord)


@dataclass(frozen=True)
class FolderOfExams:
    """Exams whose marks are in a folder of results, in the order of `keys`."""

    folder: Path
    keys: Sequence[str]

    def ended(self, *, of: Collection[str] | None = None, views: Views = "all") -> Iterator[EndedExam]:
        """All of them, or those `of` which it is asked, one after the other.

        Raises
        ------
        OutputError
            One is not there any more.
        UnreadableImageError
            A file of it is not there any more, or of another version.
        """
        for key in self.keys:
            if of is not None and key not in of:
                continue
            mark = read_mark(self.folder, key)
            if mark is None:
                raise OutputError(
                    f"{self.folder / key}: its results were taken away meanwhile; resume the batch."
                )
            yield ended_exam(self.folder, key, mark, views=views)


def inputs_of(exam: Exam) -> list[InputFile] | None:
    """Size and time of change of the files of an exam; None where one is gone."""
    try:
        paths = [header.path for header in exam.headers if header.path is not None]
        states = [(path, file_on_disk(path).stat()) for path in paths]
    except OSError:
        return None
    return [
        {"file": str(path), "size_bytes": state.st_size, "mtime_ns": state.st_mtime_ns}
        for path, state in states
    ]


def inputs_digest(inputs: list[InputFile] | None) -> bytes:
    """Of `inputs_of`: in a large cohort there is no room for all of them."""
    return hashlib.sha256(json_bytes(inputs)).digest()


def listing_sha256(exam: Exam) -> str:
    """Of everything that was understood of the files: their neighbours have a say in it, too."""
    return hashlib.sha256(json_bytes(exam)).hexdigest()


def _results(base: Path, tasks: Sequence[ViewTask]) -> Iterator[Path]:
    sheet = base / "exam_sheet.png"
    endings = (".json", "_mask.png", "_other.png", "_overlay.png", "_probability.png", "_spread.png")
    wanted = (base / f"{task.stem}{ending}" for task in tasks for ending in endings)
    objects = (base / DICOM_FOLDER).glob("*.dcm")
    return (path for path in (sheet, *wanted, *objects) if path.is_file())
