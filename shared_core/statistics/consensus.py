"""What most readers say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared_core.errors import UsageError
from shared_core.statistics.overlap import Mask, check_shapes
from shared_core.statistics.paired_samples import Values


def consensus(readers: Sequence[ArrayLike]) -> Values:
    """(cases,) the grade that more readers give than any other; of an odd number that all differ, the median.

    NaN where there is neither: two readers who differ agree on nothing. `UsageError` below two readers, or
    where they did not grade the same cases.

    Examples
    --------
    >>> consensus([[0, 1, 3], [0, 2, 3], [1, 3, 2]]).tolist()
    [0.0, 2.0, 3.0]
    """
    if len(readers) < 2:
        raise UsageError("A consensus needs two readers or more.")
    tables = [np.asarray(reader, np.float64).ravel() for reader in readers]
    if len({table.size for table in tables}) > 1:
        raise UsageError("Readers of a consensus must grade the same cases.")
    return np.array([_of_case(grades) for grades in np.stack(tables).T])


def _of_case(grades: Values) -> float:
    values, counts = np.unique(grades, return_counts=True)
    most = values[counts == counts.max()]
    if len(most) == 1:
        return float(most[0])
    return float(np.median(grades)) if len(grades) % 2 else float("nan")


@dataclass(frozen=True, eq=False)
class MaskConsensus:
    """What most readers mark on one image."""

    marked: Mask
    """(rows, columns): more than half of them."""
    tied: Mask
    """(rows, columns): exactly half of them, which is no consensus; none with an odd number of readers."""


def mask_consensus(masks: Sequence[NDArray[np.generic]]) -> MaskConsensus:
    """Pixel by pixel; `UsageError` below two readers, or where the shapes differ.

    Examples
    --------
    >>> import numpy as np
    >>> found = mask_consensus([np.array([[1, 1, 0]]), np.array([[1, 0, 0]])])
    >>> found.marked.tolist(), found.tied.tolist()
    ([[True, False, False]], [[False, True, False]])
    """
    if len(masks) < 2:
        raise UsageError("A consensus needs two readers or more.")
    votes = np.zeros(masks[0].shape, np.int32)
    for mask in masks:
        check_shapes(mask, masks[0])
        votes += mask != 0
    return MaskConsensus(2 * votes > len(masks), 2 * votes == len(masks))
