"""Every command and option as Markdown, for the documentation: what the parser knows of them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from typing import Final

from shared_core.cli.main import make_parser

_DEFAULT: Final = re.compile(r" ?\(default: ([^()]*)\)")
_PAGES: Final = {
    "analyze": ("an exam", "guides/exam.md"),
    "calibrate": ("calcium mass", "guides/mass.md"),
    "change": ("change over time", "guides/change.md"),
    "compare": ("comparing", "guides/compare.md"),
    "demo": ("the first run", "start.md#a-first-run"),
    "evaluate": ("evaluation", "evaluation.md"),
    "export": ("to an archive", "guides/archive.md"),
    "facts": (
        "what you know and the files do not say",
        "guides/files.md#what-you-know-and-the-files-do-not-say",
    ),
    "info": ("what was read from a file", "guides/files.md#what-was-read-from-a-file"),
    "measure": ("measuring any mask", "guides/exam.md#measuring-any-mask"),
    "merge": ("a cohort", "guides/cohort.md"),
    "models": ("models and thresholds", "guides/models.md"),
    "models import": (
        "a network that was trained elsewhere",
        "networks.md#a-network-that-was-trained-elsewhere",
    ),
    "networks": ("networks", "networks.md"),
    "report": ("a page of the cohort", "cohort-page.md"),
    "receive": ("receiving", "dicom.md#receiving"),
    "schema": ("JSON Schemas", "json-schema.md"),
    "send": ("sending", "dicom.md#sending"),
    "simulate": ("simulated mammograms", "simulation.md"),
    "status": ("a cohort", "guides/cohort.md"),
    "table": ("one table for statistics", "guides/cohort.md#one-table-for-statistics"),
    "train": ("training", "training.md"),
}
"""Where more stands about a command, seen from the folder of the documentation."""


def command_reference() -> str:
    """A section for each command: what it does, what it takes, and what holds without an option."""
    sections = []
    for name, parser in _commands(make_parser()):
        section = [f"## `bac {name}`", _cell(parser.description or "")]
        if name in _PAGES:
            section.append("More: [{}]({}).".format(*_PAGES[name]))
        section.append(f"`{_call(name, parser)}`")
        section += _tables(parser)
        sections.append("\n\n".join(section))
    return "\n\n".join(sections)


def _commands(
    parser: argparse.ArgumentParser, above: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, child in action.choices.items():
                name = f"{above} {word}".strip()
                yield name, child
                yield from _commands(child, name)


def _call(name: str, parser: argparse.ArgumentParser) -> str:
    """The command with what it cannot do without."""
    words = ["bac", name]
    for action in parser._actions:
        if not action.option_strings:
            words += _values(action)
        elif action.required:
            words += [action.option_strings[0], *_values(action)]
    return " ".join(words)


def _values(action: argparse.Action) -> list[str]:
    """What is given to an option or argument, as the help shows it."""
    if action.nargs == 0 or isinstance(action, argparse._HelpAction):
        return []
    named = action.metavar
    if isinstance(named, str):
        word = named
    elif action.choices is not None:
        word = "|".join(map(str, action.choices))
    else:
        word = action.dest.upper()
    more = {"+": f"{word} [{word} ...]", "*": f"[{word} ...]", "?": f"[{word}]"}
    return [more.get(str(action.nargs), word)]


def _tables(parser: argparse.ArgumentParser) -> list[str]:
    """A table for each group of options; all that comes without a name of its own is in the first."""
    plain: list[argparse.Action] = []
    named: list[tuple[str, list[argparse.Action]]] = []
    for group in parser._action_groups:
        actions = [one for one in group._group_actions if not isinstance(one, argparse._HelpAction)]
        if group in (parser._positionals, parser._optionals):
            plain += actions
        elif actions:
            named.append((str(group.title), actions))
    blocks = [_table(plain)] if plain else []
    for title, actions in named:
        blocks += [f"**{title[:1].upper()}{title[1:]}**", _table(actions)]
    return blocks


def _table(actions: list[argparse.Action]) -> str:
    lines = ["| | what it does | default |", "|---|---|---|"]
    for action in actions:
        text = (action.help or "").replace("%(default)s", str(action.default))
        said = _DEFAULT.search(text)
        names = ", ".join(f"`{name}`" for name in action.option_strings)
        values = " ".join(_values(action)).replace("|", "\\|")
        if names and values:
            names = f"{names[:-1]} {values}`"
        default = said[1] if said else _default_of(action)
        lines.append(f"| {names or f'`{values}`'} | {_cell(_DEFAULT.sub('', text))} | {_cell(default)} |")
    return "\n".join(lines)


def _default_of(action: argparse.Action) -> str:
    if action.required and action.nargs != "*":  # of which there may be none
        return "needed"
    if action.default in (None, False, (), argparse.SUPPRESS) or action.default == []:
        return ""
    return str(action.default)


def _cell(text: str) -> str:
    """Words of a help text as Markdown: options as code, and nothing taken for a mark."""
    whole = " ".join(text.split()).replace("%%", "%").replace("|", "\\|").replace("*", "\\*")
    return re.sub(r"(?<![\w`-])--[a-z][a-z-]*(?: [A-Z]+\b)?", lambda found: f"`{found[0]}`", whole)
