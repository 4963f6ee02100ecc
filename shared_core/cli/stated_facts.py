"""What a person states of the images, as ``--facts`` names it."""

from __future__ import annotations

import argparse

from shared_core.errors import UsageError
from shared_core.reading.facts.table import FactsTable


def facts_of(args: argparse.Namespace) -> FactsTable | None:
    """The table of ``--facts``; one that cannot be read, or has wrong rows, is wrong usage."""
    if args.facts is None:
        return None
    # Loaded here: few commands are given a table.
    from shared_core.reading.facts.table_reading import read_facts

    try:
        return read_facts(args.facts)
    except UsageError as error:
        args.parser.error(str(error))
        raise  # never: the parser ends the program
