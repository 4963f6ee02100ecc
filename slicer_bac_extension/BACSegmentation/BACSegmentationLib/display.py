"""A mammogram on the screen as a reader wants it: upright, alone, its pixels as they are, and never in 3D."""

from __future__ import annotations

from typing import Any


def show_mammogram(volume_node: Any, segmentation_node: Any = None) -> None:
    """Show a volume in the Red view: Axial, One-up, fitted, interpolation off; its overlay beside it alone.

    Without a layout manager (no main window) the nodes are set up all the same.

    Parameters
    ----------
    segmentation_node
        Shown on it; other segmentations whose reference is another volume are hidden.
    """
    raise NotImplementedError


def set_up_overlay(segmentation_node: Any) -> None:
    """Outline and light fill in 2D; nothing in 3D, and no surface that could ever be shown there."""
    raise NotImplementedError
