"""The pixels along a curve, each with its place on it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.simulation.randomness import Floats, Map

Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Ribbon:
    """Pixels within a distance of a curve; they may lie outside the image."""

    rows: Indices
    columns: Indices
    nearest: Indices
    """Index of the nearest point of the curve."""
    along: Map
    """Distance in pixels from that point along the curve, signed."""
    across: Map
    """Distance in pixels from the curve, signed: positive to the right of its direction."""

    def inside(self, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        """Which pixels lie inside an image."""
        rows, columns = shape
        return np.asarray(
            (self.rows >= 0) & (self.rows < rows) & (self.columns >= 0) & (self.columns < columns)
        )


def ribbon_along(curve: Floats, half_width: float) -> Ribbon:
    """Find the pixels along a curve of (row, column) points in px, two at least, about a pixel apart."""
    pad = int(half_width) + 3
    corner = np.floor(curve.min(axis=0)).astype(int) - pad
    size = np.ceil(curve.max(axis=0)).astype(int) + pad + 1 - corner
    grid = np.rint(curve - corner).astype(np.intp)
    away = np.ones((int(size[0]), int(size[1])), np.uint8)
    away[grid[:, 0], grid[:, 1]] = 0
    distance, labels = cv2.distanceTransformWithLabels(
        away, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    point_of_label = np.zeros(int(labels.max()) + 1, np.intp)
    point_of_label[labels[grid[:, 0], grid[:, 1]]] = np.arange(len(curve))
    rows, columns = np.nonzero(distance <= half_width + 1)
    nearest = point_of_label[labels[rows, columns]]
    tangent = np.gradient(curve, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-12
    offset = np.stack([rows, columns], axis=1) + corner - curve[nearest]
    direction = tangent[nearest]
    along = (offset * direction).sum(axis=1).astype(np.float32)
    across = (offset[:, 1] * direction[:, 0] - offset[:, 0] * direction[:, 1]).astype(np.float32)
    return Ribbon(rows + corner[0], columns + corner[1], nearest, along, across)
