"""A mask as the segment "BAC" of a segmentation node, and back, pixel for pixel."""

from __future__ import annotations

from typing import Any, Final

from shared_core.mammogram import Mask

SEGMENT_ID: Final = "BAC"
SEGMENT_NAME: Final = "BAC"


def show_mask(volume_node: Any, mask: Mask, *, segmentation_node: Any = None) -> Any:
    """Show a mask on a volume: coloured, coded, in the volume's study, never in 3D.

    Parameters
    ----------
    volume_node
        Gives the geometry.
    mask
        (rows, columns) bool or uint8, true where BAC.
    segmentation_node
        Whose BAC segment is replaced; None makes a node "<volume> BAC".

    Returns
    -------
    The vtkMRMLSegmentationNode. BAC is its only segment unless a person added others.

    Raises
    ------
    shared_core.errors.UsageError
        The mask has another shape than the volume.
    """
    raise NotImplementedError


def mask_of(segmentation_node: Any, volume_node: Any) -> Mask:
    """The BAC segment as it is now: (rows, columns) bool at the volume's pixels, never resampled.

    Raises
    ------
    shared_core.errors.UsageError
        There is no BAC segment, or its pixels are not the volume's, as where the spacing was changed after
        segmenting: see `geometry_problem` and `refit`.
    """
    raise NotImplementedError


def geometry_problem(segmentation_node: Any, volume_node: Any) -> str:
    """One sentence where the pixels of a segmentation are not those of its volume; empty where they are."""
    raise NotImplementedError


def refit(segmentation_node: Any, volume_node: Any) -> None:
    """Put the BAC segment pixel for pixel on a volume whose spacing or position was changed after it.

    Raises
    ------
    shared_core.errors.UsageError
        There is no BAC segment, or it has not the volume's number of pixels.
    """
    raise NotImplementedError


def segment_id(segmentation_node: Any) -> str:
    """ID of the BAC segment; empty where there is none.

    The segment of that ID, else of that name, else the only one.
    """
    raise NotImplementedError


def segmentation_of(volume_node: Any) -> Any:
    """The segmentation node whose reference image is a volume and that has a BAC segment, or None."""
    raise NotImplementedError
