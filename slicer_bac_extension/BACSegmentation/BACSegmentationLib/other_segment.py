"""Calcification that is not along an artery, as a segment of its own beside the segment "BAC"."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from BACSegmentationLib import terminology
from BACSegmentationLib.lattice import matrix_of_image, matrix_of_volume, offset_px, placed, shape_of
from BACSegmentationLib.segments import (
    OTHER_ID,
    UNLIKE,
    labelmap_of,
    mask_of,
    replace_mask,
    show_mask,
    side_of,
    write_segment,
)
from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

OTHER_NAME: Final = _("Calcification not along an artery")
COLOUR: Final = (86 / 255, 180 / 255, 233 / 255)
"""As on the pictures of the command line."""


def show_classes(
    volume_node: Any,
    mask: NDArray[Any],
    other: NDArray[Any] | None,
    *,
    segmentation_node: Any = None,
    laterality: bac.Laterality | None = None,
) -> Any:
    """`show_mask`, and beside it what is not along an artery, (rows, columns) of any type; None for none."""
    node = show_mask(volume_node, mask, segmentation_node=segmentation_node, laterality=laterality)
    _show_other(node, volume_node, other, laterality)
    return node


def other_of(segmentation_node: Any, volume_node: Any) -> bac.Mask:
    """What is not along an artery as it is now, as `mask_of` gives the BAC segment, with its errors.

    A pixel of both is of the artery.
    """
    mask = mask_of(segmentation_node, volume_node)
    if segmentation_node.GetSegmentation().GetSegment(OTHER_ID) is None:
        return np.zeros_like(mask)
    labelmap = labelmap_of(segmentation_node, OTHER_ID)
    shift = offset_px(
        matrix_of_image(labelmap), matrix_of_volume(volume_node), shape_of(volume_node.GetImageData())
    )
    return np.asarray(placed(labelmap, shift or (0, 0), mask.shape) & ~mask)


def replace_classes(segmentation_node: Any, volume_node: Any, mask: bac.Mask, other: bac.Mask) -> None:
    """Write both classes; a segment that is the same already is left alone. Errors as for `replace_mask`."""
    if not np.array_equal(other_of(segmentation_node, volume_node), other):
        _show_other(segmentation_node, volume_node, other, None)
    if not np.array_equal(mask_of(segmentation_node, volume_node), mask):
        replace_mask(segmentation_node, volume_node, mask)


def move_part(segmentation_node: Any, volume_node: Any, row: float, column: float) -> bac.MovedPart | None:
    """Move the part at a place to the other class; None where there is none. Errors as for `mask_of`."""
    mask = mask_of(segmentation_node, volume_node)
    labels = bac.both_classes(mask.astype(np.uint8), other_of(segmentation_node, volume_node))
    found = bac.moved(labels, row, column)
    if found is not None:
        arteries, others = bac.artery_mask(found.labels), bac.other_mask(found.labels)
        replace_classes(segmentation_node, volume_node, arteries, others)
    return found


def _show_other(
    node: Any, volume_node: Any, other: NDArray[Any] | None, laterality: bac.Laterality | None
) -> None:
    """There is a segment only where there is any."""
    segmentation = node.GetSegmentation()
    there = segmentation.GetSegment(OTHER_ID) is not None
    found = np.asarray(other) != 0 if other is not None else None
    if found is None or not found.any():
        if there:
            segmentation.RemoveSegment(OTHER_ID)
        return
    shape = shape_of(volume_node.GetImageData())
    if found.shape != shape:
        raise bac.UsageError(UNLIKE.format(volume=volume_node.GetName(), shape=shape, found=found.shape))
    if not there:
        segmentation.AddEmptySegment(OTHER_ID, OTHER_NAME, COLOUR)
        kind = terminology.OTHER_TYPE
        terminology.describe(segmentation.GetSegment(OTHER_ID), side_of(volume_node, laterality), kind)
    write_segment(node, OTHER_ID, found, volume_node)
