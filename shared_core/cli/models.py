"""``bac models list | show | verify | import``: which models there are, and networks of others."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

from rich.console import Console

from shared_core.cli.arguments import Subparsers, command, number, option, stated_option
from shared_core.cli.exit_codes import FAILED, OK, USAGE
from shared_core.cli.remedies import error_words
from shared_core.cli.screen import PlainConsole, escape
from shared_core.errors import ModelError, UsageError
from shared_core.exporting.imported_models import ImportRequest, is_checkpoint, name_for_card, write_imported
from shared_core.inference.foreign import options as network
from shared_core.inference.foreign.facts import StatedFacts, network_facts
from shared_core.weights.card import ModelCard
from shared_core.weights.imported_model import Decision
from shared_core.weights.location import bundled_folder
from shared_core.weights.model_document import model_document
from shared_core.weights.registry import DEFAULT_MODEL, list_models, load_card, weights_beside
from shared_core.weights.verify import WeightsReport, verify_weights

DATA_STATEMENT = "data_statement.md"


def add_parser(subparsers: Subparsers) -> None:
    """Add ``models`` and its actions to the parser of ``bac``."""
    parser = subparsers.add_parser(
        "models",
        help="list and show the models, check their weights, import a checkpoint",
        description="The models that can be used, their weights, and checkpoints of others.",
    )
    actions = parser.add_subparsers(
        dest="action", required=True, metavar="list|show|verify|import", help="what to do"
    )
    texts = {
        "list": "list the models with licence and where their weights are",
        "show": "show a model's card, its files and the data statement",
        "verify": "check the sha256 of the weights and read them",
    }
    made = {
        action: command(actions, action, run, help=text, description=f"{text.capitalize()}.")
        for action, text in texts.items()
    }
    name = "a model's name or its card's .json file"
    made["show"].add_argument("name", help=name)
    option(made["show"], "--markdown", "as one document in Markdown, as hubs of models show it")
    made["verify"].add_argument("name", nargs="?", help=f"{name}; all if left out")
    _add_import(actions)


def _add_import(actions: Subparsers) -> None:
    parser = command(
        actions,
        "import",
        run_import,
        help="make a model of a network that was trained elsewhere",
        description="Turn a network into model.safetensors and model.json, for --model: an ONNX file, a "
        "TorchScript file, a program of torch.export, a MONAI bundle (folder or .zip), or a checkpoint of an "
        "SCU-Net (torch.save or .safetensors). No code in the file is run. All but checkpoints need what "
        "only you know of the network: --tile, --mean, --sd, --spacing-mm, --gives and --mask-style.",
    )
    add = partial(option, parser)
    add("file FILE", "the network", Path)
    folder = "folder for the model (default: a folder with the model's name)"
    add("-o/--output FOLDER", folder, Path, dest="folder")
    add("--name NAME", f"{network.NAME.help} (default: the name of FILE)")
    stated_option(parser, "--licence TEXT", network.LICENCE)
    add("--raw", "the network was trained without a sigmoid; needs --threshold")
    add(
        "--threshold T",
        "BAC where the probability, with --raw the number that the network gives, is above T (default: 0.5)",
        number,
    )
    facts = partial(stated_option, parser.add_argument_group("networks but those of SCU-Net checkpoints"))
    facts("--tile PX", network.TILE)
    facts("--mean M", network.MEAN)
    facts("--sd S", network.SD)
    facts("--spacing-mm MM", network.SPACING)
    facts("--gives", network.OUTPUT)
    facts("--mask-style", network.MASK_STYLE)
    facts("--classes N", network.CLASSES)
    facts("--bac-class K", network.BAC_CLASS)
    facts("--median PX", network.MEDIAN)


def run(args: argparse.Namespace) -> int:
    """Do what the parsed arguments say; return the exit code (0 ok, 1 failed, 2 wrong usage)."""
    name: str | None = getattr(args, "name", None)
    try:
        cards = list_models() if name is None else (load_card(name),)
    except ModelError as error:
        print(f"bac models: {error_words(error)}", file=sys.stderr)
        return USAGE
    if getattr(args, "markdown", False):
        print(document_of(cards[0]), end="")
        return OK
    action = {"list": _list, "show": _show, "verify": _verify}[args.action]
    return action(cards, None if name is None else weights_beside(name), PlainConsole())


def run_import(args: argparse.Namespace) -> int:
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


def document_of(card: ModelCard) -> str:
    """A model's card as a document, with the command that runs it."""
    return model_document(card, use=f"```sh\nbac analyze exam_folder/ -o results --model {card.name}\n```")


def _list(cards: tuple[ModelCard, ...], weights_dir: Path | None, console: Console) -> int:
    reports = [verify_weights(card, weights_dir=weights_dir) for card in cards]
    if not console.is_terminal:
        for card, report in zip(cards, reports, strict=True):
            fields = card.name, report.status, report.path, card.licence, card.title, _role(card)
            print(*fields, sep="\t")
        return OK
    for card, report in zip(cards, reports, strict=True):
        where = str(report.path) if report.status == "ok" else report.message
        console.print(
            f"[bold]{card.name}[/]{_in_brackets(_role(card))}\n  {escape(card.title)}\n"
            f"  weights  {escape(where)}\n  licence  {escape(card.licence)}\n",
            soft_wrap=True,
            highlight=False,
        )
    console.print("Research use only. What a model was trained on and where it fails is on its card.")
    return OK


def _role(card: ModelCard) -> str:
    """Whether it is the default, and whether it comes with the package."""
    roles = ["default"] if card.name == DEFAULT_MODEL else []
    if bundled_folder(card) is not None:
        roles.append("bundled")
    return ", ".join(roles)


def _in_brackets(role: str) -> str:
    return f"  ({role})" if role else ""


def _show(cards: tuple[ModelCard, ...], weights_dir: Path | None, console: Console) -> int:
    (card,) = cards
    report = verify_weights(card, weights_dir=weights_dir)
    print(f"{card.name}{_in_brackets(_role(card))}: {card.title}\n")
    print(f"weights: {report.path}; {report.message}")
    for name, value in asdict(card).items():
        if name in ("name", "title"):
            continue
        if isinstance(value, tuple):
            print(f"{name}:", *(f"  - {line}" for line in value), sep="\n")
        elif isinstance(value, dict):
            print(f"{name}:", *(f"  {field}: {part}" for field, part in value.items()), sep="\n")
        else:
            print(f"{name}: {value}")
    folder = bundled_folder(card)
    if folder is not None:
        print("\nIn the package:", *(f"  {path}" for path in sorted(folder.iterdir())), sep="\n")
        statement = folder / DATA_STATEMENT
        if statement.is_file():
            print("\n" + statement.read_text(encoding="utf-8"), end="")
    return OK if report.status == "ok" else FAILED


def _verify(cards: tuple[ModelCard, ...], weights_dir: Path | None, console: Console) -> int:
    reports = [verify_weights(card, weights_dir=weights_dir) for card in cards]
    for report in reports:
        _print_report(report, console)
    return OK if all(report.status == "ok" for report in reports) else FAILED


def _print_report(report: WeightsReport, console: Console) -> None:
    if not console.is_terminal:
        print(report.model, report.status, report.path, report.message, sep="\t")
        return
    colour = {"ok": "green", "missing": "yellow", "damaged": "red"}[report.status]
    where = escape(str(report.path))
    console.print(
        f"[{colour}]{report.status:8}[/] [bold]{report.model}[/]  {where}", soft_wrap=True, highlight=False
    )
    console.print(f"         {report.message}", soft_wrap=True, highlight=False, markup=False)
