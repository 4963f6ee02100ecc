"""A form of options that the engine describes, made by magicgui: what is not known is empty, and stays so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from magicgui.widgets import CheckBox, ComboBox, LineEdit
from qtpy.QtWidgets import QFormLayout, QWidget

from shared_core import hosting as bac

UNKNOWN: Final = "not known"
"""A choice that is left open."""


class OptionForm:
    """One box for each option, in their order; `native` is what Qt shows.

    Numbers are typed: a box that counts up and down has a number from the beginning, which nobody chose.

    Parameters
    ----------
    keys_taken
        Letters that reach something else in the same window.
    """

    def __init__(self, options: Iterable[bac.Option], *, keys_taken: str = "") -> None:
        self.options = tuple(options)
        self.boxes = {option.name: _box(option) for option in self.options}
        self.native = QWidget()
        self._lay_out(with_keys([option.label for option in self.options], taken=keys_taken))

    def show(self, values: Mapping[str, bac.OptionValue]) -> None:
        """Fill in values by name; those that no option has are passed over."""
        for option in self.options:
            if option.name in values:
                self.boxes[option.name].value = _shown(option, values[option.name])

    def texts(self) -> dict[str, str]:
        """What stands in boxes and choices, as it was typed; empty where it is left open."""
        return {name: str(self.boxes[name].value or "").strip() for name in self.boxes}

    def values(self) -> dict[str, bac.OptionValue]:
        """What was chosen, as the options take it.

        Raises
        ------
        UsageError
            Something that was typed is no such value.
        """
        return bac.values_of(self.options, {name: box.value for name, box in self.boxes.items()})

    def _lay_out(self, labels: list[str]) -> None:
        """In one column, which the container of magicgui has only for labels of one width."""
        form = QFormLayout(self.native)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for option, label in zip(self.options, labels, strict=True):
            box = self.boxes[option.name].native
            # For those who do not see it.
            box.setAccessibleName(option.label)
            if option.kind == "switch":
                box.setText(label)
                form.addRow(box)
            else:
                form.addRow(label, box)


def with_keys(labels: Iterable[str], *, taken: str = "") -> list[str]:
    """Labels, each with a letter of its own to reach it by, as far as there are any."""
    used = set(taken)
    marked: list[str] = []
    for label in labels:
        free = (place for place, one in enumerate(label) if one.isalpha() and one.lower() not in used)
        place = next(free, None)
        if place is None:
            marked.append(label)
        else:
            used.add(label[place].lower())
            marked.append(f"{label[:place]}&{label[place:]}")
    return marked


def _box(option: bac.Option) -> CheckBox | ComboBox | LineEdit:
    tip = f"{option.help[:1].upper()}{option.help[1:]}"
    if option.kind == "switch":
        return CheckBox(name=option.name, text=option.label, value=bool(option.default), tooltip=tip)
    if option.kind == "choice":
        left_open = [(UNKNOWN, "")] if option.default is None else []
        choices = [*left_open, *((choice, choice) for choice in option.choices)]
        return ComboBox(
            name=option.name, label=option.label, choices=choices, value=option.default or "", tooltip=tip
        )
    text = _shown(option, option.default)
    return LineEdit(name=option.name, label=option.label, value=text, tooltip=tip)


def _shown(option: bac.Option, value: bac.OptionValue) -> bool | str:
    if option.kind == "switch":
        return bool(value)
    if option.kind == "choice" and value not in option.choices:
        return str(option.default or "")
    return "" if value is None else str(value)
