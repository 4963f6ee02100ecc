"""``bac models list | show | fetch | verify``: which models there are, and whether their weights are here."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from shared_core.cli.remedies import error_words
from shared_core.errors import ModelError, OpenBacError
from shared_core.weights.card import ModelCard
from shared_core.weights.default_model import OFFLINE, PREFERRED
from shared_core.weights.fetch import fetch_weights
from shared_core.weights.location import bundled_folder
from shared_core.weights.registry import list_models, load_card, weights_beside
from shared_core.weights.verify import WeightsReport, verify_weights

OK, FAILED, USAGE = 0, 1, 2
DATA_STATEMENT = "data_statement.md"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``models`` and its actions to the parser of ``bac``."""
    parser = subparsers.add_parser(
        "models",
        help="list and show the models, download their weights, check them",
        description="The models that can be used, and whether their weights are on this machine.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|show|fetch|verify")
    for action, text in (
        ("list", "list the models with licence and where their weights are"),
        ("show", "show a model's card, and of a bundled one its files and the data statement"),
        ("fetch", "download the weights that are not here"),
        ("verify", "check the sha256 of the weights and read them"),
    ):
        command = actions.add_parser(action, help=text, description=text.capitalize() + ".")
        if action == "show":
            command.add_argument("name", help="a model's name or its card's .json file")
        elif action != "list":
            command.add_argument(
                "name", nargs="?", help="a model's name or its card's .json file; all if left out"
            )
        command.add_argument(
            "--weights", type=Path, metavar="DIR", help="folder of local weights (fetch: where to put them)"
        )
        command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do what the parsed arguments say; return the exit code (0 ok, 1 failed, 2 wrong usage)."""
    name: str | None = getattr(args, "name", None)
    try:
        cards = list_models() if name is None else (load_card(name),)
    except ModelError as error:
        print(f"bac models: {error_words(error)}", file=sys.stderr)
        return USAGE
    action = {"list": _list, "show": _show, "fetch": _fetch, "verify": _verify}[args.action]
    weights_dir = args.weights or (None if name is None else weights_beside(name))
    return action(cards, weights_dir, Console())


def _list(cards: tuple[ModelCard, ...], weights_dir: Path | None, console: Console) -> int:
    reports = [verify_weights(card, weights_dir=weights_dir) for card in cards]
    if not console.is_terminal:
        for card, report in zip(cards, reports, strict=True):
            fields = card.name, report.status, report.path or "", card.licence, card.title, _role(card)
            print(*fields, sep="\t")
        return OK
    for card, report in zip(cards, reports, strict=True):
        where = str(report.path or report.message)
        console.print(
            f"[bold]{card.name}[/]{_in_brackets(_role(card))}\n  {escape(card.title)}\n"
            f"  weights  {escape(where)}\n  licence  {escape(card.licence)}\n",
            soft_wrap=True,
            highlight=False,
        )
    console.print("Research use only. What a model was trained on and where it fails is on its card.")
    return OK


def _role(card: ModelCard) -> str:
    """Whether it is a default, and whether it comes with the package."""
    roles = []
    if card.name == PREFERRED:
        roles.append("default")
    elif card.name == OFFLINE:
        roles.append("default where the other cannot be had")
    if bundled_folder(card) is not None:
        roles.append("bundled")
    return ", ".join(roles)


def _in_brackets(role: str) -> str:
    return f"  ({role})" if role else ""


def _show(cards: tuple[ModelCard, ...], weights_dir: Path | None, console: Console) -> int:
    (card,) = cards
    report = verify_weights(card, weights_dir=weights_dir)
    print(f"{card.name}{_in_brackets(_role(card))}: {card.title}\n")
    print(f"weights: {report.path or 'none'}; {report.message}")
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
        print("\n" + (folder / DATA_STATEMENT).read_text(encoding="utf-8"), end="")
    return OK if report.status == "ok" else FAILED


def _fetch(cards: tuple[ModelCard, ...], weights_dir: Path | None, console: Console) -> int:
    code = OK
    for card in cards:
        try:
            print(card.name, "ok", _fetch_one(card, weights_dir, console), sep="\t")
        except OpenBacError as error:
            print(f"bac models: {error_words(error)}", file=sys.stderr)
            code = FAILED
    return code


def _fetch_one(card: ModelCard, weights_dir: Path | None, console: Console) -> Path:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(card.weights_file, total=card.size_bytes)
        return fetch_weights(
            card, weights_dir=weights_dir, progress=lambda here, _: bar.update(task, completed=here)
        )


def _verify(cards: tuple[ModelCard, ...], weights_dir: Path | None, console: Console) -> int:
    reports = [verify_weights(card, weights_dir=weights_dir) for card in cards]
    for report in reports:
        _print_report(report, console)
    return OK if all(report.status == "ok" for report in reports) else FAILED


def _print_report(report: WeightsReport, console: Console) -> None:
    if not console.is_terminal:
        print(report.model, report.status, report.path or "", report.message, sep="\t")
        return
    colour = {"ok": "green", "missing": "yellow", "damaged": "red"}[report.status]
    console.print(
        f"[{colour}]{report.status:8}[/] [bold]{report.model}[/]  {report.path or ''}", soft_wrap=True
    )
    console.print(f"         {report.message}", soft_wrap=True, highlight=False, markup=False)
