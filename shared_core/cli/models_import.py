"""``bac models import``: a model of a network that was trained elsewhere."""

from __future__ import annotations

import argparse
from pathlib import Path

from shared_core.cli.exit_codes import OK
from shared_core.errors import UsageError
from shared_core.exporting.imported_models import ImportRequest, is_checkpoint, name_for_card, write_imported
from shared_core.inference.foreign import options as network
from shared_core.inference.foreign.facts import StatedFacts, network_facts
from shared_core.weights.imported_model import Decision


def run(args: argparse.Namespace) -> int:
    """Write weights and card; return the exit code."""
    if args.raw and args.threshold is None:
        raise UsageError("With --raw the threshold is not known; name it with --threshold T.")
    if args.raw and not is_checkpoint(args.file):
        raise UsageError("--raw is for checkpoints of an SCU-Net; use --gives.")
    name = args.name or name_for_card(args.file.stem) or "imported"
    stated = _stated(args)
    card = write_imported(
        ImportRequest(
            args.file,
            args.folder or Path(name),
            name,
            stated,
            args.licence,
            Decision("raw", stated.threshold) if args.raw else None,
        )
    )
    print(f"{card}: model {name}; use it with --model {card}")
    return OK


def _stated(args: argparse.Namespace) -> StatedFacts:
    return network_facts({option.name: getattr(args, option.name) for option in network.NETWORK_OPTIONS})
