"""Which patients teach, which choose the model, which test it; and the proof that none does two of these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, get_args

import msgspec

from shared_core.documents import DocumentError, known_part
from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.records.canonical_json import json_bytes
from shared_core.simulation.randomness import stream
from shared_core.training.example import Identity, ViewList

Side = Literal["train", "validation", "test"]
SIDES: tuple[Side, ...] = get_args(Side)


class Split(msgspec.Struct, frozen=True, tag_field="kind", tag="OpenBAC split by patient"):
    """Patients of each side, sorted."""

    seed: int
    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...] = ()

    @property
    def unused(self) -> tuple[str, ...]:
        """Patients who are on no side on purpose."""
        return ()

    def patients(self, side: Side) -> tuple[str, ...]:
        """Patients of one side."""
        patients: tuple[str, ...] = getattr(self, side)
        return patients

    def numbers(self, source: ViewList, side: Side) -> list[int]:
        """Numbers of the views of one side."""
        patients = set(self.patients(side))
        return [number for number in range(len(source)) if source.identity(number).patient_id in patients]


Kind = TypeVar("Kind", bound=Split)


@dataclass(frozen=True)
class Member:
    """One view that takes part."""

    identity: Identity
    image_sha256: str | None = None
    """Of its prepared image, as `shared_core.training.data.patches.image_sha256` makes it."""


def split_by_patient(
    identities: Iterable[Identity],
    *,
    seed: int,
    validation: float = 0.2,
    test: float = 0.0,
    has_bac: Mapping[str, bool] | None = None,
) -> Split:
    """Draw the sides; patients with BAC, without, and of whom it is not known are drawn apart.

    The same seed and patients give the same split, in whatever order they come.

    Parameters
    ----------
    validation, test
        Shares of the patients. Where a share is above 0 its side has at least one patient.
    has_bac
        By patient; where it does not say, the tag ``severity`` does, if there is one.

    Raises
    ------
    UsageError
        If shares leave nothing to train on, or there are fewer patients than sides.
    """
    if validation < 0 or test < 0 or validation + test >= 1:
        raise UsageError("The shares of validation and test must leave patients to train on.")
    known = _bac_by_patient(identities, has_bac or {})
    if len(known) < 1 + (validation > 0) + (test > 0):
        raise UsageError(
            f"{len(known)} patients are too few to be split; add patients, or leave the test side out."
        )
    sides: dict[Side, list[str]] = {side: [] for side in SIDES}
    for stratum in (True, False, None):
        patients = sorted(patient for patient, bac in known.items() if bac is stratum)
        _deal(patients, sides, {"validation": validation, "test": test}, seed, str(stratum))
    _fill_empty(sides, {"validation": validation, "test": test})
    return Split(seed, *(tuple(sorted(sides[side])) for side in SIDES))


def _bac_by_patient(identities: Iterable[Identity], told: Mapping[str, bool]) -> dict[str, bool | None]:
    found: dict[str, bool | None] = {}
    for identity in identities:
        patient = identity.patient_id
        severity = dict(identity.tags).get("severity")
        seen = None if severity is None else severity != "none"
        before = found.get(patient)
        # BAC in one view is BAC of the patient.
        found[patient] = told.get(patient, before if seen is None else bool(before) or seen)
    return found


def _deal(
    patients: list[str], sides: dict[Side, list[str]], shares: Mapping[Side, float], seed: int, stratum: str
) -> None:
    """Deal one stratum; one patient alone trains."""
    active = sum(share > 0 for share in shares.values())
    order = [patients[place] for place in stream(seed, "split", stratum).permutation(len(patients))]
    for side, share in shares.items():
        wanted = round(len(patients) * share)
        if share > 0 and len(patients) > active:
            wanted = max(wanted, 1)
        taken = min(wanted, max(len(order) - 1, 0))
        sides[side] += order[:taken]
        order = order[taken:]
    sides["train"] += order


def _fill_empty(sides: dict[Side, list[str]], shares: Mapping[Side, float]) -> None:
    for side, share in shares.items():
        if share > 0 and not sides[side]:
            richest = max(SIDES, key=lambda name: len(sides[name]))
            sides[side].append(sides[richest].pop())


def write_split(split: Split, path: Path) -> None:
    """Write a split as JSON."""
    write_bytes(path, json_bytes(msgspec.to_builtins(split)))


def read_split(path: Path) -> Split:
    """Read a split, and check that no patient stands twice.

    A `UsageError` where it is not there, is no split, or leaks.
    """
    return read_split_of(path, Split)


def read_split_of(path: Path, kind: type[Kind]) -> Kind:
    """Read a split of one kind; see `read_split`."""
    try:
        split = known_part(path.read_bytes(), kind)
    except OSError as error:
        raise UsageError(f"The split {path} cannot be read: {error.strerror}; check the path.") from None
    except DocumentError:
        raise UsageError(f"{path} is no split of patients; name the split.json of a training run.") from None
    check_split(split, ())
    return split


def check_split(split: Split, members: Iterable[Member]) -> None:
    """Refuse a leak; views with an `image_sha256` are compared by their pixels too.

    Raises
    ------
    UsageError
        A patient stands on two sides or on none, or the same picture stands on two sides under the names
        of two patients.
    """
    side_of: dict[str, Side] = {}
    unused = set(split.unused)
    for side in SIDES:
        for patient in split.patients(side):
            other = side_of.setdefault(patient, side)
            if other != side:
                raise UsageError(
                    f"Patient {patient} stands on two sides of the split, {other} and {side}; leave one."
                )
            if patient in unused:
                raise UsageError(f"Patient {patient} is both on a side of the split, {side}, and left out.")
    first_with: dict[str, tuple[Identity, Side]] = {}
    for member in members:
        identity = member.identity
        if identity.patient_id in unused:
            continue
        if identity.patient_id not in side_of:
            raise UsageError(
                f"Patient {identity.patient_id} ({identity.view_id}) is on no side of the split; split again."
            )
        if member.image_sha256 is None:
            continue
        own = side_of[identity.patient_id]
        twin, side = first_with.setdefault(member.image_sha256, (identity, own))
        if side != own:
            raise UsageError(
                f"{identity.view_id} of patient {identity.patient_id} ({own}) is the same picture as "
                f"{twin.view_id} of patient {twin.patient_id} ({side}); name both patients alike, "
                "or leave one out."
            )


def members_of(source: ViewList) -> list[Member]:
    """The views of a source without their pixels."""
    return [Member(source.identity(number)) for number in range(len(source))]
