"""What a log image would show without the calcium: harmonic interpolation from around a hole.

The background solves Laplace's equation in the hole, with values on the rim smoothed from outside it. Being
linear in the image, the sum of image - background over a region is a weighted sum of pixels, and these
weights can be laid on other places of the image: that is how its noise is found.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

Image = NDArray[np.float64]
_LEAST_SUPPORT = 0.02
"""Share of the smoothing kernel that must lie on usable pixels."""
_STEPS = ((-1, 0), (1, 0), (0, -1), (0, 1))


class NoBackground(ValueError):
    """A part of the hole has no usable pixel around it."""


def harmonic_background(image: Image, hole: Mask, usable: Mask, *, smoothing_px: float) -> Image:
    """`image` with the hole filled harmonically.

    Parameters
    ----------
    image
        (rows, columns) float64, finite.
    hole
        Pixels to be filled.
    usable
        Pixels that may serve as surroundings; those of the hole never do. Where the hole meets what is
        not usable (image border, air) the background has no slope across that border.
    smoothing_px
        Standard deviation of the Gaussian mean that gives the values on the rim.

    Returns
    -------
    numpy.ndarray
        float64, equal to `image` outside of the hole.

    Raises
    ------
    NoBackground
        If a part of the hole has no usable pixel around it.
    """
    filled: Image = image.copy()
    if not hole.any():
        return filled
    lattice = _lattice(hole, usable, smoothing_px)
    outside = lattice.outside
    level = float(image[outside].mean())
    rim = np.zeros(image.size)
    smoothed = _blur(np.where(outside, image - level, 0.0), smoothing_px).ravel()
    rim[lattice.rim] = smoothed[lattice.rim] / lattice.support[lattice.rim]
    source = np.where(lattice.rim_neighbours >= 0, rim[lattice.rim_neighbours], 0.0).sum(axis=0)
    filled.ravel()[lattice.unknown] = level + _solve(lattice, source)
    return filled


def contrast_weights(region: Mask, hole: Mask, usable: Mask, *, smoothing_px: float) -> Image:
    """Weights whose scalar product with an image is the sum of image - background over `region`.

    ``(weights * image).sum() == (image - harmonic_background(image, hole, ...))[region].sum()``: the adjoint
    of the interpolation, one solve for any number of images. They sum to 0. The region is a part of the hole;
    all else is as for `harmonic_background`.
    """
    lattice = _lattice(hole, usable, smoothing_px)
    green = _solve(lattice, region.ravel()[lattice.unknown].astype(np.float64))
    rim = np.zeros(hole.size)
    for neighbours in lattice.rim_neighbours:
        at = neighbours >= 0
        rim += np.bincount(neighbours[at], weights=green[at], minlength=hole.size)
    rim[lattice.rim] /= lattice.support[lattice.rim]
    spread = _blur(rim.reshape(hole.shape), smoothing_px)
    return np.asarray(np.where(lattice.outside, -spread, 0.0) + region, np.float64)


@dataclass(frozen=True, eq=False)
class _Lattice:
    """The equations of a hole: one a pixel, coupled to its four neighbours."""

    outside: Mask
    unknown: NDArray[np.intp]
    """(n,) flat positions of the hole's pixels."""
    neighbours: NDArray[np.intp]
    """(4, n) numbers of neighbouring unknowns; n where there is none."""
    rim_neighbours: NDArray[np.intp]
    """(4, n) flat positions of neighbours on the rim; -1 where there is none."""
    rim: NDArray[np.intp]
    """Flat positions of the rim."""
    support: Image
    """Flat; share of the smoothing kernel on usable pixels."""
    degree: Image
    """(n,) neighbours that count."""


def _lattice(hole: Mask, usable: Mask, smoothing_px: float) -> _Lattice:
    rows, columns = hole.shape
    outside = usable & ~hole
    support = _blur(outside.astype(np.float64), smoothing_px)
    good = ~hole & (support > _LEAST_SUPPORT)
    unknown = np.flatnonzero(hole)
    count = unknown.size
    number = np.full((rows + 2, columns + 2), count, np.intp)
    number[1:-1, 1:-1][hole] = np.arange(count)
    position = np.full((rows + 2, columns + 2), -1, np.intp)
    position[1:-1, 1:-1][good] = np.flatnonzero(good)
    row, column = np.divmod(unknown, columns)
    neighbours = np.stack([number[row + 1 + dr, column + 1 + dc] for dr, dc in _STEPS])
    rim_neighbours = np.stack([position[row + 1 + dr, column + 1 + dc] for dr, dc in _STEPS])
    on_rim: Mask = np.asarray(rim_neighbours >= 0)
    _check_every_part(hole, unknown, np.asarray(on_rim.any(axis=0)))
    degree = ((neighbours < count) | on_rim).sum(axis=0).astype(np.float64)
    rim = np.unique(rim_neighbours[on_rim])
    return _Lattice(outside, unknown, neighbours, rim_neighbours, rim, support.ravel(), degree)


def _check_every_part(hole: Mask, unknown: NDArray[np.intp], touches: Mask) -> None:
    parts, labels = cv2.connectedComponents(hole.view(np.uint8), connectivity=4, ltype=cv2.CV_32S)
    held = np.unique(labels.ravel()[unknown[touches]])
    if held.size < parts - 1:
        raise NoBackground("a part of the mask has no usable tissue around it")


def _solve(lattice: _Lattice, source: Image) -> Image:
    """Solve ``degree u - Σ u(neighbours) = source``: symmetric, and sparse as the hole is narrow."""
    # scipy takes a while to load, and only masks with pixels need it.
    from scipy.sparse import csc_matrix
    from scipy.sparse.linalg import splu

    count = source.size
    own = np.arange(count)
    coupled = lattice.neighbours < count
    rows = np.broadcast_to(own, coupled.shape)[coupled]
    values = np.concatenate([lattice.degree, np.full(rows.size, -1.0)])
    at = np.concatenate([own, rows]), np.concatenate([own, lattice.neighbours[coupled]])
    matrix = csc_matrix((values, at), shape=(count, count))
    factors = splu(matrix, "MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    return np.asarray(factors.solve(source), np.float64)


def _blur(image: Image, sigma_px: float) -> Image:
    """Gaussian mean with zeros around: equal to its own adjoint."""
    side = 2 * int(np.ceil(3 * sigma_px)) + 1
    blurred = cv2.GaussianBlur(image, (side, side), sigma_px, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(blurred, np.float64)
