"""Which view of the other breast stands beside a view: the same projection, else another (Ibrahim 2025)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared_core.mammogram import Laterality, MammogramHeader, View, ViewModifier

_OTHER: Final = {Laterality.LEFT: Laterality.RIGHT, Laterality.RIGHT: Laterality.LEFT}


@dataclass(frozen=True)
class BreastView:
    """What decides on the partner of a view."""

    laterality: Laterality
    view: View
    modifiers: tuple[ViewModifier, ...] = ()
    kind: tuple[object, ...] = ()
    """Like is paired with like: a subtraction image with one, a synthetic image with one."""


def breast_view(header: MammogramHeader) -> BreastView:
    """The same of a file."""
    acquisition = header.acquisition
    kind = (acquisition.contrast_subtracted, acquisition.synthetic_2d, header.intent)
    return BreastView(header.laterality, header.view, header.modifiers, kind)


def partner_of(own: int, views: Sequence[BreastView]) -> int | None:
    """Place of the view of the other breast that stands beside view `own` of one exam.

    The same projection comes first, then the same kind, fewest modifiers, and the first in the row. Where
    the other breast has no view of this projection, another projection of it takes its place. None where
    the side of the view is not known, or the other breast has no view at all.

    Examples
    --------
    >>> views = [BreastView(side, view) for side, view in (
    ...     (Laterality.LEFT, View.CC), (Laterality.LEFT, View.MLO), (Laterality.RIGHT, View.CC))]
    >>> [partner_of(place, views) for place in range(3)]
    [2, 2, 0]
    """
    mine = views[own]
    wanted = _OTHER.get(mine.laterality)
    others = [place for place, view in enumerate(views) if view.laterality is wanted]
    if wanted is None or not others:
        return None

    def unlikeness(place: int) -> tuple[bool, bool, int, int]:
        view = views[place]
        return (not same_projection(mine.view, view.view), view.kind != mine.kind, len(view.modifiers), place)

    return min(others, key=unlikeness)


def exam_partners(headers: Sequence[MammogramHeader]) -> tuple[MammogramHeader | None, ...]:
    """The partner of every view of one exam."""
    views = [breast_view(header) for header in headers]
    places = [partner_of(own, views) for own in range(len(headers))]
    return tuple(None if place is None else headers[place] for place in places)


def same_projection(one: View, other: View) -> bool:
    """Whether two views are of one projection; unknown ones are not."""
    return one is other and one is not View.UNKNOWN
