"""How a finished classifier does on the side that neither taught nor chose it: scored once, as in use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import Cancelled, UsageError
from shared_core.inference.model import Model
from shared_core.pipeline import analyze_view
from shared_core.progress import ProgressCallback
from shared_core.statistics.catalogue import LEAST_FOR_INTERVAL
from shared_core.statistics.clusters import Estimate, clustered_ratio, clustered_statistic
from shared_core.statistics.detection import Confusion, confusion, curves
from shared_core.statistics.paired_samples import Values
from shared_core.statistics.regression import Correlation, correlation
from shared_core.training.image_labels.labelled_images import LabelledImages
from shared_core.training.short_table import short_table


@dataclass(frozen=True)
class TestedView:
    """What the finished model says of one view."""

    __test__ = False
    name: str
    patient: str
    has_bac: bool
    probability: float
    area_px: int
    """Of the mask."""
    area_mm2: float | None
    length_mm: float | None
    """True length, where it is known."""


@dataclass(frozen=True)
class TestScores:
    """All that is said of the test side; intervals draw whole patients."""

    __test__ = False
    patients: int
    counts: Confusion
    """Of views, at the probability from which one counts as positive."""
    auc: Estimate | None
    auc_pr: Estimate | None
    """None where all views are of one kind."""
    rates: dict[str, Estimate]
    """Those of Table 2 of Mobini 2023, with specificity and the negative predictive value."""
    length: Correlation | None
    """Spearman's, of the area of the heat map with the true length, over all views whose length is known."""
    length_of_positives: Correlation | None
    """The same over views with BAC alone."""
    length_missing: str
    """Why there is none; empty where there is one."""


TABLE_2: Final = ("accuracy", "balanced_accuracy", "precision", "sensitivity", "f1")
"""Rows of the table, in its order; sensitivity is called recall there."""


def run_on_views(
    source: LabelledImages,
    numbers: Sequence[int],
    model: Model,
    *,
    progress: ProgressCallback | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[TestedView, ...]:
    """Run a model on views, on the way of every other analysis.

    Raises
    ------
    OpenBacError
        An image cannot be read, or shows no breast.
    """
    found: list[TestedView] = []
    for number in numbers:
        if cancelled is not None and cancelled():
            raise Cancelled("Training was stopped; run the same command again to go on.")
        row = source.rows[number]
        result = analyze_view(source.read(number), model=model)
        measured, probability = result.measurement, result.probability.image_probability
        assert probability is not None
        pixel_area = measured.pixel_area_mm2
        found.append(
            TestedView(
                row.name,
                row.patient,
                row.has_bac,
                probability,
                measured.am_px,
                measured.am_px * pixel_area if pixel_area is not None else None,
                row.length_mm,
            )
        )
        if progress is not None:
            progress(len(found), len(numbers))
    return tuple(found)


def score_views(views: Sequence[TestedView], *, positive_from: float, seed: int = 0) -> TestScores:
    """Everything about the views of the test side."""
    truth = np.array([view.has_bac for view in views])
    probability = np.array([view.probability for view in views])
    patients = [view.patient for view in views]
    counts = confusion(truth, probability >= positive_from)
    auc, auc_pr = (_area(truth, probability, patients, kind, seed) for kind in ("auc_roc", "auc_pr"))
    length, length_of_positives, missing = _lengths(views)
    return TestScores(
        len(set(patients)),
        counts,
        auc,
        auc_pr,
        _rates(truth, probability >= positive_from, patients, seed),
        length,
        length_of_positives,
        missing,
    )


def known_limits(estimate: Estimate) -> tuple[float, float] | None:
    """The interval of an estimate; None where there is none, or too few patients for one."""
    low, high = estimate.limits
    if estimate.clusters < LEAST_FOR_INTERVAL or not (np.isfinite(low) and np.isfinite(high)):
        return None
    return low, high


def views_csv(views: Sequence[TestedView]) -> bytes:
    """``test_views.csv``: one row a view; an empty cell is unknown."""
    columns = ("file", "patient", "label", "bac_probability", "area_px", "area_mm2", "length_mm")
    cells = (
        (
            *(view.name, view.patient, int(view.has_bac)),
            *(view.probability, view.area_px, view.area_mm2, view.length_mm),
        )
        for view in views
    )
    return short_table(columns, (dict(zip(columns, row, strict=True)) for row in cells))


def _area(
    truth: NDArray[np.bool_], probability: Values, patients: Sequence[str], kind: str, seed: int
) -> Estimate | None:
    if truth.all() or not truth.any():
        return None

    def of(drawn: Values) -> float:
        places = drawn.astype(np.intp)
        if truth[places].all() or not truth[places].any():
            return float("nan")
        return float(getattr(curves(truth[places], probability[places]), kind))

    return clustered_statistic(np.arange(truth.size), patients, of, seed=seed)


def _rates(
    truth: NDArray[np.bool_], said: NDArray[np.bool_], patients: Sequence[str], seed: int
) -> dict[str, Estimate]:
    hits, misses, alarms, passes = truth & said, truth & ~said, ~truth & said, ~truth & ~said
    shares = {
        "accuracy": (hits | passes, np.ones_like(truth)),
        "precision": (hits, said),
        "sensitivity": (hits, truth),
        "specificity": (passes, ~truth),
        "npv": (passes, ~said),
        "f1": (2 * hits, 2 * hits + alarms + misses),
    }
    found = {
        name: clustered_ratio(above.astype(float), below.astype(float), patients, seed=seed)
        for name, (above, below) in shares.items()
    }

    def balanced(drawn: Values) -> float:
        places = drawn.astype(np.intp)
        return confusion(truth[places], said[places]).balanced_accuracy

    both = clustered_statistic(np.arange(truth.size), patients, balanced, seed=seed)
    return {"balanced_accuracy": both, **found}


def _lengths(views: Sequence[TestedView]) -> tuple[Correlation | None, Correlation | None, str]:
    known = [view for view in views if view.length_mm is not None]
    if not known:
        return None, None, "the table has no true lengths of the test side"
    try:
        return _spearman(known), _spearman([view for view in known if view.has_bac]), ""
    except UsageError:
        pass
    try:
        return _spearman(known), None, ""
    except UsageError as error:
        return None, None, str(error).rstrip(".")


def _spearman(views: Sequence[TestedView]) -> Correlation:
    """In mm² where all spacings are known, else in pixels."""
    areas = [view.area_mm2 for view in views if view.area_mm2 is not None]
    if len(areas) < len(views):
        areas = [float(view.area_px) for view in views]
    return correlation(areas, [view.length_mm for view in views if view.length_mm is not None])
