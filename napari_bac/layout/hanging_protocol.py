"""Where the views of an exam hang: as a radiologist reads them, chest walls back to back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from napari_bac.settings import Hanging
from shared_core import hosting as bac

GAP_MM: Final = 4.0
_UPPER, _LOWER = 0, 1
_RIGHT, _LEFT = 0, 1
_Row = tuple[list[str], list[str]]
"""Keys of what hangs on the left, and on the right."""
_SIDES: Final = {bac.Laterality.RIGHT: _RIGHT, bac.Laterality.LEFT: _LEFT}


@dataclass(frozen=True)
class Placed:
    """Where one image stands."""

    translate: tuple[float, float]
    """Of its first pixel, (row, column) in the units of the canvas."""
    turn: bac.Turn
    """Makes it hang upright, and mirrors it where its chest wall must look to the other breast."""
    enlarged: float = 1.0
    """On the canvas, beside those that hang in mm: other than 1 only where the pixel spacing is not known."""


def steps_together(views: Mapping[str, bac.PreparedView]) -> dict[str, tuple[float, float]]:
    """(row, column) size of a pixel of each view on the canvas: mm where the spacing is known.

    An image of unknown spacing is as tall as the middle one of the others, so that both can be looked at
    together; where none is known, a pixel of each is 1. It says nothing of the size of the breast.
    """
    tall_mm = [
        _tall_and_wide(view, (view.spacing.row_mm, view.spacing.column_mm))[0]
        for view in views.values()
        if view.spacing is not None
    ]
    steps = {}
    for key, view in views.items():
        if view.spacing is not None:
            steps[key] = (view.spacing.row_mm, view.spacing.column_mm)
            continue
        step = median(tall_mm) / _tall_and_wide(view, (1.0, 1.0))[0] if tall_mm else 1.0
        steps[key] = (step, step)
    return steps


def chest_wall_is_left(mask: bac.Mask) -> bool:
    """Whether the chest wall lies on the left border of an image, by its breast.

    The breast touches that border along more rows than the other.
    """
    margin = max(mask.shape[1] // 50, 1)
    return bool(mask[:, :margin].any(axis=1).sum() >= mask[:, -margin:].any(axis=1).sum())


def hang(
    views: Mapping[str, bac.PreparedView],
    steps: Mapping[str, tuple[float, float]],
    hanging: Hanging = "right on the left",
) -> dict[str, Placed]:
    """Place views: right breast left, left breast right, CC over MLO, other views in rows below.

    Parameters
    ----------
    views
        By key.
    steps
        (row, column) size of a pixel of each on the canvas: see `steps_together`.
    hanging
        Which breast hangs on the left; the chest walls stand back to back in both ways.

    Returns
    -------
    By key; the seam between the breasts stands at column 0, the first row of the canvas at 0.
    """
    placed: dict[str, Placed] = {}
    top = 0.0
    for row in _rows(views, hanging):
        height = 0.0
        for side in (_RIGHT, _LEFT):
            reach = GAP_MM / 2
            for key in row[side]:
                view = views[key]
                turn, _ = bac.hanging_turn(view.header, view.breast_mask)
                tall, width = _tall_and_wide(view, steps[key])
                left = -reach - width if side == _RIGHT else reach
                # What hangs on the left must have its chest wall on its right.
                upright = replace(turn, mirrored=False)
                away = chest_wall_is_left(upright.of(view.breast_mask)) == (side == _RIGHT)
                mirrored = view.header.laterality in _SIDES and away
                enlarged = steps[key][0] if view.spacing is None else 1.0
                placed[key] = Placed((top, left), replace(upright, mirrored=mirrored), enlarged)
                reach += width + GAP_MM
                height = max(height, tall)
        top += height + GAP_MM
    return placed


def order_of(views: Mapping[str, bac.PreparedView], hanging: Hanging) -> tuple[str, ...]:
    """Keys as they hang: R-CC, L-CC, R-MLO, L-MLO, then others."""
    return tuple(key for row in _rows(views, hanging) for side in row for key in side)


def _tall_and_wide(view: bac.PreparedView, step: tuple[float, float]) -> tuple[float, float]:
    """Of the image as it hangs, in the units of the canvas."""
    turn, _ = bac.hanging_turn(view.header, view.breast_mask)
    tall, wide = (side * size for side, size in zip(view.image_u8.shape, step, strict=True))
    return (wide, tall) if turn.transposed else (tall, wide)


def _rows(views: Mapping[str, bac.PreparedView], hanging: Hanging) -> list[_Row]:
    standard: list[_Row] = [([], []), ([], [])]
    others: list[str] = []
    for key, view in views.items():
        header = view.header
        side = _SIDES.get(header.laterality)
        level = {bac.View.CC: _UPPER, bac.View.MLO: _LOWER}.get(header.view)
        if side is None or level is None:
            others.append(key)
        else:
            standard[level][side].append(key)
    rows = [row for row in standard if row[0] or row[1]] + _in_pairs(others, views)
    return rows if hanging == "right on the left" else [(left, right) for right, left in rows]


def _in_pairs(keys: Sequence[str], views: Mapping[str, bac.PreparedView]) -> list[_Row]:
    right = [key for key in keys if views[key].header.laterality is bac.Laterality.RIGHT]
    left = [key for key in keys if key not in right]
    count = max(len(right), len(left))
    return [(right[number : number + 1], left[number : number + 1]) for number in range(count)]
