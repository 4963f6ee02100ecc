"""How a mammogram is shown, for objects that show it again: Modality LUT, VOI LUT and polarity.

A presentation state replaces the whole way from stored values to the screen (PS3.4 N.2): what it does not
repeat is not done. All of it comes from the checks of `reading`, so that a damaged window is not passed on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from shared_core.dicom_objects.data_sets import dataset_of
from shared_core.dicom_objects.source_image import SourceImage
from shared_core.mammogram import DisplayTransform, VoiFunction, VoiLut, Window
from shared_core.preprocessing.display_fit import fitting_display
from shared_core.reading.dicom.dataset import OpenedDicom, open_dicom, quiet_pydicom
from shared_core.reading.dicom.modality import ModalityTransform, modality_transform
from shared_core.reading.reader import read_mammogram

_WHITE: Final = 65535


def put_grayscale(dataset: Dataset, source: SourceImage) -> None:
    """Write the Modality LUT, Softcopy VOI LUT and Softcopy Presentation LUT modules.

    PS3.3 C.11.1, C.11.8 and C.11.6. Shown as `fitting_display` says: the file's window or VOI LUT,
    or the full range where it has none that fits.
    """
    assert source.header.path is not None
    mammogram = read_mammogram(source.header.path)
    display, _ = fitting_display(mammogram)
    if source.made:
        put_rescale(dataset, *stored_grey(mammogram.pixels)[1:])
        _put_voi(dataset, source, shown_window(display))
        dataset.PresentationLUTShape = "IDENTITY"
        return
    with quiet_pydicom():
        opened = open_dicom(source.header.path, None, pixels=False)
        transform, _ = modality_transform(opened.attributes, opened.layout)
    _put_modality(dataset, opened, transform)
    _put_voi(dataset, source, display.voi or _over(display.full_range))
    dataset.PresentationLUTShape = "INVERSE" if opened.inverted else "IDENTITY"


def stored_grey(pixels: NDArray[Any]) -> tuple[NDArray[Any], float, float]:
    """Unsigned values of 8 or 16 bits, and the slope and intercept that give the pixels back.

    Whole numbers stay as they are, but for a shift of negative ones.
    """
    if pixels.dtype in (np.uint8, np.uint16):
        return pixels, 1.0, 0.0
    lowest, highest = float(pixels.min()), float(pixels.max())
    whole = pixels.dtype.kind in "iu" and highest - lowest <= _WHITE
    slope = 1.0 if whole else (highest - lowest) / _WHITE or 1.0
    stored = np.rint((pixels.astype(np.float64) - lowest) / slope).astype(np.uint16)
    return stored, slope, lowest


def put_rescale(dataset: Dataset, slope: float, intercept: float) -> None:
    """Write Rescale Slope and Intercept where they do something."""
    if (slope, intercept) != (1.0, 0.0):
        dataset.RescaleIntercept, dataset.RescaleSlope = decimal(intercept), decimal(slope)
        dataset.RescaleType = "US"


def shown_window(display: DisplayTransform) -> Window:
    """A window over `Mammogram.pixels` that shows what `display` does; full range where that is a table."""
    mirror = display.mirror
    if not isinstance(display.voi, Window):
        low, high = display.full_range
        return _over((low, high) if mirror is None else (mirror - high, mirror - low))
    if mirror is None:
        return display.voi
    # LINEAR has its middle half a value below its centre (PS3.3 C.11.2.1.2.1).
    shift = 1 if display.voi.function is VoiFunction.LINEAR else 0
    return replace(display.voi, center=mirror - display.voi.center + shift)


def _over(full_range: tuple[float, float]) -> Window:
    low, high = full_range
    return Window((low + high + 1) / 2, high - low + 1, VoiFunction.LINEAR, "full range")


def _put_voi(dataset: Dataset, source: SourceImage, voi: Window | VoiLut) -> None:
    item = dataset_of(ReferencedImageSequence=[source.reference()])
    if isinstance(voi, Window):
        put_window(item, voi)
    else:
        lut = Dataset()
        _put_lut(lut, voi.first_value, np.rint(voi.table * _WHITE).astype("<u2"))
        if voi.explanation:
            lut.LUTExplanation = voi.explanation[:64]
        item.VOILUTSequence = [lut]
    dataset.SoftcopyVOILUTSequence = [item]


def put_window(dataset: Dataset, window: Window) -> None:
    """Write a window (PS3.3 C.11.2)."""
    dataset.WindowCenter, dataset.WindowWidth = decimal(window.center), decimal(window.width)
    dataset.VOILUTFunction = window.function.value
    if window.explanation:
        dataset.WindowCenterWidthExplanation = window.explanation[:64]


def decimal(value: float) -> str:
    """A number in the 16 characters that DICOM gives it (PS3.5 6.2, DS)."""
    return next(text for digits in range(17, 0, -1) if len(text := f"{value:.{digits}g}") <= 16)


def _put_modality(dataset: Dataset, opened: OpenedDicom, transform: ModalityTransform) -> None:
    if transform.table is not None:
        table = transform.table
        item = Dataset()
        _put_lut(item, table.first_value, table.entries.astype("<u2"))
        of_file = opened.attributes.items("ModalityLUTSequence")[0]
        item.ModalityLUTType = of_file.text("ModalityLUTType") or "US"
        dataset.ModalityLUTSequence = [item]
        return
    dataset.RescaleIntercept, dataset.RescaleSlope = decimal(transform.intercept), decimal(transform.slope)
    dataset.RescaleType = opened.attributes.text("RescaleType")[:16] or "US"


def _put_lut(item: Dataset, first_value: int, entries: NDArray[np.uint16]) -> None:
    """LUT Descriptor and Data of 16 bits, as the standard allows 8 and 16 alone (PS3.3 C.11.1.1.1).

    65536 entries are written as 0, a first value below 0 as signed.
    """
    kind = "SS" if first_value < 0 else "US"
    count = len(entries) % 65536
    if kind == "SS" and count > 32767:
        count -= 65536
    item.add_new("LUTDescriptor", kind, [count, first_value, 16])
    item.add_new("LUTData", "OW", entries.tobytes())
