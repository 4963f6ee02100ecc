"""``bac models import``: a model of a network that was trained elsewhere."""

from __future__ import annotations

import argparse
from pathlib import Path

from shared_core.cli.arguments import name_for_card
from shared_core.cli.exit_codes import OK
from shared_core.errors import OutputError, UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.inference.foreign.facts import StatedFacts
from shared_core.inference.foreign.importing import import_network, kind_of
from shared_core.weights.card_json import CARD_FILE, WEIGHTS_FILE
from shared_core.weights.imported_model import Decision, import_model


def run(args: argparse.Namespace) -> int:
    """Write weights and card; return the exit code."""
    if args.raw and args.threshold is None:
        raise UsageError("With --raw the threshold is not known; name it with --threshold T.")
    name = args.name or name_for_card(args.file.stem) or "imported"
    folder = Path(name) if args.output is None else args.output
    for file in (folder / CARD_FILE, folder / WEIGHTS_FILE):
        if file.exists():
            raise OutputError(f"{file} is already there; choose another folder with -o FOLDER.")
    threshold = 0.5 if args.threshold is None else args.threshold
    if kind_of(args.file) is None:
        decision = Decision("raw" if args.raw else "logits", threshold)
        model = import_model(args.file, name=name, decision=decision, licence=args.licence)
    else:
        if args.raw:
            raise UsageError("--raw is for checkpoints of an SCU-Net; use --gives.")
        model = import_network(args.file, name=name, stated=_stated(args, threshold), licence=args.licence)
    write_bytes(folder / WEIGHTS_FILE, model.weights)
    write_bytes(folder / CARD_FILE, model.card_json)
    print(f"{folder / CARD_FILE}: model {name}; use it with --model {folder / CARD_FILE}")
    return OK


def _stated(args: argparse.Namespace, threshold: float) -> StatedFacts:
    return StatedFacts(
        tile_px=args.tile,
        mean=args.mean,
        sd=args.sd,
        spacing_mm=args.spacing_mm,
        output=args.gives,
        mask_style=args.mask_style,
        classes=args.classes,
        bac_class=args.bac_class,
        threshold=threshold,
        median_px=args.median,
    )
