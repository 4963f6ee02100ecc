"""Options that sending and receiving share."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Final

from shared_core.cli.arguments import checked, option
from shared_core.pacs.dicom_node import Tls, ae_title_of, node_of

node: Final = checked(node_of)
"""``HOST:PORT:AE_TITLE``."""
ae_title: Final = checked(ae_title_of)


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
    add = partial(option, parser.add_argument_group("encryption"))
    add("--tls", "encrypt with TLS; the peer must show a certificate")
    add("--tls-authorities FILE", "PEM certificates that are trusted (default: those of this machine)", Path)
    add("--tls-certificate FILE", "our certificate, PEM", Path)
    add("--tls-key FILE", "its key, PEM, if not in the same file", Path)


def tls_of(args: argparse.Namespace) -> Tls | None:
    """What was asked for; None for no encryption."""
    named = (args.tls_authorities, args.tls_certificate, args.tls_key)
    if not args.tls:
        if any(named):
            args.parser.error("--tls-... options go with --tls")
        return None
    return Tls(*named)
