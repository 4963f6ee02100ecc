"""Any mask file to a mask or to labels: PNG, TIFF, PGM or NIfTI of 0 and 255 or of labels, and DICOM SEG."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import OpenBacError, UnreadableImageError, UnsupportedImageError, UsageError
from shared_core.mammogram import Mask
from shared_core.reading.codecs.process import CodecError, decode
from shared_core.reading.content import read_bytes
from shared_core.reading.dicom.segmentation import is_segmentation, read_other_segment, read_segmentation
from shared_core.reading.files import file_format
from shared_core.reading.limits import check_size
from shared_core.reading.netpbm import read_pgm
from shared_core.reading.nifti import nifti_header, read_nifti
from shared_core.reading.picture_orientation import picture_orientation, upright
from shared_core.reading.tiff import read_tiff

_MOST_BETWEEN = 0.25
"""Part of the grey pixels of labels that may lie between others; of soft edges 0.39 and more do."""
_FEWEST_GREYS = 4
"""A picture with fewer values holds labels: one may be the outline of another."""
_PNG_SIZES_END = 24
_BESIDE = ("_mask", "_labels")
"""Of the names of files of arteries, before the suffix: other calcification has a file beside them."""
MASK_SUFFIXES = (".png", ".tif", ".tiff", ".pgm", ".nii", ".nii.gz", ".dcm")


@dataclass(frozen=True, eq=False)
class MaskFile:
    """A mask as a file has it."""

    path: Path
    mask: Mask
    """(rows, columns), True where BAC."""
    source_uids: tuple[str, ...] = ()
    """SOP Instance UIDs of the images that a SEG was drawn on."""
    segment: int | None = None
    """Of a SEG, its number."""


@dataclass(frozen=True, eq=False)
class LabelFile:
    """Labels as a file has them."""

    path: Path
    labels: NDArray[np.uint8]
    """(rows, columns), above 0 where BAC; 1 where the file only says that it is BAC."""
    source_uids: tuple[str, ...] = ()
    """SOP Instance UIDs of the images that a SEG was drawn on."""

    @property
    def count(self) -> int:
        """Labels that have a pixel."""
        return int(np.count_nonzero(np.bincount(self.labels.ravel(), minlength=2)[1:]))


def is_label_file(path: Path) -> bool:
    """Whether a file says by itself that it holds labels: a DICOM SEG, or a NIfTI of labels or few values."""
    try:
        kind = file_format(path)
        if kind == "NIfTI":
            return nifti_header(read_bytes(path), path.name).is_labels
    except OpenBacError:
        return False
    return kind == "DICOM" and is_segmentation(path)


def read_label_file(path: Path) -> LabelFile:
    """Read labels: numbers of a grey picture stay as they are, whatever else is a mask.

    Of a DICOM SEG the calcification is taken, as label 1. A grey picture of 255 alone is a mask as well.
    Numbers above 255 are renumbered in their order. Errors as for `read_mask_file`; more than 255 labels
    cannot be held.
    """
    if file_format(path) == "DICOM":
        found = read_segmentation(path)
        return LabelFile(path, found.mask.view(np.uint8), found.source_uids)
    picture = _picture(path)
    if picture.ndim == 3 or picture.dtype.kind not in "iu":
        _refuse_interpolated(picture, path.name)
        return LabelFile(path, _labelled(picture, path.name, None).astype(np.uint8))
    present = np.unique(picture[picture != 0])
    if len(present) == 1 and present[0] == 255:
        present = np.ones(1, picture.dtype)
        picture = (picture != 0).astype(np.uint8)
    if len(present) > 255:
        raise UsageError(
            f"{path.name}: holds {len(present)} labels, more than the 255 that fit; is it the mask?"
        )
    _refuse_interpolated(picture, path.name)
    if len(present) and (present[0] < 0 or present[-1] > 255):
        picture = np.where(picture != 0, np.searchsorted(present, picture) + 1, 0)
    return LabelFile(path, picture.astype(np.uint8))


def read_mask_file(path: Path, *, segment: int | None = None) -> MaskFile:
    """Read a mask.

    Parameters
    ----------
    path
        PNG, TIFF, PGM or NIfTI of one slice, where BAC is whatever is not 0; or a DICOM SEG.
    segment
        Only this label of a picture, where it may have no pixel; or this segment of a SEG.

    Raises
    ------
    UnreadableImageError
        Missing, empty or damaged.
    UnsupportedImageError
        A JPEG, whose compression changes labels, a mask with soft edges, a volume, or another kind of file.
    UsageError
        The segment is not there, or has to be chosen.
    """
    if file_format(path) == "DICOM":
        found = read_segmentation(path, segment=segment)
        return MaskFile(path, found.mask, found.source_uids, found.segment)
    picture = _picture(path)
    if segment is None:
        _refuse_interpolated(picture, path.name)
    return MaskFile(path, _labelled(picture, path.name, segment))


def other_beside(path: Path) -> Path | None:
    """The file of calcification that is not along an artery beside one of arteries; None where there is none.

    That is ``NAME_other.png`` beside ``NAME_mask.png`` or ``NAME_labels.png`` (or any other suffix).
    """
    stem = path.name.partition(".")[0]
    name = next((stem.removesuffix(end) for end in _BESIDE if stem.endswith(end)), "")
    beside = path.with_name(f"{name}_other.png")
    return beside if name and beside.is_file() else None


def read_other(path: Path, arteries: Mask) -> Mask | None:
    """Calcification that is not along an artery, as a SEG has it, or the file beside one of arteries.

    Parameters
    ----------
    path
        Of the arteries, as for `read_mask_file`.
    arteries
        (rows, columns) bool, what was read from it: a pixel of both is of the artery.

    Returns
    -------
    (rows, columns) bool; None where nothing tells it.

    Raises
    ------
    OpenBacError
        As `read_mask_file`; the file beside has another size.
    """
    if file_format(path) == "DICOM":
        other = read_other_segment(path)
        return other & ~arteries if other is not None else None
    beside = other_beside(path)
    if beside is None:
        return None
    other = read_mask_file(beside).mask
    if other.shape != arteries.shape:
        raise UsageError(
            f"{beside.name}: has {other.shape[0]} x {other.shape[1]} pixels, {path.name} beside it "
            f"{arteries.shape[0]} x {arteries.shape[1]} (rows x columns); take the one of another image away."
        )
    return other & ~arteries


def _refuse_interpolated(picture: NDArray[Any], name: str) -> None:
    """Grey pixels that lie between darker and brighter neighbours are edges, not labels.

    Of masks that were resized, smoothed, drawn with soft edges or saved as JPEG most do, of labels that touch
    or cross each other a tenth.
    """
    grey = picture if picture.ndim == 2 else picture[..., :3].max(axis=2)
    if grey.dtype not in (np.uint8, np.uint16, np.float32):
        grey = grey.astype(np.float32)
    if grey.dtype == np.float32:
        count = len(np.unique(grey[grey != 0]))
    else:
        count = int(np.count_nonzero(np.bincount(grey.ravel())[1:]))
    if count < _FEWEST_GREYS:
        return
    neighbours = np.ones((3, 3), np.uint8)
    greys = (grey != 0) & (grey != grey.max())
    edges = greys & (cv2.erode(grey, neighbours) < grey) & (grey < cv2.dilate(grey, neighbours))
    if np.count_nonzero(edges) > _MOST_BETWEEN * np.count_nonzero(greys):
        raise UnsupportedImageError(
            f"{name}: has {count} grey values along soft edges, as an interpolated mask has; "
            "save it with 0 and 255 alone, cut at half."
        )


def _picture(path: Path) -> NDArray[Any]:
    kind = file_format(path)
    if kind in ("JPEG", "JPEG 2000"):
        raise UnsupportedImageError(f"{path.name}: is a {kind}, which blurs masks; save the mask as PNG.")
    data = read_bytes(path)
    if kind == "NIfTI":
        nifti = nifti_header(data, path.name)
        check_size(path.name, nifti.rows, nifti.columns)
        return read_nifti(data, path.name)
    readers = {"TIFF": read_tiff, "PGM": read_pgm}
    picture = readers.get(kind, _png)(data, path.name)
    check_size(path.name, *picture.shape[:2])
    return picture


def _png(data: bytes, name: str) -> NDArray[Any]:
    if data[12:16] == b"IHDR" and len(data) >= _PNG_SIZES_END:
        columns, rows = struct.unpack_from(">II", data, _PNG_SIZES_END - 8)
        check_size(name, rows, columns)
    try:
        flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
        picture = decode("opencv", data, name=name, flags=flags)
    except CodecError:
        picture = None
    if picture is None:
        raise UnreadableImageError(
            f"{name}: the PNG is damaged, its pixels cannot be decoded; copy it again."
        )
    return upright(picture, picture_orientation(data, "PNG"))


def _labelled(picture: NDArray[Any], name: str, label: int | None) -> Mask:
    """True where the label is; of a colour picture, where any colour is (its fourth channel is opacity)."""
    if picture.ndim == 3:
        if label is not None:
            raise UsageError(f"{name}: is a colour picture, in which no label {label} can be chosen.")
        return np.asarray(picture[..., :3].any(axis=2))
    if label is None:
        return np.asarray(picture != 0)
    return np.asarray(picture == label)
