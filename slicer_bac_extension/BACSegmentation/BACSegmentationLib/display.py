"""A mammogram on the screen as a reader wants it: upright, alone, its pixels as they are, and never in 3D."""

from __future__ import annotations

from typing import Any, Final

import slicer
import slicer.util

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
    display = volume_node.GetDisplayNode()
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
            composite.SetLabelVolumeID(None)
    if layout_manager is not None:
        show_upright(layout_manager.sliceWidget(SLICE).sliceLogic())


def show_upright(slice_logic: Any) -> None:
    """Turn and fit a slice view so that the first row of the file lies on top and its first column left.

    "Rotate to volume plane" would mirror an image that carries no orientation, as mammograms do.
    """
    slice_logic.GetSliceNode().SetOrientation("Axial")
    slice_logic.FitSliceToBackground()
    slice_logic.SnapSliceOffsetToIJK()


def set_up_overlay(segmentation_node: Any) -> None:
    """Outline and light fill in 2D; nothing in 3D, and no surface that could be shown there."""
    display = segmentation_node.GetDisplayNode()
    if display is None:
        segmentation_node.CreateDefaultDisplayNodes()
        display = segmentation_node.GetDisplayNode()
    display.SetVisibility(True)
    display.SetVisibility2DFill(True)
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
