"""``run.json``: everything needed to run again and get the same bytes."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from shared_core.notices import Notice
from shared_core.quantification.measurement import MeasurementSettings
from shared_core.reading.unused import UnusedFile
from shared_core.records.canonical_json import plain
from shared_core.records.record_types import RunRecord
from shared_core.records.unused_files import unused_records
from shared_core.weights.card import ModelCard

_ALWAYS_USED: Final = ("pydicom", "pillow")


def run_record(
    *,
    software_version: str,
    arguments: Mapping[str, object],
    settings: MeasurementSettings,
    card: ModelCard | None,
    files: Sequence[Path | str],
    libraries: Sequence[str] = (),
    notices: Sequence[Notice] = (),
    unused: Sequence[UnusedFile] = (),
) -> RunRecord:
    """Settings, versions, model and inputs of a run; neither date nor duration.

    Parameters
    ----------
    software_version
        Of OpenBAC.
    arguments
        What the person asked for: of the command line, or of the function called.
    settings, card
        What the numbers depend on; no card where masks were drawn by hand, or models differ.
    files
        The input files, in the order of the run.
    libraries
        Distributions that did the inference, e.g. ``torch`` or ``openvino``.
    notices
        What concerns all of the run, such as that its masks are of different models.
    unused
        Of the inputs, what is in no exam or in doubt.
    """
    return RunRecord(
        software={"openbac": software_version},
        versions={
            "python": platform.python_version(),
            "numpy": np.__version__,
            "opencv": cv2.__version__,
            **{name: _version(name) for name in (*_ALWAYS_USED, *sorted(libraries))},
        },
        platform={
            "system": platform.system(),
            "release": platform.release(),
            "machine": platform.machine(),
            "implementation": platform.python_implementation(),
        },
        arguments=plain(arguments),
        settings=settings,
        model=plain(card),
        files=tuple(str(file) for file in files),
        notices=tuple(notices),
        unused=unused_records(unused),
    )


def _version(distribution: str) -> str | None:
    """Asked of the installed package, not of the module: torch is slow to import."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
