"""What the commands print alike: tables, bars, warnings, and numbers that may be unknown."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich import markup
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from shared_core.cli.remedies import notice_words
from shared_core.notices import Notice
from shared_core.plain_text import one_line, without_control

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn


class PlainConsole(Console):
    """A console on which no text of a file or peer moves the cursor, or does what a terminal obeys."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(without_control(text), **options)


def escape(text: object) -> str:
    """A text as it is, on one line, for a console that understands markup."""
    return markup.escape(one_line(text))


def screen(columns: int) -> Console:
    """Standard output; so many columns wide where it is no terminal."""
    return PlainConsole(width=None if sys.stdout.isatty() else columns, highlight=False)


def table_of(texts: Sequence[str], numbers: Sequence[str], *, title: str) -> Table:
    """A table with the heads of its columns; numbers stand at the right."""
    right = (Column(name, justify="right") for name in numbers)
    return Table(*texts, *right, title=title, title_justify="left")


def progress_bar(console: Console, *more: ProgressColumn, transient: bool = False) -> Progress:
    """What is done of how many, and `more`; nothing where there is no terminal."""
    # Loaded here: most commands are done before a bar could be seen.
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    return Progress(
        *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *more),
        console=console,
        transient=transient,
        disable=not console.is_terminal or console.quiet,
    )


def print_warnings(notices: Iterable[Notice], console: Console) -> None:
    """Notices with what to do about them."""
    for notice in notices:
        console.print(f"[yellow]warning:[/yellow] {escape(notice_words(notice))}", soft_wrap=True)


def print_place(output: object, console: Console) -> None:
    """Where the results are; nothing where none are written."""
    if output is not None:
        console.print(f"Results in {output}", markup=False, soft_wrap=True)


def number(value: float | None, digits: int = 3) -> str:
    """A dash where it is unknown or undefined."""
    return f"{value:.{digits}f}" if value is not None and math.isfinite(value) else "-"


def plural(count: int, noun: str) -> str:
    """``1 image``, ``2 images``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def warn_outdated(exams: Sequence[str]) -> None:
    """Tell of exams that were measured anew since they were read."""
    if exams:
        named = f"{', '.join(exams[:3])}{f' and {len(exams) - 3} more' if len(exams) > 3 else ''}"
        text = f"measured anew since they were read, so these readings are left out: {one_line(named)}."
        print(f"bac: warning: {text}", file=sys.stderr)
