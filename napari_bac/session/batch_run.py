"""A folder of exams analysed as `bac analyze` does, in processes of their own, seen from a window."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event
from typing import Final, Literal

from qtpy.QtCore import QTimer

from napari_bac.remedies import error_words
from napari_bac.session.time_words import time_words
from napari_bac.session.workers import FunctionWorker, create_worker
from shared_core import hosting as bac

State = Literal["running", "done", "cancelled", "failed"]
LOOK_MS: Final = 100
"""Between looks at what the work has said."""

_Word = Callable[[], None]


@dataclass(frozen=True)
class BatchRequest:
    """What is to be done."""

    folder: Path | None
    output: Path | None
    model: str | None = None
    """Name or card file; None for the default."""
    device: bac.Device = "auto"
    workers: int | None = None
    """Images at the same time; None leaves a processor to the window."""
    choices: bac.BatchChoices = field(default_factory=lambda: bac.BatchChoices())


@dataclass(eq=False)
class ExamLine:
    """One exam of the batch."""

    key: str
    files: tuple[Path, ...]
    done: int = 0
    failed: int = 0
    before: bool = False
    """Taken over from an earlier run."""

    @property
    def words(self) -> str:
        """How far it is."""
        if self.before:
            return "already done"
        if self.done < len(self.files):
            return f"{self.done} of {len(self.files)}" if self.done else "waiting"
        return f"{self.failed} failed" if self.failed else "done"


@dataclass(eq=False)
class BatchRun:
    """A batch and how far it is; changes on the GUI thread only, and calls `told` there after each change."""

    request: BatchRequest
    told: Callable[[], None]
    state: State = "running"
    words: str = "Searching for mammograms"
    exams: dict[str, ExamLine] = field(default_factory=dict)
    """By key."""
    failures: list[tuple[str, str]] = field(default_factory=list)
    """(file, sentence)."""
    unused: tuple[bac.UnusedFile, ...] = ()
    """Of the folder, known at the end."""
    images_done: int = 0
    images: int = 0
    report: bac.BatchReport | None = None
    _tiles: dict[int, float] = field(default_factory=dict)
    """Share done of the images that are being worked on, by task number."""
    _finished: set[int] = field(default_factory=set)
    _began: float | None = None
    _stop: Event = field(default_factory=Event)
    _said: SimpleQueue[_Word] = field(default_factory=SimpleQueue)
    _worker: FunctionWorker[bac.BatchReport | str] | None = None
    _timer: QTimer = field(default_factory=QTimer)

    def start(self) -> None:
        """Begin."""
        worker: FunctionWorker[bac.BatchReport | str] = create_worker(self._work, _start_thread=False)
        worker.returned.connect(self._on_end)
        worker.errored.connect(lambda error: self._end("failed", f"The batch stopped: {error}"))
        self._worker = worker
        self._timer.timeout.connect(self._listen)
        self._timer.start(LOOK_MS)
        worker.start()
        self.told()

    def cancel(self) -> None:
        """End within the tiles that are worked on; exams that are finished stay."""
        if self.state == "running":
            self.words = "Stopping"
            self._stop.set()
            self.told()

    def stop(self) -> None:
        """End for good, without a word."""
        self._stop.set()
        self._timer.stop()
        if self.state == "running":
            self.state = "cancelled"

    @property
    def share(self) -> float:
        """Of the work, 0 to 1."""
        return min((self.images_done + sum(self._tiles.values())) / self.images, 1.0) if self.images else 0.0

    @property
    def seconds_left(self) -> float | None:
        """None until there is something to tell it from."""
        share = self.share
        if self._began is None or share < 0.02:
            return None
        return (time.monotonic() - self._began) * (1 - share) / share

    # In the worker

    def _work(self) -> bac.BatchReport | str:
        """The report, or a sentence; what a worker raises would be shown as a fault of the program."""
        try:
            return self._analyse()
        except bac.OpenBacError as error:
            return error_words(error)

    def _analyse(self) -> bac.BatchReport:
        request = self.request
        choices = request.choices
        settings = bac.BatchSettings(
            output_dir=request.output,
            model=request.model,
            device=request.device,
            quality=choices.quality,
            pictures=choices.pictures,
            probability=choices.probability,
            csv=choices.csv,
        )
        assert request.folder is not None
        settings = bac.as_begun(settings) if choices.resume else settings
        listing = bac.find_exams(request.folder, apart_from=request.output, progress=self._on_file)
        finished: frozenset[str] = frozenset()
        if choices.resume:
            finished = bac.finished_exams(listing.exams, bac.make_tasks(listing.exams), settings)
        self._say(lambda: self._on_listing(listing.exams, set(finished)))
        left = sum(len(exam.headers) for exam in listing.exams if exam.key not in finished)
        return bac.run_batch(
            listing,
            settings,
            arguments={"paths": [str(request.folder)], "output": request.output, "model": request.model},
            finished=finished,
            others="keep" if choices.resume else "refuse",
            place=bac.Processes(request.workers or max(1, bac.default_workers(left + 1) - 1), apart=True),
            view_done=lambda outcome: self._say(lambda: self._on_view(outcome)),
            progress=lambda number, done, total: self._say(lambda: self._on_tile(number, done, total)),
            cancelled=self._stop.is_set,
        )

    def _say(self, word: _Word) -> None:
        self._said.put(word)

    def _on_file(self, done: int, total: int) -> None:
        self._say(lambda: self._set_words(f"Reading file {done} of {total}"))

    # On the GUI thread

    def _listen(self) -> None:
        heard = False
        while True:
            try:
                word = self._said.get_nowait()
            except Empty:
                break
            word()
            heard = True
        if heard:
            self.told()

    def _set_words(self, words: str) -> None:
        if not self._stop.is_set():
            self.words = words

    def _on_listing(self, exams: tuple[bac.Exam, ...], before: set[str]) -> None:
        for exam in exams:
            files = tuple(header.path for header in exam.headers if header.path is not None)
            self.exams[exam.key] = ExamLine(exam.key, files, before=exam.key in before)
        self.images = sum(len(line.files) for line in self.exams.values() if not line.before)
        self._set_words(
            f"{bac.counted(self.images, 'image')} in {bac.counted(len(exams) - len(before), 'exam')}"
        )
        self._began = time.monotonic()

    def _on_tile(self, number: int, done: int, total: int) -> None:
        # The last tiles of an image may be told after the image.
        if total and number not in self._finished:
            self._tiles[number] = done / total

    def _on_view(self, outcome: bac.ViewOutcome) -> None:
        self._tiles.pop(outcome.task.number, None)
        self._finished.add(outcome.task.number)
        self.images_done += 1
        line = self.exams[outcome.task.exam_key]
        line.done += 1
        line.failed += outcome.failed
        if outcome.failed:
            self.failures.append((str(outcome.task.path), str(outcome.record.error)))

    def _on_end(self, report: bac.BatchReport | str) -> None:
        self._listen()
        if isinstance(report, str):
            self._end("failed", report)
            return
        self.report, self.unused = report, report.unused
        self.failures = [(record.file, str(record.error)) for record in report.failures]
        if report.cancelled:
            self._end("cancelled", "Stopped. Finished exams are kept; start again to continue.")
        elif not self.exams:
            self._end("failed", f"No mammogram was found in {self.request.folder}.")
        else:
            failed = f", {bac.counted(len(self.failures), 'file')} failed" if self.failures else ""
            seconds = time.monotonic() - (self._began or time.monotonic())
            self._end(
                "done",
                f"{bac.counted(len(self.exams), 'exam')} done in {time_words(seconds)}{failed}.",
            )

    def _end(self, state: State, words: str) -> None:
        self._timer.stop()
        self._worker = None
        if self.state == "running":
            self.state, self.words = state, words
            self.told()
