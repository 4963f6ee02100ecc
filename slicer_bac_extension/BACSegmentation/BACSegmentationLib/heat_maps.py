"""Where a classifier of whole views looked, on its mammogram, in the colours that every host has for it."""

from __future__ import annotations

import functools
from typing import Any, Final

import numpy as np
import slicer
import slicer.util
import vtk
from numpy.typing import NDArray

from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

OPACITY: Final = 0.7
_ROLE: Final = "BACSegmentation.HeatMap"
"""Of a segmentation: the label map with the colours of its mask."""
_COLOURS: Final = _("OpenBAC heat map")


def keep(segmentation_node: Any, volume_node: Any, values: NDArray[np.float32], mask: bac.Mask) -> None:
    """Have the colours of a mask beside it; nothing of them where it is cut.

    Parameters
    ----------
    values, mask
        (rows, columns) of the volume: the heat map from 0 to 1, and where it counts.
    """
    node = of(segmentation_node)
    if node is None:
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode")
        # Neither a mammogram nor to be chosen as one.
        node.SetHideFromEditors(True)
        node.CreateDefaultDisplayNodes()
        segmentation_node.SetNodeReferenceID(_ROLE, node.GetID())
    node.SetName(_("{volume} heat map").format(volume=volume_node.GetName()))
    # A label of 0 is not drawn.
    steps = np.where(mask, np.clip(np.rint(values * 255), 1, 255), 0).astype(np.uint8)
    slicer.util.updateVolumeFromArray(node, steps[None])
    node.CopyOrientation(volume_node)
    node.SetAndObserveTransformNodeID(volume_node.GetTransformNodeID())
    node.GetDisplayNode().SetAndObserveColorNodeID(_colours().GetID())


def of(segmentation_node: Any) -> Any:
    """The label map of a mask that is a heat map; None of any other."""
    return segmentation_node.GetNodeReference(_ROLE) if segmentation_node is not None else None


def forget(segmentation_node: Any) -> None:
    """The mask is none any more."""
    node = of(segmentation_node)
    if node is not None:
        segmentation_node.SetNodeReferenceID(_ROLE, None)
        slicer.mrmlScene.RemoveNode(node)


@functools.cache
def go_with_segmentations() -> None:
    """Have each heat map go with its segmentation from now on, as nobody sees it in a list to delete it."""
    scene = slicer.mrmlScene
    scene.AddObserver(scene.NodeAboutToBeRemovedEvent, _on_node_going)


@vtk.calldata_type(vtk.VTK_OBJECT)
def _on_node_going(scene: Any, _event: str, node: Any) -> None:
    # A scene that is closed removes all of its nodes itself.
    if node is not None and node.IsA("vtkMRMLSegmentationNode") and not scene.IsClosing():
        forget(node)


def _colours() -> Any:
    """The table of the engine as Slicer has one, made once a scene."""
    known = slicer.mrmlScene.GetFirstNodeByName(_COLOURS)
    if known is not None:
        return known
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLColorTableNode", _COLOURS)
    node.SetTypeToUser()
    node.SetHideFromEditors(True)
    table = bac.heat_colours()
    node.SetNumberOfColors(len(table))
    for place, colour in enumerate(table / 255):
        node.SetColor(place, f"{place / 255:.2f}", *colour, float(place > 0))
    return node
