"""All segments of a DICOM segmentation on its mammogram, pixel on pixel."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import slicer

from BACSegmentationLib import view_records
from BACSegmentationLib.display import set_up_overlay
from BACSegmentationLib.image_files import load_segmentation
from BACSegmentationLib.lattice import cropped_image, matrix_of_volume, shape_of
from BACSegmentationLib.other_segment import other_of
from BACSegmentationLib.segments import mask_of, put_into
from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

_SOURCE: Final = "BACSegmentation.Source"
"""Attribute of a segmentation: the file that all of its segments are from."""


def load_segments(path: Path, volume_node: Any) -> Any:
    """Show a SEG on its mammogram: the calcification as BAC, the other segments beside it under their names.

    What it tells as calcification that is not along an artery is that here, too.

    Returns
    -------
    The vtkMRMLSegmentationNode. Where none or several of its segments are calcification, the one to be
    measured is chosen in the panel.

    Raises
    ------
    OpenBacError
        It cannot be read, or is of another mammogram.
    """
    segments = bac.segments_in(path)
    try:
        calcification = bac.read_mask_file(path).segment
        node = load_segmentation(path, volume_node)
    except bac.UsageError as error:
        if error.remedy is not bac.Remedy.CHOOSE_SEGMENT:
            raise
        calcification, node = None, _empty(volume_node)
    known = None
    if calcification is not None:
        known = mask_of(node, volume_node), other_of(node, volume_node)
    for number, label in segments:
        if number == calcification:
            continue
        mask = bac.read_mask_file(path, segment=number).mask
        is_other = known is not None and known[1].any() and np.array_equal(mask & ~known[0], known[1])
        if not is_other:
            _add(node, label, mask, volume_node)
    node.SetAttribute(_SOURCE, path.name)
    return node


def keep_source(segmentation_node: Any, volume_node: Any) -> None:
    """Say of the segment that is measured from now on which file it is from, where it is from one."""
    source = segmentation_node.GetAttribute(_SOURCE)
    if source:
        view_records.keep_file(segmentation_node, source, mask_of(segmentation_node, volume_node))


def _empty(volume_node: Any) -> Any:
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", f"{volume_node.GetName()} SEG")
    node.CreateDefaultDisplayNodes()
    set_up_overlay(node)
    node.SetAndObserveTransformNodeID(volume_node.GetTransformNodeID())
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume_node)
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    item = hierarchy.GetItemByDataNode(volume_node)
    if item:
        put_into(hierarchy, hierarchy.GetItemParent(item), node)
    return node


def _add(node: Any, label: str, mask: bac.Mask, volume_node: Any) -> None:
    shape = shape_of(volume_node.GetImageData())
    if mask.shape != shape:
        raise bac.UsageError(
            _(
                "{volume}: has {shape} pixels (rows, columns), but the segment {label} has {drawn}; it "
                "was drawn on another image."
            ).format(volume=volume_node.GetName(), shape=shape, label=label, drawn=mask.shape)
        )
    segment = node.GetSegmentation().AddEmptySegment("", label)
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    labelmap = cropped_image(mask, matrix_of_volume(volume_node))
    logic.SetBinaryLabelmapToSegment(labelmap, node, segment, logic.MODE_REPLACE)
