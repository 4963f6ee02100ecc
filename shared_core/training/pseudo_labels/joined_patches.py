"""Several sets of patches as one, without a copy: a pool of pseudo-labels grows round after round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from shared_core.training.patch import PatchSet

Pixels = NDArray[np.uint8]
Numbers = NDArray[np.int64]


def joined(sets: Sequence[PatchSet]) -> PatchSet:
    """The patches of all sets, one set after the other; numbers of views are those of each set."""
    if len(sets) == 1:
        return sets[0]
    return PatchSet(
        # Read by number, list and slice alone, as a memory map is.
        images_u8=cast("Pixels", _Planes([one.images_u8 for one in sets])),
        labels=cast("Pixels", _Planes([one.labels for one in sets])),
        views=np.concatenate([one.views for one in sets]),
        corners_px=np.concatenate([one.corners_px for one in sets]),
    )


def chosen_of(patches: PatchSet, numbers: Numbers) -> PatchSet:
    """Some patches of a set, in the order of their numbers, without a copy."""
    return PatchSet(
        images_u8=cast("Pixels", _Some(patches.images_u8, numbers)),
        labels=cast("Pixels", _Some(patches.labels, numbers)),
        views=patches.views[numbers],
        corners_px=patches.corners_px[numbers],
    )


class _Some:
    """Some of the planes of an array, read like an array."""

    dtype = np.dtype(np.uint8)

    def __init__(self, of: Pixels, numbers: Numbers) -> None:
        self._of, self._numbers = of, numbers
        self.shape = (len(numbers), *of.shape[1:])

    def __len__(self) -> int:
        return int(self.shape[0])

    def __getitem__(self, key: Any) -> Pixels:
        return np.asarray(self._of[self._numbers[key]])


class _Planes:
    """(patches, side, side) of several arrays, read like one."""

    dtype = np.dtype(np.uint8)

    def __init__(self, parts: Sequence[Pixels]) -> None:
        self._parts = tuple(parts)
        self._starts = np.cumsum([0, *(len(part) for part in parts)])
        self.shape = (int(self._starts[-1]), *parts[0].shape[1:])

    def __len__(self) -> int:
        return int(self.shape[0])

    def __getitem__(self, key: Any) -> Pixels:
        if isinstance(key, slice):
            return self._several(np.arange(*key.indices(len(self))))
        numbers = np.asarray(key)
        if numbers.ndim:
            return self._several(numbers)
        part = self._part_of(numbers)
        return np.asarray(self._parts[part][int(numbers) - self._starts[part]])

    def _several(self, numbers: Numbers) -> Pixels:
        found = np.empty((len(numbers), *self.shape[1:]), np.uint8)
        for place, number in enumerate(numbers):
            found[place] = self[number]
        return found

    def _part_of(self, number: Numbers) -> int:
        if not 0 <= number < len(self):
            raise IndexError(f"There are {len(self)} patches; there is no number {number}.")
        return int(np.searchsorted(self._starts, number, side="right")) - 1
