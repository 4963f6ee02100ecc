"""The options of ``bac merge``."""

from __future__ import annotations

from pathlib import Path

from shared_core.cli.arguments import Subparsers, command, option


def add_parser(subparsers: Subparsers) -> None:
    """Add ``merge`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "merge",
        help="put shards of a cohort together",
        description="Put the results of bac analyze --shard together into one folder, the same that one run "
        "over the cohort would have written. Stopped, the same command goes on. "
        "Research use only: never a diagnosis.",
    )
    option(parser, "shards SHARD", "folder of results of a shard", Path, nargs="+")
    option(parser, "-o/--output OUT", "folder for the results of the cohort", Path, required=True)
    option(
        parser,
        "--csv",
        "how tables are written, as of bac analyze (default: plain)",
        choices=("plain", "excel", "excel-semicolon"),
        default="plain",
    )
    option(parser, "-q/--quiet", "no progress and no summary")
