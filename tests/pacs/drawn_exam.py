"""A small exam in which the bundled model finds an artery: a drawn breast in a simulated exam's files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pydicom
from numpy.typing import NDArray

from tests.dicom_objects.conftest import simulated_files

_PITCH_MM = "0.15"


def drawn_files(folder: Path) -> list[Path]:
    """Four views of 320 x 240 pixels, each with one calcified artery."""
    files = simulated_files(folder, "ge")
    for number, file in enumerate(files):
        dataset = pydicom.dcmread(file)
        picture = _breast(dataset.Rows, dataset.Columns, seed=number)
        if dataset.ImageLaterality == "R":
            picture = np.ascontiguousarray(picture[:, ::-1])
        dataset.PixelData = picture.tobytes()
        dataset.WindowCenter, dataset.WindowWidth, dataset.VOILUTFunction = "1700", "3400", "LINEAR"
        del dataset.WindowCenterWidthExplanation
        for keyword in ("ImagerPixelSpacing", "DetectorElementSpacing", "DetectorElementPhysicalSize"):
            setattr(dataset, keyword, [_PITCH_MM, _PITCH_MM])
        dataset.save_as(file)
    return files


def _breast(rows: int, columns: int, *, seed: int) -> NDArray[np.uint16]:
    """(rows, columns) 12-bit values, the chest wall at the left."""
    random = np.random.default_rng(seed)
    down, across = np.mgrid[:rows, :columns].astype(np.float32)
    outline = np.hypot((down - rows / 2) / (rows * 0.45), across / (columns * 0.85))
    tissue = cv2.GaussianBlur(random.normal(size=(rows, columns)).astype(np.float32), (0, 0), rows / 40)
    noise = random.normal(size=(rows, columns))
    picture = np.clip((1 - outline) * 6, 0, 1) * (1300 + 150 * tissue / tissue.std() + 40 * noise)
    along = np.linspace(0, 1, 60)
    bends = rows * (0.35 + 0.3 * along + 0.05 * np.sin(9 * along + seed))
    line = np.stack([columns * (0.1 + 0.5 * along), bends], 1).astype(np.int32)
    artery = np.zeros((rows, columns), np.uint8)
    cv2.polylines(artery, [line], False, 255, 7, cv2.LINE_AA)
    specks = cv2.GaussianBlur(random.random((rows, columns)).astype(np.float32), (0, 0), 1)
    specks = (specks - specks.min()) / (specks.max() - specks.min())
    return np.clip(picture + artery / 255 * (500 + 1200 * specks), 0, 4095).astype(np.uint16)
