"""Progress of ``bac analyze`` for programs: one JSON object a line, as things happen.

Each line has ``event``:

``reading``
    ``done`` and ``total`` files whose header was read.
``images``
    The images are known: ``total``, and their ``files`` in order.
``tile``
    A piece of ``file`` is done: ``done`` of ``total``.
``image``
    ``file`` is done, with ``error`` null or a sentence; ``done`` of ``total`` images.
``end``
    After ``seconds``; results are complete, and the exit code tells how it went.
``error``
    There are no results: ``text`` says why, ``remedy`` is a code or null, ``subject`` what it is about.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Collection
from pathlib import Path
from typing import TextIO

from shared_core.cohort.batch import make_tasks
from shared_core.cohort.outcome import ViewOutcome
from shared_core.errors import OpenBacError
from shared_core.reading.exam_grouping import ExamListing


def tell_error(error: OpenBacError, stream: TextIO) -> None:
    """The event ``error``."""
    remedy = error.remedy.value if error.remedy is not None else None
    line = json.dumps({"event": "error", "text": str(error), "remedy": remedy, "subject": error.subject})
    print(line, file=stream, flush=True)


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
        # ASCII: whatever the console's encoding is, a path comes through it whole.
        line = json.dumps({"event": event, **what})
        with self._lock:
            self._stream.write(line + "\n")
            self._stream.flush()
