"""Mean and spread of the probability maps of an ensemble, one map at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float32]


class MemberMean:
    """Adds up maps as they come; a single one stays as it is, bit for bit."""

    def __init__(self) -> None:
        self._count = 0
        self._mean: NDArray[np.float64] | None = None
        self._squares: NDArray[np.float64] | None = None
        """Sum of squared distances from the mean (Welford 1962, Technometrics 4:419)."""
        self._first: Map | None = None

    def add(self, values: Map) -> None:
        """One more member, (rows, columns)."""
        self._count += 1
        if self._count == 1:
            self._first = values
            return
        if self._mean is None or self._squares is None:
            assert self._first is not None
            self._mean, self._squares = self._first.astype(np.float64), np.zeros(values.shape)
        apart = values - self._mean
        self._mean += apart / self._count
        self._squares += apart * (values - self._mean)

    @property
    def values(self) -> Map:
        """The mean, (rows, columns)."""
        assert self._first is not None
        return self._first if self._mean is None else self._mean.astype(np.float32)

    def spread(self) -> Map | None:
        """Standard deviation (n - 1) of the members; None of a single one."""
        if self._squares is None:
            return None
        return np.sqrt(np.maximum(self._squares, 0) / (self._count - 1)).astype(np.float32)
