"""Labels as NIfTI, for programs that read nothing else; nibabel does it, where it is installed."""

from __future__ import annotations

import gzip
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.mammogram import PixelSpacing


def labels_nifti(labels: NDArray[Any], spacing: PixelSpacing | None, *, compress: bool = True) -> bytes:
    """One slice, (column, row) as ITK stores it, with the pixel spacing in mm.

    Parameters
    ----------
    labels
        (rows, columns), an integer type of 8 or 16 bits.
    spacing
        In the plane of the breast; 1 mm where it is not known.
    compress
        As ``.nii.gz``; else as ``.nii``.

    Raises
    ------
    UsageError
        If nibabel is not installed.
    """
    try:
        import nibabel
    except ImportError:
        raise UsageError(
            "NIfTI files need nibabel, which is not installed: pip install nibabel; or save as PNG."
        ) from None
    row_mm, column_mm = (spacing.row_mm, spacing.column_mm) if spacing is not None else (1.0, 1.0)
    # NIfTI counts x to the left and y to the back of the patient, pictures the other way round: as ITK.
    affine = np.diag([-column_mm, -row_mm, 1.0, 1.0])
    image: Any = nibabel.Nifti1Image(labels.T[..., np.newaxis], affine)  # type: ignore[no-untyped-call]  # nibabel has types in part
    image.header.set_xyzt_units("mm")
    content: bytes = image.to_bytes()
    # No time in it: the same labels are the same bytes.
    return gzip.compress(content, 6, mtime=0) if compress else content
