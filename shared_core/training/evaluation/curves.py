"""What a model finds and what it marks falsely, threshold by threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared_core.statistics.overlap import pooled
from shared_core.statistics.paired_samples import ratio
from shared_core.training.evaluation.operating_point import OperatingPoint
from shared_core.training.evaluation.row import ViewRow


@dataclass(frozen=True)
class CurvePoint:
    """All views at one threshold, after the card's rule about candidates."""

    threshold: float
    dice: float
    """Of all pixels of all views as one, as are recall and precision."""
    recall: float
    precision: float
    vessel_recall: float
    """Share of the arteries' length that is found: the free-response curve's height."""
    false_parts_mean: float
    """A view: the free-response curve's abscissa."""
    false_px_mean: float
    """On a view without BAC; NaN where there is none."""
    false_px_median: float
    false_mm2_mean: float


def curve(rows: Sequence[ViewRow]) -> tuple[CurvePoint, ...]:
    """One point for each threshold of the rows, the lowest first."""
    rows = [row for row in rows if row.kind != "open"]
    if not rows:
        return ()
    return tuple(_point([(row, row.sweep[place]) for row in rows]) for place in range(len(rows[0].sweep)))


def point_at_card(rows: Sequence[ViewRow]) -> CurvePoint:
    """The same at the card's threshold."""
    return _point([(row, row.at_card) for row in rows if row.kind != "open"])


def _point(pairs: Sequence[tuple[ViewRow, OperatingPoint]]) -> CurvePoint:
    together = pooled([point.overlap for _, point in pairs])
    false_px = [point.marked_px for row, point in pairs if row.kind == "none"]
    false_mm2 = [row.area_mm2(point.marked_px) for row, point in pairs if row.kind == "none"]
    known_mm2 = [area for area in false_mm2 if area is not None]
    return CurvePoint(
        threshold=pairs[0][1].threshold,
        dice=together.dice,
        recall=together.recall,
        precision=together.precision,
        vessel_recall=ratio(
            sum(point.line_found_px for _, point in pairs), sum(row.line_px for row, _ in pairs)
        ),
        false_parts_mean=sum(point.false_parts for _, point in pairs) / len(pairs),
        false_px_mean=ratio(sum(false_px), len(false_px)),
        false_px_median=float(np.median(false_px)) if false_px else float("nan"),
        false_mm2_mean=ratio(sum(known_mm2), len(known_mm2)),
    )
