"""Going on with a batch, or adding to one: which exams are finished, and made as asked for now."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

import msgspec

from shared_core.cohort.exam_mark import (
    ENDED,
    MARK,
    HowMade,
    Mark,
    ended_exam,
    inputs_of,
    listing_sha256,
    read_mark,
)
from shared_core.cohort.settings import BatchSettings, ViewTask, by_exam, named_model
from shared_core.dicom_objects.object_kinds import FOLDER as DICOM_FOLDER
from shared_core.documents import DocumentError, any_json
from shared_core.errors import OutputError, UnreadableImageError, UsageError
from shared_core.exporting.atomic_write import remove_unfinished
from shared_core.inference.model import choose_for
from shared_core.mammogram import Exam
from shared_core.notices import Remedy
from shared_core.pipeline import checked_threshold
from shared_core.records.canonical_json import plain
from shared_core.records.record_reading import read_record
from shared_core.records.run_record import run_record
from shared_core.records.tables import EXAMS_JSON
from shared_core.version import SOFTWARE_VERSION
from shared_core.weights.registry import list_models, load_card

OtherExams = Literal["refuse", "keep"]
"""What is done about results of exams that are not among those of a batch, in its output folder."""
_UNFINISHED_FOLDER: Final = ".*.part*"
"""Left by `whole_folder`, in the folder of an exam: DICOM objects."""
_MOST_DIFFERENCES: Final = 3
_MOST_NAMED: Final = 3


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
) -> frozenset[str]:
    """Keys of the exams whose results are whole in the output folder.

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
        return frozenset()
    made = how_made(settings)
    _check_same_model(_begun_with(folder), made["model"], folder)
    of_exam = by_exam(tasks)
    found = set()
    for exam in exams:
        mark = read_mark(folder, exam.key, MARK)
        if mark is None:
            continue
        _check_same(mark.made, made, folder, exam.key)
        if is_whole(mark, exam, of_exam[exam.key], folder):
            found.add(exam.key)
    return frozenset(found)


def other_exams(exams: Iterable[Exam], settings: BatchSettings, *, others: OtherExams) -> tuple[str, ...]:
    """Keys of exams of earlier runs in the output folder that are not among `exams`; their rows are kept.

    One that has an image of `exams`, and was known under another key, is not among them.

    Raises
    ------
    UsageError
        If there are some and none are to be there, or they were made with other settings.
    """
    folder = settings.output_dir
    if folder is None or not folder.is_dir():
        return ()
    now = {exam.key: [str(header.path) for header in exam.headers] for exam in exams}
    files = {file for some in now.values() for file in some}
    marks, unmarked = {}, []
    for key in sorted(_exam_folders(folder) - now.keys()):
        mark = read_mark(folder, key)
        if mark is None:
            unmarked.append(key)
        elif not any(one.get("file") in files for one in mark.inputs):
            marks[key] = mark
    if marks and others == "refuse":
        names = ", ".join(list(marks)[:_MOST_NAMED])
        more = f" and {len(marks) - _MOST_NAMED} more" if len(marks) > _MOST_NAMED else ""
        raise UsageError(
            f"{folder} holds results of exams that are not among these images ({names}{more}).",
            Remedy.KEEP_OTHER_EXAMS,
        )
    # The table of a large cohort is as large as its results: it is read where a folder needs it.
    in_tables = _keys_in_tables(folder) if unmarked else set()
    strange = [key for key in unmarked if key in in_tables]
    if strange:
        names = ", ".join(strange[:_MOST_NAMED])
        raise UsageError(
            f"{folder} holds results that this run cannot keep ({names}), such as an export with "
            "corrections; choose another folder for the results."
        )
    made = how_made(settings) if marks else {}
    for key, mark in marks.items():
        _check_same(mark.made, made, folder, key)
    return tuple(marks)


def _keys_in_tables(folder: Path) -> set[str]:
    """Of the exams in a table that another program, an export or an earlier version left there."""
    try:
        exams = any_json((folder / EXAMS_JSON).read_bytes())
    except (OSError, DocumentError):
        return set()
    there = exams if isinstance(exams, list) else []
    return {str(exam["key"]) for exam in there if isinstance(exam, dict) and "key" in exam}


def _exam_folders(folder: Path) -> set[str]:
    with os.scandir(folder) as entries:
        return {entry.name for entry in entries if entry.is_dir() and not entry.name.startswith(".")}


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
        **({"quality": settings.quality} if settings.quality != "warn" else {}),
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
            remove_unfinished(place)
            for path in (place / MARK, place / ENDED):
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


def is_whole(mark: Mark, exam: Exam, tasks: Sequence[ViewTask], folder: Path) -> bool:
    """Whether an exam is finished, with all of its results, from the very files that are there now."""
    if mark.inputs != inputs_of(exam) or mark.listing_sha256 != listing_sha256(exam):
        return False
    stems = [task.stem for task in tasks]
    if sorted(map(str, mark.stems)) != sorted(stems):
        return False
    base = folder / exam.key
    try:
        if any((base / name).stat().st_size != size for name, size in mark.results.items()):
            return False
        return ended_exam(folder, exam.key, mark, views="none").whole
    except (OSError, ValueError, UnreadableImageError):
        return False


def _check_same_model(then: _Begun | None, now: HowMade, folder: Path) -> None:
    if then is not None and (then.name, then.sha256) != (now["name"], now["sha256"]):
        raise UsageError(
            f"{folder} was begun with model {then.name} (sha256 {then.sha256[:8]}), and {now['name']} "
            f"(sha256 {now['sha256'][:8]}) is asked for; resume with that model.",
            Remedy.CHOOSE_OTHER_OUTPUT,
        )


def _check_same(before: HowMade, now: HowMade, folder: Path, key: str) -> None:
    if before == now:
        return
    raise UsageError(
        f"{folder / key} was made with different settings ({differences_words(before, now, 'then', 'now')}); "
        "resume with those settings and versions.",
        Remedy.CHOOSE_OTHER_OUTPUT,
    )


def differences_words(one: HowMade, other: HowMade, of_one: str, of_other: str) -> str:
    """In what two ways to make results differ: ``numpy: 2.0 then, 2.1 now``; empty where in nothing."""
    found = [f"{name}: {a} {of_one}, {b} {of_other}" for name, a, b in _differences(one, other)]
    more = f" and {len(found) - _MOST_DIFFERENCES} more" if len(found) > _MOST_DIFFERENCES else ""
    return ", ".join(found[:_MOST_DIFFERENCES]) + more


def _differences(one: object, other: object, name: str = "") -> Iterator[tuple[str, object, object]]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted({*one, *other}):
            yield from _differences(one.get(key), other.get(key), str(key))
    elif one != other:
        yield name, one, other
