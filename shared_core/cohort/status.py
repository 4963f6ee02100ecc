"""What a folder of results holds, while a batch runs in it or after it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared_core.cohort.batch_plan import PLAN, read_plan
from shared_core.cohort.exam_mark import ENDED, MARK, read_mark
from shared_core.errors import UsageError
from shared_core.exporting.folder_lock import is_taken
from shared_core.notices import Remedy


@dataclass(frozen=True)
class BatchStatus:
    """How far a batch is."""

    running: bool | None
    """Whether a run works in the folder now; None where that cannot be told."""
    exams_total: int
    exams_finished: int
    """With all of their views."""
    exams_failed: int
    """At their end, but a view failed or something could not be written."""
    exams_left: int
    images_total: int
    images_left: int
    failures: Mapping[str, int]
    """Images that failed, by the code of the reason, see `UnusedReason`; the most frequent first."""
    inputs_failed: int
    """That are in no exam."""
    seconds_left: float | None
    """By the images that ended in this run; None where nobody works, or nothing ended yet."""


def status_of(folder: Path) -> BatchStatus:
    """Look at a folder of results; nothing in it changes.

    Raises
    ------
    UsageError
        There are none.
    """
    plan = read_plan(folder)
    if plan is None:
        raise UsageError(f"{folder}: holds no results.", Remedy.NAME_RESULTS_FOLDER)
    began = (folder / PLAN).stat().st_mtime
    finished = failed = images_ended = images_ended_now = 0
    failures: Counter[str] = Counter()
    for key, images in plan.exams.items():
        mark = read_mark(folder, key)
        if mark is None:
            continue
        images_ended += images
        whole = (folder / key / MARK).exists()
        finished += whole
        failed += not whole
        failures.update(view.reason.value for view in mark.views if not isinstance(view, str))
        images_ended_now += images if _time_of(folder / key) >= began else 0
    images_total = sum(plan.exams.values())
    left = images_total - images_ended
    running = is_taken(folder)
    return BatchStatus(
        running=running,
        exams_total=len(plan.exams),
        exams_finished=finished,
        exams_failed=failed,
        exams_left=len(plan.exams) - finished - failed,
        images_total=images_total,
        images_left=left,
        failures=dict(failures.most_common()),
        inputs_failed=len(plan.unread),
        seconds_left=(time.time() - began) / images_ended_now * left
        if running and images_ended_now
        else None,
    )


def _time_of(exam: Path) -> float:
    times = [path.stat().st_mtime for path in (exam / MARK, exam / ENDED) if path.exists()]
    return max(times, default=0.0)
