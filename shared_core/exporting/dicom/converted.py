"""The mammogram itself as a DICOM image, where its file is none, so that what refers to it finds it.

A Secondary Capture of Modality MG, marked as derived: a picture says nothing of how it was exposed. Grey
values stay as they are where they are whole numbers.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from shared_core.exporting import phrases
from shared_core.exporting.dicom.equipment import MODEL_NAME, Making, file_meta, new_object
from shared_core.exporting.dicom.source import SourceImage, put_lossy
from shared_core.mammogram import Mammogram
from shared_core.reading.reader import read_mammogram

_WHITE: Final = 65535


def converted_image(source: SourceImage, *, making: Making, number: int) -> Dataset:
    """The image behind a `SourceImage` that was *made*, under the UIDs that it was given there.

    Parameters
    ----------
    source
        Read again from its file.
    number
        Instance Number in the series of converted images.

    Raises
    ------
    OpenBacError
        The file cannot be read any more.
    """
    assert source.header.path is not None
    mammogram = read_mammogram(source.header.path)
    dataset = new_object(source, "image", making, sop_class=source.sop_class_uid, number=number)
    dataset.SeriesInstanceUID = source.series_uid
    dataset.SOPInstanceUID = source.sop_instance_uid
    dataset.ConversionType = "WSD"
    dataset.ImageType = ["DERIVED", "SECONDARY"]
    dataset.PatientOrientation = list(source.patient_orientation)
    dataset.BodyPartExamined, dataset.Laterality = "BREAST", ""  # the series holds both sides
    dataset.DerivationDescription = (
        f"Converted by {MODEL_NAME} {making.software_version} from a {source.header.file_format} file"
    )
    dataset.ImageComments = f"{source.header.view_label}. {phrases.RESEARCH_USE}"
    put_lossy(dataset, source)
    _put_spacing(dataset, source)
    _put_pixels(dataset, mammogram)
    dataset.file_meta = file_meta(dataset)
    return dataset


def _put_spacing(dataset: Dataset, source: SourceImage) -> None:
    """Nominal: of a scanner, or as a person gave it; never taken for calibrated."""
    spacing = source.header.spacing
    if spacing is not None:
        dataset.NominalScannedPixelSpacing = [f"{spacing.row_mm:.8g}", f"{spacing.column_mm:.8g}"]


def _put_pixels(dataset: Dataset, mammogram: Mammogram) -> None:
    stored, slope, intercept = _stored(mammogram.pixels)
    bits = 8 if stored.dtype == np.uint8 else min(max(mammogram.header.bits, _bits(stored)), 16)
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = stored.shape
    dataset.BitsAllocated = 8 * stored.dtype.itemsize
    dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = bits, bits - 1, 0
    if (slope, intercept) != (1.0, 0.0):
        dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = (
            f"{intercept:.10g}",
            f"{slope:.8g}",
            "US",
        )
    data = stored.astype(stored.dtype.newbyteorder("<")).tobytes()
    dataset.add_new("PixelData", "OB" if bits == 8 else "OW", data + b"\0" * (len(data) % 2))


def _stored(pixels: NDArray[Any]) -> tuple[NDArray[Any], float, float]:
    """Unsigned values of 8 or 16 bits, with the slope and intercept that give the pixels back."""
    if pixels.dtype in (np.uint8, np.uint16):
        return pixels, 1.0, 0.0
    lowest, highest = float(pixels.min()), float(pixels.max())
    whole = pixels.dtype.kind in "iu" and highest - lowest <= _WHITE
    slope = 1.0 if whole else (highest - lowest) / _WHITE or 1.0
    stored = np.rint((pixels.astype(np.float64) - lowest) / slope).astype(np.uint16)
    return stored, slope, lowest


def _bits(stored: NDArray[Any]) -> int:
    return max(int(stored.max()).bit_length(), 1)
