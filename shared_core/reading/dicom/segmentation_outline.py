"""What a DICOM segmentation says of itself before its pixels are read; needs pydicom alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

from shared_core.errors import UnreadableImageError


def segments_in(path: Path) -> tuple[tuple[int, str], ...]:
    """Number and label of each segment, without the background of a label map.

    `UnreadableImageError` where the file is damaged.
    """
    with _read(path) as dataset:
        items = dataset.get("SegmentSequence", [])
        found = [(int(item.SegmentNumber), str(item.get("SegmentLabel", ""))) for item in items]
    return tuple((number, label or f"Segment {number}") for number, label in found if number)


def images_named_in(path: Path) -> tuple[tuple[str, str], ...]:
    """SOP Instance UID and SOP Class UID, empty where it is not given, of all images that an object names.

    `UnreadableImageError` where the file is damaged.
    """
    with _read(path) as dataset:
        return tuple(dict.fromkeys(_named(dataset)))


@contextmanager
def _read(path: Path) -> Iterator[Dataset]:
    """The data set without pixels, for as long as something is asked of it: it converts what is asked for."""
    try:
        yield pydicom.dcmread(path, stop_before_pixels=True)
    except Exception as error:  # boundary with pydicom: damaged bytes raise anything
        raise UnreadableImageError(
            f"{path.name}: is no sound DICOM file ({error}); export it again."
        ) from error


def _named(dataset: Dataset) -> Iterator[tuple[str, str]]:
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                uid = str(item.get("ReferencedSOPInstanceUID", ""))
                if uid:
                    yield uid, str(item.get("ReferencedSOPClassUID", ""))
                yield from _named(item)
