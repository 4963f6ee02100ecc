"""``python -m benchmarks.cohort_size``: what a batch costs beside the analysis, for cohorts of several sizes.

Each size runs in a process of its own: headers of so many exams of four views are grouped, a batch over them
is run, resumed when all is done, and read by `bac status`; the tables are written each time, and counted
apart. The analysis of a view is replaced by one outcome, so that what is left is listing, submission,
collecting and writing. The slope is that of the logarithm of the time over that of the size: 1 is linear.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from shared_core.cohort import batch, exam_mark
from shared_core.cohort.outcome import ViewOutcome
from shared_core.cohort.report import write_tables
from shared_core.cohort.resume import finished_exams
from shared_core.cohort.settings import BatchSettings, ViewTask
from shared_core.cohort.status import status_of
from shared_core.cohort.worker import Worker
from shared_core.exporting.atomic_write import write_bytes
from shared_core.mammogram import Identity
from shared_core.pipeline import analyze_view
from shared_core.reading import exam_grouping
from shared_core.reading.exam_grouping import ExamListing
from shared_core.records.canonical_json import json_bytes
from shared_core.records.view_and_exam import view_record
from tests.tram_track import write_tram_track

SIZES = (1_000, 10_000, 100_000)
VIEWS = ("LCC", "LMLO", "RCC", "RMLO")


@dataclass(frozen=True)
class Costs:
    """Of one size; seconds."""

    exams: int
    listing_s: float
    collecting_s: float
    """Without the tables, as `resuming_s`."""
    resuming_s: float
    tables_s: float
    """Written once."""
    status_s: float
    peak_mb: float

    @property
    def in_all_s(self) -> float:
        """Of listing, a run with its tables, resuming with its tables, and the status."""
        return self.listing_s + self.collecting_s + self.resuming_s + 2 * self.tables_s + self.status_s


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="exams")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    if args.one:
        print(json.dumps(vars(_measure(args.one))))
        return 0
    print("| exams | list | collect | resume | tables | status | ms an exam, in all | peak MB |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    found: list[Costs] = []
    for size in args.sizes:
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.cohort_size", "--one", str(size)],
            check=True,
            capture_output=True,
            text=True,
        )
        one = Costs(**json.loads(told.stdout.splitlines()[-1]))
        found.append(one)
        print(
            f"| {one.exams:,} | {one.listing_s:.1f} s | {one.collecting_s:.1f} s | {one.resuming_s:.1f} s "
            f"| {one.tables_s:.1f} s | {one.status_s:.1f} s | {1000 * one.in_all_s / one.exams:.2f} "
            f"| {one.peak_mb:.0f} |",
            flush=True,
        )
    if len(found) > 1:
        print(f"\nSlope: {slope([(one.exams, one.in_all_s) for one in found]):.2f}; {_growth(found)}")
    return 0


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the straight line through the logarithms of (size, time), by least squares."""
    x, y = ([math.log(value) for value in values] for values in zip(*points, strict=True))
    return statistics.linear_regression(x, y).slope


def _growth(found: Sequence[Costs]) -> str:
    first, last = found[0], found[-1]
    kb = 1024 * (last.peak_mb - first.peak_mb) / (last.exams - first.exams)
    return f"memory grows by {kb:.1f} kB an exam"


def _measure(exams: int) -> Costs:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        image = write_tram_track(folder / "image.png")
        settings = BatchSettings(folder / "out", device="cpu", pictures=False)
        outcome = _outcome(image, settings)
        # One image stands for all: the disk has no room for so many, nor has the measurement the time.
        headers = [
            replace(
                outcome.header,
                path=folder / "in" / f"{exam:07d}" / f"{view}.png",
                identity=Identity(patient_id=f"P{exam:07d}", study_date="20260101"),
            )
            for exam in range(exams)
            for view in VIEWS
            if outcome.header is not None
        ]
        began = time.process_time()
        listing = ExamListing(exam_grouping.exams_of(headers), ())
        listing_s = time.process_time() - began
        _stub()
        place = Stubbed(outcome)
        collecting_s, tables_s = _run(listing, settings, place)
        resuming_s, _ = _run(listing, settings, place)
        status_s = _timed(lambda: status_of(folder / "out"))
        assert status_of(folder / "out").exams_finished == exams
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Costs(exams, listing_s, collecting_s, resuming_s, tables_s, status_s, peak_mb)


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _run(listing: ExamListing, settings: BatchSettings, place: Stubbed) -> tuple[float, float]:
    """Seconds of a batch without its tables, and of these."""
    tables_s = 0.0

    def counted(*args: Any) -> None:
        nonlocal tables_s
        tables_s = _timed(lambda: write_tables(*args))

    batch.write_tables = counted  # type: ignore[assignment, attr-defined]  # only to be timed
    whole_s = _timed(
        lambda: batch.run_batch(
            listing,
            settings,
            arguments={},
            finished=finished_exams(listing.exams, batch.make_tasks(listing.exams), settings),
            place=place,
        )
    )
    return whole_s - tables_s, tables_s


def _outcome(image: Path, settings: BatchSettings) -> ViewOutcome:
    result = analyze_view(image, model=Worker(settings).model)
    record = view_record(
        result.header,
        result.prepared,
        result.measurement,
        provenance=result.provenance,
        notices=result.notices,
        exam="",
    )
    task = ViewTask(0, result.header, image, "", "image")
    return ViewOutcome(task, record, header=result.header, measurement=result.measurement)


def _stub() -> None:
    """In this process alone, which ends with the measurement."""
    exam_mark.file_on_disk = lambda _: Path(__file__)  # type: ignore[assignment, attr-defined]  # there are no images
    # That every file reaches the disk before the next is begun belongs to the analysis, which waits for it.
    os.fsync = lambda _: None  # type: ignore[assignment]  # see above


class Stubbed:
    """A place that analyses nothing: the same outcome for every view, with its record in its place."""

    def __init__(self, outcome: ViewOutcome) -> None:
        self._outcome = outcome
        self._content = json_bytes(outcome.record)

    def outcomes(
        self, tasks: Sequence[ViewTask], worker: Worker, **_: Any
    ) -> Generator[ViewOutcome, None, None]:
        """See `shared_core.cohort.place.Place`."""
        folder = worker.settings.output_dir
        assert folder is not None
        for task in tasks:
            write_bytes(folder / task.exam_key / f"{task.stem}.json", self._content)
            likeness = hashlib.sha256(str(task.path).encode()).hexdigest()  # of no other view
            yield replace(self._outcome, task=task, header=task.header, likeness=likeness)


if __name__ == "__main__":
    sys.exit(main())
