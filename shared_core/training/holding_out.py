"""Which of a handful of views teach and which only measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.training.batches import Numbers
from shared_core.training.data.split import split_by_patient
from shared_core.training.data_statement import CutView

FEWEST_PATIENTS = 3
"""With fewer, each is left out once."""


@dataclass(frozen=True)
class Fold:
    """Numbers of the views that teach and of those that only measure."""

    teaching: tuple[int, ...]
    held_out: tuple[int, ...]


def folds_of(cut: Sequence[CutView], *, seed: int, share: float) -> tuple[tuple[Fold, ...], str]:
    """Which of the corrected views are held out, and a sentence that says so.

    Where there are enough patients, a share of them is; one view alone is a `UsageError`.
    """
    patients = sorted({view.identity.patient_id for view in cut})
    if len(cut) < 2:
        raise UsageError("One corrected view is too few: it cannot both teach and measure; correct one more.")
    by_patient = {
        patient: tuple(number for number, view in enumerate(cut) if view.identity.patient_id == patient)
        for patient in patients
    }
    if len(patients) >= FEWEST_PATIENTS:
        bac = {patient: any(cut[number].with_bac for number in by_patient[patient]) for patient in patients}
        split = split_by_patient((view.identity for view in cut), seed=seed, validation=share, has_bac=bac)
        fold = Fold(
            tuple(number for patient in split.train for number in by_patient[patient]),
            tuple(number for patient in split.validation for number in by_patient[patient]),
        )
        names = ", ".join(split.validation)
        return (fold,), f"{len(split.validation)} of {len(patients)} patients were held out: {names}."
    everything = set(range(len(cut)))
    if len(patients) > 1:
        groups: Sequence[tuple[int, ...]] = list(by_patient.values())
        said = (
            f"There are only {len(patients)} patients: each was left out once, and the model learnt from all."
        )
    else:
        groups = [(number,) for number in sorted(everything)]
        said = (
            "There is only one patient: each view was left out once, and the model learnt from all; other "
            "views of the same patient make the scores better than they are."
        )
    return tuple(Fold(tuple(sorted(everything - set(group))), group) for group in groups), said


def pool_of(data: Numbers, replay: Numbers, positive: NDArray[np.bool_], *, data_share: float) -> Numbers:
    """Patch numbers to draw from, repeated so that `data_share` of those with BAC come from the data."""
    if data_share >= 1:
        return data
    own, shown = max(int(positive[data].sum()), 1), max(int(positive[replay].sum()), 1)
    wanted = data_share / (1 - data_share) * shown / own
    repeats = (max(1, round(wanted)), max(1, round(1 / wanted)))
    return np.concatenate([np.tile(data, repeats[0]), np.tile(replay, repeats[1])])
