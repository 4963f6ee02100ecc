"""Options that sending and receiving share."""

from __future__ import annotations

import argparse
from pathlib import Path

from shared_core.errors import UsageError
from shared_core.pacs.dicom_node import Node, Tls, ae_title_of, node_of


def node(text: str) -> Node:
    """``HOST:PORT:AE_TITLE``."""
    try:
        return node_of(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def ae_title(text: str) -> str:
    """An AE title."""
    try:
        return ae_title_of(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def seconds(text: str) -> float:
    """A length of time."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"must be a number of seconds above 0, not {text!r}")
    return value


def port(text: str) -> int:
    """A TCP port."""
    if not text.isdigit() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"must be a port from 1 to 65535, not {text!r}")
    return int(text)


def add_tls(parser: argparse.ArgumentParser) -> None:
    """Add the options of encryption."""
    group = parser.add_argument_group("encryption")
    group.add_argument(
        "--tls", action="store_true", help="encrypt with TLS; the peer must show a certificate"
    )
    group.add_argument(
        "--tls-authorities",
        type=Path,
        metavar="FILE",
        help="PEM certificates that are trusted (default: those of this machine)",
    )
    group.add_argument("--tls-certificate", type=Path, metavar="FILE", help="our certificate, PEM")
    group.add_argument("--tls-key", type=Path, metavar="FILE", help="its key, PEM, if not in the same file")


def tls_of(args: argparse.Namespace) -> Tls | None:
    """What was asked for; None for no encryption."""
    named = (args.tls_authorities, args.tls_certificate, args.tls_key)
    if not args.tls:
        if any(named):
            args.parser.error("--tls-... options go with --tls")
        return None
    return Tls(*named)
