"""How the breast lies in the picture: at which edges, and whether it ends within them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

Edge = Literal["left", "right"]

_EDGE_PX: Final = 3
"""Along the edge of a picture a mask may end a little before it."""
LEAST_WALL_SHARE: Final = 0.3
"""The chest wall takes this share of its edge, and twice as much as of the opposite one."""
LEAST_CUT_SHARE: Final = 0.25
"""A picture cut to the breast touches its outer edge over up to 0.18 of the height (59 digital views)."""
LEAST_FILLED_SHARE: Final = 0.9
"""Of each of the four edges, where no skin line is in the picture."""


@dataclass(frozen=True)
class Framing:
    """Share of each edge of the picture, 0 to 1, at which the breast lies."""

    left: float
    right: float
    top: float
    bottom: float

    @property
    def wall(self) -> Edge | None:
        """The edge of the chest wall; None where the shape leaves it open."""
        if max(self.left, self.right) < max(LEAST_WALL_SHARE, 2 * min(self.left, self.right)):
            return None
        return "left" if self.left > self.right else "right"

    @property
    def without_skin_line(self) -> bool:
        """Whether the breast fills the picture, as in a crop."""
        return min(self.left, self.right, self.top, self.bottom) >= LEAST_FILLED_SHARE

    @property
    def outer_share(self) -> float:
        """Of the edge opposite the chest wall."""
        return min(self.left, self.right)

    @property
    def cut_off(self) -> bool:
        """Whether the breast goes on beyond the edge opposite the chest wall."""
        return self.outer_share >= LEAST_CUT_SHARE and not self.without_skin_line


def framing_of(breast: Mask) -> Framing:
    """See `Framing`.

    Parameters
    ----------
    breast
        (rows, columns) bool.
    """

    def share(strip: NDArray[np.bool_], axis: int) -> float:
        return float(strip.any(axis=axis).mean())

    return Framing(
        left=share(breast[:, :_EDGE_PX], 1),
        right=share(breast[:, -_EDGE_PX:], 1),
        top=share(breast[:_EDGE_PX], 0),
        bottom=share(breast[-_EDGE_PX:], 0),
    )
