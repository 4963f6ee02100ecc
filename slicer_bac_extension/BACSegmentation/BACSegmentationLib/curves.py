"""A line drawn along an artery with Markups becomes a band of the BAC segment (Guo 2021, II.A)."""

from __future__ import annotations

from typing import Any

from shared_core.mammogram import PixelSpacing


def add_band(
    segmentation_node: Any,
    volume_node: Any,
    curve_node: Any,
    width_mm: float,
    *,
    spacing: PixelSpacing | None = None,
) -> int:
    """Add the band of a curve to the BAC segment.

    Parameters
    ----------
    curve_node
        vtkMRMLMarkupsCurveNode, as it is drawn; a closed one is a band around.
    width_mm
        In the plane of the breast.
    spacing
        In the plane of the breast; None takes the volume's, and 70 um a pixel where that is not known.

    Returns
    -------
    Pixels that came new into the segment.

    Raises
    ------
    shared_core.errors.UsageError
        No point lies on the image, or the width is not above 0.
    """
    raise NotImplementedError
