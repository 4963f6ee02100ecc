"""What a model card says of a network that judges whole views: how it sees them, when its heat map counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class HeatMapRule:
    """See `shared_core.inference.whole_view`; the values are those of Mobini 2023."""

    rows: int = 1536
    columns: int = 768
    """Of the picture that the network sees: the rectangle around the breast, squeezed to it."""
    positive_from: float = 0.5
    """Probability of the view from which it counts as positive; below it the heat map is empty."""
