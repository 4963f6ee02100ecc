"""Patches of labelled views on disk or in memory, the unit that a network is trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

IGNORED: Final = 255
"""Label of a pixel that takes no part."""


@dataclass(frozen=True, eq=False)
class PatchSet:
    """Patches of one size, with the view that each came from."""

    images_u8: NDArray[np.uint8]
    """(patches, tile_px, tile_px); may be a memory map."""
    labels: NDArray[np.uint8]
    """(patches, tile_px, tile_px): 0 background, 1 BAC, `IGNORED`."""
    views: NDArray[np.int32]
    """(patches,): number of the view in its source."""
    corners_px: NDArray[np.int32]
    """(patches, 2): row and column of the upper left corner in the view."""

    def __len__(self) -> int:
        return len(self.images_u8)

    def chosen(self, numbers: NDArray[np.int64]) -> PatchSet:
        """Those of these numbers, in memory."""
        return PatchSet(
            self.images_u8[numbers], self.labels[numbers], self.views[numbers], self.corners_px[numbers]
        )
