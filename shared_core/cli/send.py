"""``bac send``: DICOM objects to an archive."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from shared_core.cli import network_options
from shared_core.cli.exit_codes import FAILED, OK, USAGE
from shared_core.cli.remedies import error_words
from shared_core.dicom_objects.object_kinds import FOLDER
from shared_core.errors import OpenBacError, UsageError
from shared_core.pacs.call import Caller, PeerError
from shared_core.pacs.delivery import Patience, deliver
from shared_core.pacs.outbox import Outbox
from shared_core.pacs.sender import Outcome, echo, is_dicom_result, send_files


def run(args: argparse.Namespace) -> int:
    """Send; return the exit code."""
    caller = Caller(args.ae_title, network_options.tls_of(args))
    try:
        if not args.paths and args.queue is None:
            echo(args.node, caller=caller)
            print(f"{args.node}: answers C-ECHO.")
            return OK
        files = _files(args.paths)
    except UsageError as error:
        print(f"bac: {error_words(error)}", file=sys.stderr)
        return USAGE
    except OpenBacError as error:
        print(f"bac: {error_words(error)}", file=sys.stderr)
        return FAILED
    return _queued(args, files, caller) if args.queue is not None else _straight(args, files, caller)


def _files(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_file():
            found.append(path)
            continue
        if not path.is_dir():
            raise UsageError(f"{path}: there is no such file or folder; check the path.")
        inside = [file for file in sorted(path.rglob("*.dcm")) if not file.name.startswith(".")]
        # Of results only the objects: the images are elsewhere, and the archive has them.
        results = [file for file in inside if file.parent.name == FOLDER or path.name == FOLDER]
        chosen = [file for file in results or inside if is_dicom_result(file)]
        if not chosen:
            raise UsageError(
                f"{path}: holds no DICOM objects; make them with bac analyze --dicom or bac export --dicom."
            )
        found += chosen
    return list(dict.fromkeys(found))


def _queued(args: argparse.Namespace, files: list[Path], caller: Caller) -> int:
    outbox = Outbox(args.queue, args.node)
    outbox.begin()
    outbox.put(files)
    waiting = len(outbox.waiting())
    sent = deliver(
        outbox,
        caller=caller,
        tell=lambda sentence: print(f"bac: {sentence}", file=sys.stderr),
        patience=Patience(args.wait, tries=args.tries),
    )
    left, refused = len(outbox.waiting()), len(outbox.refused())
    if not args.quiet:
        arrived = waiting - left - refused
        print(f"{args.node}: {arrived} of {waiting} objects sent, {left} waiting in {outbox.place}")
    if refused:
        print(f"bac: {refused} objects were refused; they are in {outbox.refused_place}.", file=sys.stderr)
    return OK if sent else FAILED


def _straight(args: argparse.Namespace, files: list[Path], caller: Caller) -> int:
    """Send the files from where they are, without a queue."""
    patience = Patience(args.wait, tries=args.tries)
    left, failures, refused = list(files), 0, 0
    while left:
        outcomes: list[Outcome] = []
        reason = ""
        try:
            send_files(left, args.node, caller=caller, done=outcomes.append)
        except PeerError as error:
            reason = error_words(error)
        for outcome in outcomes:
            if outcome.reason and outcome.fate != "later":
                print(f"bac: {outcome.reason}", file=sys.stderr)
        refused += sum(outcome.fate == "refused" for outcome in outcomes)
        settled = {outcome.path for outcome in outcomes if outcome.fate != "later"}
        reason = reason or next((o.reason for o in outcomes if o.fate == "later"), "")
        left = [path for path in left if path not in settled]
        if not left:
            break
        failures = 1 if settled else failures + 1
        if failures >= args.tries:
            print(f"bac: {reason}", file=sys.stderr)
            break
        time.sleep(patience.wait_s(failures))
    if not args.quiet:
        print(f"{args.node}: {len(files) - len(left) - refused} of {len(files)} objects sent")
    return FAILED if left or refused else OK
