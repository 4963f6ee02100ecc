"""What a batch set out to do, said in its output folder: for its status, for additions and for shards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import msgspec

from shared_core.cohort.shard import Shard
from shared_core.documents import DocumentError, known_part
from shared_core.exporting.atomic_write import write_bytes
from shared_core.mammogram import Exam
from shared_core.records.canonical_json import json_bytes

PLAN: Final = ".plan.json"


class UnreadInput(msgspec.Struct, frozen=True):
    """A failed input that is in no exam."""

    file: str
    text: str


class BatchPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The exams whose rows belong into the tables of a folder."""

    exams: dict[str, Annotated[int, msgspec.Meta(ge=0)]]
    """How many images each has, by key."""
    order: tuple[str, ...]
    """Keys of all exams of the cohort, those of other shards as well."""
    shard: Shard | None = None
    unread: tuple[UnreadInput, ...] = ()

    def added_to(self, before: BatchPlan | None, *, kept: Sequence[str], files: frozenset[str]) -> BatchPlan:
        """With the exams of an earlier run that stay; `files` are those that this one takes up anew."""
        if before is None:
            return self
        left = {key: before.exams.get(key, 0) for key in kept}
        again = files | {one.file for one in self.unread}
        return BatchPlan(
            exams={**left, **self.exams},
            order=(*left, *self.order),
            shard=self.shard,
            unread=(*(one for one in before.unread if left and one.file not in again), *self.unread),
        )


def plan_of(
    exams: Sequence[Exam], *, whole: Sequence[str], shard: Shard | None, unread: Mapping[Path, str]
) -> BatchPlan:
    """The plan of a batch over `exams`, a shard of the exams with the keys `whole`."""
    return BatchPlan(
        exams={exam.key: len(exam.headers) for exam in exams},
        order=tuple(whole) or tuple(exam.key for exam in exams),
        shard=shard,
        unread=tuple(UnreadInput(str(path), text) for path, text in unread.items()),
    )


def write_plan(folder: Path, plan: BatchPlan) -> None:
    """Say it in the folder of the results; `OutputError` where that cannot be."""
    write_bytes(folder / PLAN, json_bytes(plan))


def read_plan(folder: Path) -> BatchPlan | None:
    """What a folder of results says; None where there is none, or it is not whole."""
    try:
        return known_part((folder / PLAN).read_bytes(), BatchPlan)
    except (OSError, DocumentError):
        return None
