"""Serial exams of one patient, and which views of them can be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import MammogramHeader
from shared_core.notices import Notice
from shared_core.quantification.measurement import ViewMeasurement
from shared_core.quantification.standard_views import choose_standard_views
from shared_core.quantities.quantity import Combination, Value
from shared_core.quantities.registry import QUANTITIES as REGISTRY, flat, metrics_of
from shared_core.reading.standard_views import STANDARD_VIEWS

DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class SerialQuantity:
    """What is followed over time."""

    key: str
    """Of a view: a field of its metrics, a column of ``views.csv``."""
    title: str
    unit: str
    combination: Combination
    name: str = ""
    """Of the value of an exam, in the results of a comparison."""

    @property
    def shown_unit(self) -> str:
        """``mm²``; empty for a plain number."""
        return self.unit.replace("mm2", "mm²")

    @property
    def heading(self) -> str:
        """``BAC area (mm²)``."""
        return f"{self.title} ({self.shown_unit})" if self.unit else self.title


def _quantities() -> tuple[SerialQuantity, ...]:
    """What the registry follows over time, Guo's index first."""
    followed = [
        SerialQuantity(
            one.key,
            one.serial.label,
            one.unit.ucum if one.unit.text else "",
            one.serial.combination,
            one.serial.name,
        )
        for one in REGISTRY
        if one.serial is not None
    ]
    return tuple(sorted(followed, key=lambda one: one.combination != "sum of views"))


SERIAL_QUANTITIES: Final = _quantities()
GUO_INDEX: Final = SERIAL_QUANTITIES[0]


@dataclass(frozen=True)
class SerialExam:
    """One exam of a series."""

    key: str
    date: date
    views: Mapping[str, Mapping[str, float]]
    """Standard view (``LCC``) to quantities by key; what is unknown is left out."""
    manufacturers: tuple[str, ...] = ()
    """Of the views, each once."""
    notices: tuple[Notice, ...] = ()


def serial_exam(key: str, when: date, views: Sequence[tuple[MammogramHeader, ViewMeasurement]]) -> SerialExam:
    """An exam of a series from its measured views; the standard ones are chosen as for `measure_exam`."""
    choice = choose_standard_views([header for header, _ in views])
    values: dict[str, dict[str, float]] = {}
    makers = []
    for label, position in choice.positions:
        header, measurement = views[position]
        known = flat("view", metrics_of("view", measurement))
        numbers: dict[str, Value] = {q.key: known[q.key] for q in SERIAL_QUANTITIES}
        values[label] = {name: float(number) for name, number in numbers.items() if number is not None}
        makers.append(header.acquisition.manufacturer or "")
    return SerialExam(key, when, values, tuple(dict.fromkeys(filter(None, makers))), choice.notices)


def common_views(exams: Sequence[SerialExam], quantity: SerialQuantity) -> tuple[str, ...]:
    """Standard views in which every exam knows the quantity."""
    return tuple(
        label for label in STANDARD_VIEWS if all(quantity.key in exam.views.get(label, {}) for exam in exams)
    )


def contributions(
    exams: Sequence[SerialExam], quantity: SerialQuantity, views: Sequence[str]
) -> NDArray[np.float64]:
    """What each view adds to the exam's value: (exams, views) float64; a row's sum is the value."""
    weights = np.array([_weight(label, views, quantity.combination) for label in views])
    table = np.array([[exam.views[label][quantity.key] for label in views] for exam in exams])
    return np.asarray(table.reshape(len(exams), len(views)) * weights, dtype=np.float64)


def years_since_first(exams: Sequence[SerialExam]) -> NDArray[np.float64]:
    """Years from the first exam, (exams,) float64."""
    return np.array([(exam.date - exams[0].date).days / DAYS_A_YEAR for exam in exams])


def _weight(label: str, views: Sequence[str], combination: Combination) -> float:
    if combination == "sum of views":
        return 1.0
    of_breast = 1 / sum(other[0] == label[0] for other in views)
    return of_breast if combination == "sum of breasts" else of_breast / len({other[0] for other in views})
