"""``bac send``: DICOM objects to an archive."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shared_core.cli import arguments, network_options
from shared_core.cli.exit_codes import FAILED, OK, USAGE
from shared_core.cli.remedies import error_words
from shared_core.dicom_objects.object_kinds import FOLDER
from shared_core.errors import OpenBacError, UsageError


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``send`` to the parser of ``bac``."""
    parser = subparsers.add_parser(
        "send",
        help="send DICOM results to an archive",
        description="Send the DICOM objects of results, or any DICOM files, to a node (C-STORE). Without a "
        "path: ask the node whether it is there (C-ECHO), or go on with --queue.",
    )
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="RESULT_OR_FILE",
        help="folder of results with DICOM objects, or DICOM files",
    )
    parser.add_argument(
        "node", type=network_options.node, metavar="HOST:PORT:AE_TITLE", help="node that receives the objects"
    )
    parser.add_argument(
        "--ae-title",
        type=network_options.ae_title,
        default="OPENBAC",
        metavar="AET",
        help="our own AE title (default: %(default)s)",
    )
    parser.add_argument(
        "--tries",
        type=arguments.count,
        default=3,
        metavar="N",
        help="failed attempts in a row before giving up (default: %(default)s)",
    )
    parser.add_argument(
        "--wait",
        type=network_options.seconds,
        default=2.0,
        metavar="SECONDS",
        help="wait after the first failure, doubled each time (default: %(default)s)",
    )
    parser.add_argument(
        "--queue",
        type=Path,
        metavar="DIR",
        help="copy the objects into a queue in DIR first: what cannot be sent stays there for the next run",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="print problems only")
    network_options.add_tls(parser)
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Send; return the exit code."""
    # Loaded here: the other commands need none of it.
    from shared_core.pacs.sender import Caller, echo

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
    from shared_core.pacs.sender import is_dicom_result

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


def _queued(args: argparse.Namespace, files: list[Path], caller: object) -> int:
    from shared_core.pacs.delivery import Patience, deliver
    from shared_core.pacs.outbox import Outbox
    from shared_core.pacs.sender import Caller

    assert isinstance(caller, Caller)
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


def _straight(args: argparse.Namespace, files: list[Path], caller: object) -> int:
    """Send the files from where they are, without a queue."""
    import time

    from shared_core.pacs.delivery import Patience
    from shared_core.pacs.sender import Caller, Outcome, PeerError, send_files

    assert isinstance(caller, Caller)
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
