"""``bac``: measure breast arterial calcification from the console."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from shared_core.cli.events import error_line
from shared_core.cli.exit_codes import FAILED, INTERRUPTED
from shared_core.cli.options import (
    analyze,
    calibrate,
    change,
    compare,
    demo,
    evaluate,
    export,
    facts,
    info,
    measure,
    merge,
    models,
    networks,
    receive,
    report,
    schema,
    send,
    simulate,
    status,
    table,
    train,
)
from shared_core.cli.remedies import error_words
from shared_core.cli.signals import stopping_by_signals
from shared_core.errors import Cancelled, OpenBacError
from shared_core.version import SOFTWARE_VERSION

_COMMANDS = (
    *(analyze, calibrate, change, compare, demo, evaluate, export, facts, info),
    *(measure, merge, models, networks, receive, report, schema, send, simulate, status, table, train),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns
    -------
    int
        0 all well, 1 some inputs failed, 2 wrong usage, 130 stopped by Ctrl-C, 143 by SIGTERM.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names of files need be no UTF-8
            stream.reconfigure(errors="backslashreplace")
    args = make_parser().parse_args(arguments)
    with stopping_by_signals() as received:
        return received.exit_code(_run(args))


def _run(args: argparse.Namespace) -> int:
    try:
        code: int = args.run(args)
    except (KeyboardInterrupt, Cancelled):
        print("bac: stopped.", file=sys.stderr)
        return INTERRUPTED
    except OpenBacError as error:
        if getattr(args, "progress", None) == "json":
            print(error_line(error), end="", flush=True)
        print(f"bac: {error_words(error)}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # The reader of our output went away (``bac ... | head``); keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return code


def make_parser() -> argparse.ArgumentParser:
    """The parser of ``bac`` with all its commands."""
    parser = argparse.ArgumentParser(
        prog="bac",
        description="Segment and measure breast arterial calcification (BAC) on mammograms. "
        "Research use only: never a diagnosis.",
    )
    parser.add_argument("--version", action="version", version=f"OpenBAC {SOFTWARE_VERSION}")
    subparsers = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", help="bac COMMAND --help explains it"
    )
    for command in _COMMANDS:
        command.add_parser(subparsers)
    return parser


if __name__ == "__main__":
    sys.exit(main())
