"""One quantity: everything that any table, report or page says about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple, get_args

from shared_core.quantities.number_formats import NumberFormat, whole

Value = bool | int | float | str | None
"""None where it cannot be known."""
Metrics = Mapping[str, Any]
"""The numbers of a view, a breast or an exam as they stand in its JSON."""
Scope = Literal["view", "breast", "exam"]
Kind = Literal["number", "count", "grade", "text", "setting"]
"""``grade``: 0 to 3, with a code for each. ``setting``: what the numbers were taken with."""
Combination = Literal["sum of views", "sum of breasts", "mean of breasts"]
"""How a number of views becomes one of an exam that is followed over time.

``sum of views``: as Guo's index. ``sum of breasts``: of each breast the mean of its views, never their sum,
as CC and MLO show the same arteries. ``mean of breasts``: for percentages.
"""
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
LAST: Final = 1000
"""Place of a quantity for which none was chosen."""


class Concept(NamedTuple):
    """A code with its scheme."""

    value: str
    scheme: str
    meaning: str


class Unit(NamedTuple):
    """A unit as people write it, and as UCUM has it."""

    text: str
    ucum: str
    meaning: str


PIXELS: Final = Unit("px", "{pixels}", "pixels")
MM: Final = Unit("mm", "mm", "millimeter")
MM2: Final = Unit("mm²", "mm2", "square millimeter")
MG: Final = Unit("mg", "mg", "milligram")
PERCENT: Final = Unit("%", "%", "percent")
CM2_PER_G: Final = Unit("cm²/g", "cm2/g", "square centimeter per gram")
NO_UNIT: Final = Unit("", "1", "no units")


@dataclass(frozen=True)
class Reading:
    """How a quantity is had in one scope."""

    meaning: str
    """One phrase, for the reference and the schema."""
    key: str = ""
    """Column, where it is another than that of the quantity."""
    derivation: Concept | None = None
    """Of several views: mean or maximum."""
    value: Callable[[Any], Value] | None = None
    """From the measurement, which has no field of that name."""


@dataclass(frozen=True)
class Serial:
    """How a quantity of views is followed over time."""

    name: str
    """In the results of a comparison; another one where it is not a number of views.csv or exams.csv."""
    label: str
    combination: Combination
    meaning: str


@dataclass(frozen=True)
class Quantity:
    """What stands in the registry once."""

    key: str
    """In JSON, and the column of the tables; the unit is its end."""
    label: str
    """For people, with ``{x}`` where the threshold of grey levels stands."""
    kind: Kind = "number"
    unit: Unit = NO_UNIT
    number_format: NumberFormat = whole
    view: Reading | None = None
    breast: Reading | None = None
    exam: Reading | None = None
    source: str = ""
    """Paper and equation, or standard."""
    concept: Concept | None = None
    """In the structured reports; None for what is no measurement."""
    grades: Mapping[int, Concept] | None = None
    """Code of each value of a grade."""
    path: tuple[str, str] | None = None
    """Group and name, where it stands in an object of its own within the JSON."""
    serial: Serial | None = None
    place: int | None = LAST
    """In tables for people; None leaves it out of them."""

    def __post_init__(self) -> None:
        if not any(getattr(self, scope) for scope in SCOPES):
            raise ValueError(f"{self.key} needs a value of a view, a breast or an exam")
        if (self.kind == "grade") != (self.grades is not None):
            raise ValueError(f"{self.key}: a grade has codes for its values, and nothing else has")


@dataclass(frozen=True)
class Entry:
    """A quantity in one scope."""

    quantity: Quantity
    scope: Scope

    @property
    def reading(self) -> Reading:
        """How it is had."""
        reading: Reading | None = getattr(self.quantity, self.scope)
        assert reading is not None
        return reading

    @property
    def key(self) -> str:
        """Its column."""
        return self.reading.key or self.quantity.key

    @property
    def path(self) -> tuple[str, ...]:
        """Where it stands in the JSON."""
        return self.quantity.path or (self.key,)

    def measured(self, measurement: Any) -> Value:
        """From a `ViewMeasurement`, `BreastMeasurement` or `ExamMeasurement`."""
        value = self.reading.value or attrgetter(".".join(self.path))
        found: Value = value(measurement)
        return found

    def read(self, metrics: Metrics) -> Value:
        """From the JSON of its scope; None where it is not known or not there."""
        found: Any = metrics
        for name in self.path:
            found = found.get(name) if isinstance(found, Mapping) else None
        value: Value = found
        return value

    def text(self, value: Value) -> str:
        """The value for people, without its unit.

        `ValueError` where it is not known; what to say then depends on the place.
        """
        if value is None:
            raise ValueError(f"{self.key} is not known")
        if isinstance(value, str) or self.quantity.kind == "text":
            return str(value)
        return self.quantity.number_format(value)


def words_for_people(meaning: str) -> str:
    """A meaning without the marks of the documentation."""
    return re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", meaning).replace("`", "").replace("**", "")
