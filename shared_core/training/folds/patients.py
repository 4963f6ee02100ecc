"""Patients dealt into folds: each is held out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared_core.errors import UsageError
from shared_core.simulation.randomness import stream
from shared_core.training.data.split import Split, split_by_patient
from shared_core.training.example import Identity


def fold_splits(
    identities: Sequence[Identity],
    count: int,
    *,
    seed: int,
    validation: float,
    has_bac: Mapping[str, bool] | None = None,
) -> tuple[Split, ...]:
    """One split a fold: its patients are the test side; of the others some validate.

    Patients with BAC, without, and of whom it is not known are dealt apart, so that every fold has some of
    each as far as there are enough. The same seed and patients give the same folds, in whatever order they
    come.

    Raises
    ------
    UsageError
        There are fewer patients than folds, or too few to train on.
    """
    patients = sorted({identity.patient_id for identity in identities})
    if not 2 <= count <= len(patients):
        raise UsageError(
            f"{len(patients)} patients cannot be dealt into {count} folds; each fold holds out at least one."
        )
    known = has_bac or {}
    dealt: list[list[str]] = [[] for _ in range(count)]
    place = 0
    for stratum in (True, False, None):
        own = [patient for patient in patients if known.get(patient) is stratum]
        for number in stream(seed, "folds", str(stratum)).permutation(len(own)):
            dealt[place % count].append(own[number])
            place += 1
    return tuple(
        _split(identities, frozenset(held_out), seed + number, validation, known)
        for number, held_out in enumerate(dealt, 1)
    )


def _split(
    identities: Sequence[Identity],
    held_out: frozenset[str],
    seed: int,
    validation: float,
    has_bac: Mapping[str, bool],
) -> Split:
    rest = [identity for identity in identities if identity.patient_id not in held_out]
    drawn = split_by_patient(rest, seed=seed, validation=validation, has_bac=has_bac)
    return Split(drawn.seed, drawn.train, drawn.validation, tuple(sorted(held_out)))
