"""``bac receive``: exams from an archive or a mammography unit, analysed as they come."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from shared_core.cli import network_options
from shared_core.cli.analyze import settings_of
from shared_core.cli.exit_codes import OK, USAGE
from shared_core.cli.remedies import error_words
from shared_core.dicom_objects.object_kinds import kinds_of
from shared_core.errors import UsageError
from shared_core.pacs.analysis import analysis
from shared_core.pacs.call import Caller
from shared_core.pacs.delivery import Courier
from shared_core.pacs.outbox import Outbox
from shared_core.pacs.receiver import Receiver
from shared_core.pacs.storage_scp import Door
from shared_core.plain_text import one_line


def run(args: argparse.Namespace) -> int:
    """Receive until Ctrl-C or SIGTERM; return the exit code."""
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
