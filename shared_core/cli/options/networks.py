"""The options of ``bac networks``."""

from __future__ import annotations

from functools import partial

from shared_core.cli.arguments import Subparsers, command, option
from shared_core.networks.table import COUNTED_AT_PX


def add_parser(subparsers: Subparsers) -> None:
    """Add ``networks`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "networks",
        help="list the networks that can be trained and run, with sizes and sources",
        description="List the networks that recipes and model cards can name: parameters with 3 and with 1 "
        f"input channel, multiply-adds for a tile of {COUNTED_AT_PX} x {COUNTED_AT_PX} pixels, source, and "
        "the licence of public code of the same network. Those at the end judge whole views, and show where "
        "they looked; all others mark pixels.",
    )
    add = partial(option, parser)
    add("--json", "print JSON")
