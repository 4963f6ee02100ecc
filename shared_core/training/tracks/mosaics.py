"""Crowds of other calcifications, put together from single clusters.

Calcium that is spread over a whole segment is rare among the images that teach, and dangerous where it is
taken for arteries. So the parts of several views without an artery are laid side by side as one view:
crowded, with courses that come about by chance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.followed_parts import OutlinedPart
from shared_core.training.tracks.growing import OPEN
from shared_core.training.tracks.track_set import MOSAIC, TrackSet

PER_FOLD: Final = 6
_VIEWS: Final = (5, 18)
_SIDE_PX: Final = (700.0, 1600.0)
_MOST_PARTS: Final = 45
_JOINED: Final = 0.7
"""Share of the parts that a course by chance goes through."""
_NEAR_PX: Final = 200.0


@dataclass(frozen=True, eq=False)
class _Mosaic:
    parts: tuple[OutlinedPart, ...]
    values: NDArray[np.float32]


def with_mosaics(tracks: TrackSet, *, per_fold: int = PER_FOLD, seed: int = 0) -> TrackSet:
    """The same parts, then those of mosaics; each mosaic is made of patients of one fold, and lies in it.

    Parameters
    ----------
    tracks
        Views in which every part is labelled 0 are put together.
    per_fold
        Mosaics in each fold.
    seed
        Of choice and places.
    """
    rng = np.random.default_rng(seed)
    added = tracks
    for fold in np.unique(tracks.folds):
        views = [
            np.flatnonzero(tracks.views == view) for view in np.unique(tracks.views[tracks.folds == fold])
        ]
        plain = [own for own in views if (tracks.labels[own] == 0).all()]
        for number in range(per_fold if plain else 0):
            mosaic = _mosaic(tracks, plain, rng)
            count = len(mosaic.parts)
            added = replace(
                added,
                values=np.concatenate([added.values, mosaic.values]),
                labels=np.concatenate([added.labels, np.zeros(count, np.int8)]),
                calcium=np.concatenate([added.calcium, np.full(count, OPEN, np.int8)]),
                views=np.concatenate([added.views, np.full(count, added.views.max() + 1, np.int32)]),
                patients=np.concatenate([added.patients, np.repeat(f"{MOSAIC} {fold}-{number}", count)]),
                folds=np.concatenate([added.folds, np.full(count, fold, np.int8)]),
                parts=(*added.parts, *mosaic.parts),
            )
    return added


def _mosaic(tracks: TrackSet, views: list[NDArray[np.intp]], rng: np.random.Generator) -> _Mosaic:
    chosen = rng.permutation(len(views))[: rng.integers(*_VIEWS)]
    numbers = np.concatenate([views[place] for place in chosen])[:_MOST_PARTS]
    side = rng.uniform(*_SIDE_PX)
    parts = tuple(_moved(tracks.parts[number], side, rng) for number in numbers)
    values = tracks.values[numbers].copy()
    columns = {name: values[:, place] for place, name in enumerate(tracks.names)}
    _crowd(columns, parts, side)
    _join(columns, rng)
    # Specks of the other parts lie off the track of each.
    columns["spots_off"][:] = np.log1p(np.expm1(columns["spots_off"]) + rng.poisson(2, len(parts)))
    return _Mosaic(parts, values)


def _moved(part: OutlinedPart, side: float, rng: np.random.Generator) -> OutlinedPart:
    top, left = (int(place) for place in rng.uniform(0, side, 2))
    return replace(part, box=replace(part.box, top=top, left=left))


def _crowd(columns: dict[str, NDArray[np.float32]], parts: tuple[OutlinedPart, ...], side: float) -> None:
    """How many parts there are, as `describe_tracks` counts them; in place."""
    middles = np.array([(p.box.top + p.box.rows / 2, p.box.left + p.box.columns / 2) for p in parts])
    near = [int((np.hypot(*(middles - middle).T) < _NEAR_PX).sum()) - 1 for middle in middles]
    lengths = np.exp(columns["length"])
    columns["parts_near"][:] = np.log1p(near)
    columns["parts"][:] = np.log1p(len(parts) / (1.5 * side**2 / 1e6 + 0.3))
    columns["share_of_length"][:] = lengths / lengths.sum()


def _join(columns: dict[str, NDArray[np.float32]], rng: np.random.Generator) -> None:
    """Longer courses for most parts; in place."""
    lengths = np.exp(columns["length"])
    joined = rng.random(len(lengths)) < _JOINED
    longer = lengths * rng.uniform(1.2, 4, len(lengths)) + rng.exponential(6, len(lengths))
    courses = np.minimum(np.where(joined, longer, lengths), 0.4 * lengths.sum() + lengths)
    columns["course"][:] = np.maximum(columns["course"], np.log(courses))
    columns["course_elongation"][:] = columns["course"] - np.log(columns["width"])
    pieces = np.where(joined, rng.integers(2, 7, len(lengths)), 1)
    columns["course_pieces"][:] = np.maximum(columns["course_pieces"], pieces)
