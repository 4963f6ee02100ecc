"""Which patients are left out together, and which patches teach then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.training.data.patch_store import PatchStore


@dataclass(frozen=True)
class Fold:
    """Patients that one model never sees."""

    number: int
    """From 1."""
    patients: tuple[str, ...]


def deal(patients: Iterable[str], folds: int) -> tuple[Fold, ...]:
    """Deal patients, by name, into so many folds; 0 leaves each out alone.

    Raises
    ------
    UsageError
        If there is one fold, or more than patients.
    """
    names = sorted(set(patients))
    count = folds or len(names)
    if not 2 <= count <= len(names):
        raise UsageError(
            f"{len(names)} patients cannot be left out in {count} folds; give --folds 2 or more."
        )
    return tuple(Fold(place + 1, tuple(names[place::count])) for place in range(count))


def chosen(folds: Sequence[Fold], numbers: Sequence[int] | None) -> tuple[Fold, ...]:
    """The folds of these numbers; all of them where none is named.

    Raises
    ------
    UsageError
        There is no fold of a number.
    """
    if numbers is None:
        return tuple(folds)
    missing = sorted(set(numbers) - {fold.number for fold in folds})
    if missing:
        raise UsageError(f"There is no fold {missing[0]}: they are 1 to {len(folds)}.")
    return tuple(fold for fold in folds if fold.number in numbers)


def patients_of_patches(folder: Path) -> list[str]:
    """Whose each patch of a finished cutting is.

    Raises
    ------
    UsageError
        There are no patches, or not all.
    """
    _, _, records = PatchStore.load(folder)
    return [record["identity"]["patient_id"] for record in records for _ in record["corners_px"]]


def teaching(owners: Sequence[str], fold: Fold) -> NDArray[np.int64]:
    """Numbers of the patches of all other patients.

    Raises
    ------
    UsageError
        A patient of the fold has no patch: most likely she goes by another name there, and would leak.
    """
    for patient in fold.patients:
        if patient not in owners:
            raise UsageError(
                f"No patch is of patient {patient}, so leaving her out would change nothing; cut patches of "
                "the images that are to be judged, with the same names of patients."
            )
    return np.flatnonzero(~np.isin(np.asarray(owners), fold.patients)).astype(np.int64)
