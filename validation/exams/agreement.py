"""CC against MLO and left against right, as Molloi 2009 compared women's views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from shared_core.statistics.comparison import quantity_agreement
from validation.exams.row import ViewRow
from validation.markdown import shown, shown_limits, table

Pairing = Literal["CC on MLO", "left on right"]
Quantity = Callable[[ViewRow], float | None]

MASSES: Final[dict[str, Quantity]] = {
    "truth": lambda row: row.true_mg,
    "true calcium mask": lambda row: row.calcium_mass.mg,
    "model's mask": lambda row: row.model_mass.mg,
}
AREAS: Final[dict[str, Quantity]] = {
    "true band": lambda row: row.band.area_mm2,
    "model's mask": lambda row: row.model.area_mm2,
}
HEADINGS: Final = ("pairs", "mean", "slope", "intercept", "r", "SEE", "ICC(2,1)", "95 % interval")


@dataclass(frozen=True)
class PrintedLine:
    """What a paper prints of a straight line."""

    slope: float
    intercept_mg: float
    r: float
    see_mg: float

    def cells(self) -> tuple[str, ...]:
        """Below `HEADINGS`."""
        line = f"{self.slope:.2f}", f"{self.intercept_mg:+.2f}", f"{self.r:.2f}", f"{self.see_mg:.2f}"
        return "39 women", "-", *line, "-", "-"


MOLLOI_2009: Final[dict[Pairing, PrintedLine]] = {
    "CC on MLO": PrintedLine(0.82, 0.27, 0.97, 3.44),
    "left on right": PrintedLine(0.86, -0.06, 0.95, 4.30),
}
"""Molloi, Mehraien, Iribarren et al., Acad Radiol 2009: 39 women, M_CC = 0.82 M_MLO + 0.27 mg and so on."""


def paired(rows: Sequence[ViewRow], pairing: Pairing, value: Quantity) -> list[tuple[float, float]]:
    """(CC, MLO) of each breast or (left, right) of each projection.

    Only where at least one of the two views truly shows BAC, for pairs of nothing and nothing agree
    without merit, and where both have a number.
    """
    views = {(row.patient, row.laterality, row.view): row for row in rows}
    pairs = []
    for first in rows:
        partner = _partner(first, pairing)
        second = views.get(partner) if partner is not None else None
        if second is None or not (first.has_bac or second.has_bac):
            continue
        one, other = value(first), value(second)
        if one is not None and other is not None:
            pairs.append((one, other))
    return pairs


def _partner(row: ViewRow, pairing: Pairing) -> tuple[int, str, str] | None:
    """Patient, side and projection that a view is compared with; None where it is itself the partner."""
    if pairing == "CC on MLO":
        return (row.patient, row.laterality, "MLO") if row.view == "CC" else None
    return (row.patient, "R", row.view) if row.laterality == "L" else None


def mass_agreement_table(rows: Sequence[ViewRow]) -> list[str]:
    """Lines of both pairings, Molloi's figures first."""
    lines = []
    for pairing, printed in MOLLOI_2009.items():
        lines.append([f"{pairing}: Molloi 2009", *printed.cells()])
        lines += [_agreement(f"{pairing}: {name}", paired(rows, pairing, of)) for name, of in MASSES.items()]
    return table(("calcium mass, mg", *HEADINGS), lines)


def area_agreement_table(rows: Sequence[ViewRow]) -> list[str]:
    """The same of the area of the vessel bands."""
    lines = [
        _agreement(f"{pairing}: {name}", paired(rows, pairing, of))
        for pairing in MOLLOI_2009
        for name, of in AREAS.items()
    ]
    return table(("BAC area, mm²", *HEADINGS), lines)


def _agreement(name: str, pairs: Sequence[tuple[float, float]]) -> list[str]:
    if len(pairs) < 3:
        return [name, str(len(pairs)), *("-" for _ in HEADINGS[1:])]
    found = quantity_agreement(name, *zip(*pairs, strict=True))
    line, pearson, icc = found.regression, found.pearson, found.icc_agreement
    return [
        name,
        str(found.n),
        shown((found.mean_a + found.mean_b) / 2, 1),
        shown(line.slope if line else None, 2),
        shown(line.intercept if line else None, 2, signed=True),
        shown(pearson.r if pearson else None, 2),
        shown(line.see if line else None, 2),
        shown(icc.icc, 2),
        shown_limits(icc.limits, 2),
    ]
