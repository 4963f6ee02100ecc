"""A received exam through the engine, as `bac analyze` takes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from shared_core.cohort.batch import run_batch
from shared_core.cohort.pool import Processes
from shared_core.cohort.settings import BatchSettings, named_model
from shared_core.errors import Cancelled, OutputError
from shared_core.exporting.whole_folder import whole_folder
from shared_core.pacs.inbox import ReceivedExam
from shared_core.pacs.receiver import Analyse
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.unused import UnusedReason, unused_sentences
from shared_core.weights.registry import load_card

_OURS: Final = (UnusedReason.HIDDEN, UnusedReason.OWN_RESULT)
"""What lies in the folder of a received exam beside what was sent."""
_NOT_WRITTEN = "Cannot write"


def analysis(settings: BatchSettings, *, arguments: dict[str, Any]) -> Analyse:
    """What a receiver does with an exam; where the results go is the receiver's to say.

    Raises
    ------
    ModelError
        The model cannot be had.
    """
    load_card(named_model(settings))

    def analyse(exam: ReceivedExam, cancelled: Callable[[], bool]) -> list[str]:
        listing = find_exams([exam.images])
        with whole_folder(exam.results, replace=True) as beside:
            report = run_batch(
                listing,
                replace(settings, output_dir=beside),
                arguments=arguments,
                place=Processes(1, apart=True),  # a damaged image must not take the receiver along
                cancelled=cancelled,
            )
            if report.cancelled:
                raise Cancelled("The receiver was stopped.")
            problems = [str(record.error) for record in report.failures] + list(report.unwritten.values())
            for problem in problems:
                # Of the disk, not of the image: the exam is tried again.
                if problem.startswith(_NOT_WRITTEN):
                    raise OutputError(problem)
        return problems + list(unused_sentences(file for file in listing.unused if file.reason not in _OURS))

    return analyse
