"""``bac change``: whether BAC changed between serial exams."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console

from shared_core.change.change_over_time import PatientChange, QuantityChange, change_over_time
from shared_core.change.repeat_error import PairError, pair_error
from shared_core.change.serial_exams import SERIAL_QUANTITIES, SerialExam, SerialQuantity
from shared_core.cli.arguments import (
    refuse_json_and_output,
)
from shared_core.cli.exit_codes import OK
from shared_core.cli.screen import escape, print_warnings, screen, table_of
from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.notices import Notice
from shared_core.pictures.plots import change_plot
from shared_core.records.canonical_json import json_bytes, plain
from shared_core.records.cells import csv_bytes, joined
from shared_core.records.results_folder import Results, check_same_settings, read_results, serial_exams

COLUMNS = (
    *("patient_id", "quantity", "unit", "views", "first_date", "last_date", "exams", "first_value"),
    *("last_value", "change", "change_lower", "change_upper", "least_detectable_change", "change_percent"),
    *("decision", "slope_per_year", "slope_lower_per_year", "slope_upper_per_year", "error_sd"),
    *("error_degrees_of_freedom", "error_source"),
)


def run(args: argparse.Namespace) -> int:
    """Compare exams of each patient; return the exit code."""
    refuse_json_and_output(args)
    named = [_dated(text) for text in args.results]
    results = [(when, read_results(path)) for when, path in named]
    notices = check_same_settings(one for _, one in results)
    patients = _patients(results, args)
    quantities = _quantities(args.quantity)
    errors = _pair_errors(args.error_from, quantities)
    found = {
        patient: change_over_time(
            exams, quantities=quantities, pair_errors=errors, confidence=args.confidence
        )
        for patient, exams in patients.items()
    }
    document = {
        "confidence": args.confidence,
        "notices": plain(notices),
        "cohort_errors": plain(errors),
        "patients": [_record(patient, change) for patient, change in found.items()],
    }
    if args.json:
        sys.stdout.buffer.write(json_bytes(document))
        return OK
    if args.output is not None:
        _write(args.output, document, found)
    _print(found, notices, screen(140))
    if args.output is not None:
        print(f"Results in {args.output}")
    return OK


def _dated(text: str) -> tuple[date | None, Path]:
    before, sign, after = text.partition("=")
    if not sign or Path(text).exists():
        return None, Path(text)
    try:
        digits = before.replace("-", "")
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])), Path(after)
    except ValueError:
        raise UsageError(f"{text}: {before} is not a date; write it like 2021-03-31={after}.") from None


def _patients(
    results: Sequence[tuple[date | None, Results]], args: argparse.Namespace
) -> dict[str, list[SerialExam]]:
    together: dict[str, list[SerialExam]] = {}
    for when, one in results:
        for patient, exams in serial_exams(one, when=when, one_patient=args.one_patient).items():
            together.setdefault(patient or args.patient or "patient", []).extend(exams)
    if args.patient is not None and args.patient not in together:
        known = ", ".join(sorted(together)[:10]) or "none"
        raise UsageError(f"No exam is of patient {args.patient}; the patients are {known}.")
    chosen = {
        patient: exams
        for patient, exams in sorted(together.items())
        if patient == args.patient or (args.patient is None and len(exams) > 1)
    }
    if not chosen:
        raise UsageError(
            "No patient has two exams in these results; add --one-patient where names differ for one patient."
        )
    return chosen


def _quantities(columns: Sequence[str] | None) -> tuple[SerialQuantity, ...]:
    if columns is None:
        return SERIAL_QUANTITIES
    known = {name: quantity for quantity in SERIAL_QUANTITIES for name in (quantity.key, quantity.name)}
    return tuple(
        known.get(column) or SerialQuantity(column, column, "", "sum of breasts", column)
        for column in columns
    )


def _pair_errors(
    paths: Sequence[Path] | None, quantities: Sequence[SerialQuantity]
) -> dict[str, PairError] | None:
    if not paths:
        return None
    cohort = [
        exam
        for path in paths
        for exams in serial_exams(read_results(path), when=None, one_patient=False).values()
        for exam in exams
    ]
    errors = {quantity.key: pair_error(cohort, quantity) for quantity in quantities}
    known = {key: error for key, error in errors.items() if error is not None}
    if not known:
        raise UsageError(
            "The cohort of --error-from has fewer than two CC/MLO pairs with BAC, so the "
            "error of measurement cannot be estimated."
        )
    return known


def _record(patient: str, change: PatientChange) -> dict[str, Any]:
    return {
        "patient_id": patient,
        "exams": [{"key": exam.key, "date": exam.date.isoformat()} for exam in change.exams],
        "quantities": plain(change.quantities),
        "notices": plain(change.notices),
    }


def _write(output: Path, document: dict[str, Any], found: dict[str, PatientChange]) -> None:
    plots = {patient: change_plot(change, patient=patient) for patient, change in found.items()}
    rows = [row for patient, change in found.items() for row in _rows(patient, change)]
    for number, plot in enumerate(plots.values(), start=1):
        name = "change.png" if len(plots) == 1 else f"change_{number:04}.png"
        write_bytes(output / name, plot)
    write_bytes(output / "change.csv", csv_bytes(COLUMNS, rows))
    write_bytes(output / "change.json", json_bytes(document))


def _rows(patient: str, change: PatientChange) -> Iterator[tuple[object, ...]]:
    first, last = change.exams[0].date, change.exams[-1].date
    for one in change.quantities:
        error = one.error
        yield (
            *(patient, one.quantity.name, one.quantity.unit, joined(one.views), first, last),
            *(len(one.values), one.values[0], one.values[-1], one.change),
            *(one.change_limits or (None, None)),
            *(one.least_detectable_change, one.change_percent, one.decision, one.slope_per_year),
            *(one.slope_limits_per_year or (None, None)),
            *((error.sd, error.degrees_of_freedom, error.source) if error is not None else (None,) * 3),
        )


def _print(found: dict[str, PatientChange], notices: Sequence[Notice], console: Console) -> None:
    for patient, change in found.items():
        first, last = change.exams[0].date, change.exams[-1].date
        title = f"{patient}: {len(change.exams)} exams, {first} to {last}"
        numbers = ("first", "last", "change", "limits", "a year", "error SD")
        table = table_of(["Quantity"], numbers, title=escape(title))
        for name in ("views", "decision"):
            table.add_column(name)
        for one in change.quantities:
            table.add_row(*_cells(one))
        console.print(table)
        print_warnings(change.notices, console)
    print_warnings(notices, console)


def _cells(one: QuantityChange) -> tuple[str, ...]:
    unit = f" [{one.quantity.unit}]" if one.quantity.unit else ""
    limits = "-" if one.change_limits is None else "{:+.4g} to {:+.4g}".format(*one.change_limits)
    return (
        escape(one.quantity.title + unit),
        f"{one.values[0]:.4g}",
        f"{one.values[-1]:.4g}",
        f"{one.change:+.4g}",
        limits,
        f"{one.slope_per_year:+.4g}",
        "-" if one.error is None else f"{one.error.sd:.3g}",
        "four" if len(one.views) == 4 else " ".join(one.views),
        one.decision,
    )
