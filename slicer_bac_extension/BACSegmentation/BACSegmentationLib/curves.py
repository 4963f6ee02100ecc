"""A line drawn along an artery with Markups becomes a band of the BAC segment (Guo 2021, II.A)."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import slicer.util
import vtk
from numpy.typing import NDArray

from BACSegmentationLib.segments import mask_of, replace_mask
from BACSegmentationLib.translation import tr as _
from BACSegmentationLib.volumes import read_volume
from shared_core import hosting as bac


def add_band(
    segmentation_node: Any,
    volume_node: Any,
    curve_node: Any,
    width_mm: float,
    *,
    spacing: bac.PixelSpacing | None = None,
    evidence: bac.CalciumEvidence | None = None,
    onto: NDArray[np.bool_] | None = None,
) -> int:
    """Add the band of a curve to the BAC segment.

    Parameters
    ----------
    curve_node
        vtkMRMLMarkupsCurveNode, as it is drawn; of a single point comes a disc.
    width_mm
        In the plane of the breast.
    spacing
        In the plane of the breast, as `mammogram_of` knows it; None takes the volume's, and 70 um a pixel
        where that is not known.
    evidence
        Where it is given, the points of the curve are completed along the calcium, see `followed_line`; a
        single one that lies on none marks nothing.
    onto
        (rows, columns) bool: what the band is added to; None for the segment as it is.

    Returns
    -------
    Pixels that were added to the segment.

    Raises
    ------
    UsageError
        No point lies on the image, or the width is not above 0; see also `segments.mask_of`.
    """
    if not width_mm > 0:
        raise bac.UsageError(
            _("The band must be wider than 0 mm, not {width_mm:g} mm.").format(width_mm=width_mm)
        )
    image = read_volume(volume_node)
    line = points_px(curve_node, volume_node, as_drawn=evidence is None)
    inside = (line > -0.5).all(axis=1) & (line < np.array(image.pixels.shape) - 0.5).all(axis=1)
    if not inside.any():
        raise bac.UsageError(
            _("{curve}: none of its points lies on {name}; draw it along an artery.").format(
                curve=curve_node.GetName(), name=image.name
            )
        )
    if evidence is not None:
        line = bac.followed_line(evidence, list(line[inside])).points
    shown = mask_of(segmentation_node, volume_node)
    mask = shown if onto is None else onto
    # Followed, a point beside all calcium is where a line begins, and no artery.
    lines = [line] if evidence is None or len(line) > 1 else []
    band = bac.line_bands(lines, mask.shape, spacing=spacing or image.spacing_mm, width_mm=width_mm)
    marked = mask | band
    if not np.array_equal(marked, shown):
        replace_mask(segmentation_node, volume_node, marked)
    return int(np.count_nonzero(marked & ~mask))


def points_px(curve_node: Any, volume_node: Any, *, as_drawn: bool = True) -> NDArray[np.float64]:
    """The curve as it is drawn, or its points alone: (n, 2) rows and columns in pixels of a volume."""
    points = curve_node.GetCurvePointsWorld() if as_drawn else None
    if points is None or points.GetNumberOfPoints() == 0:
        places = [
            list(curve_node.GetNthControlPointPositionWorld(n))
            for n in range(curve_node.GetNumberOfDefinedControlPoints())
        ]
    else:
        places = [points.GetPoint(n) for n in range(points.GetNumberOfPoints())]
    if not places:
        return np.empty((0, 2))
    world = vtk.vtkMatrix4x4()
    slicer.vtkMRMLTransformNode.GetMatrixTransformBetweenNodes(
        None, volume_node.GetParentTransformNode(), world
    )
    to_pixels = vtk.vtkMatrix4x4()
    volume_node.GetRASToIJKMatrix(to_pixels)
    matrix = slicer.util.arrayFromVTKMatrix(to_pixels) @ slicer.util.arrayFromVTKMatrix(world)
    columns, rows = (np.column_stack([places, np.ones(len(places))]) @ matrix.T)[:, :2].T
    return np.column_stack([rows, columns])
