"""A label drawn by whatever program: PNG, TIFF, NIfTI or DICOM SEG, on the pixels of its image."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UnreadableImageError, UnsupportedImageError, UsageError
from shared_core.mammogram import Mask
from shared_core.reading.content import read_bytes
from shared_core.reading.dicom.segmentation import read_segmentation
from shared_core.reading.files import file_format
from shared_core.reading.nifti import read_nifti
from shared_core.reading.picture_orientation import picture_orientation, upright
from shared_core.reading.tiff import read_tiff

NIFTI_SUFFIXES: Final = (".nii", ".nii.gz")
LABEL_SUFFIXES: Final = (".png", ".tif", ".tiff", ".dcm", *NIFTI_SUFFIXES)


def read_label(path: Path, shape: tuple[int, int], *, value: int | None = None) -> Mask:
    """Read the label of one mammogram.

    Parameters
    ----------
    path
        PNG or TIFF of two values; NIfTI of one slice; DICOM SEG.
    shape
        (rows, columns) of the mammogram.
    value
        The value of BAC where the file has several, or the Segment Number of a SEG.

    Returns
    -------
    (rows, columns) bool.

    Raises
    ------
    UnreadableImageError, UnsupportedImageError
        The file is damaged, or no mask.
    UsageError
        It has another shape than the mammogram, or several values of which none was chosen.
    """
    if path.name.lower().endswith(NIFTI_SUFFIXES):
        return _of_value(_nifti(path, shape), path.name, value)
    kind = file_format(path)
    if kind == "DICOM":
        mask = read_segmentation(path, segment=value).mask
        _check_shape(path.name, mask.shape, shape)
        return mask
    if kind == "JPEG":
        raise UnsupportedImageError(f"{path.name}: is a JPEG, which blurs masks; save the mask as PNG.")
    data = read_bytes(path)
    picture = read_tiff(data, path.name) if kind == "TIFF" else _png(data, path.name)
    if picture.ndim == 3:
        # The fourth channel is opacity.
        picture = picture[..., :3].max(axis=2)
    _check_shape(path.name, picture.shape, shape)
    return _of_value(picture, path.name, value)


def _png(data: bytes, name: str) -> NDArray[Any]:
    flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if picture is None:
        raise UnreadableImageError(f"{name}: the PNG is damaged; copy or save it again.")
    return upright(picture, picture_orientation(data, "PNG"))


def _nifti(path: Path, shape: tuple[int, int]) -> NDArray[Any]:
    """One slice as (rows, columns): ITK stores (column, row), some scripts (row, column)."""
    try:
        plane = read_nifti(read_bytes(path), path.name)
    except UnsupportedImageError as error:
        raise UsageError(f"{error} Export the mask of one mammogram.") from None
    if plane.shape != shape and plane.T.shape == shape:
        turned: NDArray[Any] = plane.T
        return turned
    _check_shape(path.name, plane.shape, shape)
    return plane


def _check_shape(name: str, found: tuple[int, ...], wanted: tuple[int, int]) -> None:
    if tuple(found) != wanted:
        raise UsageError(
            f"{name}: the mask has {found[0]} x {found[1]} pixels, its image {wanted[0]} x {wanted[1]}; "
            "draw and export it at the size of the image."
        )


def _of_value(picture: NDArray[Any], name: str, value: int | None) -> Mask:
    if value is not None:
        return np.asarray(picture == value)
    present = np.unique(picture)
    others = present[present != 0]
    if len(others) > 1:
        some = ", ".join(f"{number:g}" for number in present[:6]) + (" ..." if len(present) > 6 else "")
        raise UsageError(
            f"{name}: is no mask of two values, it holds {len(present)} ({some}); "
            "say which value is BAC, or export it without smoothing."
        )
    return np.asarray(picture != 0)
