"""Whether a pool of unlabelled views leaves alone the patients who judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from shared_core.errors import UsageError
from shared_core.training.data.data_check import DataCheck
from shared_core.training.data.split import Member, Side, Split

_JUDGES: Final[tuple[Side, ...]] = ("validation", "test")


def refuse_shared(check: DataCheck, labelled: int, split: Split) -> None:
    """Raise a `UsageError` where the pool has a patient who judges, or nearly the same picture as such one.

    Parameters
    ----------
    check
        Of the labelled views and then those of the pool.
    labelled
        How many the former are.
    """
    judges = _judges(split)
    for view in check.views[labelled:]:
        own = view.identity
        side = judges.get(own.patient_id)
        if side is not None:
            raise UsageError(
                f"{own.view_id} of the pool is of patient {own.patient_id}, who is on the {side} "
                f"side of the split; take the patient out of the pool, or give another split."
            )
    for same in check.same_pictures:
        first, second = sorted((same.first, same.second))
        if first >= labelled or second < labelled:
            continue
        judge, other = check.views[first].identity, check.views[second].identity
        side = judges.get(judge.patient_id)
        if side is not None:
            raise UsageError(
                f"{other.view_id} of the pool is nearly the same picture as {judge.view_id} of patient "
                f"{judge.patient_id}, who is on the {side} side of the split, correlation "
                f"{same.correlation:.2f}; take it out of the pool, or give another split."
            )


def refuse_equal_pixels(pool: Sequence[Member], validation: Sequence[Member]) -> None:
    """Raise a `UsageError` where a view of the pool has the pixels of one that validates."""
    known = {view.image_sha256: view.identity for view in validation}
    for view in pool:
        same = known.get(view.image_sha256)
        if same is not None:
            raise UsageError(
                f"{view.identity.view_id} of the pool is the same picture as {same.view_id} of patient "
                f"{same.patient_id}, who is on the validation side of the split; take it out of the pool."
            )


def _judges(split: Split) -> Mapping[str, Side]:
    return {patient: side for side in _JUDGES for patient in split.patients(side)}
