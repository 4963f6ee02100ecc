"""An exam is one woman on one date: what joins images, what keeps them apart, and that it is said."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from shared_core.mammogram import Exam, Identity, MammogramHeader, Person
from shared_core.reading.exam_grouping import ExamListing, find_exams
from shared_core.reading.persons import contradictions, is_no_identifier
from shared_core.reading.same_exam import same_exams
from shared_core.records.canonical_json import json_bytes
from tests.reading.synthetic import breast, dataset, new_uid, write
from tests.shared_cases import CASES, needs_cases
from tests.told import codes

VIEWS = (("L", "CC"), ("L", "MLO"), ("R", "CC"), ("R", "MLO"))
FOUR = ["LCC", "LMLO", "RCC", "RMLO"]


def views(folder: Path, *, one_study: str = "", **attributes: Any) -> None:
    """Four views, each with a study of its own unless `one_study` names one."""
    folder.mkdir(parents=True, exist_ok=True)
    start = len(list(folder.iterdir()))
    for number, (side, view) in enumerate(VIEWS, start):
        more = {"ImageLaterality": side, "ViewPosition": view, "StudyInstanceUID": one_study or new_uid()}
        write(folder / f"{number}.dcm", dataset(breast(seed=number), **more, **attributes))


def sizes(listing: ExamListing) -> list[int]:
    return sorted(len(exam.headers) for exam in listing.exams)


def said(exams: Iterable[Exam]) -> set[str]:
    return {code for exam in exams for code in codes(exam.notices)}


@needs_cases
def test_two_birth_dates_under_one_id_are_two_women() -> None:
    exams = find_exams([CASES / "two_women_one_id"]).exams
    assert [[header.view_label for header in exam.headers] for exam in exams] == [FOUR, FOUR]
    names = [{header.name[:2] for header in exam.headers} for exam in exams]
    assert sorted(map(sorted, names)) == [["p0"], ["p1"]]
    assert all({"exam-persons-differ", "exam-studies-joined"} <= set(codes(e.notices)) for e in exams)
    assert len({exam.patient_id for exam in exams}) == 2, "change over time must not compare them"


@pytest.mark.parametrize("one_study", ["", "1.2.3"])
@pytest.mark.parametrize(
    ("first", "second", "what"),
    [
        ({"PatientBirthDate": "19500101"}, {"PatientBirthDate": "19600101"}, "birth date"),
        ({"PatientBirthDate": "1950"}, {"PatientBirthDate": "19600101"}, "birth date"),
        ({"PatientSex": "F"}, {"PatientSex": "M"}, "sex"),
        ({"PatientName": "DOE^JANE"}, {"PatientName": "ROE^JANE"}, "name"),
        ({"PatientName": "DOE^JANE"}, {"PatientName": "DOE^MARY"}, "name"),
        ({"PatientName": "=山田^花子"}, {"PatientName": "=鈴木^花子"}, "name"),
        ({"PatientName": "Smith^J"}, {"PatientName": "Smith^K"}, "name"),
    ],
)
def test_what_contradicts_keeps_apart(
    tmp_path: Path, first: dict[str, str], second: dict[str, str], what: str, one_study: str
) -> None:
    views(tmp_path, one_study=one_study, SpecificCharacterSet="ISO_IR 192", **first)
    views(tmp_path, one_study=one_study, SpecificCharacterSet="ISO_IR 192", **second)
    exams = find_exams([tmp_path]).exams
    assert sizes(find_exams([tmp_path])) == [4, 4]
    told = [notice for exam in exams for notice in exam.notices if notice.code == "exam-persons-differ"]
    assert len(told) == 2
    assert all(f"differ in {what}, so" in notice.text for notice in told)


@pytest.mark.parametrize("one_study", ["", "1.2.3"])
@pytest.mark.parametrize(
    ("keyword", "ways"),
    [
        ("PatientName", ["DOE^JANE", "Doe^Jane", "DOE^JANE^^^", "Doe, Jane"]),
        ("PatientName", ["DOE^JANE", "DOE^J", "DOE^JANE^MARIE", "DOE^JANE^^DR"]),
        ("PatientName", ["Yamada^Hanako", "YAMADA^HANAKO=山田^花子", "Yamada^Hanako==やまだ^はなこ", ""]),
        ("PatientName", ["MÜLLER^ANNA", "MULLER^ANNA", "Mueller^Anna", "ANONYMOUS"]),
        ("PatientName", ["DOE^JANE", "SMITH-DOE^JANE", "DOE^JANE", "DOE^JANE"]),
        ("PatientBirthDate", ["19500102", "", "19500102", "19000101"]),
        ("PatientSex", ["F", "", "O", "F"]),
    ],
)
def test_another_way_of_writing_and_absence_are_no_contradiction(
    tmp_path: Path, keyword: str, ways: list[str], one_study: str
) -> None:
    for number, ((side, view), value) in enumerate(zip(VIEWS, ways, strict=True)):
        more = {"ImageLaterality": side, "ViewPosition": view, "SpecificCharacterSet": "ISO_IR 192"}
        study = one_study or new_uid()
        ds = dataset(breast(seed=number), StudyInstanceUID=study, **more, **{keyword: value})
        write(tmp_path / f"{number}.dcm", ds)
    listing = find_exams([tmp_path])
    assert sizes(listing) == [4]
    assert "exam-persons-differ" not in said(listing.exams)


@pytest.mark.parametrize(
    "patient", ["ANON", "Anonymous", "0", "0000", "REMOVED", "** removed **", "None", "N/A"]
)
def test_an_id_that_everybody_gets_joins_nothing(tmp_path: Path, patient: str) -> None:
    views(tmp_path, PatientID=patient)
    exams = find_exams([tmp_path]).exams
    assert [len(exam.headers) for exam in exams] == [1] * 4
    assert all(codes(exam.notices) == ["exam-studies-apart"] for exam in exams)


def test_with_an_id_that_everybody_gets_a_birth_date_joins(tmp_path: Path) -> None:
    views(tmp_path, PatientID="ANON", PatientBirthDate="19500102")
    listing = find_exams([tmp_path])
    assert sizes(listing) == [4]
    assert said(listing.exams) == {"exam-studies-joined"}


def test_with_an_id_that_everybody_gets_only_known_women_are_joined(tmp_path: Path) -> None:
    views(tmp_path, PatientID="ANON", PatientBirthDate="19500102")
    write(tmp_path / "a.dcm", dataset(breast(seed=9), PatientID="ANON", ViewPosition="ML"))
    listing = find_exams([tmp_path])
    assert sizes(listing) == [1, 4]
    assert said(listing.exams) == {"exam-studies-apart", "exam-studies-joined"}


def test_studies_that_repeat_all_views_are_not_joined(tmp_path: Path) -> None:
    views(tmp_path)
    views(tmp_path)
    listing = find_exams([tmp_path])
    assert sizes(listing) == [1] * 8
    assert said(listing.exams) == {"exam-studies-apart"}


def test_studies_that_repeat_views_are_joined_by_their_folders(tmp_path: Path) -> None:
    views(tmp_path / "a")
    views(tmp_path / "b")
    listing = find_exams([tmp_path])
    assert sizes(listing) == [4, 4]
    assert said(listing.exams) == {"exam-studies-apart"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"AccessionNumber": "A1"}, {"AccessionNumber": "A2"}),
        ({"StudyTime": "0900"}, {"StudyTime": "1100"}),
        ({"ContentTime": "090000"}, {"ContentTime": "110000"}),
    ],
)
def test_one_study_of_two_whole_sets_is_taken_apart_by_visit(
    tmp_path: Path, first: dict[str, str], second: dict[str, str]
) -> None:
    views(tmp_path, one_study="1.2.3", **{"ContentTime": "090000", **first})
    views(tmp_path, one_study="1.2.3", **{"ContentTime": "090000", **second})
    if "ContentTime" in first:
        for number, path in enumerate(sorted(tmp_path.iterdir())):
            import pydicom

            ds = pydicom.dcmread(path)
            ds.ContentTime = f"{9 + 2 * (number // 4):02}{number:02}00"
            ds.save_as(path)
    listing = find_exams([tmp_path])
    assert sizes(listing) == [4, 4]
    assert all("exam-sets-repeated" in codes(exam.notices) for exam in listing.exams)


def test_one_study_of_two_whole_sets_that_nothing_tells_apart_is_told(tmp_path: Path) -> None:
    views(tmp_path, one_study="1.2.3")
    views(tmp_path, one_study="1.2.3")
    listing = find_exams([tmp_path])
    assert sizes(listing) == [8]
    assert "exam-sets-repeated" in said(listing.exams)


def test_a_repeated_view_is_still_of_the_exam(tmp_path: Path) -> None:
    views(tmp_path)
    write(tmp_path / "again.dcm", dataset(breast(seed=9), ImageLaterality="L", ViewPosition="CC"))
    listing = find_exams([tmp_path])
    assert sizes(listing) == [5]
    assert said(listing.exams) == {"exam-studies-joined", "exam-view-repeated"}


@pytest.mark.parametrize("keyword", ["PatientID", "StudyDate"])
def test_a_file_that_lacks_patient_or_date_stays_with_its_study(tmp_path: Path, keyword: str) -> None:
    views(tmp_path, one_study="1.2.3")
    more = {"ImageLaterality": "R", "ViewPosition": "ML", "StudyInstanceUID": "1.2.3", keyword: None}
    write(tmp_path / "a.dcm", dataset(breast(seed=9), **more))
    (exam,) = find_exams([tmp_path]).exams
    assert (len(exam.headers), exam.patient_id, exam.study_date) == (5, "P1", "20200102")


def test_nothing_of_the_person_is_written(tmp_path: Path) -> None:
    secret = {"PatientName": "Secretname^Jane", "PatientBirthDate": "19510203", "AccessionNumber": "ACC77"}
    views(tmp_path, **secret)
    views(tmp_path, PatientBirthDate="19610203")
    listing = find_exams([tmp_path])
    for text in (json_bytes(listing.exams).decode(), repr(listing), str(said(listing.exams))):
        assert not [word for word in ("Secretname", "1951", "1961", "0203", "ACC77") if word in text]


def test_thousands_of_women_under_one_id_are_told_apart_in_a_moment() -> None:
    def header(number: int, **said: Any) -> MammogramHeader:
        identity = Identity(patient_id="ANON", study_uid=f"1.2.{number}")
        person = Person(visit=(str(number),), **said)
        return MammogramHeader(None, "memory", 2, 2, 8, identity=identity, person=person)

    known = [
        header(n, birth_date=f"{1900 + n // 300}{1 + n // 28 % 12:02}{1 + n % 28:02}") for n in range(5000)
    ]
    births = {one.person.birth_date for one in known}
    unknown = [header(5000 + n) for n in range(300)]
    women = same_exams([*known, *unknown])
    of_birth = {one.headers[0].person.birth_date for one in women} - {""}
    assert of_birth == births
    assert all(len({h.person.birth_date for h in one.headers}) == 1 for one in women)


@settings(deadline=None)
@given(st.text(max_size=20), st.text(max_size=20))
def test_contradiction_is_mutual_and_never_with_oneself(one: str, other: str) -> None:
    a, b = Person(names=tuple(one.split("="))), Person(names=tuple(other.split("=")))
    assert not contradictions(a, a)
    assert contradictions(a, b) == contradictions(b, a)


@pytest.mark.parametrize("patient", ["P1", "10", "ANON_0017", "Anna", "Nana", "0017", "Testa", "Noa", "MR1"])
def test_ids_that_tell_people_apart_are_believed(patient: str) -> None:
    assert not is_no_identifier(patient)


def joined(folder: Path, *people: dict[str, str]) -> ExamListing:
    """Exams of images of one patient ID, two views of each study."""
    for number, person in enumerate(people):
        more: dict[str, Any] = {"SpecificCharacterSet": "ISO_IR 192", **person}
        study = more.pop("study", f"1.2.{number}")
        for side in "LR":
            ds = dataset(breast(seed=number), ImageLaterality=side, StudyInstanceUID=study, **more)
            write(folder / f"{number}{side}.dcm", ds)
    return find_exams([folder])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DOE^MARY^ANN", "Doe_Mary_Ann"),
        ("DOE^MARY", "DOE/MARY"),
        ("DOE^MARY", "Doe; Mary (Ann)"),
        ("DOE^MARY-ANN", "DOE^MARYANN"),
        ("ANN-MARIE^DOE^X", "DOE ANNMARIE"),
        ("O'BRIEN^ÉVA", "OBRIEN^EVA"),
        ("DOE^MARY", "DOE^MARY^ANN"),
        ("YAMADA^TARO=山田^太郎", "山田^太郎"),
        ("YAMADA^TARO=山田^太郎", "TARO YAMADA=山田太郎"),
        ("X^Y=山田^太郎", "YAMADA^TARO=山田^太郎"),
        ("ヤマダ^タロウ", "A^B==やまだ^たろう"),
        ("IVANOVA^ANNA", "Иванова^Анна"),
    ],
)
def test_one_name_is_spelt_in_many_ways(one: str, other: str) -> None:
    assert contradictions(Person(names=tuple(one.split("="))), Person(names=tuple(other.split("=")))) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DOE_MARY", "DOE_JANE"),
        ("ANON001", "ANON002"),
        ("X^Y=山田^太郎", "鈴木^花子"),
        ("Иванова^Анна", "Петрова^Анна"),
        ("MARY-ANN^DOE", "MARYJANE^DOE"),
    ],
)
def test_other_names_contradict(one: str, other: str) -> None:
    assert contradictions(Person(names=tuple(one.split("="))), Person(names=tuple(other.split("=")))) == (
        "name",
    )


BORN = {"PatientBirthDate": "19500102"}


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ({"PatientName": "SMITH^ANN", **BORN}, {"PatientName": "JONES^ANN", **BORN}, True),
        ({"PatientName": "SMITH^ANN", **BORN}, {"PatientName": "JONES^EVA", **BORN}, False),
        ({"PatientName": "SMITH^ANN"}, {"PatientName": "JONES^ANN"}, False),
        (
            {"PatientName": "SMITH^A", "PatientSex": "F", **BORN},
            {"PatientName": "JONES^EVA", "PatientSex": "F", **BORN},
            False,
        ),
        (
            {"PatientName": "SMITH^ANN", "study": "1.2", **BORN},
            {"PatientName": "JONES^EVA", "study": "1.2", **BORN},
            False,
        ),
        (
            {"PatientName": "SMITH^ANN", "study": "1.2", **BORN},
            {"PatientName": "SMITH-JONES^ANN", "study": "1.2", **BORN},
            None,
        ),
        (
            {"PatientName": "SMITH^ANN", "study": "1.2", "PatientSex": "F", **BORN},
            {"PatientName": "JONES^ANN", "study": "1.2", "PatientSex": "F", **BORN},
            True,
        ),
        (
            {"PatientName": "SMITH^ANN", "PatientID": "ANON", **BORN},
            {"PatientName": "JONES^ANN", "PatientID": "ANON", **BORN},
            False,
        ),
    ],
)
def test_a_family_name_may_change_and_is_told_but_nothing_else(
    tmp_path: Path, one: dict[str, str], other: dict[str, str], together: bool | None
) -> None:
    """None where the names do not differ."""
    sex = {"PatientSex": ""}
    listing = joined(tmp_path, {**sex, **one}, {**sex, **other, "StudyDate": "20200102"})
    women = {exam.patient_id for exam in listing.exams}
    assert len(women) == (2 if together is False else 1)
    word = {"exam-names-differ", "exam-persons-differ"} & said(listing.exams)
    assert word == {True: {"exam-names-differ"}, False: {"exam-persons-differ"}, None: set()}[together]


@pytest.mark.parametrize(
    ("first", "second", "what"),
    [
        ({"PatientBirthDate": "19500101"}, {"PatientBirthDate": "19600101"}, "another person"),
        ({"PatientName": "DOE^JANE"}, {"PatientName": "ROE^EVA"}, "another person"),
        ({"PatientSex": "F"}, {"PatientSex": "M"}, "another person"),
        ({"StudyInstanceUID": "1.2.3"}, {"StudyInstanceUID": "1.2.4"}, "another study"),
        ({"StudyDate": "20200102"}, {"StudyDate": "20210102"}, "another date"),
        (
            {"PresentationIntentType": "FOR PRESENTATION"},
            {"PresentationIntentType": "FOR PROCESSING"},
            "another presentation intent",
        ),
    ],
)
def test_one_identifier_and_one_picture_of_two_kinds_are_both_used(
    tmp_path: Path, first: dict[str, str], second: dict[str, str], what: str
) -> None:
    same = {"SOPInstanceUID": "1.2.9", "StudyInstanceUID": "1.2.3"}
    for name, more in (("a", first), ("b", second)):
        write(tmp_path / f"{name}.dcm", dataset(breast(), **{**same, **more}))
    listing = find_exams([tmp_path])
    assert sum(sizes(listing)) == 2
    assert [file.text for file in listing.unused] == [
        f"b.dcm: has the same SOP Instance UID as a.dcm, but {what}; both are used."
    ]


def test_one_image_whose_second_file_says_less_is_used_once(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm", dataset(SOPInstanceUID="1.2.9", StudyInstanceUID="1.2", PatientName="DOE^EVA"))
    less = {"StudyDate": None, "PatientBirthDate": "", "PatientName": "Doe_Eva"}
    write(tmp_path / "b.dcm", dataset(SOPInstanceUID="1.2.9", StudyInstanceUID="1.2", **less))
    assert sizes(find_exams([tmp_path])) == [1]
