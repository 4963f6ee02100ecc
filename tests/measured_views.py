"""Small views with known numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared_core.mammogram import (
    Acquisition,
    Identity,
    Laterality,
    MammogramHeader,
    PixelSpacing,
    SpacingSource,
    View,
)
from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.measurement import MeasurementSettings, ViewMeasurement
from shared_core.quantification.view import measure_view


def spacing_of(row_mm: float | None, column_mm: float | None = None) -> PixelSpacing | None:
    if row_mm is None:
        return None
    return PixelSpacing(row_mm, column_mm if column_mm is not None else row_mm, SpacingSource.IMAGER)


@pytest.fixture(scope="session")
def make_prepared() -> Callable[..., PreparedView]:
    """A view from its intensity; the breast is everything unless a mask is given."""

    def make(
        image_u8: np.ndarray,
        *,
        breast: np.ndarray | None = None,
        pectoral: np.ndarray | None = None,
        row_mm: float | None = None,
        column_mm: float | None = None,
    ) -> PreparedView:
        rows, columns = image_u8.shape
        breast = np.ones((rows, columns), bool) if breast is None else breast
        spacing = spacing_of(row_mm, column_mm)
        return PreparedView(
            header=MammogramHeader(None, "memory", rows, columns, 8, spacing=spacing),
            display_u8=image_u8,
            image_u8=image_u8,
            breast_mask=breast,
            valid_mask=breast,
            breast_area_px=int(breast.sum()),
            pectoral_mask=pectoral,
        )

    return make


@pytest.fixture(scope="session")
def make_header() -> Callable[..., MammogramHeader]:
    """A header from a label such as ``LCC``."""

    def make(
        label: str,
        *,
        name: str | None = None,
        time: str = "",
        number: int | None = None,
        synthetic: bool = False,
        partial: bool | None = None,
        **others: Any,
    ) -> MammogramHeader:
        known = label[0] in "LRB"
        return MammogramHeader(
            path=Path(name or f"{label}.dcm"),
            file_format="DICOM",
            rows=100,
            columns=100,
            bits=12,
            view=View(label[1:]) if label[1:] else View.UNKNOWN,
            laterality=Laterality(label[0]) if known else Laterality.UNKNOWN,
            acquisition=Acquisition(synthetic_2d=synthetic, partial_view=partial),
            identity=Identity(acquisition_time=time, instance_number=number),
            **others,
        )

    return make


@pytest.fixture(scope="session")
def make_measurement(make_prepared: Callable[..., PreparedView]) -> Callable[..., ViewMeasurement]:
    """A really measured view of 100 x 100 px with `bac_px` bright mask pixels in `breast_px` of breast."""

    def make(
        bac_px: int,
        breast_px: int = 10_000,
        *,
        spacing_mm: float | None = None,
        style: str = "vessel-band",
        settings: MeasurementSettings | None = None,
    ) -> ViewMeasurement:
        mask = np.zeros(10_000, bool)
        mask[:bac_px] = True
        breast = np.zeros(10_000, bool)
        breast[:breast_px] = True
        shape = (100, 100)
        prepared = make_prepared(
            np.full(shape, 200, np.uint8), breast=breast.reshape(shape), row_mm=spacing_mm
        )
        return measure_view(
            prepared,
            mask.reshape(shape),
            None,
            mask_style=style,  # type: ignore[arg-type]
            settings=settings or MeasurementSettings(),
        )

    return make
