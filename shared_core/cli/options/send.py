"""The options of ``bac send``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from shared_core.cli import arguments, network_options
from shared_core.cli.arguments import Subparsers, command, option


def add_parser(subparsers: Subparsers) -> None:
    """Add ``send`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "send",
        help="send DICOM results to an archive",
        description="Send the DICOM objects of results, or any DICOM files, to a node (C-STORE). Without a "
        "path: ask the node whether it is there (C-ECHO), or go on with --queue.",
    )
    add = partial(option, parser)
    add("paths RESULT_OR_FILE", "folder of results with DICOM objects, or DICOM files", Path, nargs="*")
    add("node HOST:PORT:AE_TITLE", "node that receives the objects", network_options.node)
    title = "our own AE title (default: %(default)s)"
    add("--ae-title AET", title, network_options.ae_title, default="OPENBAC")
    tries = "failed attempts in a row before giving up (default: %(default)s)"
    add("--tries N", tries, arguments.count, default=3)
    wait = "wait after the first failure, doubled each time (default: %(default)s)"
    add("--wait SECONDS", wait, network_options.seconds, default=2.0)
    queue = "copy the objects into a queue in DIR first: what cannot be sent stays there for the next run"
    add("--queue DIR", queue, Path)
    add("-q/--quiet", "print problems only")
    network_options.add_tls(parser)
