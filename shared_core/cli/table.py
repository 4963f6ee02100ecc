"""``bac table``: results as tables for statistics programs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path

from shared_core.cli.exit_codes import OK
from shared_core.cli.screen import plural, warn_outdated
from shared_core.exporting.atomic_write import write_pieces
from shared_core.exporting.parquet import ENDING, write_parquet
from shared_core.records.cells import csv_lines
from shared_core.records.readings import Reading, check_readings, outdated, read_readings, result_id
from shared_core.records.results_folder import Results, read_results
from shared_core.records.study_tables import (
    LONG_COLUMNS,
    Column,
    long_columns,
    long_rows,
    redcap_rows,
    repeated_exams,
    wide_columns,
    wide_rows,
    with_types,
)


def run(args: argparse.Namespace) -> int:
    """Write; return the exit code."""
    if args.reading is not None and args.shape == "long":
        args.parser.error("readings stand in the wide table; leave one of --reading and --shape long out")
    results = [read_results(path) for path in args.results]
    readings = _readings_of(args.reading, results) if args.reading is not None else None
    output: Path = args.output
    written = []

    def write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
        lines = csv_lines(columns, ([row[column] for column in columns] for row in rows), style=args.csv)
        write_pieces(path, lines)
        written.append(path)

    as_parquet = output.suffix.lower() == ENDING
    if as_parquet:
        written.append(output)
    if args.shape == "long" and as_parquet:
        write_parquet(output, long_columns(), with_types(long_rows(results)))
    elif args.shape == "long":
        write(output, LONG_COLUMNS, long_rows(results))
    else:
        columns = wide_columns(with_readings=readings is not None)
        if as_parquet:
            write_parquet(output, columns, wide_rows(results, readings))
        else:
            write(output, [column.name for column in columns], wide_rows(results, readings))
        dictionary = [asdict(column) for column in columns]
        write(
            output.with_name(f"{output.stem}_dictionary.csv"),
            [field.name for field in fields(Column)],
            dictionary,
        )
        redcap = list(redcap_rows(columns))
        write(output.with_name(f"{output.stem}_redcap.csv"), list(redcap[0]), redcap)
    repeated = repeated_exams(results)
    if repeated:
        named = f"{', '.join(repeated[:3])}{' and others' if len(repeated) > 3 else ''}"
        print(
            f"bac: warning: several exams of one woman and date, each with its row: {named}.", file=sys.stderr
        )
    exams = sum(len(one.exams) for one in results)
    print(f"{plural(exams, 'exam')}: {', '.join(str(path) for path in written)}")
    return OK


def _readings_of(path: Path, results: Sequence[Results]) -> dict[str, Reading]:
    """What was said of exams of these results; of other results of an exam nothing is taken over."""
    readings = read_readings(path)
    now = {str(exam["key"]): result_id(exam) for one in results for exam in one.exams}
    check_readings(readings, now, path)
    old = outdated(readings, now.items())
    warn_outdated(old)
    return {key: reading for key, reading in readings.items() if key not in old}
