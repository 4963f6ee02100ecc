"""Where pixels lie: the geometry of nodes and labelmaps as numpy matrices, and one counted in the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import slicer.util
import vtk
from numpy.typing import NDArray
from vtk.util.numpy_support import vtk_to_numpy

Matrix = NDArray[np.float64]
"""(4, 4), from (column, row, slice) to millimetres."""

_SAME_PX = 0.01
"""Of rounding in files."""


def matrix_of_volume(volume_node: Any) -> Matrix:
    """IJK to RAS of a volume, without the transforms above it."""
    found = vtk.vtkMatrix4x4()
    volume_node.GetIJKToRASMatrix(found)
    return _array(found)


def matrix_of_image(image: Any) -> Matrix:
    """Image to world of a vtkOrientedImageData."""
    found = vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(found)
    return _array(found)


def shape_of(image: Any) -> tuple[int, int]:
    """(rows, columns) of an image."""
    columns, rows = image.GetDimensions()[:2]
    return rows, columns


def offset_px(inner: Matrix, outer: Matrix, shape: tuple[int, int]) -> tuple[int, int] | None:
    """Whole (rows, columns) by which one lattice of pixels is shifted in another.

    Parameters
    ----------
    inner, outer
        Both as `Matrix`; the thickness of the slice does not matter.
    shape
        (rows, columns) up to which both must agree.

    Returns
    -------
    None where the pixels of the two are not the same.
    """
    between = np.linalg.solve(outer, inner)
    rows, columns = shape
    corners = np.array([[0, 0, 0, 1], [columns, 0, 0, 1], [0, rows, 0, 1]], np.float64).T
    moved = (between @ corners - corners)[:2]
    shift = np.rint(moved[:, 0])
    if np.abs(moved - shift[:, None]).max() > _SAME_PX:
        return None
    return int(shift[1]), int(shift[0])


def placed(image: Any, shift: tuple[int, int], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """A labelmap on the whole image.

    Parameters
    ----------
    image
        vtkOrientedImageData with its extent.
    shift
        Whole (rows, columns) from its lattice to that of the image.
    shape
        (rows, columns) of the image; what lies outside is left out.
    """
    whole = np.zeros(shape, np.bool_)
    left, right, top, bottom, first, last = image.GetExtent()
    scalars = image.GetPointData().GetScalars()
    if scalars is None or right < left or bottom < top or not first <= 0 <= last:
        return whole
    values = vtk_to_numpy(scalars)
    plane = values.reshape(last - first + 1, bottom - top + 1, right - left + 1)[-first]
    top, left = top + shift[0], left + shift[1]
    inner_top, inner_left = max(-top, 0), max(-left, 0)
    plane = plane[inner_top : shape[0] - top, inner_left : shape[1] - left]
    row, column = max(top, 0), max(left, 0)
    whole[row : row + plane.shape[0], column : column + plane.shape[1]] = plane > 0
    return whole


def cropped_image(mask: NDArray[np.bool_], matrix: Matrix) -> Any:
    """The smallest labelmap that holds a mask, as vtkOrientedImageData of the whole image's lattice.

    60 times quicker to write and to read than a labelmap of full size on a mammogram.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, bottom = (int(rows[0]), int(rows[-1])) if rows.size else (0, 0)
    left, right = (int(columns[0]), int(columns[-1])) if columns.size else (0, 0)
    image = slicer.vtkOrientedImageData()
    image.SetExtent(left, right, top, bottom, 0, 0)
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    values = vtk_to_numpy(image.GetPointData().GetScalars())
    # VTK has no type for bool.
    values.reshape(bottom - top + 1, right - left + 1)[:] = mask[top : bottom + 1, left : right + 1]
    image.SetGeometryFromImageToWorldMatrix(slicer.util.vtkMatrixFromArray(matrix))
    return image


def _array(matrix: Any) -> Matrix:
    return np.asarray(slicer.util.arrayFromVTKMatrix(matrix), np.float64)
