"""Distance between the outlines of two masks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shared_core.statistics.overlap import Mask, check_shapes
from shared_core.statistics.paired_samples import Values


@dataclass(frozen=True)
class OutlineDistance:
    """Symmetric distance of two outlines."""

    hausdorff95: float
    """Larger of the two directed 95th percentiles."""
    hausdorff: float
    """Largest distance."""
    mean: float
    """Mean over the points of both outlines."""
    unit: Literal["mm", "px"]


def outline_distance(
    mask: NDArray[np.generic],
    reference: NDArray[np.generic],
    *,
    spacing_mm: tuple[float, float] | None = None,
) -> OutlineDistance:
    """Hausdorff distance, its 95th percentile, and the mean distance of two outlines.

    The outline is every pixel of a mask with a 4-neighbour outside of it. The 95th percentile is taken in
    each direction, and the larger one counts (Huttenlocher 1993's partial distance). In pixels without
    `spacing_mm`, which is (row, column); NaN where both masks are empty, infinite where one is. `UsageError`
    where the shapes differ.
    """
    check_shapes(mask, reference)
    unit: Literal["mm", "px"] = "px" if spacing_mm is None else "mm"
    found, truth = mask != 0, reference != 0
    union = found | truth
    if not union.any():
        return _everywhere(float("nan"), unit)
    if not (found.any() and truth.any()):
        return _everywhere(float("inf"), unit)
    # Outlines lie within the box of both masks: vessels are small in a 13-megapixel view.
    rows, columns = np.flatnonzero(union.any(axis=1)), np.flatnonzero(union.any(axis=0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    one, other = _outline(found[box]), _outline(truth[box])
    there, back = _distances(one, other, spacing_mm), _distances(other, one, spacing_mm)
    both = np.concatenate([there, back])
    return OutlineDistance(
        hausdorff95=float(max(np.percentile(there, 95), np.percentile(back, 95))),
        hausdorff=float(both.max()),
        mean=float(both.mean()),
        unit=unit,
    )


def _outline(mask: Mask) -> Mask:
    wide = np.pad(mask, 1)
    inside = wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    return np.asarray(mask & ~inside)


def _distances(points: Mask, to: Mask, spacing_mm: tuple[float, float] | None) -> Values:
    from scipy import ndimage

    field: Values = ndimage.distance_transform_edt(~to, sampling=spacing_mm)
    return field[points]


def _everywhere(value: float, unit: Literal["mm", "px"]) -> OutlineDistance:
    return OutlineDistance(value, value, value, unit)
