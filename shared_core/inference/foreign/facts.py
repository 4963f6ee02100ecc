"""What must be known of a network from elsewhere to use it on mammograms."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final, Literal

from shared_core.documents import from_content
from shared_core.errors import UsageError
from shared_core.options import OptionValue
from shared_core.weights.card import MaskStyle

MOST_CLASSES: Final = 64
Output = Literal["logits", "probabilities"]


class FactsMissingError(UsageError):
    """Something that must be known was not stated; `names` are those of the fields of `StatedFacts`."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"What the network needs is not all known: state {', '.join(names)} as well.")
        self.names = tuple(names)


@dataclass(frozen=True)
class StatedFacts:
    """Stated by the person; None where nobody said, or where the file itself says it."""

    tile_px: int | None = None
    """Side of the square that the network takes."""
    mean: float | None = None
    sd: float | None = None
    """Network input = (x / 255 - mean) / sd, the same for all channels."""
    spacing_mm: float | None = None
    """Pixel spacing that it was trained on."""
    output: Output | None = None
    mask_style: MaskStyle | None = None
    classes: int = 1
    """Maps that it gives."""
    bac_class: int | None = None
    """Which of them is BAC, from 0."""
    threshold: float = 0.5
    median_px: int = 0
    """Side of the median filter that its images went through; 0 for none."""


def network_facts(values: Mapping[str, OptionValue]) -> StatedFacts:
    """What is stated, from values by the names of the fields; what is None is not stated."""
    return from_content({name: value for name, value in values.items() if value is not None}, StatedFacts)


@dataclass(frozen=True)
class Facts:
    """All that is needed."""

    tile_px: int
    mean: float
    sd: float
    spacing_mm: float
    output: Output
    mask_style: MaskStyle
    classes: int
    bac_class: int
    threshold: float
    median_px: int


def complete(stated: StatedFacts) -> Facts:
    """The facts, where all are there and possible; else a `UsageError` that names what is not."""
    missing = [
        field.name
        for field in fields(Facts)
        if field.name != "bac_class" and getattr(stated, field.name) is None
    ]
    if stated.classes > 1 and stated.bac_class is None:
        missing.append("bac_class")
    if missing:
        raise FactsMissingError(missing)
    assert stated.tile_px is not None
    assert stated.mean is not None
    assert stated.sd is not None
    assert stated.spacing_mm is not None
    assert stated.output is not None
    assert stated.mask_style is not None
    bac_class = stated.bac_class or 0
    rules = (
        (
            8 <= stated.tile_px <= 8192 and stated.tile_px % 8 == 0,
            "tile_px must be a multiple of 8 up to 8192",
        ),
        (math.isfinite(stated.mean), "mean must be finite"),
        (0 < stated.sd < math.inf, "sd must be above 0"),
        (0.01 <= stated.spacing_mm <= 1, "spacing_mm must lie from 0.01 to 1"),
        (1 <= stated.classes <= MOST_CLASSES, f"classes must lie from 1 to {MOST_CLASSES}"),
        (0 <= bac_class < stated.classes, "bac_class must be one of the classes, from 0"),
        (0 < stated.threshold < 1, "threshold must lie between 0 and 1"),
        (
            stated.median_px == 0 or (1 <= stated.median_px <= 15 and stated.median_px % 2 == 1),
            "median_px must be 0 or odd, up to 15",
        ),
    )
    for holds, message in rules:
        if not holds:
            raise UsageError(f"{message[0].upper()}{message[1:]}.")
    return Facts(
        stated.tile_px,
        stated.mean,
        stated.sd,
        stated.spacing_mm,
        stated.output,
        stated.mask_style,
        stated.classes,
        bac_class,
        stated.threshold,
        stated.median_px,
    )
