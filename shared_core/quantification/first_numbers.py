"""Which pixels of numbered labels have another number than the one that they were first marked with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]
Numbers = NDArray[np.uint8]


class FirstNumbers:
    """Follows changes of labels; only pixels that were renumbered are kept, as they are few."""

    def __init__(self) -> None:
        self._places: Places = np.empty(0, np.intp)
        """Ascending."""
        self._firsts: Numbers = np.empty(0, np.uint8)

    @property
    def renumbered_px(self) -> int:
        """Pixels that are marked, and have another number than at first."""
        return len(self._places)

    def follow(self, places: Places, was: Numbers, became: Numbers) -> None:
        """Take in a change.

        Parameters
        ----------
        places
            (n,) of the pixels that changed, each once.
        was, became
            (n,) their labels before and after; 0 is not marked.
        """
        if not len(self._places) and not ((was > 0) & (became > 0)).any():
            return
        order = np.argsort(places)
        places, firsts, became = places[order], was[order], became[order]
        at = np.searchsorted(self._places, places)
        known = at < len(self._places)
        known[known] = self._places[at[known]] == places[known]
        firsts[known] = self._firsts[at[known]]
        other = (firsts > 0) & (became > 0) & (firsts != became)
        untouched = np.ones(len(self._places), np.bool_)
        untouched[at[known]] = False
        all_places = np.concatenate([self._places[untouched], places[other]])
        all_firsts = np.concatenate([self._firsts[untouched], firsts[other]])
        order = np.argsort(all_places)
        self._places, self._firsts = all_places[order], all_firsts[order]
