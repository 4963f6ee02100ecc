"""DICOM segmentations (SEG) of one mammogram, to a mask (PS3.3 A.51, C.8.20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from shared_core.errors import OpenBacError, UnreadableImageError, UnsupportedImageError, UsageError
from shared_core.mammogram import Mask
from shared_core.notices import Remedy
from shared_core.reading.dicom.bounded_file import read_dicom_file
from shared_core.reading.dicom.dataset import quiet_pydicom

SEGMENTATION: Final = "1.2.840.10008.5.1.4.1.1.66.4"
LABEL_MAP: Final = "1.2.840.10008.5.1.4.1.1.66.7"
_CALCIFICATION: Final = {"129759000", "237897009", "18115005"}
"""SCT: vascular calcification (mammographic type), vascular calcification, pathologic calcification."""
_OTHER: Final = "309587003"
"""SCT: calcification of breast; beside one of the above it is what is not along an artery."""


@dataclass(frozen=True, eq=False)
class Segmentation:
    """One segment of a SEG as a mask."""

    mask: Mask
    """(rows, columns)."""
    segment: int
    source_uids: tuple[str, ...]
    """SOP Instance UIDs of the images that the SEG names as its source."""


def is_segmentation(path: Path) -> bool:
    """Whether a file is a DICOM segmentation, by its class; nothing else of it is read."""
    try:
        with quiet_pydicom():
            dataset = read_dicom_file(path, pixels=False, only=["SOPClassUID"])
        return str(dataset.get("SOPClassUID", "")) in (SEGMENTATION, LABEL_MAP)
    except Exception:  # boundary with pydicom: whatever is wrong is told where the file is read
        return False


def read_segmentation(path: Path, *, segment: int | None = None) -> Segmentation:
    """Read one segment of a SEG: BINARY, FRACTIONAL (half of the maximum and more) or LABELMAP.

    Without a Segment Number the only one is taken, or the only one whose type is a calcification. Errors as
    for `read_mask_file`.
    """
    try:
        with quiet_pydicom():
            dataset = read_dicom_file(path, pixels=True)
            _check_kind(dataset, path.name)
            number = _chosen(dataset, path.name, segment)
            return Segmentation(_mask(dataset, number, path.name), number, _sources(dataset))
    except OpenBacError:
        raise
    except InvalidDicomError:
        raise UnreadableImageError(f"{path.name}: is no DICOM file; copy it again.") from None
    except Exception as error:  # boundary with pydicom and its codecs: damaged bytes raise anything
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UnreadableImageError(f"{path.name}: the SEG is damaged ({reason}); export it again.") from error


def read_other_segment(path: Path) -> Mask | None:
    """Calcification that is not along an artery, where a SEG tells it from that of arteries; None where not.

    Errors as for `read_segmentation`.
    """
    try:
        with quiet_pydicom():
            dataset = read_dicom_file(path, pixels=False, only=["SegmentSequence"])
        types = {int(item.SegmentNumber): _type(item) for item in dataset.get("SegmentSequence", [])}
    except Exception:  # boundary with pydicom: whatever is wrong is told where the segment is read
        types = {}
    others = [number for number, what in types.items() if what == _OTHER]
    if len(others) != 1 or not _CALCIFICATION & set(types.values()):
        return None
    return read_segmentation(path, segment=others[0]).mask


def _check_kind(dataset: Dataset, name: str) -> None:
    if str(dataset.get("SOPClassUID", "")) not in (SEGMENTATION, LABEL_MAP):
        raise UnsupportedImageError(
            f"{name}: is a DICOM object that is no segmentation; give a SEG, or a PNG or TIFF mask."
        )


def _chosen(dataset: Dataset, name: str, asked: int | None) -> int:
    """Segment Number (0062,0004)."""
    segments: dict[int, Dataset] = {int(item.SegmentNumber): item for item in dataset.SegmentSequence}
    segments.pop(0, None)  # the background of a label map
    there = ", ".join(f"{number} {item.get('SegmentLabel', '')}".strip() for number, item in segments.items())
    if asked is not None:
        if asked not in segments:
            raise UsageError(f"{name}: has no segment {asked}; it has {there}.")
        return asked
    if len(segments) == 1:
        return next(iter(segments))
    calcified = [number for number, item in segments.items() if _type(item) in _CALCIFICATION]
    if len(calcified) != 1:
        raise UsageError(f"{name}: has {len(segments)} segments ({there}).", Remedy.CHOOSE_SEGMENT)
    return calcified[0]


def _type(item: Dataset) -> str:
    codes: Sequence[Dataset] = item.get("SegmentedPropertyTypeCodeSequence", [])
    return str(codes[0].get("CodeValue", "")) if codes else ""


def _mask(dataset: Dataset, number: int, name: str) -> Mask:
    frames: NDArray[Any] = dataset.pixel_array
    frames = frames.reshape(-1, int(dataset.Rows), int(dataset.Columns))
    kind = str(dataset.get("SegmentationType", "BINARY"))
    if kind == "LABELMAP":
        if len(frames) != 1:
            raise _volume(name, len(frames))
        return np.asarray(frames[0] == number)
    of_segment = [i for i, its in enumerate(_segment_of_frames(dataset, len(frames))) if its == number]
    if len(of_segment) > 1:
        raise _volume(name, len(of_segment))
    if not of_segment:  # a segment without a pixel may be stored without a frame
        return np.zeros(frames.shape[1:], np.bool_)
    frame = frames[of_segment[0]]
    if kind == "FRACTIONAL":
        return np.asarray(2 * frame.astype(np.int32) >= int(dataset.get("MaximumFractionalValue", 255)))
    return np.asarray(frame != 0)


def _segment_of_frames(dataset: Dataset, frames: int) -> list[int]:
    """Referenced Segment Number (0062,000B) of each frame, from the shared or its own functional groups."""
    shared = dataset.get("SharedFunctionalGroupsSequence", [])
    own = dataset.get("PerFrameFunctionalGroupsSequence", [])
    found = []
    for i in range(frames):
        groups = [group for group in (*(own[i : i + 1]), *shared) if "SegmentIdentificationSequence" in group]
        found.append(int(groups[0].SegmentIdentificationSequence[0].ReferencedSegmentNumber))
    return found


def _volume(name: str, frames: int) -> UnsupportedImageError:
    return UnsupportedImageError(
        f"{name}: holds {frames} frames of one segment; give the SEG of one mammogram."
    )


def _sources(dataset: Dataset) -> tuple[str, ...]:
    """SOP Instance UIDs of Referenced Series Sequence and Source Image Sequence."""
    series = dataset.get("ReferencedSeriesSequence", [])
    items = [item for one in series for item in one.get("ReferencedInstanceSequence", [])]
    items += list(dataset.get("SourceImageSequence", []))
    return tuple(dict.fromkeys(str(item.ReferencedSOPInstanceUID) for item in items))
