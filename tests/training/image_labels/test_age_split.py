"""The split of Mobini 2023: whole patients, classes of age, thinned negatives, and no leak."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.training.data.split import SIDES, check_split, read_split_of, write_split
from shared_core.training.image_labels.age_split import AgeSplit, Patient, patients_of, split_by_age
from shared_core.training.image_labels.labelled_images import LabelledImages
from shared_core.training.image_labels.recipe import SplitRecipe
from shared_core.training.image_labels.table import LabelledFile

RECIPE = SplitRecipe()


def some(count: int = 400, with_bac: float = 0.25, unknown: float = 0.1) -> dict[str, Patient]:
    random = np.random.default_rng(0)
    return {
        f"P{number:03d}": Patient(
            bool(random.random() < with_bac),
            None if random.random() < unknown else float(random.integers(40, 85)),
        )
        for number in range(count)
    }


def test_sides_have_their_shares_and_the_training_side_its_prevalence() -> None:
    patients = some()
    split = split_by_age(patients, RECIPE, seed=3)
    everybody = [name for side in SIDES for name in split.patients(side)] + list(split.left_out)
    assert sorted(everybody) == sorted(patients)
    positive = {side: sum(patients[name].has_bac for name in split.patients(side)) for side in SIDES}
    total = sum(positive.values())
    assert abs(positive["validation"] - 0.15 * total) <= 1
    assert abs(positive["test"] - 0.15 * total) <= 1
    assert positive["train"] / len(split.train) == pytest.approx(0.3, abs=0.005)
    assert split.left_out
    assert not any(patients[name].has_bac for name in split.left_out)
    # The other sides keep the prevalence that there is.
    assert positive["test"] / len(split.test) == pytest.approx(total / len(patients), abs=0.02)


def test_every_class_of_age_is_on_every_side_in_its_share() -> None:
    patients = some(1000)
    split = split_by_age(patients, RECIPE, seed=3)
    ages = [patient.age for patient in patients.values() if patient.age is not None]
    assert split.age_quartiles == tuple(np.quantile(ages, (0.25, 0.5, 0.75)))

    def classes(names: tuple[str, ...]) -> Counter[int]:
        known = [patients[name] for name in names if patients[name].has_bac]
        return Counter(
            -1 if one.age is None else int(np.searchsorted(split.age_quartiles, one.age)) for one in known
        )

    of_all = classes(tuple(patients))
    assert sorted(of_all) == [-1, 0, 1, 2, 3]
    for side in ("validation", "test"):
        found = classes(split.patients(side))  # type: ignore[arg-type]  # names of sides
        assert all(abs(found[one] - 0.15 * count) <= 1.5 for one, count in of_all.items())


def test_the_order_of_patients_does_not_matter_and_the_seed_does() -> None:
    patients = some()
    backwards = dict(reversed(patients.items()))
    assert split_by_age(patients, RECIPE, seed=1) == split_by_age(backwards, RECIPE, seed=1)
    assert split_by_age(patients, RECIPE, seed=1) != split_by_age(patients, RECIPE, seed=2)


def test_without_a_prevalence_nobody_is_left_out() -> None:
    assert split_by_age(some(), SplitRecipe(prevalence=0), seed=0).left_out == ()


def test_too_few_patients_are_refused() -> None:
    patients = {f"P{number}": Patient(number < 2, 50.0) for number in range(20)}
    with pytest.raises(UsageError, match="2 patients with BAC; at least 3 are needed"):
        split_by_age(patients, RECIPE, seed=0)


def test_a_patient_has_bac_if_one_image_has() -> None:
    rows = [("a", "P1", 62.0, False), ("b", "P1", 60.0, True), ("c", "P2", None, False)]
    files = tuple(LabelledFile(Path(name), name, who, age, has_bac) for name, who, age, has_bac in rows)
    images = LabelledImages(files, ())
    assert patients_of(images) == {"P1": Patient(True, 60.0), "P2": Patient(False, None)}


def test_it_is_read_back_and_a_leak_in_it_is_refused(tmp_path: Path) -> None:
    split = split_by_age(some(), RECIPE, seed=3)
    write_split(split, tmp_path / "split.json")
    assert read_split_of(tmp_path / "split.json", AgeSplit) == split
    leak = AgeSplit(0, ("P1", "P2"), ("P3",), ("P4",), left_out=("P2",))
    with pytest.raises(UsageError, match="P2 is both on a side of the split, train, and left out"):
        check_split(leak, ())
    twice = AgeSplit(0, ("P1", "P2"), ("P2",), ("P4",))
    with pytest.raises(UsageError, match="P2 stands on two sides"):
        check_split(twice, ())
