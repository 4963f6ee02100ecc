"""Pictures of an evaluation: free response, recall and precision, reliability, Dice by tag."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shared_core.pictures.figure import DATA, DERIVED, QUIET, finish, new_figure, png_bytes
from shared_core.training.evaluation.curves import CurvePoint
from shared_core.training.evaluation.probability_calibration import ReliabilityBin
from shared_core.training.evaluation.scores import GroupScores

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS: Final = (DATA, DERIVED)
"""Of the first and of the second model."""

Curves = Mapping[str, tuple[Sequence[CurvePoint], CurvePoint]]
"""By name of the model: its curve, and the point at its card's threshold."""


def free_response_plot(curves: Curves) -> bytes:
    """Share of the arteries' length that is found over false parts a view; a dot at the card's threshold."""
    figure = new_figure(6.4, 4.6)
    axes = figure.add_subplot()
    _draw_curves(axes, curves, attrgetter("false_parts_mean"), attrgetter("vessel_recall"))
    axes.set_xscale("symlog", linthresh=0.1)
    axes.set_xlim(left=0)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("false parts a view", loc="left")
    axes.set_ylabel("share of the arteries' length that is found")
    _legend(axes, "lower right")
    finish(axes, "Free response; dots: threshold of the card")
    return png_bytes(figure)


def precision_recall_plot(curves: Curves) -> bytes:
    """Precision over recall of pixels, all views as one, threshold by threshold."""
    figure = new_figure(5.4, 4.8)
    axes = figure.add_subplot()
    recall, precision = np.meshgrid(np.linspace(0.01, 1, 200), np.linspace(0.01, 1, 200))
    dice = 2 * recall * precision / (recall + precision)
    lines = axes.contour(
        recall, precision, dice, levels=[0.2, 0.4, 0.6, 0.8], colors="#cccccc", linewidths=0.7
    )
    axes.clabel(lines, fmt="Dice %.1f", fontsize=6)
    _draw_curves(axes, curves, attrgetter("recall"), attrgetter("precision"))
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02))
    axes.set_xlabel("recall of pixels", loc="left")
    axes.set_ylabel("precision of pixels")
    _legend(axes, "lower left")
    finish(axes, "Recall and precision; dots: threshold of the card")
    return png_bytes(figure)


def reliability_plot(bins: Mapping[str, Sequence[ReliabilityBin]]) -> bytes:
    """Share of pixels that is BAC over what the model says, and how many pixels that is."""
    figure = new_figure(5.4, 5.8)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.plot([0, 1], [0, 1], color=QUIET, linewidth=0.8, linestyle=(0, (2, 3)))
    for colour, (name, own) in zip(_COLOURS, bins.items(), strict=False):
        said = [one.said for one in own]
        upper.plot(said, [one.true for one in own], color=colour, linewidth=1.6, marker="o", label=name)
        lower.plot(said, [one.pixels for one in own], color=colour, linewidth=1.2, marker=".")
    upper.set(xlim=(0, 1), ylim=(0, 1))
    upper.set_ylabel("share that is BAC")
    lower.set(xlim=(0, 1), yscale="log")
    lower.set_xlabel("probability that the model gives", loc="left")
    lower.set_ylabel("pixels")
    _legend(upper, "upper left")
    finish(upper, "Reliability")
    finish(lower, "")
    return png_bytes(figure)


def tags_plot(groups: Mapping[str, Sequence[GroupScores]]) -> bytes:
    """Mean Dice of every group of views, with its interval."""
    score = "dice_mean"
    names = list(groups)
    rows = [(group.tag, group.value, group.with_bac) for group in groups[names[0]] if score in group.scores]
    figure = new_figure(6.8, 1.0 + 0.27 * max(len(rows), 3))
    axes = figure.add_subplot()
    places = {(tag, value): -place for place, (tag, value, _) in enumerate(rows)}
    for number, (colour, name) in enumerate(zip(_COLOURS, names, strict=False)):
        shift = 0.14 * (0.5 * (len(names) - 1) - number) * 2
        own = [
            (places[group.tag, group.value] + shift, group.scores[score])
            for group in groups[name]
            if (group.tag, group.value) in places and score in group.scores
        ]
        height = [place for place, _ in own]
        value = np.array([estimate.value for _, estimate in own])
        limits = np.array([estimate.limits for _, estimate in own]).reshape(-1, 2).T
        # A patient's interval of one view is a point.
        error = np.maximum(np.abs(limits - value), 0)
        axes.errorbar(value, height, xerr=error, fmt="o", markersize=4, color=colour, linewidth=1, label=name)
    axes.set_yticks([-place for place in range(len(rows))])
    axes.set_yticklabels(
        [f"{value} ({count})" if tag == "all" else f"{tag}: {value} ({count})" for tag, value, count in rows]
    )
    axes.set_xlim(0, 1)
    axes.set_xlabel("mean Dice of the views with BAC (their number in brackets)", loc="left")
    _legend(axes, "best")
    finish(axes, "Dice by what the views show")
    axes.grid(axis="x", color="#e4e4e4", linewidth=0.6)
    return png_bytes(figure)


def _draw_curves(
    axes: Axes, curves: Curves, x: Callable[[CurvePoint], float], y: Callable[[CurvePoint], float]
) -> None:
    for colour, (name, (points, at_card)) in zip(_COLOURS, curves.items(), strict=False):
        along, up = [x(point) for point in points], [y(point) for point in points]
        axes.plot(along, up, color=colour, linewidth=1.6, marker=".", markersize=4, label=name)
        axes.plot(x(at_card), y(at_card), "o", color=colour, markersize=9, clip_on=False)


def _legend(axes: Axes, place: Any) -> None:
    axes.legend(loc=place, fontsize=8, frameon=False)
