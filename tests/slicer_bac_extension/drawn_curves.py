"""Curves as a person draws them with Markups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import slicer
import vtk


def curve(volume: Any, points: Iterable[tuple[float, float]], name: str = "artery") -> Any:
    """An open curve through points, (row, column) in pixels of a volume."""
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsCurveNode", name)
    node.CreateDefaultDisplayNodes()
    to_ras = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(to_ras)
    transform = volume.GetParentTransformNode()
    if transform is not None:
        above = vtk.vtkMatrix4x4()
        transform.GetMatrixTransformToWorld(above)
        vtk.vtkMatrix4x4.Multiply4x4(above, to_ras, to_ras)
    for row, column in points:
        node.AddControlPointWorld(*to_ras.MultiplyPoint((column, row, 0, 1))[:3])
    return node
