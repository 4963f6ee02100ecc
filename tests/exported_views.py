"""A small exam of measured views with known numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.mammogram import (
    Acquisition,
    Laterality,
    MammogramHeader,
    PixelSpacing,
    SpacingSource,
    View,
    ViewModifier,
)
from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.measurement import MeasurementSettings, ViewMeasurement
from shared_core.quantification.view import measure_view


@dataclass(frozen=True, eq=False)
class Measured:
    """A view with its mask and numbers."""

    prepared: PreparedView
    mask: np.ndarray
    measurement: ViewMeasurement

    @property
    def header(self) -> MammogramHeader:
        return self.prepared.header


@pytest.fixture(scope="session")
def provenance() -> dict[str, object]:
    return {
        "software_version": "0.1.0",
        "model_name": "scunet-emory-2021",
        "model_sha256": "0" * 64,
        "threshold": 0.5,
        "mask_style": "vessel-band",
        "input_spacing_mm": 0.07,
        "resampled": False,
        "backend": "torch",
        "device": "cpu",
        "precision": "float32",
        "stitching": "seamless",
        "tile_px": 512,
        "stride_px": 480,
        "preprocessing": "guo-valid-area",
        "spacing_source": None,
    }


@pytest.fixture(scope="session")
def make_view() -> Callable[..., Measured]:
    """A half-ellipse of breast with a wavy vessel; `wall` is the side of the chest wall."""

    def make(
        label: str = "LCC",
        *,
        name: str | None = None,
        shape: tuple[int, int] = (600, 400),
        spacing: tuple[float, float] | None = None,
        wall: str = "left",
        bac: bool = True,
        modifiers: tuple[ViewModifier, ...] = (),
    ) -> Measured:
        rows, columns = shape
        display, mask = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
        cv2.ellipse(display, (0, rows // 2), (columns * 3 // 4, rows * 2 // 5), 0, 0, 360, 110, -1)
        if bac:
            across = np.linspace(0.1, 0.6, 40) * columns
            down = rows / 2 + rows / 20 * np.sin(across / columns * 12)
            line = np.stack([across, down], axis=1).astype(np.int32)
            cv2.polylines(mask, [line], False, 1, max(rows // 60, 1))
            display[mask > 0] = 230
        if wall == "right":
            display, mask = np.flip(display, 1).copy(), np.flip(mask, 1).copy()
        breast = display > 0
        header = MammogramHeader(
            path=Path("exam") / (name or f"{label}.dcm"),
            file_format="DICOM",
            rows=rows,
            columns=columns,
            bits=12,
            spacing=PixelSpacing(*spacing, SpacingSource.IMAGER) if spacing else None,
            view=View(label[1:]) if label != "??" else View.UNKNOWN,
            laterality=Laterality(label[0]) if label != "??" else Laterality.UNKNOWN,
            modifiers=modifiers,
            acquisition=Acquisition(manufacturer="Maker"),
        )
        prepared = PreparedView(
            header=header,
            display_u8=display,
            image_u8=display,
            breast_mask=breast,
            valid_mask=breast,
            breast_area_px=int(breast.sum()),
            exclusions_px=(("film edge", 12), ("label", 30)),
        )
        measurement = measure_view(
            prepared, mask > 0, None, mask_style="vessel-band", settings=MeasurementSettings()
        )
        return Measured(prepared, mask > 0, measurement)

    return make
