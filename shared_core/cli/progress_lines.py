"""Progress of ``bac analyze`` for programs, as it happens; see `shared_core.cli.events`."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from pathlib import Path
from typing import TextIO

from shared_core.cli.events import event_line
from shared_core.cohort.batch import make_tasks
from shared_core.cohort.outcome import ViewOutcome
from shared_core.reading.exam_grouping import ExamListing


class ProgressLines:
    """Takes the place of `BatchConsole` where a program listens."""

    def __init__(self, stream: TextIO) -> None:
        self.seconds = 0.0
        self._stream = stream
        # Tiles of several processes are told from a thread of their own.
        self._lock = threading.Lock()
        self._files: dict[int, Path] = {}
        self._finished = 0
        self._total = 0
        self._start = time.perf_counter()

    def __enter__(self) -> ProgressLines:
        return self

    def __exit__(self, error: object, *_: object) -> None:
        self.seconds = time.perf_counter() - self._start
        if error is None:
            self._tell("end", seconds=round(self.seconds, 3))

    def files_read(self, done: int, total: int) -> None:
        """Reading the headers goes on."""
        self._tell("reading", done=done, total=total)

    def start(self, listing: ExamListing, finished: Collection[str] = ()) -> None:
        """The images are known, and the keys of the exams that were finished before."""
        tasks = make_tasks(listing.exams)
        self._files = {task.number: task.path for task in tasks}
        left = [task.path for task in tasks if task.exam_key not in finished]
        self._total = len(left)
        self._tell("images", total=self._total, files=[str(path) for path in left])

    def tile_done(self, number: int, done: int, total: int) -> None:
        """A piece of one image is done."""
        self._tell("tile", file=str(self._files[number]), done=done, total=total)

    def view_done(self, outcome: ViewOutcome) -> None:
        """One image is done."""
        self._finished += 1
        error = outcome.record.error
        path = str(outcome.task.path)
        self._tell("image", file=path, error=error, done=self._finished, total=self._total)

    def _tell(self, event: str, **what: object) -> None:
        with self._lock:
            self._stream.write(event_line(event, **what))
            self._stream.flush()
