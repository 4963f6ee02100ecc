"""A mask as the segment "BAC" of a segmentation node, and back, pixel for pixel."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import slicer
import slicer.util
from numpy.typing import NDArray

from BACSegmentationLib import terminology
from BACSegmentationLib.display import set_up_overlay
from BACSegmentationLib.lattice import (
    cropped_image,
    matrix_of_image,
    matrix_of_volume,
    offset_px,
    placed,
    shape_of,
)
from BACSegmentationLib.mammograms import header_of
from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

_CHOSEN: Final = "BACSegmentation.Segment"
"""Attribute of a segmentation: the segment that a person chose to be measured."""
UNLIKE: Final = _(
    "{volume}: has {shape} pixels (rows, columns), but the mask has {found}; use the mask of this mammogram."
)
_SHAPE: Final = "BACSegmentation.Shape"
"""Attribute of a segmentation: rows and columns of the image that its mask was made on."""
SEGMENT_ID: Final = "BAC"
SEGMENT_NAME: Final = "BAC"
COLOUR: Final = (255 / 255, 176 / 255, 0.0)
"""Of findings on the pictures of the command line."""
OTHER_ID: Final = "BACOther"
"""Of the segment of calcification that is not along an artery, see `other_segment`."""


def show_mask(
    volume_node: Any,
    mask: NDArray[Any],
    *,
    segmentation_node: Any = None,
    laterality: bac.Laterality | None = None,
) -> Any:
    """Show a mask on a volume: coloured, coded, in the volume's study, never in 3D.

    Parameters
    ----------
    volume_node
        Gives the geometry.
    mask
        (rows, columns) of any type, BAC where it is not 0.
    segmentation_node
        Whose BAC segment is replaced; None makes a node "<volume> BAC".
    laterality
        For the codes; None asks what is known of the volume.

    Returns
    -------
    The vtkMRMLSegmentationNode. BAC is its only segment unless a person added others.

    Raises
    ------
    UsageError
        The mask has another shape than the volume.
    """
    found = np.asarray(mask) != 0
    shape = shape_of(volume_node.GetImageData())
    if found.shape != shape:
        raise bac.UsageError(UNLIKE.format(volume=volume_node.GetName(), shape=shape, found=found.shape))
    node = segmentation_node or _new_segmentation(volume_node)
    node.SetAttribute(_CHOSEN, None)
    segment = _own_segment_id(node)
    new = not segment
    if new:
        segment = node.GetSegmentation().AddEmptySegment(SEGMENT_ID, SEGMENT_NAME, COLOUR)
    if new or reference_volume(node) is not volume_node:
        terminology.describe(node.GetSegmentation().GetSegment(segment), side_of(volume_node, laterality))
    write_segment(node, segment, found, volume_node)
    _put_beside(node, volume_node)
    return node


def replace_mask(segmentation_node: Any, volume_node: Any, mask: bac.Mask) -> None:
    """Write a changed mask into the segment that `mask_of` reads, whatever it is called.

    Raises
    ------
    UsageError
        There is no BAC segment.
    """
    write_segment(segmentation_node, _known_segment_id(segmentation_node), np.asarray(mask) != 0, volume_node)


def mask_of(segmentation_node: Any, volume_node: Any) -> bac.Mask:
    """The BAC segment as it is now: (rows, columns) bool at the volume's pixels, never resampled.

    Raises
    ------
    UsageError
        There is no BAC segment, or its pixels are not the volume's, as where the spacing was changed after
        segmenting: see `geometry_problem`.
    """
    problem = geometry_problem(segmentation_node, volume_node)
    if problem:
        raise bac.UsageError(problem)
    labelmap = labelmap_of(segmentation_node)
    shape = shape_of(volume_node.GetImageData())
    shift = offset_px(matrix_of_image(labelmap), matrix_of_volume(volume_node), shape)
    return placed(labelmap, shift or (0, 0), shape)


def geometry_problem(segmentation_node: Any, volume_node: Any) -> str:
    """One sentence where the pixels of a segmentation are not those of its volume; empty where they are.

    Raises
    ------
    UsageError
        There is no BAC segment.
    """
    nodes = {"name": segmentation_node.GetName(), "of": volume_node.GetName()}
    if segmentation_node.GetTransformNodeID() != volume_node.GetTransformNodeID():
        different = _("{name} and {of} are under different transforms; put both under the same one, or none.")
        return different.format(**nodes)
    labelmap, shape = labelmap_of(segmentation_node), shape_of(volume_node.GetImageData())
    rows, columns = shape
    made_on = segmentation_node.GetAttribute(_SHAPE)
    if made_on and made_on != f"{rows} x {columns}":
        return _(
            "{name} was made on an image of {made_on} pixels (rows x columns), {of} has {rows} x "
            "{columns} now: it was cropped or padded after segmenting. Press Apply again."
        ).format(**nodes, made_on=made_on, rows=rows, columns=columns)
    if offset_px(matrix_of_image(labelmap), matrix_of_volume(volume_node), shape) is not None:
        return ""
    was, now = labelmap.GetSpacing(), volume_node.GetSpacing()
    if np.allclose(was[:2], now[:2], rtol=1e-4):
        elsewhere = _("{name} does not lie on the pixels of {of}; choose the volume that it was made on.")
        return elsewhere.format(**nodes)
    return _(
        "{name} was made with {old_row_mm:.4g} x {old_column_mm:.4g} mm a pixel, {of} has {row_mm:.4g} x "
        "{column_mm:.4g} mm now: the pixel size was changed after segmenting. Press Apply again."
    ).format(**nodes, old_row_mm=was[1], old_column_mm=was[0], row_mm=now[1], column_mm=now[0])


def is_empty(segmentation_node: Any) -> bool:
    """Whether nothing is marked in the BAC segment, or there is none."""
    segment, image = segment_id(segmentation_node), slicer.vtkOrientedImageData()
    if not segment or not segmentation_node.GetBinaryLabelmapRepresentation(segment, image):
        return True
    first, last = image.GetExtent()[:2]
    return bool(last < first or image.GetScalarRange()[1] == 0)


def segment_id(segmentation_node: Any) -> str:
    """ID of the BAC segment; empty where there is none.

    The one that was chosen, else the segment of that ID, else of that name, else the only one, as a person
    may have drawn it.
    """
    segmentation = segmentation_node.GetSegmentation()
    chosen = segmentation_node.GetAttribute(_CHOSEN)
    if chosen and segmentation.GetSegment(chosen) is not None:
        return str(chosen)
    ids = [one for one, _name in segments_of(segmentation_node)]
    return _own_segment_id(segmentation_node) or (ids[0] if len(ids) == 1 else "")


def choose_segment(segmentation_node: Any, segment: str, volume_node: Any) -> None:
    """Measure a segment of somebody else's segmentation from now on, on a mammogram.

    What was known of the segment before goes, see `view_records`.
    """
    segmentation_node.SetAttribute(_CHOSEN, segment)
    if reference_volume(segmentation_node) is None:
        segmentation_node.SetReferenceImageGeometryParameterFromVolumeNode(volume_node)


def segments_of(segmentation_node: Any) -> list[tuple[str, str]]:
    """ID and name of each segment that may be BAC, in their order."""
    segmentation = segmentation_node.GetSegmentation()
    ids = [str(segmentation.GetNthSegmentID(n)) for n in range(segmentation.GetNumberOfSegments())]
    return [(one, str(segmentation.GetSegment(one).GetName())) for one in ids if one != OTHER_ID]


def segmentations_of(volume_node: Any) -> list[Any]:
    """The segmentation nodes whose reference image is a volume and that have a BAC segment."""
    nodes = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    return [node for node in nodes if reference_volume(node) is volume_node and segment_id(node)]


def segmentation_of(volume_node: Any) -> Any:
    """The first of them, or None."""
    return next(iter(segmentations_of(volume_node)), None)


def reference_volume(segmentation_node: Any) -> Any:
    """The volume that a segmentation was made on, or None."""
    return segmentation_node.GetNodeReference(segmentation_node.GetReferenceImageGeometryReferenceRole())


def _new_segmentation(volume_node: Any) -> Any:
    scene = volume_node.GetScene()
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", f"{volume_node.GetName()} BAC")
    node.CreateDefaultDisplayNodes()
    set_up_overlay(node)
    return node


def _own_segment_id(segmentation_node: Any) -> str:
    segmentation = segmentation_node.GetSegmentation()
    if segmentation.GetSegment(SEGMENT_ID) is not None:
        return SEGMENT_ID
    return str(segmentation.GetSegmentIdBySegmentName(SEGMENT_NAME))


def _known_segment_id(segmentation_node: Any) -> str:
    segment = segment_id(segmentation_node)
    names = ", ".join(known for _id, known in segments_of(segmentation_node))
    about = {"node": segmentation_node.GetName(), "names": names, "name": SEGMENT_NAME}
    if not segment and names:
        several = _("{node} has several segments ({names}), and none is {name}.").format(**about)
        raise bac.UsageError(several, bac.Remedy.CHOOSE_SEGMENT)
    if not segment:
        none = _(
            "{node} has no segment {name}; name the one that marks calcification {name}, or press Apply."
        )
        raise bac.UsageError(none.format(**about))
    return segment


def labelmap_of(segmentation_node: Any, segment: str = "") -> Any:
    """vtkOrientedImageData of a segment; of BAC where none is named."""
    image = slicer.vtkOrientedImageData()
    segment = segment or _known_segment_id(segmentation_node)
    segmentation_node.GetBinaryLabelmapRepresentation(segment, image)
    if image.GetExtent()[1] < image.GetExtent()[0]:  # empty, and then without a geometry of its own
        return _reference_image(segmentation_node) or image
    return image


def _reference_image(segmentation_node: Any) -> Any:
    """An empty image of the geometry that the segmentation was made with, or None."""
    converter = slicer.vtkSegmentationConverter
    name = converter.GetReferenceImageGeometryParameterName()
    kept = segmentation_node.GetSegmentation().GetConversionParameter(name)
    image = slicer.vtkOrientedImageData()
    return image if kept and converter.DeserializeImageGeometry(kept, image, False) else None


def write_segment(segmentation_node: Any, segment: str, mask: bac.Mask, volume_node: Any) -> None:
    """On the pixels of a volume; no more of the segment is kept than its bounding box."""
    # In this order: the geometry is taken relative to the transform.
    segmentation_node.SetAndObserveTransformNodeID(volume_node.GetTransformNodeID())
    segmentation_node.SetReferenceImageGeometryParameterFromVolumeNode(volume_node)
    rows, columns = mask.shape
    segmentation_node.SetAttribute(_SHAPE, f"{rows} x {columns}")
    # A surface of a mammogram takes gigabytes and minutes, each time that it changes.
    segmentation_node.RemoveClosedSurfaceRepresentation()
    labelmap = cropped_image(mask, matrix_of_volume(volume_node))
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    if not logic.SetBinaryLabelmapToSegment(labelmap, segmentation_node, segment, logic.MODE_REPLACE):
        raise bac.UsageError(
            _("{segmentation}: the segment could not be written; press Apply again.").format(
                segmentation=segmentation_node.GetName()
            )
        )


def side_of(volume_node: Any, laterality: bac.Laterality | None) -> bac.Laterality:
    """The side, or what is known of the volume."""
    if laterality is not None:
        return laterality
    try:
        return header_of(volume_node).laterality
    except bac.OpenBacError:
        return bac.Laterality.UNKNOWN


def _put_beside(segmentation_node: Any, volume_node: Any) -> None:
    """Into the study of the volume in the subject hierarchy."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(volume_node.GetScene())
    volume = hierarchy.GetItemByDataNode(volume_node) if hierarchy is not None else 0
    if not volume:
        return
    put_into(hierarchy, hierarchy.GetItemParent(volume), segmentation_node)


def put_into(hierarchy: Any, study: int, node: Any) -> None:
    """A node into a study of the subject hierarchy, wherever it was before."""
    own = hierarchy.GetItemByDataNode(node)
    if own:
        hierarchy.SetItemParent(own, study)
    else:
        hierarchy.CreateItem(study, node)
