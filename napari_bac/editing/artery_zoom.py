"""Fill the canvas with one artery."""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np
from napari.components import ViewerModel
from napari.layers import Labels

from napari_bac.layout.single_view import fit_to
from shared_core import hosting as bac

_AROUND: Final = 1.4
"""Of the artery's box, so that tissue beside it is seen."""
_LEAST_SHARE: Final = 0.08
"""Of the view is shown even around the smallest speck."""


def zoom_to(viewer: ViewerModel, layer: Labels, label: int) -> bool:
    """Show what is marked with a label; False where nothing is.

    Works on mirrored and transposed views, and through the public interface of the viewer alone.
    """
    box = bac.bounding_box(np.asarray(layer.data) == label)
    if box is None:
        return False
    rows, columns = (box.top - 0.5, box.top + box.rows - 0.5), (box.left - 0.5, box.left + box.columns - 0.5)
    corners = np.array([layer.data_to_world(corner) for corner in product(rows, columns)])
    low, high = corners.min(axis=0), corners.max(axis=0)
    whole = np.ptp(layer.extent.world, axis=0)
    shown = np.maximum((high - low) * _AROUND, whole * _LEAST_SHARE)
    # Fitting the view tells how large the canvas is.
    fit_to(viewer, layer)
    viewer.camera.zoom *= float(np.min(whole / shown))
    middle = ((low + high) / 2)[list(viewer.dims.displayed)[-2:]]
    viewer.camera.center = (0.0, float(middle[0]), float(middle[1]))
    return True
