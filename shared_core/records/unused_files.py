"""The list of unused files as it is written, and read back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

import msgspec

from shared_core.errors import UnreadableImageError
from shared_core.reading.unused import UnusedFile, UnusedReason, unused_sentences
from shared_core.records.cells import CsvStyle, csv_bytes
from shared_core.records.record_reading import read_record
from shared_core.records.record_types import RunRecord, UnusedRecord


class _Run(msgspec.Struct, frozen=True):
    """What is needed of ``run.json``."""

    unused: tuple[UnusedRecord, ...] = ()


UNUSED_COLUMNS: Final = ("file", "reason", "used", "text", "other_file")


def unused_records(files: Iterable[UnusedFile]) -> tuple[UnusedRecord, ...]:
    """As in ``run.json``."""
    return tuple(
        UnusedRecord(
            file=str(file.path),
            reason=file.reason.value,
            used=file.used,
            text=file.text,
            other_file=str(file.beside) if file.beside is not None else None,
        )
        for file in files
    )


def unused_files(records: Iterable[UnusedRecord]) -> tuple[UnusedFile, ...]:
    """Read back; a reason that this version does not know is one of kinds that are not read."""
    known = {reason.value: reason for reason in UnusedReason}
    return tuple(
        UnusedFile(
            Path(record.file),
            known.get(record.reason, UnusedReason.KIND_NOT_READ),
            record.text,
            _kind(record),
            Path(record.other_file) if record.other_file is not None else None,
        )
        for record in records
    )


def read_unused(folder: Path) -> tuple[UnusedFile, ...]:
    """What the ``run.json`` of results says; empty where there is none, or it is of an earlier version."""
    try:
        return unused_files(read_record(folder / "run.json", _Run).unused)
    except UnreadableImageError:
        return ()


def unused_beside(run: RunRecord, images: Collection[str]) -> tuple[str, ...]:
    """Sentences on files beside the images of one exam; without names where other exams lie there as well.

    Images of the exam that failed are not among them.
    """
    folders = {Path(image).parent for image in images}
    there = [file for file in unused_files(run.unused) if file.path.parent in folders]
    beside = [file for file in there if file.used or str(file.path) not in run.files]
    if not beside:
        return ()
    if any(Path(file).parent in folders for file in set(run.files) - set(images)):
        return (f"Files beside the images that were not used or are in doubt: {len(beside)}.",)
    return unused_sentences(beside)


def unused_csv(records: Iterable[UnusedRecord], *, style: CsvStyle = "plain") -> bytes | None:
    """``unused.csv``; None where nothing is in it, as then there is no such file."""
    rows = [[getattr(record, column) for column in UNUSED_COLUMNS] for record in records]
    return csv_bytes(UNUSED_COLUMNS, rows, style=style) if rows else None


def _kind(record: UnusedRecord) -> str:
    """The words between the name and the advice: ``a ZIP archive``."""
    label = UnusedFile(Path(record.file), UnusedReason.KIND_NOT_READ, record.text).label
    words = record.text.removeprefix(f"{label}: is ")
    return words.partition(";")[0].partition(" that is ")[0].partition(" by its name")[0]
