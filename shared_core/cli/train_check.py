"""``bac train --check``: what the check of the data found, as tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.console import Console

from shared_core.cli.remedies import error_words
from shared_core.cli.screen import escape, table_of
from shared_core.errors import OpenBacError

if TYPE_CHECKING:
    from shared_core.training.data.data_check import DataCheck
    from shared_core.training.data.split import Split

_MOST_ROWS = 40


def print_check(check: DataCheck, draw: Callable[[], Split] | None, console: Console) -> bool:
    """Print patients, sides and problems; whether nothing stands in the way of training.

    Parameters
    ----------
    draw
        Draws the split, or reads the given one; None for fine-tuning, which holds out patients its own way.
    """
    _print_patients(check, console)
    sound = _is_sound(check.refuse, console, told=len(check.problems) > 0)
    for problem in check.problems:
        console.print(f"[red]problem:[/red] {escape(problem)}", soft_wrap=True)
    for path in check.empty_masks:
        console.print(f"empty mask: {path}", markup=False, soft_wrap=True)
    for same in check.same_pictures:
        names = (check.views[number].identity.view_id for number in (same.first, same.second))
        console.print(
            f"nearly the same picture (correlation {same.correlation:.2f}): {' and '.join(names)}",
            markup=False,
            soft_wrap=True,
        )
    if draw is None:
        return _is_sound(check.refuse_same_pictures, console) and sound
    try:
        split = draw()
    except OpenBacError as error:
        console.print(f"[red]problem:[/red] {escape(error_words(error))}", soft_wrap=True)
        return False
    _print_sides(check, split, console)
    return _is_sound(lambda: check.refuse_split(split), console) and sound


def _print_patients(check: DataCheck, console: Console) -> None:
    table = table_of(["Patient", "BAC", "Told by"], ["views"], title="Patients")
    patients = check.patients()
    for one in patients[:_MOST_ROWS]:
        bac = "not known before cutting" if one.has_bac is None else "yes" if one.has_bac else "no"
        table.add_row(escape(one.patient_id), bac, escape(one.source), str(one.views))
    if len(patients) > _MOST_ROWS:
        table.add_row(f"... {len(patients) - _MOST_ROWS} more", "", "", "")
    console.print(table)


def _print_sides(check: DataCheck, split: Split, console: Console) -> None:
    columns = ["patients", "with BAC", "without", "not known", "views"]
    table = table_of(["Side"], columns, title="Split")
    for side in check.sides(split):
        unknown = side.patients - side.with_bac - side.without_bac
        counts = side.patients, side.with_bac, side.without_bac, unknown, side.views
        table.add_row(side.side, *map(str, counts))
    console.print(table)


def _is_sound(refuse: Callable[[], None], console: Console, *, told: bool = False) -> bool:
    """Whether `refuse` raises nothing; else what it raises is printed, unless it was `told`."""
    try:
        refuse()
    except OpenBacError as error:
        if not told:
            console.print(f"[red]problem:[/red] {escape(error_words(error))}", soft_wrap=True)
        return False
    return True
