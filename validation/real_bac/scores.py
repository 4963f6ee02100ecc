"""Scores of many images, with intervals over patients."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared_core.statistics.clusters import Estimate, clustered_ratio
from validation.real_bac.marks import Marks


@dataclass(frozen=True)
class RealScores:
    """Of one way to decide."""

    clear: Estimate
    """Mean recall of crops with plainly calcified arteries."""
    doubtful: Estimate
    clear_pooled: Estimate
    """Recall of all drawn length of such crops as one."""
    doubtful_pooled: Estimate
    other_marked: Estimate
    """Share of the crops of other calcifications with any mark."""
    other_two_vessels: Estimate
    """The same with two vessels or more."""
    other_mean_px: float
    most_vessels: int
    """On any crop of other calcifications."""
    cesm_marked: Estimate
    """Share of the digital views without BAC with any mark."""
    whole_marked: Estimate
    """The same of whole views from elsewhere."""


def scores_of(rows: Sequence[Marks]) -> RealScores:
    """Sum up the rows of all images."""
    clear = [row for row in rows if row.artery == "clear"]
    doubtful = [row for row in rows if row.artery == "doubtful"]
    other = [row for row in rows if row.kind == "other-calcification"]
    cesm = [row for row in rows if row.kind == "cesm" and row.bac_free]
    return RealScores(
        clear=_mean(clear, lambda row: row.recall),
        doubtful=_mean(doubtful, lambda row: row.recall),
        clear_pooled=_pooled(clear),
        doubtful_pooled=_pooled(doubtful),
        other_marked=_mean(other, lambda row: row.marked_px > 0),
        other_two_vessels=_mean(other, lambda row: row.vessels > 1),
        other_mean_px=sum(row.marked_px for row in other) / max(len(other), 1),
        most_vessels=max((row.vessels for row in other), default=0),
        cesm_marked=_mean(cesm, lambda row: row.marked_px > 0),
        whole_marked=_mean([row for row in rows if row.kind == "whole"], lambda row: row.marked_px > 0),
    )


def _mean(rows: Sequence[Marks], value: Callable[[Marks], float]) -> Estimate:
    return _ratio(rows, value, lambda _: 1.0)


def _pooled(rows: Sequence[Marks]) -> Estimate:
    return _ratio(rows, lambda row: row.found_px, lambda row: row.line_px)


def _ratio(
    rows: Sequence[Marks], over: Callable[[Marks], float], under: Callable[[Marks], float]
) -> Estimate:
    if not rows:
        return Estimate(math.nan, (math.nan, math.nan), 0)
    return clustered_ratio(
        [float(over(row)) for row in rows],
        [float(under(row)) for row in rows],
        [row.patient_id for row in rows],
    )
