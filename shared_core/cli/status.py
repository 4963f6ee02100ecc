"""``bac status``: what a folder of results holds."""

from __future__ import annotations

import argparse
import sys

from shared_core.cli.exit_codes import OK
from shared_core.cli.screen import plural
from shared_core.cohort.status import status_of
from shared_core.records.canonical_json import json_bytes


def run(args: argparse.Namespace) -> int:
    """Tell; return the exit code."""
    status = status_of(args.output)
    if args.json:
        sys.stdout.buffer.write(json_bytes(status))
        return OK
    exams = f"{status.exams_finished} of {plural(status.exams_total, 'exam')} finished"
    ended = f", {status.exams_failed} with failures" if status.exams_failed else ""
    left = f", {status.exams_left} left ({plural(status.images_left, 'image')})" if status.exams_left else ""
    print(f"{exams}{ended}{left}")
    for reason, count in status.failures.items():
        print(f"failed, {reason}: {plural(count, 'image')}")
    if status.inputs_failed:
        print(f"failed, in no exam: {plural(status.inputs_failed, 'file')}")
    if status.running:
        time_left = "" if status.seconds_left is None else f", about {_time_words(status.seconds_left)} to go"
        print(f"A run works in it{time_left}.")
    elif status.running is None:
        print("Whether a run works in it cannot be told: its lock cannot be opened.")
    elif status.exams_left:
        print("No run works in it; the same bac analyze with --resume goes on.")
    return OK


def _time_words(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
