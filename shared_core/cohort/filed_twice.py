"""The same picture in exams of two patients, found from the marks of all, in whatever order they ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from shared_core.cohort.exam_mark import EndedExam
from shared_core.quality.likeness import MOST_DIFFERING, bands, differing_bits
from shared_core.reading.unused import UnusedFile, UnusedReason
from shared_core.records.record_types import RunRecord, UnusedRecord
from shared_core.records.unused_files import unused_records

_TABLES: Final = """
create table picture (file text primary key, exam text, patient text, likeness text) without rowid;
create table band (place integer, bits integer, file text, primary key (place, bits, file)) without rowid;
"""
_PAIRS: Final = """
with beside as (
    select file, lag(file) over same as one, first_value(file) over same as other
    from band window same as (partition by place, bits order by file)
)
select mine.*, theirs.* from (
    select file, one as other from beside where one is not null
    union select file, other from beside where other < one
) as pair
join picture as mine on mine.file = pair.file
join picture as theirs on theirs.file = pair.other
order by mine.file, theirs.file
"""
"""Each picture beside the first one and the one before it of all that share a band with it: however many are
alike, there are no more pairs than pictures have bands, twice."""


def filed_twice(exams: Iterable[EndedExam]) -> Iterator[UnusedFile]:
    """A word on each picture that another exam, not known to be of the same patient, has as well.

    The pictures are kept in a temporary file, not in memory.
    """
    with closing(sqlite3.connect("")) as store:
        store.executescript(_TABLES)
        for exam in exams:
            patient = exam.exam.patient_id if exam.exam is not None else None
            for file, likeness in exam.likenesses.items():
                row = (file, exam.key, patient or "", likeness)
                if store.execute("insert or ignore into picture values (?, ?, ?, ?)", row).rowcount == 1:
                    places = ((place, bits, file) for place, bits in enumerate(bands(likeness)))
                    store.executemany("insert into band values (?, ?, ?)", places)
        told = None
        for file, exam_key, patient, likeness, other, other_key, other_patient, its in store.execute(_PAIRS):
            same_woman = exam_key == other_key or (patient and patient == other_patient)
            if file == told or same_woman or differing_bits(likeness, its) > MOST_DIFFERING:
                continue
            told = file
            yield _word(Path(file), Path(other), whose="patient" if patient and other_patient else "exam")


def with_unused(run: RunRecord, unused: Iterable[UnusedRecord], twice: Iterable[UnusedFile]) -> RunRecord:
    """The record of a run with these files; pictures filed twice are those that are now."""
    others = (record for record in unused if record.reason != UnusedReason.FILED_TWICE.value)
    found = sorted((*others, *unused_records(twice)), key=lambda record: record.file)
    return msgspec.structs.replace(run, unused=tuple(found))


def _word(path: Path, other: Path, *, whose: str) -> UnusedFile:
    shown = other.name if other.parent == path.parent else other
    text = f"{path.name}: shows the same picture as {shown}, which is of another {whose}; both are used."
    return UnusedFile(path, UnusedReason.FILED_TWICE, text, beside=other)
