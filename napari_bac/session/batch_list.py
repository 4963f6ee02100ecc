"""The batch of a session: what runs, and the exams of its results, each of which can be opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from weakref import WeakKeyDictionary

from napari.utils.notifications import show_info
from psygnal import Signal

from napari_bac.remedies import error_words
from napari_bac.session.batch_run import BatchRequest, BatchRun
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.exam_swap import ShowExam, show_exam
from napari_bac.session.signals import SessionSignals
from shared_core import hosting as bac


@dataclass(frozen=True)
class ResultLine:
    """One exam of a batch or of results."""

    key: str
    files: tuple[Path, ...]
    images: str
    """How many, or how far they are."""
    percent: str = ""
    """BAC of the breast."""
    grade: str = ""
    words: str = ""
    """What to know of it."""

    def cells(self) -> tuple[str, str, str, str]:
        """In the order of the table."""
        return (self.key, self.images, self.percent, self.grade)


class BatchList:
    """Runs and results; docks show them and ask for changes."""

    changed = Signal()
    """Emitted on the GUI thread."""

    def __init__(self, signals: SessionSignals, show_exam: ShowExam) -> None:
        self._say, self._show_exam = signals.said.emit, show_exam
        self.run: BatchRun | None = None
        self.output: Path | None = None
        self.words = ""
        self.failures: list[tuple[str, str]] = []
        """(file, sentence)."""
        self.unused: tuple[bac.UnusedFile, ...] = ()
        """What was found and not used, those that failed among it; known at the end."""
        self._results: list[ResultLine] = []
        signals.closing.connect(self.stop)

    @property
    def lines(self) -> list[ResultLine]:
        """Exams: of the run, while it runs; else of the results."""
        run = self.run
        if run is None or run.state != "running":
            return self._results
        return [ResultLine(line.key, line.files, line.words) for line in run.exams.values()]

    def start(self, request: BatchRequest) -> bool:
        """Begin; False, and a sentence, where that cannot be."""
        if self.run is not None and self.run.state == "running":
            return self._no("A batch is already running; wait until it ends, or cancel it.")
        if request.folder is None or not request.folder.is_dir():
            return self._no("Choose the folder with the exams first.")
        if request.output is None:
            return self._no("Choose a folder for the results first.")
        self.output, self.failures, self._results, self.words = request.output, [], [], ""
        self.unused = ()
        self.run = BatchRun(request, self._on_change)
        self.run.start()
        return True

    def cancel(self) -> None:
        """End within the tiles that are worked on."""
        if self.run is not None:
            self.run.cancel()

    def stop(self) -> None:
        """End without a word."""
        if self.run is not None:
            self.run.stop()

    def read(self, folder: Path) -> bool:
        """Show the exams of results that were made before; False, and a sentence, where there are none."""
        try:
            results = bac.read_results(folder)
        except bac.OpenBacError as error:
            return self._no(error_words(error))
        self.output, self.unused = folder, bac.read_unused(folder)
        self._take(results)
        self.words = f"{bac.counted(len(self._results), 'exam')} in {folder}."
        self.changed.emit()
        return True

    def open(self, key: str) -> bool:
        """Open an exam with its masks; False, and a sentence, where that cannot be."""
        line = next((line for line in self.lines if line.key == key), None)
        if line is None:
            return False
        masks = bac.masks_of(self.output, key) if self.output is not None else ()
        return self._show_exam(line.files, masks)

    def _no(self, sentence: str) -> bool:
        self.words = sentence
        self._say(sentence)
        self.changed.emit()
        return False

    def _on_change(self) -> None:
        run = self.run
        assert run is not None
        self.failures, self.unused = run.failures, run.unused
        if run.state != "running":
            self.words = run.words
            if run.report is not None and run.report.exams and run.request.output is not None:
                self._take(bac.read_results(run.request.output))
            # A batch may end while the person looks at something else.
            if run.state == "done" and not run.failures:
                show_info(f"Batch: {run.words}")
            else:
                self._say(f"Batch: {run.words}")
        self.changed.emit()

    def _take(self, results: bac.Results) -> None:
        views: dict[str, list[bac.Row]] = {}
        for view in results.views:
            views.setdefault(str(view["exam"]), []).append(view)
        self._results = [_line(row, views.get(str(row["key"]), []), results.source) for row in results.exams]
        failed = [view for view in results.views if view["status"] == "failed"]
        self.failures = [(str(view["file"]), str(view["error"])) for view in failed]


def _line(exam: bac.Row, views: list[bac.Row], source: Path) -> ResultLine:
    good = [view for view in views if view["status"] == "ok"]
    failed = sum(view["status"] == "failed" for view in views)
    left = len(views) - len(good) - failed
    others = [f"{count} {words}" for count, words in ((failed, "failed"), (left, "not analysed")) if count]
    percent, grade = exam["bac_percent_of_breast"], exam["area_grade"]
    return ResultLine(
        str(exam["key"]),
        tuple(bac.image_of(view, source) for view in views),
        ", ".join([str(len(good)), *others]),
        bac.phrases.percentage(float(percent)) if isinstance(percent, float) else bac.phrases.UNKNOWN,
        f"{grade:.0f} {exam['area_grade_name']}" if isinstance(grade, float) else bac.phrases.UNKNOWN,
        _remarks(exam),
    )


def _remarks(exam: Mapping[str, object]) -> str:
    missing = exam["missing_views"]
    said = [f"Missing: {missing}"] if missing else []
    return "\n".join([*said, *bac.items_of(exam["warnings"])])


_BATCHES: WeakKeyDictionary[ExamSession, BatchList] = WeakKeyDictionary()


def batches_of(session: ExamSession) -> BatchList:
    """The batch of a session, made when first asked for."""
    if session not in _BATCHES:
        _BATCHES[session] = BatchList(session.signals, partial(show_exam, session))
        session.signals.closing.connect(lambda: _BATCHES.pop(session, None))
    return _BATCHES[session]
