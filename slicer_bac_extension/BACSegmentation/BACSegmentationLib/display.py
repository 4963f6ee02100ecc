"""A mammogram on the screen as a reader wants it: upright, alone, its pixels as they are, and never in 3D."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import slicer
import slicer.util

from BACSegmentationLib import heat_maps
from BACSegmentationLib.mammograms import turn_of
from shared_core import hosting as bac

SLICE: Final = "Red"
FILL_OPACITY: Final = 0.15
"""Light enough to see the calcium through it."""
OUTLINE_OPACITY: Final = 1.0


def show_mammogram(volume_node: Any, segmentation_node: Any = None) -> None:
    """Show a volume in the Red view: Axial, One-up, fitted, interpolation off.

    Without a layout manager (no main window) the nodes are set up all the same.

    Parameters
    ----------
    segmentation_node
        Shown on it; segmentations of other volumes are hidden.
    """
    display, heat = volume_node.GetDisplayNode(), heat_maps.of(segmentation_node)
    if display is not None:
        display.SetInterpolate(False)
    if segmentation_node is not None:
        set_up_overlay(segmentation_node)
        _hide_others(volume_node, segmentation_node)
    layout_manager = slicer.app.layoutManager()
    if layout_manager is not None:
        layout_manager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView)
    for composite in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"):
        if composite.GetLayoutName() == SLICE:
            composite.SetBackgroundVolumeID(volume_node.GetID())
            composite.SetForegroundVolumeID(None)
            composite.SetLabelVolumeID(heat.GetID() if heat is not None else None)
            composite.SetLabelOpacity(heat_maps.OPACITY)
    if layout_manager is not None:
        show_upright(layout_manager.sliceWidget(SLICE).sliceLogic(), turn_of(volume_node))


def show_upright(slice_logic: Any, turn: bac.Turn | None = None) -> None:
    """Turn and fit a slice view so that the first row of the file lies on top and its first column left.

    "Rotate to volume plane" would mirror an image that carries no orientation, as mammograms do.

    Parameters
    ----------
    turn
        What makes a picture hang upright that is not stored so; the view is turned, not the picture.
    """
    node = slice_logic.GetSliceNode()
    node.SetOrientation("Axial")
    if turn is not None and turn != bac.Turn():
        _turn(node, turn)
    slice_logic.FitSliceToBackground()
    slice_logic.SnapSliceOffsetToIJK()


def _turn(slice_node: Any, turn: bac.Turn) -> None:
    """Change where the axes of a slice view lead to: to the right, and up."""
    to_ras = slicer.util.arrayFromVTKMatrix(slice_node.GetSliceToRAS())
    right, up = to_ras[:3, 0].copy(), to_ras[:3, 1].copy()
    if turn.transposed:
        right, up = -up, -right
    right, up = (-right if turn.mirrored else right), (-up if turn.upside_down else up)
    to_ras[:3, 0], to_ras[:3, 1], to_ras[:3, 2] = right, up, np.cross(right, up)
    slice_node.GetSliceToRAS().DeepCopy(slicer.util.vtkMatrixFromArray(to_ras))
    slice_node.UpdateMatrices()


def set_up_overlay(segmentation_node: Any) -> None:
    """Outline and light fill in 2D; nothing in 3D, and no surface that could be shown there."""
    display = segmentation_node.GetDisplayNode()
    if display is None:
        segmentation_node.CreateDefaultDisplayNodes()
        display = segmentation_node.GetDisplayNode()
    display.SetVisibility(True)
    # A heat map has colours of its own within the outline.
    display.SetVisibility2DFill(heat_maps.of(segmentation_node) is None)
    display.SetVisibility2DOutline(True)
    display.SetOpacity2DFill(FILL_OPACITY)
    display.SetOpacity2DOutline(OUTLINE_OPACITY)
    display.SetVisibility3D(False)
    # Else Slicer makes a surface of the labelmap for 3D views by itself.
    display.SetPreferredDisplayRepresentationName2D(_LABELMAP)
    display.SetPreferredDisplayRepresentationName3D(_LABELMAP)


_LABELMAP: Final = "Binary labelmap"


def _hide_others(volume_node: Any, segmentation_node: Any) -> None:
    role = segmentation_node.GetReferenceImageGeometryReferenceRole()
    for other in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
        elsewhere = other.GetNodeReference(role) is not volume_node
        if other is not segmentation_node and elsewhere and other.GetDisplayNode() is not None:
            other.GetDisplayNode().SetVisibility(False)
