"""Stored values to modality values: Modality LUT Module (PS3.3 C.11.1), and MONOCHROME1 turned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.notices import Notice
from shared_core.notices.of_files import MODALITY_LUT_APPLIED, RESCALE_SLOPE_ZERO
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.lut import LookupTable, lookup_table
from shared_core.reading.dicom.pointwise import map_values
from shared_core.reading.dicom.stored_layout import StoredLayout
from shared_core.reading.pixel_types import smallest_type

Values = NDArray[np.float64]


@dataclass(frozen=True)
class ModalityTransform:
    """Rescale Slope and Intercept, or a table over stored values."""

    slope: float = 1.0
    intercept: float = 0.0
    table: LookupTable | None = None

    def __call__(self, stored: Values) -> Values:
        """Modality values of stored values."""
        if self.table is not None:
            return self.table.raw_values(stored)
        return self.slope * stored + self.intercept

    def mirror(self, layout: StoredLayout) -> float:
        """The constant m for which ``m - modality`` is what GDCM makes of MONOCHROME1.

        GDCM turns the stored values over their whole bit range and rescales afterwards.
        """
        if self.table is not None:
            return float((1 << self.table.bits) - 1)
        return self.slope * (layout.lowest + layout.highest) + 2 * self.intercept


def modality_transform(
    attributes: Attributes, layout: StoredLayout
) -> tuple[ModalityTransform, list[Notice]]:
    """Read the Modality LUT Module; what cannot be used is left out with a notice."""
    for item in attributes.items("ModalityLUTSequence")[:1]:
        table, notices = lookup_table(item, layout.signed, "Modality LUT")
        if table is not None:
            return ModalityTransform(table=table), [*notices, MODALITY_LUT_APPLIED.notice()]
        return ModalityTransform(), notices
    slope, intercept = attributes.number("RescaleSlope"), attributes.number("RescaleIntercept")
    if slope == 0:
        return ModalityTransform(), [RESCALE_SLOPE_ZERO.notice()]
    return ModalityTransform(1.0 if slope is None else slope, intercept or 0.0), []


def modality_pixels(stored: NDArray[Any], transform: ModalityTransform, mirror: float | None) -> NDArray[Any]:
    """`Mammogram.pixels` of stored values of 8 or 16 bits, in the smallest type that holds them.

    Integers where slope and intercept are; the input itself where nothing changes. `mirror` is that of
    `ModalityTransform.mirror` for images to be turned, else None.
    """
    if mirror is None and transform == ModalityTransform() and stored.dtype != np.int8:
        return stored

    def turned(values: Values) -> Values:
        return transform(values) if mirror is None else mirror - transform(values)

    if transform.table is None and not (transform.slope.is_integer() and transform.intercept.is_integer()):
        return map_values(stored, turned, np.float32)
    if transform.table is not None:
        ends = np.array([transform.table.entries.min(), transform.table.entries.max()], np.float64)
        ends = ends if mirror is None else mirror - ends
    else:
        ends = turned(np.array([stored.min(), stored.max()], np.float64))
    dtype = smallest_type(ends.min(), ends.max(), at_least_bytes=stored.dtype.itemsize)
    return map_values(stored, turned, dtype)


def stored_from_gdcm(
    pixels: NDArray[Any], transform: ModalityTransform, layout: StoredLayout, turned: bool
) -> NDArray[Any]:
    """Stored values of pixels that GDCM has read: the way of `modality_pixels` back.

    GDCM applies slope and intercept, turns MONOCHROME1 (`turned`), and ignores a Modality LUT. `UsageError`
    for another size, or values that the file cannot hold.
    """
    if pixels.shape != (layout.rows, layout.columns):
        raise UsageError(
            f"{layout.name}: is {layout.columns} x {layout.rows} pixels, the image in memory has shape "
            f"{pixels.shape}; name the file it was loaded from."
        )
    linear = ModalityTransform() if transform.table is not None else transform
    ends = float(layout.lowest + layout.highest)

    def back(values: Values) -> Values:
        stored = (values - linear.intercept) / linear.slope
        return ends - stored if turned else stored

    small = layout.bits_stored <= 8
    dtype = np.dtype(("i" if layout.signed else "u") + ("1" if small else "2"))
    extremes = back(np.array([pixels.min(), pixels.max()], np.float64))
    close = np.abs(extremes - np.rint(extremes)).max() < 1e-3
    if not (close and extremes.min() >= layout.lowest - 0.5 and extremes.max() <= layout.highest + 0.5):
        raise UsageError(
            f"{layout.name}: holds other values than the image in memory; name the file it was loaded from."
        )
    return map_values(
        pixels, lambda values: np.clip(np.rint(back(values)), layout.lowest, layout.highest), dtype
    )
