"""Exams with masks and numbers: simulated on three machines, real film, and pictures without identifiers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from shared_core.dicom_objects.equipment import Making, making_of
from shared_core.dicom_objects.source_image import SourceImage, exam_home, source_images
from shared_core.mammogram import Laterality, MammogramHeader, Mask, View
from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.measurement import MeasurementSettings, ViewMeasurement
from shared_core.quantification.view import measure_view
from shared_core.reading.reader import read_header
from shared_core.records.record_types import ViewRecord
from shared_core.records.view_and_exam import view_record
from shared_core.simulation.dicom_files import Subject, presentation_dicom
from shared_core.simulation.image_formation import expose
from shared_core.simulation.machine import machine_of
from shared_core.simulation.vendor_processing import present
from tests.record_builders import a_run
from tests.simulation.small_views import slab

PROVENANCE: dict[str, Any] = {
    "software_version": "0.1.0",
    "model_name": "openbac-1",
    "model_sha256": "0" * 64,
    "threshold": 0.53,
    "mask_style": "vessel-band",
    "preprocessing": "guo-valid-area",
    "edited_by_hand": False,
}


@dataclass(frozen=True, eq=False)
class MeasuredView:
    """A view with a mask that was drawn here, and its numbers."""

    source: SourceImage
    prepared: PreparedView
    mask: Mask
    measurement: ViewMeasurement
    record: ViewRecord

    @property
    def path(self) -> Path:
        assert self.source.header.path is not None
        return self.source.header.path


@dataclass(frozen=True, eq=False)
class MeasuredExam:
    """Its views, and how objects of it are made."""

    views: tuple[MeasuredView, ...]
    home: SourceImage
    making: Making

    @property
    def sources(self) -> tuple[SourceImage, ...]:
        return tuple(view.source for view in self.views)

    @property
    def dicom_files(self) -> list[Path]:
        return [view.path for view in self.views if view.source.header.file_format == "DICOM"]


def drawn_mask(shape: tuple[int, int], place: int = 0) -> Mask:
    """A wavy vessel with a hole, a speck of one pixel, and a part that touches the border."""
    rows, columns = shape
    mask = np.zeros(shape, np.uint8)
    across = np.linspace(0.1, 0.4, 40) * columns
    down = rows * (0.4 + 0.05 * place) + rows / 20 * np.sin(across / columns * 12)
    line = np.stack([across, down], axis=1).astype(np.int32)
    cv2.polylines(mask, [line], False, 1, max(rows // 60, 3))
    mask[line[20][1], line[20][0]] = 0
    mask[rows // 10, columns // 10] = 1
    mask[rows // 2 : rows // 2 + 4, :3] = 1
    return mask > 0


def measured_exam(
    headers: Iterable[MammogramHeader], provenance: dict[str, Any] | None = None
) -> MeasuredExam:
    """Draw a mask on each view and measure it."""
    sources = source_images(list(headers))
    home = exam_home(sources)
    views = tuple(_measured(source, place, provenance or PROVENANCE) for place, source in enumerate(sources))
    return MeasuredExam(views, home, making_of(home, a_run(made_at="2024-05-31T14:03:00")))


def _measured(source: SourceImage, place: int, provenance: dict[str, Any]) -> MeasuredView:
    header = source.header
    shape = header.rows, header.columns
    breast = np.zeros(shape, bool)
    breast[shape[0] // 8 : -shape[0] // 8, : shape[1] // 2] = True
    display = np.where(breast, np.uint8(110), np.uint8(0))
    mask = drawn_mask(shape, place)
    display[mask] = 230
    prepared = PreparedView(
        header=header,
        display_u8=display,
        image_u8=display,
        breast_mask=breast,
        valid_mask=breast,
        breast_area_px=int(breast.sum()),
        exclusions_px=(),
    )
    measurement = measure_view(prepared, mask, None, mask_style="vessel-band", settings=MeasurementSettings())
    record = view_record(
        header, prepared, measurement, provenance=provenance, notices=header.notices, exam="exam"
    )
    return MeasuredView(source, prepared, mask, measurement, record)


def simulated_files(folder: Path, style: str) -> list[Path]:
    """A small four-view exam on one machine."""
    machine = machine_of(style)
    machine = replace(machine, pitch_mm=machine.pitch_mm * 4)
    files = []
    views = [(side, view) for side in (Laterality.LEFT, Laterality.RIGHT) for view in (View.CC, View.MLO)]
    for number, (side, view) in enumerate(views, start=1):
        drawn = slab(
            shape=(320, 240), calcium_g_cm2=0.02, spacing_mm=machine.pitch_mm / 1.07, everywhere=False
        )
        seen = replace(drawn, view=view, laterality=side)
        raw = expose(seen, machine, seed=number)
        shown = present(
            raw,
            breast=seen.truth.breast_mask,
            opaque=seen.opaque,
            collimated=seen.collimated,
            letters="",
        )
        files.append(folder / f"{side.value}{view.value}.dcm")
        subject = Subject("SIM-0000-0001", "20210304", 61, number)
        files[-1].write_bytes(presentation_dicom(shown, raw, seen, subject))
    return files


def png_files(folder: Path) -> list[Path]:
    """Two views as pictures, 8 and 16 bits."""
    files = []
    for number, name in enumerate(("LCC", "LMLO")):
        picture = np.zeros((301, 201), np.uint8)
        cv2.ellipse(picture, (0, 150), (150, 120), 0, 0, 360, 90 + 10 * number, -1)
        picture[::7, ::5] += 3
        files.append(folder / f"{name}.png")
        cv2.imwrite(str(files[-1]), picture if number == 0 else picture.astype(np.uint16) * 40)
    return files


@pytest.fixture(scope="session", params=["fuji", "ge", "hologic", "png", "film-benign", "film-malign"])
def exam(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> MeasuredExam:
    """Every kind of exam."""
    return _exam(request.param, request, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="session")
def make_exam(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., MeasuredExam]:
    """One kind of exam by its name."""

    def make(kind: str, provenance: dict[str, Any] | None = None) -> MeasuredExam:
        return _exam(kind, request, tmp_path_factory.mktemp(kind), provenance)

    return make


def _exam(
    kind: str, request: pytest.FixtureRequest, folder: Path, provenance: dict[str, Any] | None = None
) -> MeasuredExam:
    if kind.startswith("film"):
        cases: Path = request.getfixturevalue("cbis_dicoms")
        files = sorted((cases / f"sfm-{kind.removeprefix('film-')}-0").glob("*.dcm"))
    else:
        files = png_files(folder) if kind == "png" else simulated_files(folder, kind)
    return measured_exam([read_header(file) for file in files], provenance)
