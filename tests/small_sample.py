"""A simulated exam on a detector of large elements: there in a second, with much calcium in both breasts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from shared_core import make_sample
from shared_core.simulation import cohort
from shared_core.simulation.machine import HOLOGIC
from shared_core.simulation.samples import Sample


def small_sample(folder: Path) -> Sample:
    """The sample exam, its images some 400 x 300 pixels."""
    with pytest.MonkeyPatch.context() as patch:
        machine = replace(HOLOGIC, pitch_mm=0.53, field=(400, 300))
        patch.setattr(cohort, "machine_of", lambda style: machine)
        return make_sample("exam", folder)
