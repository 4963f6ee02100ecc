"""``bac evaluate``: what a model finds on labelled views and marks falsely, and how two models differ."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import TextColumn, TimeRemainingColumn
from rich.table import Table

from shared_core.cli.exit_codes import FAILED, OK
from shared_core.cli.screen import PlainConsole, escape, progress_bar, screen
from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.inference.model import load_model
from shared_core.plain_text import one_line
from shared_core.quantities.number_formats import threshold
from shared_core.weights.card import ModelCard
from shared_core.weights.card_json import card_json
from shared_core.weights.location import bundled_folder, require_graph, require_weights
from shared_core.weights.registry import load_card, weights_beside

if TYPE_CHECKING:
    from shared_core.training.evaluation.model_runs import Entry, ModelRows
    from shared_core.training.evaluation.model_scores import Evaluation
    from shared_core.training.example import ViewSource


_SHOWN = (
    *("dice_pooled", "dice_mean", "jaccard_mean", "accuracy_mean", "patch_accuracy"),
    *("vessel_recall", "false_parts_mean", "false_px_mean", "false_px_median"),
    *("false_above_0_px", "false_above_500_px", "false_above_2000_px"),
)


def run(args: argparse.Namespace) -> int:
    """Evaluate; return the exit code."""
    from shared_core.training.evaluation.model_runs import evaluate_models
    from shared_core.training.evaluation.model_scores import evaluate_rows
    from shared_core.training.evaluation.report import write_evaluation
    from shared_core.training.evaluation.seen_words import seen_sentences

    entries = _entries(args)
    source = _source(args, entries[0].card)
    console = PlainConsole(stderr=True, quiet=args.quiet, highlight=False)
    with progress_bar(console, TextColumn("left"), TimeRemainingColumn()) as bar:
        task = bar.add_task("views", total=len(source))
        rows = evaluate_models(
            entries,
            source,
            tolerance_mm=args.tolerance_mm,
            workers=args.workers,
            progress=lambda done, _: bar.update(task, completed=done),
        )
    seen = seen_sentences([entry.card for entry in entries], source)
    evaluation = write_evaluation(replace(evaluate_rows(rows), seen=seen), source, args.output)
    calibrated = _calibrate(args, rows[0]) if args.calibrate is not None else ()
    if not args.quiet:
        _print(evaluation, screen(160))
        for line in (*calibrated, f"Results in {args.output}"):
            print(line)
    for sentence in seen:
        print(f"bac: {one_line(sentence)}", file=sys.stderr)
    for failure in rows[0].failures:
        print(f"bac: {one_line(f'{failure.view_id}: {failure.error}')}", file=sys.stderr)
    return FAILED if rows[0].failures else OK


def _entries(args: argparse.Namespace) -> list[Entry]:
    from shared_core.training.evaluation.model_runs import Entry

    names = [args.model] if args.against is None else [args.model, args.against]
    entries = []
    for name in names:
        card = load_card(name)
        load = partial(
            load_model,
            card,
            weights_dir=weights_beside(name),
            device=args.device,
            backend=args.backend,
            threads=args.threads,
        )
        # Weights that are missing are told before the first view is made.
        load()
        entries.append(Entry(card, args.output / card.name, load))
    if len({entry.card.name for entry in entries}) < len(entries):
        raise UsageError("Both models have one name; give one of the cards another name.")
    presets = {replace(entry.card.preprocessing, name="", median_px=0) for entry in entries}
    if len(presets) > 1:
        print(
            f"bac: the views are prepared for {entries[0].card.name}; {entries[1].card.name} has another "
            "preprocessing, of which only the median filter is used.",
            file=sys.stderr,
        )
    return entries


def _source(args: argparse.Namespace, card: ModelCard) -> ViewSource:
    from shared_core.training.data.split import read_split
    from shared_core.training.data_specs import view_source
    from shared_core.training.evaluation.source_subset import SourceSubset

    source = view_source(args.data, card)
    if args.split is None:
        return source
    numbers = tuple(read_split(args.split).numbers(source, args.side))
    if not numbers:
        raise UsageError(f"{args.split}: none of these views is on its {args.side} side; name another side.")
    return SourceSubset(source, numbers, f"{args.side} side of {args.split.name}")


def _calibrate(args: argparse.Namespace, rows: ModelRows) -> tuple[str, ...]:
    """Write the calibrated card; say what was chosen."""
    from shared_core.training.evaluation.probability_calibration import (
        calibrated_card,
        choose_threshold,
        fit_temperature,
        pooled_counts,
    )

    chosen = choose_threshold(rows.rows, args.calibrate, recall=args.recall)
    temperature = fit_temperature(pooled_counts(rows.rows))
    name = args.name or f"{rows.card.name}-calibrated"
    card = calibrated_card(rows.card, name=name, temperature=temperature, threshold=chosen.threshold)
    path = args.output / f"{name}.json"
    if bundled_folder(card) is None:
        weights = require_weights(card, weights_dir=weights_beside(args.model))
        # Weights lie beside their card.
        card = replace(card, weights_file=f"{name}.safetensors")
        write_bytes(args.output / card.weights_file, weights.read_bytes())
        if card.graph is not None:
            graph = require_graph(card, weights_dir=weights_beside(args.model))
            file = card.weights_file if graph == weights else f"{name}-graph.safetensors"
            card = replace(card, graph=replace(card.graph, file=file))
            write_bytes(args.output / file, graph.read_bytes())
    write_bytes(path, card_json(card, str(path)))
    return (
        f"Threshold {threshold(chosen.threshold)} of {rows.card.name} by the rule: {chosen.rule}. There: "
        f"Dice {chosen.dice:.3f}, {chosen.recall:.0%} of pixels and {chosen.vessel_recall:.0%} of the length "
        f"found, false area on views without BAC {chosen.false_px_mean:,.0f} px "
        f"(median {chosen.false_px_median:,.0f}).",
        f"Card {path}: temperature {card.temperature:.3f}, threshold {threshold(card.threshold)}.",
    )


def _print(evaluation: Evaluation, console: Console) -> None:
    from shared_core.training.evaluation.difference import in_words
    from shared_core.training.evaluation.page import with_limits
    from shared_core.training.evaluation.scores import TITLES

    table = Table(box=None)
    table.add_column("")
    for model in evaluation.models:
        table.add_column(model.name, justify="right")
    for name in _SHOWN:
        found = [model.groups[0].scores.get(name) for model in evaluation.models]
        if any(found):
            table.add_row(escape(TITLES[name]), *(escape(with_limits(one)) for one in found))
    console.print(table)
    for difference in evaluation.differences:
        names = evaluation.models[0].name, evaluation.models[1].name
        console.print(in_words(difference, names), markup=False, soft_wrap=True)
