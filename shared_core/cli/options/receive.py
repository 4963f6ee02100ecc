"""The options of ``bac receive``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from shared_core.cli import arguments, network_options
from shared_core.cli.arguments import Subparsers, command, option
from shared_core.cli.options.analyze import add_measurement_options, add_model_options


def add_parser(subparsers: Subparsers) -> None:
    """Add ``receive`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "receive",
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
    add_measurement_options(parser, facts=False)
    add("--threads N", "CPU threads (default: 1)", arguments.count, default=1)
    arguments.add_quality(parser)
    arguments.add_time_limit(parser)
    parser.set_defaults(
        output=None, no_pictures=False, probability=False, deidentify=False, csv="plain", blank=None
    )
