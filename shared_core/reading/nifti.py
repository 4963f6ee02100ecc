"""NIfTI files of one slice, by nibabel: pixels as a picture lies, and the spacing where its unit is known.

NIfTI counts x to the right, y to the front and z to the head of the patient, and says by an affine matrix
where its array lies. A picture has its first pixel at the top left: columns go to the left of the patient
(of slices from the side, to the back), rows to the back (else to the feet), as in DICOM.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import OpenBacError, UnreadableImageError, UnsupportedImageError
from shared_core.reading.pixel_types import whole_numbers

_NIFTI2_START: Final = b"\x1c\x02\0\0"
_MM_A_UNIT: Final = {"meter": 1000.0, "mm": 1.0, "micron": 0.001}
_LABEL_INTENT: Final = 1002
_MOST_LABELS: Final = 8
_STEP: Final = 1 << 16
_TO_LEFT_BACK_FEET: Final = np.array([-1, -1, -1])
"""Directions of the picture along x, y and z of the patient."""
_MISSING: Final = (
    "is a NIfTI file, and the package nibabel, which reads them, is not installed; install it, or save the "
    "image as PNG or TIFF."
)


@dataclass(frozen=True, eq=False)
class NiftiHeader:
    """A NIfTI of one slice without its pixels."""

    rows: int
    columns: int
    bits: int
    zooms: tuple[float, float]
    """(row, column) distance of pixels, in `unit`."""
    unit: str
    """``mm``, ``unknown`` ..."""
    is_labels: bool
    """Whether it says that its values are labels, or has no more of them than masks have."""
    order: tuple[int, int]
    """Axes of the array that are rows and columns."""
    flips: tuple[bool, bool]
    """Whether rows and columns are counted from the other end."""
    as_stored: bool
    """Whether the affine asks for flips that are not believed."""

    @property
    def spacing_mm(self) -> tuple[float, float] | None:
        """(row, column) distance of pixels; None where the unit is not known."""
        if self.unit not in _MM_A_UNIT:
            return None
        row, column = (zoom * _MM_A_UNIT[self.unit] for zoom in self.zooms)
        return row, column


def nifti_header(data: bytes, name: str) -> NiftiHeader:
    """Header of a NIfTI; `UnreadableImageError` where it is damaged, `UnsupportedImageError` for a volume."""
    image = _image(data, name)
    header = _header(image, len(data), name)
    try:
        return replace(header, is_labels=header.is_labels or _has_few_values(image))
    except Exception as error:  # boundary with nibabel: damaged files raise anything
        raise _damaged(name, error) from None


def _has_few_values(image: Any) -> bool:
    """Whether no mammogram can have so few; read in steps, as most images tell at once."""
    stored: NDArray[Any] = np.asarray(image.dataobj.get_unscaled()).ravel()
    found: NDArray[Any] = np.empty(0, stored.dtype)
    for start in range(0, stored.size, _STEP):
        found = np.union1d(found, stored[start : start + _STEP])
        if len(found) > _MOST_LABELS:
            return False
    return len(found) > 1


def itk_spacing(data: bytes, name: str) -> tuple[float, float]:
    """(row, column) in mm as ITK takes it: an unknown unit stands for mm."""
    header = nifti_header(data, name)
    return header.spacing_mm or header.zooms


def read_nifti(data: bytes, name: str) -> NDArray[Any]:
    """(rows, columns) in a type of a mammogram, scaled as the header says; errors as of `nifti_header`."""
    image = _image(data, name)
    header = _header(image, len(data), name)
    try:
        array = np.asanyarray(image.dataobj)
    except Exception as error:  # boundary with nibabel: damaged files raise anything
        raise _damaged(name, error) from None
    pixels = array.reshape([size for size in array.shape if size != 1] or [1, 1])
    if header.order == (1, 0):
        pixels = pixels.T
    pixels = pixels[:: -1 if header.flips[0] else 1, :: -1 if header.flips[1] else 1]
    if pixels.dtype.kind == "f" and not np.isfinite(pixels).all():
        raise UnreadableImageError(
            f"{name}: holds pixels that are not numbers (NaN or infinite); export it again."
        )
    return np.ascontiguousarray(whole_numbers(pixels))


def _image(data: bytes, name: str) -> Any:
    try:
        import nibabel
    except ImportError:
        raise UnsupportedImageError(f"{name}: {_MISSING}") from None
    kind: Any = (
        nibabel.Nifti2Image if data[:4] in (_NIFTI2_START, _NIFTI2_START[::-1]) else nibabel.Nifti1Image
    )
    try:
        with _quietly(nibabel.imageglobals.logger):
            return kind.from_bytes(data)
    except Exception as error:  # boundary with nibabel: damaged files raise anything
        raise _damaged(name, error) from None


@contextmanager
def _quietly(logger: logging.Logger) -> Iterator[None]:
    """What nibabel mends in a header, it would write to stderr."""
    was, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = was


def _header(image: Any, size: int, name: str) -> NiftiHeader:
    try:
        shape = tuple(int(n) for n in image.shape)
        dtype = image.get_data_dtype()
        affine = np.asarray(image.affine, np.float64)
        # As the shortest decimal: 0.07 stored in 32 bits is meant as 0.07.
        zooms = [float(str(zoom)) for zoom in image.header.get_zooms()[:3]]
        unit = image.header.get_xyzt_units()[0]
        needed = int(image.dataobj.offset) + int(np.prod(shape, dtype=object)) * dtype.itemsize
        intent = int(image.header["intent_code"])
        forms = int(image.header["qform_code"]), int(image.header["sform_code"])
    except Exception as error:  # boundary with nibabel: damaged files raise anything
        raise _damaged(name, error) from None
    wide = [axis for axis, n in enumerate(shape) if n != 1]
    if len(wide) > 2:
        raise UnsupportedImageError(
            f"{name}: is a volume of {' x '.join(map(str, shape))}, and one 2-D image is wanted; save one "
            "slice alone."
        )
    if len(wide) < 2 or max(wide) > 2 or dtype.kind not in "iuf" or dtype.itemsize > 8:
        raise UnsupportedImageError(
            f"{name}: is a NIfTI of {' x '.join(map(str, shape))} values of type {dtype}; one grey image is "
            "wanted."
        )
    if needed > size:
        raise UnreadableImageError(f"{name}: the NIfTI is truncated; copy it again.")
    order, flips, as_stored = _as_picture(affine, wide, has_form=any(forms), name=name)
    axes = wide[order[0]], wide[order[1]]
    return NiftiHeader(
        rows=shape[axes[0]],
        columns=shape[axes[1]],
        bits=8 * dtype.itemsize,
        zooms=(zooms[axes[0]], zooms[axes[1]]),
        unit=unit,
        is_labels=intent == _LABEL_INTENT,
        order=order,
        flips=flips,
        as_stored=as_stored,
    )


def _as_picture(
    affine: NDArray[np.float64], wide: list[int], *, has_form: bool, name: str
) -> tuple[tuple[int, int], tuple[bool, bool], bool]:
    """Which of the two axes are rows and columns, which are flipped, and whether flips are not believed.

    An affine that turns the image and still has its first pixel at the origin is what programs write that
    know no directions: an image that was turned keeps its place, and so starts elsewhere.
    """
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    if not has_form or not np.isfinite(affine).all() or min(lengths[axis] for axis in wide) == 0:
        return (1, 0), (False, False), False
    from nibabel.orientations import io_orientation

    oriented: NDArray[np.float64] = io_orientation(affine)  # type: ignore[no-untyped-call]  # nibabel has types in part
    if np.isnan(oriented[wide]).any():
        return (1, 0), (False, False), False
    patient_axes = [int(oriented[axis, 0]) for axis in wide]
    # Of x, y, z the lower is the column: seen from the feet, the front or the side.
    columns, rows = (0, 1) if patient_axes[0] < patient_axes[1] else (1, 0)
    directions = [oriented[axis, 1] for axis in wide]
    flips = [bool(directions[i] != _TO_LEFT_BACK_FEET[patient_axes[i]]) for i in (rows, columns)]
    if any(flips) and not affine[:3, 3].any():
        return (rows, columns), (False, False), True
    return (rows, columns), (flips[0], flips[1]), False


def _damaged(name: str, error: Exception) -> OpenBacError:
    reason = " ".join(str(error).split())[:100].rstrip(".") or type(error).__name__
    return UnreadableImageError(f"{name}: the NIfTI is damaged ({reason}); copy it again.")
