"""What a batch is asked to do; travels to the workers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from shared_core.dicom_objects.object_kinds import DicomKind
from shared_core.inference.backends.interface import Precision
from shared_core.inference.model import BackendChoice, Device
from shared_core.mammogram import MammogramHeader
from shared_core.mass.site_calibration import Calibration
from shared_core.pipeline import DEFAULT_SETTINGS, Spacing
from shared_core.quality.policy import QualityPolicy
from shared_core.quantification.measurement import MeasurementSettings
from shared_core.records.cells import CsvStyle
from shared_core.weights.registry import DEFAULT_MODEL


@dataclass(frozen=True)
class BatchSettings:
    """Everything that decides on the results of a batch, and where they go."""

    output_dir: Path | None
    """None: nothing is written, only records are made."""
    model: str | None = None
    """Name, or path of a card; None for the default."""
    device: Device = "auto"
    backend: BackendChoice = "auto"
    precision: Precision = "float32"
    threads: int = 1
    """CPU threads of one image."""
    threshold: float | None = None
    spacing_mm: Spacing | None = None
    measurement: MeasurementSettings = DEFAULT_SETTINGS
    calibration: Calibration | None = None
    """Of the site, for the mass of calcium."""
    quality: QualityPolicy = "warn"
    """What happens to pictures that are unfit to be measured."""
    pictures: bool = True
    """Write overlays and exam sheets."""
    probability: bool = False
    """Write the probability map of each view as 16-bit PNG."""
    dicom: tuple[DicomKind, ...] = ()
    """DICOM objects to write of each exam."""
    csv: CsvStyle = "plain"
    """How the tables are written."""
    time_limit_min: float = 30.0
    """Of one image, by the clock; it has no say in the results of those that take less."""


def named_model(settings: BatchSettings) -> str:
    """The model of a batch: the default one where nobody named one."""
    return settings.model or DEFAULT_MODEL


@dataclass(frozen=True)
class ViewTask:
    """One image of the batch."""

    number: int
    header: MammogramHeader
    path: Path
    exam_key: str
    stem: str
    """Start of the names of its files, unique within the exam."""
    partner: MammogramHeader | None = None
    """Of the other breast, see `shared_core.reading.partners`."""


def by_exam(tasks: Iterable[ViewTask]) -> dict[str, list[ViewTask]]:
    """Tasks by the key of their exam, in order."""
    found: dict[str, list[ViewTask]] = {}
    for task in tasks:
        found.setdefault(task.exam_key, []).append(task)
    return found
