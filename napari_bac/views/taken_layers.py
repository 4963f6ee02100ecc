"""Whether image and labels are still as they were taken: no number may be of other pixels than are seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from napari.layers import Image, Labels
from numpy.typing import NDArray

from napari_bac.views.opened_view import pixels_crc32
from shared_core import hosting as bac

CHANGES: Final = ("scale", "translate", "rotate", "shear", "affine", "set_data", "data")
"""Events of a layer after which it may be another one."""
_TOLERANCE: Final = 1e-6
"""Of a step on the canvas, by its length."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TakenLayers:
    """An image as it was when it was taken."""

    data: Any
    """The very object that the layer held."""
    crc32: int | None
    """Of its pixels; None where they are not in memory."""
    steps: tuple[float, float]
    """(row, column) size of a pixel by the scale of its layer."""
    enlarged: float = 1.0
    """On the canvas by the layout, which may change it: only images of unknown spacing."""

    @classmethod
    def of(cls, image: Image, *, enlarged: float = 1.0) -> TakenLayers:
        """As it is now."""
        row, column = _steps(_to_canvas(image))
        return cls(image.data, _crc32(image.data), (row / enlarged, column / enlarged), enlarged)

    @property
    def canvas_steps(self) -> tuple[float, float]:
        """(row, column) size of a pixel on the canvas."""
        return self.steps[0] * self.enlarged, self.steps[1] * self.enlarged

    def problem(self, image: Image, labels: Labels) -> bac.Notice | None:
        """Why labels cannot be measured on the image; None where all is as it was. Looks at no pixel."""
        pixels = labels.data
        if pixels.shape != _shape(self.data) or pixels.dtype != np.uint8:
            return bac.LABELS_UNFIT.notice()
        if image.data is not self.data:
            return bac.IMAGE_CHANGED.notice()
        of_image, of_labels = _to_canvas(image), _to_canvas(labels)
        # A pixel of the far corner lies half a pixel off at most.
        rows, columns = pixels.shape
        corner = np.array([rows, columns, 1.0])
        off = np.abs((of_image - of_labels) @ np.diag(corner)).max()
        if off > 0.5 * min(self.canvas_steps):
            return bac.LABELS_MOVED.notice()
        if not np.allclose(_steps(of_image), self.canvas_steps, rtol=_TOLERANCE):
            return bac.IMAGE_RESCALED.notice()
        return None

    def pixels_changed(self, image: Image) -> bool:
        """Whether the pixels are others, in the same memory or not; takes some 10 ms on 13 megapixels."""
        return image.data is not self.data or _crc32(image.data) != self.crc32


def _shape(data: Any) -> tuple[int, ...]:
    """Of a pyramid, that of the finest level."""
    return tuple(data.shape if hasattr(data, "shape") and hasattr(data, "dtype") else data[0].shape)


def _crc32(data: Any) -> int | None:
    return pixels_crc32(data) if isinstance(data, np.ndarray) else None


def _to_canvas(layer: Image | Labels) -> Matrix:
    """(2, 3): from (row, column, 1) of a pixel to the canvas."""
    origin, row, column = (
        np.asarray(layer.data_to_world(place), np.float64) for place in ((0, 0), (1, 0), (0, 1))
    )
    return np.stack([row - origin, column - origin, origin], axis=1)


def _steps(to_canvas: Matrix) -> tuple[float, float]:
    row, column = np.hypot(*to_canvas[:, :2])
    return float(row), float(column)
