"""Who is simulated, and how a study goes on where it was left."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shared_core import load_card
from shared_core.errors import OpenBacError
from shared_core.simulation.choices import STYLES, Style
from shared_core.simulation.patient import PatientSettings
from shared_core.version import SOFTWARE_VERSION
from validation.exams.row import ViewRow
from validation.exams.rows_file import check_manifest, read_rows, write_rows
from validation.judged import AS_PUBLISHED, PUBLISHED

WITHOUT_BAC_EVERY: Final = 4
"""Patients, one has no arterial calcium whatever chance would have given her."""

Measure = Callable[[int], list[ViewRow]]
"""From the seed of a patient to the rows of her views."""


@dataclass(frozen=True)
class Member:
    """One patient of the study."""

    seed: int

    @property
    def style(self) -> Style:
        """Vendor look: they take turns."""
        return STYLES[self.seed % len(STYLES)]

    @property
    def settings(self) -> PatientSettings:
        """What is asked of the patient; the rest is drawn."""
        last = self.seed % WITHOUT_BAC_EVERY == WITHOUT_BAC_EVERY - 1
        return PatientSettings(severity="none") if last else PatientSettings()


def study_manifest() -> dict[str, Any]:
    """Everything that decides on a row besides the seed and the code."""
    return {
        "software_version": SOFTWARE_VERSION,
        "models": {name: load_card(name).sha256 for name in (PUBLISHED, AS_PUBLISHED)},
        "styles": list(STYLES),
        "without_bac_every": WITHOUT_BAC_EVERY,
    }


def run_study(path: Path, seeds: Iterable[int], *, measure: Measure, pool: Executor) -> dict[int, str]:
    """Measure the patients whose rows the file lacks; each is saved as soon as she is done.

    Parameters
    ----------
    path
        File of rows; made where there is none.
    seeds
        Of the patients wanted.
    measure
        Called in the pool.

    Returns
    -------
    dict
        Of the patients that could not be measured, why.

    Raises
    ------
    UsageError
        If the file holds rows of other settings.
    """
    manifest, rows = study_manifest(), []
    if path.exists():
        check_manifest(path, manifest)
        rows = read_rows(path)
    there = {row.patient for row in rows}
    futures = {pool.submit(measure, seed): seed for seed in sorted(set(seeds) - there)}
    failed: dict[int, str] = {}
    try:
        for done, future in enumerate(as_completed(futures), start=1):
            seed = futures[future]
            try:
                rows += future.result()
            except OpenBacError as error:
                failed[seed] = str(error)
            else:
                write_rows(path, manifest, rows)
            print(f"{done} of {len(futures)}: patient {seed} {failed.get(seed, 'done')}", flush=True)
    finally:
        for future in futures:
            future.cancel()
    return failed
