"""How a mammogram is shown, for objects that show it again: Modality LUT, VOI LUT and polarity.

A presentation state replaces the whole way from stored values to the screen (PS3.4 N.2): what it does not
repeat is not done. All of it comes from the checks of `reading`, so that a damaged window is not passed on.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from shared_core.exporting.dicom.source import SourceImage
from shared_core.mammogram import VoiLut, Window
from shared_core.reading.dicom import OpenedDicom, open_dicom, quiet_pydicom
from shared_core.reading.modality import ModalityTransform, modality_transform
from shared_core.reading.voi import voi_step

_WHITE: Final = 65535


def put_grayscale(dataset: Dataset, source: SourceImage) -> None:
    """Write the Modality LUT, Softcopy VOI LUT and Softcopy Presentation LUT modules.

    PS3.3 C.11.1, C.11.8 and C.11.6. An image that was made here (`converted.py`) is shown over all it has.
    """
    if source.made:
        dataset.PresentationLUTShape = "IDENTITY"
        return
    assert source.header.path is not None
    with quiet_pydicom():
        opened = open_dicom(source.header.path, None, pixels=False)
        transform, _ = modality_transform(opened.attributes, opened.layout)
        voi, _, _ = voi_step(opened.attributes, _signed(opened, transform))
    _put_modality(dataset, opened, transform)
    if voi is not None:
        item = _window(voi) if isinstance(voi, Window) else _table(voi)
        item.ReferencedImageSequence = [source.reference()]
        dataset.SoftcopyVOILUTSequence = [item]
    dataset.PresentationLUTShape = "INVERSE" if opened.inverted else "IDENTITY"


def _signed(opened: OpenedDicom, transform: ModalityTransform) -> bool:
    return opened.layout.signed or (transform.table is None and transform.intercept < 0)


def _put_modality(dataset: Dataset, opened: OpenedDicom, transform: ModalityTransform) -> None:
    if transform.table is not None:
        table = transform.table
        item = Dataset()
        _put_lut(item, table.first_value, table.entries.astype("<u2"), table.bits)
        of_file = opened.attributes.items("ModalityLUTSequence")[0]
        item.ModalityLUTType = of_file.text("ModalityLUTType") or "US"
        dataset.ModalityLUTSequence = [item]
        return
    dataset.RescaleIntercept, dataset.RescaleSlope = _decimal(transform.intercept), _decimal(transform.slope)
    dataset.RescaleType = opened.attributes.text("RescaleType")[:16] or "US"


def _window(window: Window) -> Dataset:
    item = Dataset()
    item.WindowCenter, item.WindowWidth = _decimal(window.center), _decimal(window.width)
    item.VOILUTFunction = window.function.value
    if window.explanation:
        item.WindowCenterWidthExplanation = window.explanation[:64]
    return item


def _table(voi: VoiLut) -> Dataset:
    item, lut = Dataset(), Dataset()
    _put_lut(lut, voi.first_value, np.rint(voi.table * _WHITE).astype("<u2"), 16)
    if voi.explanation:
        lut.LUTExplanation = voi.explanation[:64]
    item.VOILUTSequence = [lut]
    return item


def _put_lut(item: Dataset, first_value: int, entries: NDArray[np.uint16], bits: int) -> None:
    """LUT Descriptor and Data; 65536 entries are written as 0, a first value below 0 as signed."""
    kind = "SS" if first_value < 0 else "US"
    count = len(entries) % 65536
    if kind == "SS" and count > 32767:
        count -= 65536
    item.add_new("LUTDescriptor", kind, [count, first_value, bits])
    item.add_new("LUTData", "OW", entries.tobytes())


def _decimal(value: float) -> str:
    """Up to 16 characters (PS3.5 6.2, DS)."""
    return next(text for digits in range(17, 0, -1) if len(text := f"{value:.{digits}g}") <= 16)
