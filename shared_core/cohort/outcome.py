"""What came of one image of a batch, and the ways in which it can fail."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb
from typing import Final, TypeAlias

from shared_core.cohort.settings import BatchSettings, ViewTask
from shared_core.errors import OpenBacError
from shared_core.mammogram import MammogramHeader
from shared_core.pictures.reduced_view import ReducedView
from shared_core.quantification.measurement import ViewMeasurement
from shared_core.reading.unused import UnusedReason, failure_reason
from shared_core.records.record_types import ViewRecord
from shared_core.records.view_and_exam import failed_record

_NO_MEMORY: Final = "not enough memory for this image; use fewer workers or a larger machine."
_KILLED: Final = (
    "the system ended the process that analysed this file, most often because memory ran out; use fewer "
    "workers or a larger machine."
)
_CRASHED: Final = (
    "the process that read or analysed this file crashed ({how}); the file is probably damaged, and if it "
    "opens elsewhere, please report it."
)
_ENDED: Final = "the process that analysed this file was ended from outside ({how}); analyse it again."
_LOST: Final = (
    "the worker that analysed this file was lost ({worker}), and so were those that tried it again; see why "
    "in their logs, and analyse the file again."
)
_TOO_LONG: Final = "takes longer than the {minutes:g} minutes that one image may take; it is left out."
_FAULT: Final = "a fault of this software ended its analysis ({what}); please report it."
_FROM_OUTSIDE: Final = ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGXCPU")


@dataclass(frozen=True, eq=False)
class ViewOutcome:
    """What is left of an image when its worker is done; small, for it travels between processes."""

    task: ViewTask
    record: ViewRecord
    header: MammogramHeader | None = None
    measurement: ViewMeasurement | None = None
    reduced: ReducedView | None = None
    reason: UnusedReason = UnusedReason.NOT_ANALYSED
    """Why it could not be analysed, where it could not."""
    likeness: str = ""
    """Of the picture, see `shared_core.quality.likeness`; empty where nobody looked."""
    files: tuple[tuple[str, bytes], ...] = ()
    """Name and content of what is still to be written, in order."""

    @property
    def failed(self) -> bool:
        """Whether the image could not be analysed."""
        return self.measurement is None


@dataclass(frozen=True)
class Died:
    """The process of an image is gone; `failure` is what that means if it happens again."""

    failure: ViewOutcome


Ended: TypeAlias = ViewOutcome | Died
"""What comes of trying an image once."""


def refused(task: ViewTask, error: OpenBacError) -> ViewOutcome:
    """What the engine says of an image that it cannot analyse."""
    return _failed(task, str(error), failure_reason(task.path, error))


def without_memory(task: ViewTask) -> ViewOutcome:
    """Memory was asked for, and there was none."""
    return _failed(task, f"{task.path}: {_NO_MEMORY}", UnusedReason.OUT_OF_MEMORY)


def too_long(task: ViewTask, settings: BatchSettings) -> ViewOutcome:
    """It took longer than one image may."""
    words = _TOO_LONG.format(minutes=settings.time_limit_min)
    return _failed(task, f"{task.path}: {words}", UnusedReason.TIME_LIMIT)


def faulty(task: ViewTask, error: Exception) -> ViewOutcome:
    """An exception that nobody foresaw."""
    return _failed(task, f"{task.path}: {_FAULT.format(what=fault_words(error))}", UnusedReason.FAULT)


def fault_words(error: BaseException) -> str:
    """An exception that nobody foresaw: its kind, its text, and where in the code it was raised."""
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    places = extract_tb(error.__traceback__)
    return f"{said}, {Path(places[-1].filename).name} line {places[-1].lineno}" if places else said


def process_ended(task: ViewTask, exit_code: int | None) -> ViewOutcome:
    """The process that analysed it is gone.

    Parameters
    ----------
    exit_code
        Of the process: a signal as a negative number, as `multiprocessing` has it; None where nobody knows.
    """
    name = _signal_name(exit_code)
    if name == "SIGKILL":
        return _failed(task, f"{task.path}: {_KILLED}", UnusedReason.OUT_OF_MEMORY)
    words = _ENDED if name in _FROM_OUTSIDE else _CRASHED
    how = name or (f"exit code {exit_code}" if exit_code is not None else "nobody knows how")
    return _failed(task, f"{task.path}: {words.format(how=how)}", UnusedReason.CRASHED)


def worker_lost(task: ViewTask, worker: str) -> ViewOutcome:
    """Of a cluster, and with it the process that analysed the image."""
    return _failed(task, f"{task.path}: {_LOST.format(worker=worker)}", UnusedReason.CRASHED)


def _signal_name(exit_code: int | None) -> str | None:
    if exit_code is None or exit_code >= 0:
        return None
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return f"signal {-exit_code}"


def _failed(task: ViewTask, error: str, reason: UnusedReason) -> ViewOutcome:
    record = failed_record(task.path, error, header=task.header, exam=task.exam_key)
    return ViewOutcome(task, record, reason=reason)
