"""The parts of one view, each with its probability of lying along an artery, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.connected_parts import Box
from shared_core.mammogram import Mask

PartKind = Literal["artery", "other calcification", "neither"]
"""``other calcification``: calcium that does not run along an artery. ``neither``: ligament, duct, margin."""
SPREAD_PARTS: Final = 8
SPREAD_PROBABILITY: Final = 0.6
"""Arteries of a mean probability below this are none to count or grade where they lie among calcifications:
so many with them, or more others than arteries. Read off malignant cases, see docs/validation_real_bac.md."""


@dataclass(frozen=True, eq=False)
class JudgedPart:
    """One connected part of the map above the low threshold."""

    box: Box
    inside: Mask
    """(rows, columns) of the box."""
    length_mm: float
    """Of its longest centre line, by the spacing that the model knows."""
    probability: float
    """Calibrated, that it lies along an artery."""
    calcium: bool
    """Whether it is calcium, where it lies along no artery."""

    @property
    def middle(self) -> tuple[int, int]:
        """Row and column of the middle of its box, in pixels of the view."""
        return self.box.top + self.box.rows // 2, self.box.left + self.box.columns // 2


@dataclass(frozen=True)
class Spread:
    """Parts that are taken for arteries, unsurely, among other calcifications."""

    arteries: int
    others: int
    mean_probability: float
    """Of the arteries, weighted by length."""


@dataclass(frozen=True, eq=False)
class JudgedParts:
    """All parts of one view, and what decides about them."""

    parts: tuple[JudgedPart, ...]
    threshold: float
    """An artery where the probability lies above it."""
    undecided_from: float
    """Nothing is kept, and the likeliest part lies above this: nobody can tell."""
    bac_probability: float
    """Calibrated, that the view shows an artery with calcium."""

    def kind(self, part: JudgedPart) -> PartKind:
        """What a part is."""
        if part.probability > self.threshold:
            return "artery"
        return "other calcification" if part.calcium else "neither"

    def of(self, kind: PartKind) -> tuple[JudgedPart, ...]:
        """The parts of one kind."""
        return tuple(part for part in self.parts if self.kind(part) == kind)

    def mask(self, kind: PartKind, shape: tuple[int, ...]) -> Mask:
        """(rows, columns) bool of the parts of one kind; a pixel of two parts belongs to the artery."""
        mask = _painted(self.of(kind), shape)
        if kind != "artery" and mask.any():
            mask &= ~_painted(self.of("artery"), shape)
        return mask

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) of the smallest upper left corner of the view that holds all parts."""
        boxes = [part.box for part in self.parts]
        return (
            max((box.top + box.rows for box in boxes), default=0),
            max((box.left + box.columns for box in boxes), default=0),
        )

    @property
    def spread(self) -> Spread | None:
        """Where the arteries are too unsure, and too much else is calcified, to count or grade them."""
        kept, others = self.of("artery"), len(self.of("other calcification"))
        among = len(kept) + others >= SPREAD_PARTS or others > len(kept)
        if not kept or not among:
            return None
        mean = float(np.average([one.probability for one in kept], weights=[one.length_mm for one in kept]))
        return Spread(len(kept), others, mean) if mean < SPREAD_PROBABILITY else None

    @property
    def undecided(self) -> JudgedPart | None:
        """The likeliest part where nothing is kept and it may be an artery."""
        likeliest = max(self.parts, key=lambda part: part.probability, default=None)
        if likeliest is None or not self.undecided_from < likeliest.probability <= self.threshold:
            return None
        return likeliest

    def probabilities(self, labels: NDArray[np.uint8]) -> dict[int, float]:
        """Of each label above 0 of a labels image (rows, columns): mean over the arteries that it covers.

        Each counts by its pixels with this label.
        """
        sums = np.zeros((2, 256))
        for part in self.of("artery"):
            counts = np.bincount(labels[part.box.slices][part.inside], minlength=256)
            sums += np.stack([counts * part.probability, counts])
        return {int(label): float(sums[0, label] / sums[1, label]) for label in _marked(sums[1])}


def _marked(counts: NDArray[np.float64]) -> Iterator[int]:
    return (int(label) for label in np.flatnonzero(counts) if label > 0)


def _painted(parts: tuple[JudgedPart, ...], shape: tuple[int, ...]) -> Mask:
    mask = np.zeros(shape, bool)
    for part in parts:
        mask[part.box.slices] |= part.inside
    return mask
