"""Small DICOM segmentations (SEG), written by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels.utils import pack_bits
from pydicom.uid import ExplicitVRLittleEndian

from shared_core.reading.dicom.segmentation import LABEL_MAP, SEGMENTATION
from tests.reading.synthetic import new_uid

SOURCE = "1.2.3.4"
"""Of the image that is named as its source."""


def segment(number: int, label: str, code: str = "85756007") -> Dataset:
    """One of `write_seg`, of a kind of tissue by its SNOMED code."""
    item, kind = Dataset(), Dataset()
    kind.CodeValue, kind.CodingSchemeDesignator, kind.CodeMeaning = code, "SCT", label
    item.SegmentNumber, item.SegmentLabel = number, label
    item.SegmentedPropertyTypeCodeSequence = [kind]
    return item


def _frame_of(number: int) -> Dataset:
    groups, identification = Dataset(), Dataset()
    identification.ReferencedSegmentNumber = number
    groups.SegmentIdentificationSequence = [identification]
    return groups


def write_seg(
    path: Path,
    frames: np.ndarray,
    kind: str,
    segments: list[Dataset],
    numbers: list[int],
    *,
    source: str = SOURCE,
) -> Path:
    """A SEG of `frames` (frames, rows, columns), of which frame i is of segment `numbers[i]`."""
    seg = Dataset()
    seg.file_meta = FileMetaDataset()
    seg.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    seg.SOPClassUID = LABEL_MAP if kind == "LABELMAP" else SEGMENTATION
    seg.SOPInstanceUID = new_uid()
    seg.file_meta.MediaStorageSOPClassUID = seg.SOPClassUID
    seg.file_meta.MediaStorageSOPInstanceUID = seg.SOPInstanceUID
    seg.SegmentationType = kind
    seg.SegmentSequence = segments
    series, instance = Dataset(), Dataset()
    instance.ReferencedSOPInstanceUID = source
    series.ReferencedInstanceSequence = [instance]
    seg.ReferencedSeriesSequence = [series]
    seg.NumberOfFrames, seg.Rows, seg.Columns = frames.shape
    seg.SamplesPerPixel, seg.PhotometricInterpretation, seg.PixelRepresentation = 1, "MONOCHROME2", 0
    binary = kind == "BINARY"
    seg.BitsAllocated = seg.BitsStored = 1 if binary else 8
    seg.HighBit = seg.BitsStored - 1
    if kind == "FRACTIONAL":
        seg.MaximumFractionalValue = 200
    seg.PixelData = pack_bits(frames.astype(np.uint8)) if binary else frames.astype(np.uint8).tobytes()
    if kind != "LABELMAP":
        seg.PerFrameFunctionalGroupsSequence = [_frame_of(number) for number in numbers]
    pydicom.dcmwrite(path, seg, enforce_file_format=True)
    return path
