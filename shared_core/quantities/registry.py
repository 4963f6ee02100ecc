"""All quantities, in the order of the tables; another one is added here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from shared_core.quantities.of_arteries import ARTERIES
from shared_core.quantities.of_mask import AREAS, GRADES, GUO
from shared_core.quantities.of_mass import MASS
from shared_core.quantities.of_parts import PARTS
from shared_core.quantities.quantity import SCOPES, Entry, Metrics, Quantity, Scope, Value


class Registry:
    """Quantities by scope and key; `ValueError` where two of a scope have one key."""

    def __init__(self, quantities: Iterable[Quantity]) -> None:
        self._quantities: tuple[Quantity, ...] = ()
        for quantity in quantities:
            self.add(quantity)

    def __iter__(self) -> Iterator[Quantity]:
        return iter(self._quantities)

    def add(self, quantity: Quantity) -> None:
        """Take another quantity; from now on it is in every record, table, report and schema."""
        for scope in SCOPES:
            new = [Entry(quantity, scope).key] if getattr(quantity, scope) is not None else []
            if set(new) & {entry.key for entry in self.of(scope)}:
                raise ValueError(f"there is a quantity {new[0]} of the {scope} already")
        self._quantities = (*self._quantities, quantity)

    @contextmanager
    def extended(self, quantity: Quantity) -> Iterator[None]:
        """Have another quantity for a while."""
        before = self._quantities
        self.add(quantity)
        try:
            yield
        finally:
            self._quantities = before

    def of(self, scope: Scope) -> tuple[Entry, ...]:
        """The quantities of a view, a breast or an exam, in the order of the tables."""
        return tuple(Entry(one, scope) for one in self._quantities if getattr(one, scope) is not None)

    def entry(self, scope: Scope, key: str) -> Entry:
        """One of them, by its column; `KeyError` where there is none."""
        for one in self.of(scope):
            if one.key == key:
                return one
        raise KeyError(key)


def metrics_of(scope: Scope, measurement: Any) -> dict[str, Any]:
    """The numbers of a view's, a breast's or an exam's measurement as they stand in JSON."""
    metrics: dict[str, Any] = {}
    for entry in QUANTITIES.of(scope):
        place = metrics
        for group in entry.path[:-1]:
            place = place.setdefault(group, {})
        place[entry.path[-1]] = _plain(entry.measured(measurement))
    return metrics


def flat(scope: Scope, metrics: Metrics) -> dict[str, Value]:
    """The same by column."""
    return {entry.key: entry.read(metrics) for entry in QUANTITIES.of(scope)}


def _plain(value: Any) -> Value:
    found: Value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(found, float) and not np.isfinite(found) else found


QUANTITIES = Registry((*GUO, *AREAS, *GRADES, *ARTERIES, *MASS, *PARTS))
"""Everything that is measured."""
