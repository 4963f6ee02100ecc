"""A quantity that the registry does not have: one entry and one function, and it must be everywhere."""

from __future__ import annotations

from typing import Any

from shared_core.quantities.codes import own
from shared_core.quantities.number_formats import decimals
from shared_core.quantities.quantity import MM, Quantity, Reading


def two_and_a_half(_measurement: Any) -> float:
    """The same of everything."""
    return 2.5


NEW = Quantity(
    key="wall_mm",
    label="Wall thickness",
    unit=MM,
    number_format=decimals(2),
    concept=own("WALL", "Thickness of the wall"),
    source="A paper",
    view=Reading("thickness of the wall", value=two_and_a_half),
    breast=Reading("mean over its views", key="mean_wall_mm", value=two_and_a_half),
    exam=Reading("mean of both breasts", value=two_and_a_half),
)
