"""Whole views without BAC from elsewhere: what is neither artery nor calcium on film and on digital views."""

from __future__ import annotations

from pathlib import Path

from shared_core.training.data.real_bac import FOLDS, RealBacImage
from validation.real_data import real_files


def whole_views(folder: Path) -> tuple[RealBacImage, ...]:
    """The views in which nobody saw BAC, of `real_files`; patients are dealt to the folds by name."""
    files = [file for file in real_files(folder) if file.without_bac]
    patients = sorted({file.patient_id for file in files})
    return tuple(
        RealBacImage(file.path, "whole", file.patient_id, patients.index(file.patient_id) % FOLDS)
        for file in files
    )
