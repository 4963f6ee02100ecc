"""``bac models list | show | verify | import``: which models there are, and networks of others."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from shared_core.cli.exit_codes import FAILED, OK, USAGE
from shared_core.cli.remedies import error_words
from shared_core.cli.screen import PlainConsole, escape
from shared_core.errors import ModelError
from shared_core.weights.card import ModelCard
from shared_core.weights.location import bundled_folder
from shared_core.weights.model_document import model_document
from shared_core.weights.registry import DEFAULT_MODEL, list_models, load_card, weights_beside
from shared_core.weights.verify import WeightsReport, verify_weights

DATA_STATEMENT = "data_statement.md"


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
