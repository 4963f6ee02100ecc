"""What most readers say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from shared_core.errors import UsageError
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
