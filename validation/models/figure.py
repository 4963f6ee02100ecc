"""The curves of the models: what is found over what is falsely marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared_core.pictures.figure import DATA, DERIVED, QUIET, finish, new_figure, png_bytes
from shared_core.training.evaluation.curves import CurvePoint

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS: Final = (DATA, DERIVED, QUIET)
_DASHES: Final = ((0, ()), (0, (4, 2)), (0, (1, 1.5)))


@dataclass(frozen=True)
class NamedCurve:
    """One model with one rule."""

    name: str
    model: str
    """Models have colours, their rules have dashes."""
    points: Sequence[CurvePoint]
    at_card: CurvePoint | None = None


def curves_figure(curves: Sequence[NamedCurve], *, false_mm2: bool = True) -> bytes:
    """Two panels as PNG: free response, and the false area of views without BAC.

    Parameters
    ----------
    curves
        In the order of the legend.
    false_mm2
        Whether areas are in mm²; in px where spacings are not known.
    """
    figure = new_figure(10, 4.8)
    left, right = figure.subplots(1, 2)
    _panel(left, curves, lambda point: point.false_parts_mean, lambda point: point.vessel_recall, least=0.1)
    left.set_xlabel("false parts a view", loc="left", fontsize=9)
    left.set_ylabel("share of the arteries' length that is found", fontsize=9)
    finish(left, "Free response, all views")
    unit = "mm²" if false_mm2 else "px"
    _panel(
        right,
        curves,
        lambda point: point.false_mm2_mean if false_mm2 else point.false_px_mean,
        lambda point: point.recall,
        least=1.0 if false_mm2 else 100.0,
    )
    right.set_xlabel(f"mean false area of a view without BAC [{unit}]", loc="left", fontsize=9)
    right.set_ylabel("share of the bands' pixels that is found", fontsize=9)
    dots = "; dots: threshold of the card" if any(curve.at_card for curve in curves) else ""
    finish(right, f"Recall and false area{dots}")
    left.legend(loc="lower right", fontsize=8, frameon=False)
    return png_bytes(figure)


def _panel(
    axes: Axes,
    curves: Sequence[NamedCurve],
    across: Callable[[CurvePoint], float],
    up: Callable[[CurvePoint], float],
    *,
    least: float,
) -> None:
    models = list(dict.fromkeys(curve.model for curve in curves))
    for curve in curves:
        colour = _COLOURS[models.index(curve.model) % len(_COLOURS)]
        same = [other.name for other in curves if other.model == curve.model]
        dashes = _DASHES[same.index(curve.name) % len(_DASHES)]
        x, y = ([of(point) for point in curve.points] for of in (across, up))
        axes.plot(x, y, color=colour, linestyle=dashes, linewidth=1.5, marker=".", ms=3, label=curve.name)
        if curve.at_card is not None:
            axes.plot(across(curve.at_card), up(curve.at_card), "o", color=colour, ms=7, clip_on=False)
    axes.set_xscale("symlog", linthresh=least)
    axes.set_xlim(left=0)
    axes.set_ylim(0, 1.02)
