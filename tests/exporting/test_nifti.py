"""Labels as NIfTI: where ITK puts them, with the spacing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shared_core.exporting.nifti import labels_nifti
from shared_core.mammogram import PixelSpacing, SpacingSource

nibabel = pytest.importorskip("nibabel", reason="pip package nibabel is not installed")

LABELS = np.arange(60, dtype=np.uint8).reshape(10, 6)
SPACING = PixelSpacing(0.1, 0.2, SpacingSource.IMAGER)


def test_columns_come_first_and_the_spacing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "labels.nii.gz").write_bytes(labels_nifti(LABELS, SPACING))
    image = nibabel.load(tmp_path / "labels.nii.gz")
    assert np.array_equal(np.asarray(image.dataobj)[..., 0].T, LABELS)
    assert image.get_data_dtype() == np.uint8
    assert image.header.get_zooms()[:2] == pytest.approx((0.2, 0.1))


def test_itk_reads_rows_columns_and_spacing(tmp_path: Path) -> None:
    itk = pytest.importorskip("SimpleITK", reason="pip package SimpleITK is not installed")
    (tmp_path / "labels.nii").write_bytes(labels_nifti(LABELS, SPACING, compress=False))
    image = itk.ReadImage(str(tmp_path / "labels.nii"))
    assert np.array_equal(itk.GetArrayFromImage(image)[0], LABELS)
    assert image.GetSpacing()[:2] == pytest.approx((0.2, 0.1))
    assert image.GetDirection() == pytest.approx((1, 0, 0, 0, 1, 0, 0, 0, 1))


def test_the_same_labels_are_the_same_bytes() -> None:
    assert labels_nifti(LABELS, None) == labels_nifti(LABELS, None)
