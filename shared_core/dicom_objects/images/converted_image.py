"""The mammogram itself as a DICOM image, where its file is none, so that what refers to it finds it.

A Secondary Capture of Modality MG, marked as derived: a picture says nothing of how it was exposed. Grey
values stay as they are where they are whole numbers.
"""

from __future__ import annotations

import numpy as np
from pydicom.dataset import Dataset

from shared_core.dicom_objects.equipment import MODEL_NAME, file_meta, making_of, new_object
from shared_core.dicom_objects.images.grayscale_pipeline import (
    put_rescale,
    put_window,
    shown_window,
    stored_grey,
)
from shared_core.dicom_objects.source_image import SourceImage, put_lossy
from shared_core.mammogram import Mammogram
from shared_core.reading.reader import read_mammogram
from shared_core.wording import phrases


def converted_image(source: SourceImage, *, number: int) -> Dataset:
    """The image behind a `SourceImage` that was *made*, under the UIDs that it was given there.

    It depends on the file alone and on no run, as its UID does.

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
    making = making_of(source)
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
    stored, slope, intercept = stored_grey(mammogram.pixels)
    eight = stored.dtype == np.uint8
    bits = 8 if eight else min(max(mammogram.header.bits, int(stored.max()).bit_length(), 9), 16)
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = stored.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8 if eight else 16, bits, bits - 1
    dataset.PixelRepresentation = 0
    put_rescale(dataset, slope, intercept)
    put_window(dataset, shown_window(mammogram.display))
    data = stored.astype(stored.dtype.newbyteorder("<")).tobytes()
    dataset.add_new("PixelData", "OB" if eight else "OW", data + b"\0" * (len(data) % 2))
