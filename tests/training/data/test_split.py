"""Splits: by patient, the same by seed, and no leak gets through."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from shared_core.errors import UsageError
from shared_core.training.data.split import (
    SIDES,
    Member,
    Split,
    check_split,
    members_of,
    read_split,
    split_by_patient,
    write_split,
)
from shared_core.training.example import Identity
from tests.training.data.small import MadeViews


def _identity(patient: str, view: str = "v", severity: str | None = None) -> Identity:
    return Identity(patient, view, "folder", () if severity is None else (("severity", severity),))


@given(
    patients=st.lists(st.text("abcdef", min_size=1, max_size=4), min_size=3, max_size=60, unique=True),
    seed=st.integers(0, 1000),
    validation=st.floats(0.05, 0.45),
    test=st.floats(0.05, 0.45),
    data=st.data(),
)
def test_every_patient_is_on_one_side_whatever_the_order(
    patients: list[str], seed: int, validation: float, test: float, data: st.DataObject
) -> None:
    severities = data.draw(
        st.lists(st.sampled_from(["none", "mild", None]), min_size=len(patients), max_size=len(patients))
    )
    views = [_identity(patient, severity=one) for patient, one in zip(patients, severities, strict=True)]
    split = split_by_patient(views, seed=seed, validation=validation, test=test)
    assert sorted((*split.train, *split.validation, *split.test)) == sorted(patients)
    assert split.train
    assert split.validation
    assert split.test
    shuffled = data.draw(st.permutations(views))
    assert split_by_patient(shuffled, seed=seed, validation=validation, test=test) == split
    check_split(split, [Member(view) for view in views])


def test_patients_with_and_without_bac_are_on_both_sides() -> None:
    views = [_identity(f"ill{k}", severity="mild") for k in range(10)]
    views += [_identity(f"well{k}", severity="none") for k in range(40)]
    split = split_by_patient(views, seed=1, validation=0.2)
    assert sum(patient.startswith("ill") for patient in split.validation) == 2
    assert sum(patient.startswith("well") for patient in split.validation) == 8


def test_bac_in_one_view_is_bac_of_the_patient() -> None:
    views = [_identity("a", "1", "none"), _identity("a", "2", "mild"), _identity("b", "1", "none")]
    views += [_identity(f"c{k}", "1", "none") for k in range(6)]
    told = split_by_patient(views, seed=0, validation=0.4, has_bac={"b": True})
    # a and b are a stratum of two: one of them each side.
    assert len({"a", "b"} & set(told.validation)) == 1


def test_seeds_give_other_splits() -> None:
    views = [_identity(f"p{k}") for k in range(40)]
    assert split_by_patient(views, seed=1) != split_by_patient(views, seed=2)


def test_a_split_survives_the_file(tmp_path: Path) -> None:
    split = split_by_patient([_identity(f"p{k}") for k in range(9)], seed=5, test=0.2)
    write_split(split, tmp_path / "split.json")
    assert read_split(tmp_path / "split.json") == split
    source = MadeViews(count=9, patients=9)
    numbers = [split.numbers(source, side) for side in SIDES]
    assert sorted(number for side in numbers for number in side) == list(range(9))


def test_a_patient_on_two_sides_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "split.json"
    write_split(Split(1, ("anna", "berta"), ("clara",)), path)
    content = json.loads(path.read_text())
    content["validation"].append("berta")
    path.write_text(json.dumps(content))
    with pytest.raises(UsageError, match=r"berta.*train and validation"):
        read_split(path)


def test_the_same_picture_under_two_names_is_refused() -> None:
    split = Split(1, ("anna",), ("berta",))
    one = Member(_identity("anna", "LCC"), "abc")
    twin = Member(_identity("berta", "other"), "abc")
    with pytest.raises(UsageError, match=r"other of patient berta.*LCC of patient anna"):
        check_split(split, [one, twin])
    check_split(split, [one, replace(twin, image_sha256="def")])
    check_split(split, [one, Member(_identity("anna", "copy"), "abc")])


def test_a_patient_on_no_side_is_refused() -> None:
    with pytest.raises(UsageError, match=r"p0.*no side"):
        check_split(Split(1, ("anna",), ("berta",)), members_of(MadeViews()))


def test_impossible_splits_are_refused(tmp_path: Path) -> None:
    views = [_identity("anna"), _identity("berta")]
    with pytest.raises(UsageError, match="too few"):
        split_by_patient(views, seed=1, test=0.1)
    with pytest.raises(UsageError, match="leave patients"):
        split_by_patient(views, seed=1, validation=1.0)
    with pytest.raises(UsageError, match="check the path"):
        read_split(tmp_path / "none.json")
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(UsageError, match="no split"):
        read_split(tmp_path / "other.json")
