"""The exams of a patient over time, of one session: read from results, following corrections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from weakref import WeakKeyDictionary

from psygnal import Signal

from napari_bac.remedies import all_notice_words, error_words
from napari_bac.session.batch_run import BatchRequest, BatchRun
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.exam_swap import ShowExam, show_exam
from napari_bac.session.signals import SessionSignals
from napari_bac.session.workers import FunctionWorker, create_worker
from napari_bac.views.view_session import ViewSession
from shared_core import hosting as bac


@dataclass(frozen=True)
class Found:
    """What a folder holds."""

    folder: Path
    patients: dict[str, list[bac.DatedExam]]
    words: tuple[str, ...]
    """What to tell the person of them."""
    without_results: tuple[bac.Exam, ...]
    """Exams of images that nobody analysed yet."""


class Series:
    """Exams over time; docks show it and ask it to change. Corrections of the views that are open count."""

    changed = Signal()
    """Emitted on the GUI thread."""

    def __init__(
        self, views: Mapping[str, ViewSession], signals: SessionSignals, show_exam: ShowExam
    ) -> None:
        self._views, self._say, self._show_exam = views, signals.said.emit, show_exam
        self.found: Found | None = None
        self.patient = ""
        self.quantity: bac.SerialQuantity = bac.SERIAL_QUANTITIES[1]
        self.timeline: bac.Timeline | None = None
        self.words = ""
        """What is going on, or what went wrong."""
        self.batch: BatchRun | None = None
        self._worker: FunctionWorker[Found | str] | None = None
        signals.exam_measured.connect(self._follow)
        signals.views_changed.connect(self._follow)
        signals.closing.connect(self.stop)

    @property
    def is_busy(self) -> bool:
        """Whether files are being read or analysed."""
        return self._worker is not None or (self.batch is not None and self.batch.state == "running")

    @property
    def patients(self) -> list[str]:
        """Those with exams, the ones with most first."""
        found = self.found.patients if self.found is not None else {}
        return sorted(found, key=lambda name: (-len(found[name]), name))

    def load(self, path: Path) -> None:
        """Read a folder of exams or of results, or the document of ``bac analyze --json``."""
        if self.is_busy:
            self._say("Exams are already being read or analysed; wait until that is finished, or cancel.")
            return
        worker: FunctionWorker[Found | str] = create_worker(_looked, path, _start_thread=False)
        worker.returned.connect(self._take)
        worker.errored.connect(lambda error: self._take(f"{path.name} could not be read: {error}"))
        self._worker, self.words = worker, f"Reading {path.name}"
        worker.start()
        self.changed.emit()

    def choose(self, *, patient: str | None = None, quantity: bac.SerialQuantity | None = None) -> None:
        """Look at another patient or quantity."""
        self.patient = patient if patient is not None else self.patient
        self.quantity = quantity if quantity is not None else self.quantity
        self._follow()

    def analyse(self) -> None:
        """Analyse the exams without results, with the default model, beside their folder."""
        if self.found is None or not self.found.without_results or self.is_busy:
            return
        # Never into what a person exported: only into the place that is its own.
        request = BatchRequest(self.found.folder, bac.place_for_results(self.found.folder))
        self.batch = BatchRun(request, self._on_batch)
        self.batch.start()

    def cancel(self) -> None:
        """End the analysis within a tile."""
        if self.batch is not None:
            self.batch.cancel()

    def open(self, key: str, *, beside: bool = False) -> bool:
        """Open the images and masks of a date in the viewer; False, and a sentence, where that cannot be."""
        one = next((one for one in self._exams() if one.key == key), None)
        return one is not None and self._show_exam(one.files, one.masks, beside=beside)

    def stop(self) -> None:
        """End without a word."""
        if self.batch is not None:
            self.batch.stop()
        self._worker = None

    def _exams(self) -> list[bac.DatedExam]:
        return self.found.patients.get(self.patient, []) if self.found is not None else []

    def _take(self, found: Found | str) -> None:
        if self._worker is None:
            return
        self._worker = None
        if isinstance(found, str):
            self.words = found
            self._say(found)
            self.changed.emit()
            return
        self.found = found
        self.patient = self.patient if self.patient in found.patients else next(iter(self.patients), "")
        self.words = " ".join(found.words)
        if not found.patients and not found.without_results:
            self.words = f"{found.folder.name} contains no exams with a date. {self.words}".rstrip()
        self._follow()

    def _on_batch(self) -> None:
        assert self.batch is not None
        if self.batch.state == "running":
            self.changed.emit()
            return
        ended, self.batch = self.batch, None
        self.words = ended.words
        if ended.report is not None and ended.report.exams:
            assert self.found is not None
            self.load(self.found.folder)
        else:
            self._say(ended.words)
        self.changed.emit()

    def _follow(self) -> None:
        exams = self._exams()
        views = list(self._views.values())
        self.timeline = bac.timeline([_as_now(one, views) for one in exams]) if exams else None
        self.changed.emit()


def look_for(path: Path) -> Found:
    """Read what a folder or file holds.

    Raises
    ------
    OpenBacError
        One sentence: what is wrong with it and what to do.
    """
    if not path.is_dir() or bac.is_results(path):
        patients, notices = bac.dated_exams(bac.read_results(path))
        return Found(path, patients, tuple(all_notice_words(notices)), ())
    listing = bac.find_exams(path)
    places = bac.results_beside(path)
    all_results = [bac.read_results(place) for place in places]
    read = [bac.dated_exams(results, listing.exams) for results in all_results]
    known = {str(row["key"]) for results in all_results for row in results.exams}
    missing = tuple(exam for exam in listing.exams if exam.key not in known)
    words = tuple(dict.fromkeys(all_notice_words(notice for _, some in read for notice in some)))
    if missing:
        words = (*words, f"Not analysed yet: {bac.counted(len(missing), 'exam')} of {path.name}.")
    # Of the results, the tables say what there is.
    unused = [file for file in listing.unused if file.reason is not bac.UnusedReason.OWN_RESULT]
    words = (*words, *bac.unused_sentences(unused))
    return Found(path, bac.together(patients for patients, _ in read), words, missing)


def _looked(path: Path) -> Found | str:
    """The same, or the sentence; what a worker raises would be shown as a fault of the program."""
    try:
        return look_for(path)
    except bac.OpenBacError as error:
        return error_words(error)


def _as_now(one: bac.DatedExam, views: list[ViewSession]) -> bac.DatedExam:
    """An exam that is open in the viewer, with the numbers of the masks as they are there."""
    own = [view for view in views if view.opened.exam_key == one.key and view.opened.path in one.files]
    measured = [(view.opened.prepared.header, view.measured.view) for view in own if view.measured]
    if len(own) < len(one.files) or len(measured) < len(own):
        return one
    if not all(view.measured_is_current and view.is_measurable for view in own):
        return one
    exam = bac.serial_exam(one.key, one.exam.date, measured)
    edited = frozenset(view.opened.prepared.header.view_label for view in own if view.edited)
    answers = [view.answer for view in own if view.answer is not None]
    made_with = {}
    if len(answers) == len(own):
        made_with = {
            "model_sha256": " / ".join(sorted({answer.card.sha256 for answer in answers})),
            "threshold": " / ".join(sorted({str(answer.threshold) for answer in answers})),
        }
    return bac.with_views(one, exam, edited=edited | one.edited, made_with=made_with)


def interval_words(since: date, until: date) -> str:
    """``2.0 years``, ``5 months``."""
    days = (until - since).days
    return f"{days / 365.25:.1f} years" if days >= 365 else f"{round(days / 30.44)} months"


_SERIES: WeakKeyDictionary[ExamSession, Series] = WeakKeyDictionary()


def series_of(session: ExamSession) -> Series:
    """The series of a session, made when first asked for."""
    if session not in _SERIES:
        _SERIES[session] = Series(session.views, session.signals, partial(show_exam, session))
        session.signals.closing.connect(lambda: _SERIES.pop(session, None))
    return _SERIES[session]
