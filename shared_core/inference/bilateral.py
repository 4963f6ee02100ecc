"""Both breasts side by side, as a bilateral model sees them (Ibrahim 2025); the answer is of one view alone.

As mammograms hang: the right breast on the left, so that the chest walls meet in the middle. This is the one
place that joins views, for training and for use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from shared_core.inference.probability import TileProbability
from shared_core.inference.resampling import ModelView, to_model_view
from shared_core.inference.tiles import Tile
from shared_core.mammogram import Laterality
from shared_core.notices import Notice
from shared_core.notices.of_results import BILATERAL_ALONE, BILATERAL_OTHER_PROJECTION
from shared_core.preprocessing.prepared import PreparedView
from shared_core.reading.partners import same_projection
from shared_core.weights.card import ModelCard

Grey = TypeVar("Grey", np.uint8, np.bool_, np.float32)


@dataclass(frozen=True, eq=False)
class Halves:
    """Where two pictures lie on the one that joins them."""

    shape: tuple[int, int]
    left: tuple[slice, slice]
    right: tuple[slice, slice]

    def joined(self, left: NDArray[Grey] | None, right: NDArray[Grey] | None) -> NDArray[Grey]:
        """Both on one picture; 0 where there is none."""
        known = left if left is not None else right
        assert known is not None
        both = np.zeros(self.shape, known.dtype)
        for place, half in ((self.left, left), (self.right, right)):
            if half is not None:
                both[place] = half
        return both


def halves_of(left: tuple[int, int] | None, right: tuple[int, int] | None) -> Halves:
    """Places of two pictures of (rows, columns); where there is one alone, as much is left black."""
    one, other = left or right, right or left
    assert one is not None
    assert other is not None
    return Halves(
        (max(one[0], other[0]), one[1] + other[1]),
        (slice(0, one[0]), slice(0, one[1])),
        (slice(0, other[0]), slice(one[1], one[1] + other[1])),
    )


def stands_left(laterality: Laterality) -> bool:
    """Whether a breast stands in the left half; one whose side is not known does."""
    return laterality is not Laterality.LEFT


@dataclass(frozen=True, eq=False)
class BesideView:
    """What a bilateral network sees for one view."""

    view: ModelView
    """Joined; answers are wanted in the own half alone."""
    own: tuple[slice, slice]
    notices: tuple[Notice, ...] = ()

    def own_answer(self, answer: TileProbability | None) -> TileProbability | None:
        """The part of a tile that lies in the own half, at its place on the view; None where none does."""
        if answer is None:
            return None
        rows, columns = self.own
        tile = answer.tile
        top, left = max(tile.row, rows.start), max(tile.column, columns.start)
        bottom = min(tile.row + tile.height, rows.stop)
        right = min(tile.column + tile.width, columns.stop)
        if top >= bottom or left >= right:
            return None
        part = answer.probability[
            top - tile.row : bottom - tile.row, left - tile.column : right - tile.column
        ]
        return TileProbability(Tile(top - rows.start, left - columns.start, bottom - top, right - left), part)


def beside(
    view: ModelView, prepared: PreparedView, partner: PreparedView | None, card: ModelCard
) -> BesideView:
    """Join a view with its partner, or with a black half where it has none; which of these, notices say.

    Parameters
    ----------
    view, prepared
        The view, resampled for the network, and as it was prepared.
    partner
        Of the other breast, prepared alike; see `shared_core.reading.partners`.
    """
    other = None if partner is None else to_model_view(partner, card)
    left = stands_left(prepared.header.laterality)
    shapes = [(one.image_u8.shape[0], one.image_u8.shape[1]) if one else None for one in (view, other)]
    halves = halves_of(*(shapes if left else shapes[::-1]))
    images = [view.image_u8, None if other is None else other.image_u8]
    valid = [view.valid_mask, None]
    if not left:
        images, valid = images[::-1], valid[::-1]
    joined = ModelView(
        halves.joined(*images), halves.joined(*valid), view.spacing_mm, view.resampled, view.notices
    )
    return BesideView(joined, halves.left if left else halves.right, _notices(prepared, partner))


def _notices(prepared: PreparedView, partner: PreparedView | None) -> tuple[Notice, ...]:
    if partner is None:
        return (BILATERAL_ALONE.notice(),)
    own, other = prepared.header, partner.header
    if same_projection(own.view, other.view):
        return ()
    return (BILATERAL_OTHER_PROJECTION.notice(view=other.view_label),)
