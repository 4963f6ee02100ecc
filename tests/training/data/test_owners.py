"""Whose an image is: nobody is on two sides of a split under two names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.mammogram import MammogramHeader
from shared_core.reading.reader import read_header
from shared_core.training.data.owners import Owner, owners_of, root_of
from shared_core.training.data.patient_rule import patient_rule
from tests.training.data.small import write_png

WOMEN = ("1004", "1017", "anna")


def owners(root: Path, names: list[str], rule: str = "") -> dict[str, Owner]:
    headers: dict[Path, MammogramHeader] = {}
    for name in names:
        path = write_png(root / name, np.full((80, 70), 90, np.uint8))
        headers[path] = read_header(path)
    found = owners_of(headers, root, patient_rule(rule) if rule else None)
    return {path.relative_to(root).as_posix(): owner for path, owner in found.items()}


@pytest.mark.parametrize(
    "pattern",
    [
        "{woman}/{year}/LCC.png",
        "{woman}/{year}-03-14/raw/LCC.png",
        "{woman}_{year}/LCC.png",
        "train/{woman}/visit{year}/LCC.png",
        "{woman}_{year}_LCC.png",
        "{year}/{woman}_LCC.png",
        "{year}0314/{woman}/LCC.png",
    ],
)
def test_years_of_a_woman_are_one_patient(tmp_path: Path, pattern: str) -> None:
    names = [pattern.format(woman=woman, year=year) for woman in WOMEN for year in (2020, 2022)]
    found = owners(tmp_path, names)
    told = {name: owner.patient_id for name, owner in found.items()}
    assert set(told.values()) == set(WOMEN)
    assert all(told[name] in name for name in names)
    assert not any(owner.doubt for owner in found.values())


@pytest.mark.parametrize(
    "pattern", ["{woman}_{year}/LCC.png", "{woman}_{year}_LCC.png", "{year}/{woman}_LCC.png"]
)
def test_a_number_that_may_be_a_year_is_a_doubt(tmp_path: Path, pattern: str) -> None:
    names = [pattern.format(woman=woman, year=year) for woman in ("1004", "2001") for year in (2020, 2022)]
    assert {"2001" in name for name, owner in owners(tmp_path, names).items() if owner.doubt} == {True}
    plain = [f"{woman}/{year}/LCC.png" for woman in ("1004", "2001") for year in (2020, 2022)]
    found = owners(tmp_path / "plain", plain)
    assert {owner.patient_id for owner in found.values() if not owner.doubt} == {"1004"}


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["a/1004_LCC.png", "b/1004_RCC.png", "a/1005_LCC.png"], "1004 stands in a and in b"),
        (["1004_x_LCC.png", "1004_y_LCC.png", "1005_x_LCC.png"], "1004_x and 1004_y share the number 1004"),
        (["2020/LCC.png", "2021/LCC.png"], "folders name no person"),
        (["2020_LCC.png", "2021_LCC.png"], "nothing but a date"),
    ],
)
def test_what_may_be_one_woman_twice_is_a_doubt(tmp_path: Path, names: list[str], words: str) -> None:
    found = owners(tmp_path, names)
    assert words in next(owner.doubt for owner in found.values() if owner.doubt)
    if "1005" in names[-1] and names[-1].count("/") == 0:
        assert not found[names[-1]].doubt


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["LCC.png", "RCC.png"], 1),
        (["P_00646_LCC.png", "P_00646_LMLO.png", "P_00647_LCC.png"], 2),
        (["anna/1.png", "anna/2.png", "berta/1.png"], 2),
        (["anna_LCC.png", "anna_RCC.png", "berta_LCC.png"], 2),
        (["uni2020_01_LCC.png", "uni2020_02_LCC.png"], 2),
    ],
)
def test_usual_names_leave_no_doubt(tmp_path: Path, names: list[str], wanted: int) -> None:
    found = owners(tmp_path, names)
    assert len({owner.patient_id for owner in found.values()}) == wanted
    assert not any(owner.doubt for owner in found.values())


def test_a_stated_rule_comes_before_all_names(tmp_path: Path) -> None:
    names = ["siteA/1004_x/LCC.png", "siteA/1004_y/LCC.png"]
    assert {o.patient_id for o in owners(tmp_path, names, "folder:2").values()} == {"1004_x", "1004_y"}
    by_pattern = owners(tmp_path, names, r"name:(\d{4})_")
    assert {(o.patient_id, o.doubt) for o in by_pattern.values()} == {("1004", "")}
    assert {o.patient_id for o in owners(tmp_path, names, "file").values()} == {"LCC"}
    table = tmp_path / "who.csv"
    table.write_text("file,patient\nsiteA/1004_x/LCC.png,eva\nsiteA/1004_y/LCC.png,eva\n", encoding="utf-8")
    assert {o.patient_id for o in owners(tmp_path, names, f"{table}").values()} == {"eva"}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("folder:3", "does not say whose it is"),
        (r"name:^(\d+)$", "does not say whose it is"),
        ("name:(", "no regular expression"),
        ("column", "is not understood"),
    ],
)
def test_a_rule_that_says_nothing_is_refused(tmp_path: Path, rule: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        owners(tmp_path, ["siteA/p/LCC.png"], rule)


def test_the_header_of_a_dicom_file_counts_unless_everybody_has_its_identifier(
    tmp_path: Path, cbis_dicoms: Path
) -> None:
    import pydicom

    source = next(iter(sorted(cbis_dicoms.rglob("*.dcm"))))
    headers = {}
    for folder, patient in (("one/2020", "7"), ("two/2021", "ANONYMOUS"), ("two/2022", "")):
        dataset = pydicom.dcmread(source)
        dataset.PatientID = patient
        path = tmp_path / folder / "x.dcm"
        path.parent.mkdir(parents=True)
        dataset.save_as(path)
        headers[path] = read_header(path)
    found = owners_of(headers, tmp_path)
    assert next((owner.patient_id, owner.source) for owner in found.values()) == ("7", "the header")
    assert {owner.patient_id for path, owner in found.items() if "two" in path.parts} == {"two"}


def test_the_root_of_files_in_one_folder_is_above_it(tmp_path: Path) -> None:
    assert root_of([tmp_path / "anna" / "a.png", tmp_path / "anna" / "b.png"]) == tmp_path
    assert root_of([tmp_path / "anna" / "a.png", tmp_path / "berta" / "b.png"]) == tmp_path
