"""Simulate, measure and judge serial exams; write ``docs/validation_change.md``.

    python -m validation.series --patients 10 --rows rows.csv --page docs/validation_change.md

Patients that the rows already hold are not made again; with ``--patients 0`` the page is made of the rows.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from shared_core import load_model
from shared_core.errors import OpenBacError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.thread_budget import ThreadBudget
from validation.series.decisions import patients_of
from validation.series.exams import measured_patient
from validation.series.page import page, plot
from validation.series.rows import Row, append_rows, read_rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Add patients to the rows, and write the page; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.series",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--patients", type=int, default=10, help="0 to N - 1; 0: only the page")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rows", type=Path, required=True, help="table that grows patient by patient")
    parser.add_argument("--page", type=Path, help="write the page and its plot; else the page is printed")
    args = parser.parse_args(arguments)
    try:
        _run(args)
    except OpenBacError as error:
        print(f"validation: {error}", file=sys.stderr)
        return 1
    return 0


def _run(args: argparse.Namespace) -> None:
    missing = sorted(set(range(args.patients)) - set(patients_of(read_rows(args.rows))))
    began = time.monotonic()
    for rows in _measured(missing, args.workers):
        append_rows(args.rows, rows)
        minutes = (time.monotonic() - began) / 60
        print(f"patient {rows[0].patient} measured, {minutes:.0f} min", file=sys.stderr, flush=True)
    rows = read_rows(args.rows)
    if args.page is None:
        print(page(rows))
        return
    write_bytes(args.page, page(rows).encode())
    write_bytes(args.page.parent / "validation" / "change.png", plot(rows))


def _measured(patients: Sequence[int], workers: int) -> Iterator[list[Row]]:
    if workers == 1:
        for patient in patients:
            yield _patient(patient)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), ThreadBudget().bind) as pool:
        for done in as_completed([pool.submit(_patient, patient) for patient in patients]):
            yield done.result()


def _patient(patient: int) -> list[Row]:
    return measured_patient(patient, load_model(device="cpu"))


if __name__ == "__main__":
    sys.exit(main())
