"""Sample mammograms with names, for a first look: simulated, with known calcium, made once and kept."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from shared_core.cache import user_cache_dir
from shared_core.documents import DocumentError, known_part
from shared_core.errors import Cancelled, OutputError, UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.progress import ProgressCallback
from shared_core.records.canonical_json import json_bytes
from shared_core.simulation.cohort import (
    STANDARD_VIEWS,
    CohortSettings,
    SimulatedView,
    settings_record,
    simulate_cohort,
)
from shared_core.simulation.patient import PatientSettings
from shared_core.version import SOFTWARE_VERSION

SampleName = Literal["exam", "series"]
SAMPLE_NAMES: tuple[SampleName, ...] = get_args(SampleName)


_LABEL = "sample.json"
_SEED = 24
"""Chosen by looking: several arteries that are clearly calcified in each breast, and none hidden."""
_SERIES_YEARS = (0.0, 2.0, 4.0)
_ABANDONED_S = 3600.0


@dataclass(frozen=True)
class Sample:
    """Simulated mammograms on disk; the tuples run alike: LCC, RCC, LMLO, RMLO, by date."""

    name: SampleName
    folder: Path
    images: tuple[Path, ...]
    """FOR PRESENTATION, DICOM."""
    raw: tuple[Path, ...]
    """FOR PROCESSING, DICOM, for the mass of calcium; empty for ``series``."""
    truth: tuple[Path, ...]
    """JSON, with the masks in the same folder: ``LCC.json``, ``LCC_band.png``, ``LCC_calcium.png``."""

    @property
    def images_dir(self) -> Path:
        """Folder of the images alone, to be analysed."""
        return self.folder / "images"


def make_sample(
    name: SampleName,
    output_dir: Path | None = None,
    *,
    progress: ProgressCallback | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Sample:
    """Return a sample; make it if it does not exist yet.

    ``exam`` has the four views of a patient with calcified arteries in both breasts, with raw images;
    ``series`` has three exams of the same patient two years apart, in which the calcium grows. Both are
    the same bytes each time. They are made in a temporary folder and moved to their place in one step, and
    made again if this version of the software would make different ones.

    Parameters
    ----------
    output_dir
        Folder that holds a folder for each sample; None for the user's cache.
    progress
        Called with (done, total) views.
    cancelled
        Asked after each view; true stops, and nothing is left behind.

    Raises
    ------
    UsageError
        If there is no such sample.
    OutputError
        If it cannot be written, or a folder of that name holds something else.
    Cancelled
        If `cancelled` said so.
    """
    if name not in SAMPLE_NAMES:
        raise UsageError(f"There is no sample {name!r}; choose one of {', '.join(SAMPLE_NAMES)}.")
    folder = (output_dir if output_dir is not None else user_cache_dir() / "samples") / name
    wanted = sample_settings(name, folder)
    found = _found(name, folder, wanted)
    if found is not None:
        return found
    if folder.exists() and not (folder / _LABEL).is_file():
        raise OutputError(f"{folder} is there and is not a sample of OpenBAC; choose another output folder.")
    try:
        with _room_beside(folder) as beside:
            _make(name, sample_settings(name, beside), progress, cancelled)
            _put(beside, folder)
    except OSError as error:
        raise OutputError(
            f"The sample cannot be written to {folder}: {error.strerror or error}; choose another folder."
        ) from error
    made = _found(name, folder, wanted)
    if made is None:
        raise OutputError(f"The sample in {folder} was changed while it was made; try again.")
    return made


def sample_settings(name: SampleName, folder: Path) -> CohortSettings:
    """What a sample is a simulation of."""
    series = name == "series"
    return CohortSettings(
        output_dir=folder,
        seed=_SEED,
        exam=True,
        years=_SERIES_YEARS if series else _SERIES_YEARS[:1],
        # The first exam of the series is the exam: growth changes nothing at year 0.
        patient=PatientSettings(severity="severe", density="B", size="medium", growth_mg_per_year=6.0),
        style="hologic",
        raw=not series,
    )


def _make(
    name: SampleName,
    settings: CohortSettings,
    progress: ProgressCallback | None,
    cancelled: Callable[[], bool] | None,
) -> None:
    total = len(settings.years) * len(STANDARD_VIEWS)
    views: list[SimulatedView] = []
    for view in simulate_cohort(settings):
        views.append(view)
        if progress is not None:
            progress(len(views), total)
        if cancelled is not None and cancelled():
            raise Cancelled(f"Making the sample {name} was stopped; nothing of it was kept.")
    label = {
        "sample": name,
        "software_version": SOFTWARE_VERSION,
        "settings": settings_record(settings),
        "files": [_files(view, settings.output_dir) for view in views],
    }
    write_bytes(settings.output_dir / _LABEL, json_bytes(label))


def _files(view: SimulatedView, folder: Path) -> list[str]:
    return sorted([*view.record["files"], view.truth.relative_to(folder).as_posix()])


class _Label(msgspec.Struct, frozen=True):
    """What is read of the label of a sample."""

    software_version: str
    settings: dict[str, Any]
    files: list[list[str]]


def _found(name: SampleName, folder: Path, wanted: CohortSettings) -> Sample | None:
    """The sample that lies there, if it is whole and this version would make the same."""
    try:
        label = known_part((folder / _LABEL).read_bytes(), _Label)
        views = [[folder / file for file in files] for files in label.files]
        same = (label.software_version, label.settings) == (SOFTWARE_VERSION, settings_record(wanted))
    except (OSError, DocumentError):
        return None
    # Cleaners of caches take single files.
    if not same or not all(path.is_file() for files in views for path in files):
        return None
    kinds = {
        kind: tuple(
            path
            for files in views
            for path in files
            if path.relative_to(folder).parts[0] == kind and path.suffix != ".png"
        )
        for kind in ("images", "raw", "truth")
    }
    return Sample(name, folder, **kinds)


@contextmanager
def _room_beside(folder: Path) -> Iterator[Path]:
    """A new folder next to `folder`, removed afterwards in any case."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(f".{folder.name}.*.part"):
        if time.time() - left.stat().st_mtime > _ABANDONED_S:
            shutil.rmtree(left, ignore_errors=True)
    beside = folder.parent / f".{folder.name}.{secrets.token_hex(4)}.part"
    beside.mkdir()
    try:
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _put(made: Path, folder: Path) -> None:
    """Give `made` the name `folder`; what was there before ends up in the place of `made`."""
    old = made.with_name(f"{made.name}.old.part")
    with suppress(FileNotFoundError):
        folder.rename(old)
    try:
        made.rename(folder)
    except OSError:
        # Another process made the same sample meanwhile and was first; its bytes are ours.
        if not (folder / _LABEL).is_file():
            raise
    shutil.rmtree(old, ignore_errors=True)
