"""The picture of the test side: ROC, and precision over recall."""

from __future__ import annotations

from collections.abc import Sequence

from shared_core.pictures.figure import DATA, DERIVED, QUIET, finish, new_figure, png_bytes
from shared_core.statistics.clusters import Estimate
from shared_core.statistics.detection import curve_points
from shared_core.training.image_labels.scoring import TestedView, TestScores, known_limits


def curves_plot(views: Sequence[TestedView], scores: TestScores) -> bytes:
    """Both curves beside each other; dots where a view counts as positive. Both kinds of views are needed."""
    points = curve_points([view.has_bac for view in views], [view.probability for view in views])
    figure = new_figure(9.6, 4.8)
    left, right = figure.subplots(1, 2)
    left.plot([0, 1], [0, 1], color=QUIET, linewidth=0.8, linestyle=(0, (2, 3)))
    left.step([0, *points.false_alarms], [0, *points.recall], where="post", color=DATA, linewidth=1.6)
    counts = scores.counts
    left.plot(1 - counts.specificity, counts.sensitivity, "o", color=DERIVED, markersize=8, clip_on=False)
    left.set_xlabel("1 - specificity", loc="left")
    left.set_ylabel("sensitivity")
    share = points.positives / (points.positives + points.negatives)
    right.plot([0, 1], [share, share], color=QUIET, linewidth=0.8, linestyle=(0, (2, 3)))
    right.step([0, *points.recall], [points.precision[0], *points.precision], color=DATA, linewidth=1.6)
    if counts.true_positives + counts.false_positives:
        right.plot(counts.sensitivity, counts.precision, "o", color=DERIVED, markersize=8, clip_on=False)
    right.set_xlabel("recall", loc="left")
    right.set_ylabel("precision")
    for axes, name, estimate in ((left, "ROC", scores.auc), (right, "Precision and recall", scores.auc_pr)):
        axes.set(xlim=(0, 1), ylim=(0, 1.02), aspect="equal")
        finish(axes, f"{name}: {words(estimate)}")
    return png_bytes(figure)


def words(estimate: Estimate | None) -> str:
    """``.91 (.84 to .96)``; the interval only where there is one."""
    if estimate is None:
        return "not known"
    limits = known_limits(estimate)
    return f"{estimate.value:.2f}" + ("" if limits is None else f" ({limits[0]:.2f} to {limits[1]:.2f})")
