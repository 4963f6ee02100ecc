"""Going on with a batch that was interrupted: which exams are finished, and that they are as asked for now.

An exam is finished where its folder holds the file `MARK`, written after everything else of the exam. It
says how the exam was made, from which files, and what was written. Whoever starts an exam again takes the
mark away first, so that there is none over a mixture of old and new.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import msgspec

from shared_core.cohort.settings import BatchSettings, ViewTask, named_model
from shared_core.dicom_objects.object_kinds import FOLDER as DICOM_FOLDER
from shared_core.documents import DocumentError, known_part
from shared_core.errors import OutputError, UnreadableImageError, UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.inference.model import choose_for
from shared_core.mammogram import Exam
from shared_core.notices import Remedy
from shared_core.pipeline import checked_threshold
from shared_core.reading.content import file_on_disk
from shared_core.records.canonical_json import json_bytes, plain
from shared_core.records.record_reading import read_record
from shared_core.records.record_types import ExamRecord, ViewRecord
from shared_core.records.run_record import run_record
from shared_core.version import SOFTWARE_VERSION
from shared_core.weights.registry import list_models, load_card

InputFile = dict[str, Any]
"""Name, size and time of change of a file."""
HowMade = dict[str, Any]
"""What `how_made` gives, as it stands in the mark."""

MARK: Final = ".finished"
_UNFINISHED: Final = ".*.part"
"""Left by `write_bytes` where its process was killed."""
_UNFINISHED_FOLDER: Final = ".*.part*"
"""Left by `whole_folder`, in the folder of an exam: DICOM objects."""
_MOST_DIFFERENCES: Final = 3


class _Mark(msgspec.Struct, frozen=True):
    """What stands in a mark."""

    made: HowMade
    inputs: list[InputFile]
    listing_sha256: str
    results: dict[str, int]
    exam: Any
    """Looked at last: another version may have another record, and says so by how it was made."""


@dataclass(frozen=True)
class FinishedExam:
    """Records of an exam that need not be made again."""

    views: tuple[ViewRecord, ...]
    exam: ExamRecord


def as_begun(settings: BatchSettings) -> BatchSettings:
    """Go on with the model that the output folder was begun with, where none is named.

    Another version may have another default, and one folder must not hold two models.

    Raises
    ------
    UsageError
        If it was begun with a model that is not among those of `list_models`.
    """
    then = _begun_with(settings.output_dir)
    if then is None or settings.model not in (None, then.name):
        return settings
    if settings.model is None and (then.name, then.sha256) not in {
        (card.name, card.sha256) for card in list_models()
    }:
        raise UsageError(
            f"{settings.output_dir} was begun with model {then.name}, which this version does not have.",
            Remedy.CHOOSE_MODEL_OR_OUTPUT,
        )
    return replace(settings, model=then.name)


def finished_exams(
    exams: Sequence[Exam], tasks: Sequence[ViewTask], settings: BatchSettings
) -> dict[str, FinishedExam]:
    """Exams whose results are whole in the output folder, by key.

    An exam counts as unfinished where a view failed, where a result is missing or has another size, and
    where an input file was added, taken away, or has another size or time of change.

    Raises
    ------
    UsageError
        If an exam was finished with other settings, another model or another version, or the folder was
        begun with another model.
    """
    folder = settings.output_dir
    if folder is None:
        return {}
    made = how_made(settings)
    _check_same_model(_begun_with(folder), made["model"], folder)
    found = {}
    for exam in exams:
        mark = _read(folder / exam.key / MARK)
        if mark is None:
            continue
        _check_same(mark.made, made, folder, exam)
        finished = _whole(mark, exam, [task for task in tasks if task.exam_key == exam.key], folder)
        if finished is not None:
            found[exam.key] = finished
    return found


class _Begun(msgspec.Struct, frozen=True):
    """The model of the last run in a folder."""

    name: str
    sha256: str


class _Run(msgspec.Struct, frozen=True):
    """What is needed of ``run.json``, so that one of another version is known as well."""

    model: _Begun


def _begun_with(folder: Path | None) -> _Begun | None:
    """From ``run.json``, which is written before anything else; None where there is no sound one."""
    if folder is None:
        return None
    try:
        return read_record(folder / "run.json", _Run).model
    except UnreadableImageError:
        return None


def how_made(settings: BatchSettings) -> HowMade:
    """Everything but the images that decides on the bytes of the results.

    Raises
    ------
    OpenBacError
        If the model or the device cannot be had.
    """
    card = load_card(named_model(settings))
    device, backend = choose_for(card, settings.device, settings.backend, settings.precision)
    run = run_record(
        software_version=SOFTWARE_VERSION,
        arguments={},
        settings=settings.measurement,
        card=card,
        files=[],
        libraries=[backend],
    )
    asked = {
        "threshold": checked_threshold(settings.threshold, card),
        "spacing_mm": settings.spacing_mm,
        "device": device,
        "backend": backend,
        "precision": settings.precision,
        "calibration": settings.calibration,
        "pictures": settings.pictures,
        "probability": settings.probability,
        # Where none are asked for, as it was before there were any.
        **({"dicom": list(settings.dicom)} if settings.dicom else {}),
    }
    made: HowMade = {
        name: plain(getattr(run, name)) for name in ("software", "versions", "model", "settings")
    }
    return made | {"asked": plain(asked)}


def begin(exams: Sequence[Exam], folder: Path) -> None:
    """Take away the marks of exams that are made now, and what a killed run left half-written.

    DICOM objects of an earlier run go as well: this one may make none, and old ones are not its results.

    Raises
    ------
    OutputError
        If the folder cannot be changed.
    """
    try:
        for place in (folder, *(folder / exam.key for exam in exams)):
            for path in (place / MARK, *(path for path in place.glob(_UNFINISHED) if path.is_file())):
                path.unlink(missing_ok=True)
        for place in (folder / exam.key for exam in exams):
            for path in place.glob(_UNFINISHED_FOLDER):
                shutil.rmtree(path)
            _without_objects(place / DICOM_FOLDER)
    except OSError as error:
        raise OutputError(
            f"The earlier results in {folder} could not be removed ({error.strerror or error}); choose "
            "another output folder."
        ) from error


def _without_objects(folder: Path) -> None:
    for path in folder.glob("*.dcm"):
        path.unlink()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


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


def mark_finished(
    exam: Exam,
    record: ExamRecord,
    *,
    inputs: list[InputFile],
    made: HowMade,
    tasks: Sequence[ViewTask],
    folder: Path,
) -> None:
    """Say that all of an exam is written, no view of which failed.

    `inputs` are those from before the work: a file that changed meanwhile leaves the exam unfinished.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    if inputs_of(exam) != inputs:
        return
    base = folder / exam.key
    mark = {
        "made": made,
        "inputs": inputs,
        "listing_sha256": _listing_sha256(exam),
        "results": {
            path.relative_to(base).as_posix(): path.stat().st_size for path in sorted(_results(base, tasks))
        },
        "exam": record,
    }
    write_bytes(base / MARK, json_bytes(mark))


def _results(base: Path, tasks: Sequence[ViewTask]) -> Iterator[Path]:
    sheet = base / "exam_sheet.png"
    endings = (".json", "_mask.png", "_overlay.png", "_probability.png", "_spread.png")
    wanted = (base / f"{task.stem}{ending}" for task in tasks for ending in endings)
    objects = (base / DICOM_FOLDER).glob("*.dcm")
    return (path for path in (sheet, *wanted, *objects) if path.is_file())


def _listing_sha256(exam: Exam) -> str:
    """Of everything that was understood of the files: their neighbours have a say in it, too."""
    return hashlib.sha256(json_bytes(exam)).hexdigest()


def _read(path: Path) -> _Mark | None:
    try:
        return known_part(path.read_bytes(), _Mark)
    except (OSError, DocumentError):
        return None


def _whole(mark: _Mark, exam: Exam, tasks: Sequence[ViewTask], folder: Path) -> FinishedExam | None:
    if mark.inputs != inputs_of(exam) or mark.listing_sha256 != _listing_sha256(exam):
        return None
    base = folder / exam.key
    try:
        if any((base / name).stat().st_size != size for name, size in mark.results.items()):
            return None
        views = tuple(read_record(base / f"{task.stem}.json", ViewRecord) for task in tasks)
        return FinishedExam(views, msgspec.convert(mark.exam, ExamRecord))
    except (OSError, ValueError, UnreadableImageError, msgspec.ValidationError):
        return None


def _check_same_model(then: _Begun | None, now: HowMade, folder: Path) -> None:
    if then is not None and (then.name, then.sha256) != (now["name"], now["sha256"]):
        raise UsageError(
            f"{folder} was begun with model {then.name} (sha256 {then.sha256[:8]}), and {now['name']} "
            f"(sha256 {now['sha256'][:8]}) is asked for; resume with that model.",
            Remedy.CHOOSE_OTHER_OUTPUT,
        )


def _check_same(before: HowMade, now: HowMade, folder: Path, exam: Exam) -> None:
    if before == now:
        return
    differences = list(_differences(before, now))
    shown = ", ".join(differences[:_MOST_DIFFERENCES])
    more = f" and {len(differences) - _MOST_DIFFERENCES} more" if len(differences) > _MOST_DIFFERENCES else ""
    raise UsageError(
        f"{folder / exam.key} was made with different settings ({shown}{more}); resume with those settings "
        "and versions.",
        Remedy.CHOOSE_OTHER_OUTPUT,
    )


def _differences(before: object, now: object, name: str = "") -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in sorted({*before, *now}):
            yield from _differences(before.get(key), now.get(key), str(key))
    elif before != now:
        yield f"{name}: {before} then, {now} now"
