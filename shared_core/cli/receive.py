"""``bac receive``: exams from an archive or a mammography unit, analysed as they come."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from functools import partial
from pathlib import Path

from shared_core.cli import arguments, network_options
from shared_core.cli.analyze import add_measurement_options, add_model_options, settings_of
from shared_core.cli.arguments import Subparsers, command, option
from shared_core.cli.exit_codes import OK, USAGE
from shared_core.cli.remedies import error_words
from shared_core.dicom_objects.object_kinds import kinds_of
from shared_core.errors import UsageError
from shared_core.plain_text import one_line


def add_parser(subparsers: Subparsers) -> None:
    """Add ``receive`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "receive",
        run,
        help="receive exams by DICOM, analyse them and send results on",
        description="Receive mammograms (C-STORE) from nodes that are allowed, analyse each exam when it is "
        "complete, and send DICOM results on. Research use only: never a diagnosis.",
    )
    add = partial(option, parser)
    add("--port PORT", "TCP port to listen on", network_options.port, required=True)
    folder = "folder for the images, the results and what waits to be sent"
    add("--folder DIR", folder, Path, required=True)
    allowed = "AE titles of the nodes that may send"
    add("--allow AET", allowed, network_options.ae_title, nargs="+", required=True)
    title = "our own AE title, for the senders and for the archive (default: %(default)s)"
    add("--ae-title AET", title, network_options.ae_title, default="OPENBAC")
    add(
        "--address ADDRESS",
        "address to listen on; 0.0.0.0 for all network interfaces (default: %(default)s, this computer only)",
        default="127.0.0.1",
    )
    peer = "node that receives the results; can be repeated"
    add("--send-to HOST:PORT:AE_TITLE", peer, network_options.node, action="append", default=[])
    objects = f"objects to make, {arguments.DICOM_HELP} (default: %(default)s)"
    add(arguments.DICOM, objects, default="seg,sr")
    add(
        "--quiet-seconds N",
        "analyse an exam without all four standard views when no image came for N seconds (default: 60)",
        network_options.seconds,
        default=60.0,
    )
    network_options.add_tls(parser)
    add_model_options(parser)
    add_measurement_options(parser)
    add("--threads N", "CPU threads (default: 1)", arguments.count, default=1)
    arguments.add_quality(parser)
    arguments.add_time_limit(parser)
    parser.set_defaults(
        output=None, no_pictures=False, probability=False, deidentify=False, csv="plain", blank=None
    )


def run(args: argparse.Namespace) -> int:
    """Receive until Ctrl-C or SIGTERM; return the exit code."""
    # Loaded here: the other commands need none of it.
    from shared_core.pacs.analysis import analysis
    from shared_core.pacs.call import Caller
    from shared_core.pacs.delivery import Courier
    from shared_core.pacs.outbox import Outbox
    from shared_core.pacs.receiver import Receiver
    from shared_core.pacs.storage_scp import Door

    try:
        args.dicom = kinds_of(args.dicom.split(","))
        tls = network_options.tls_of(args)
        analyse = analysis(settings_of(args), arguments=_asked(args))
    except UsageError as error:
        print(f"bac: {error_words(error)}", file=sys.stderr)
        return USAGE
    caller = Caller(args.ae_title, tls)
    couriers = [
        Courier(Outbox(args.folder / "outgoing", node), caller=caller, tell=_tell) for node in args.send_to
    ]
    receiver = Receiver(
        Door(args.port, tuple(args.allow), args.ae_title, args.address, tls),
        args.folder,
        analyse=analyse,
        couriers=couriers,
        quiet_s=args.quiet_seconds,
        tell=_tell,
    )
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        receiver.run(stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    _tell("Stopped; unfinished work continues at the next start.")
    return OK


def _tell(sentence: str) -> None:
    print(one_line(sentence), flush=True)


def _asked(args: argparse.Namespace) -> dict[str, object]:
    """What decides on the results; neither addresses nor waiting times do."""
    left_out = {
        *("run", "parser", "command", "port", "folder", "allow", "ae_title", "address", "send_to"),
        *("quiet_seconds", "time_limit", "tls", "tls_authorities", "tls_certificate", "tls_key"),
        *("output", "deidentify", "csv", "blank"),
    }
    return {name: value for name, value in sorted(vars(args).items()) if name not in left_out}
