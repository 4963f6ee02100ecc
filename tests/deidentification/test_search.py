"""Identifiers are found in every spelling, and never by chance."""

from __future__ import annotations

import json
import zlib
from datetime import date
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from shared_core.deidentification.finished_files import said_by_dataset
from shared_core.deidentification.finished_folder import files_that_name
from shared_core.deidentification.identifiers import Identifiers, identifiers_of, of_dates
from shared_core.deidentification.own_words import library_versions
from shared_core.deidentification.search import found_in_bytes, found_in_text, found_in_texts
from shared_core.dicom_objects.pdf.pdf_page import PageEdge, heading, paragraph, pdf_bytes
from shared_core.notices.catalogue import KINDS


def known_by(**values: object) -> Identifiers:
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return identifiers_of(dataset)


ZWILLINGSKY = known_by(
    PatientName="Müller-Zwillingsky^Quirina^^Prof",
    PatientID="PATID-774411",
    AccessionNumber="12345",
    PatientBirthDate="19510413",
    InstitutionName="Klinikum Hinterwald",
    StudyInstanceUID="1.2.840.10008.99.774411",
)
_DAY = date(2000, 1, 1).toordinal()
SHORT = known_by(PatientName="Xu^Bo=徐^波=", OtherPatientNames="山田^太郎")


@pytest.mark.parametrize(
    "text",
    [
        "seen by Zwillingsky",
        "ZWILLINGSKY_LCC",
        "müller",
        "Mueller",
        "Muller",
        "MüllerZwillingsky",
        "quirinazwillingsky",
        "patid 774411",
        "patid774411",
        "no 774411.",
        "film_774411",
        "12345",
        "19510413",
        "1951-04-13",
        "13.04.1951",
        "04/13/1951",
        "13/4/1951",
        "13 Apr 1951",
        "13. April 1951",
        "April 13th, 1951",
        "le 13 avril 1951",
        "51-04-13",
        "510413",
        "19510413120000.5",
        "Hinterwald",
        "uid 1.2.840.10008.99.774411!",
        "774411 of 2.25.130771234567890123456789012345678901",
        "774411774411774411774411 774411",
    ],
)
def test_spelling_is_found(text: str) -> None:
    assert found_in_text(text, ZWILLINGSKY)


@pytest.mark.parametrize("text", ["Xu", "of Xu:", "BoXu", "xu-bo", "xubo", "山田さん", "山田太郎"])
def test_short_name_is_found(text: str) -> None:
    assert found_in_text(text, SHORT)


@pytest.mark.parametrize(
    "text",
    [
        "2.25.130774411567890123456789012345678901",
        "sha256 " + "774411aa" * 8,
        "6ab5dda774411d69c4a8725a",
        "ANON-774411ABCDEF_20190101",
        "images/ANON-ABCDEF012345_20190101/LCC_19510413.dcm",
        "area 0.774411 mm2",
        "version 1.774411.2",
        "has 12345 pixels",
        "Prof",
        "numpy 2.4.1",
        "1951",
    ],
)
def test_nothing_is_found_by_chance(text: str) -> None:
    assert not found_in_text(text, ZWILLINGSKY)


@pytest.mark.parametrize(
    "name",
    ["Mass^Area", "Guo^An", "Mina^Cora", "Rest^Anna", "Best^Max", "Long^No", "Lena^Rule", "Field^Page"],
)
def test_words_of_the_program_are_the_name_of_nobody(name: str) -> None:
    texts = [kind.text for kind in KINDS.values()]
    assert len(texts) > 50
    assert not found_in_texts(texts, known_by(PatientName=name))


@pytest.mark.parametrize("number", ["sha256", "SHA-256", "4000", "1500", "18115005"])
def test_numbers_of_the_program_are_those_of_nobody(number: str) -> None:
    texts = ["model_sha256", "4000", "1500", "18115005", "SCT 18115005"]
    assert not found_in_texts(texts, known_by(PatientID=number))


def test_number_in_a_table_of_the_program_is_still_that_of_a_patient() -> None:
    """Thousands of digits stand in tables and cards, as decimals or parts of digests."""
    assert found_in_text("2653", known_by(PatientID="2653"))


def test_version_of_a_library_is_no_date() -> None:
    every_day = Identifiers(dates=frozenset(map(date.fromordinal, range(_DAY, _DAY + 366 * 30))))
    assert len(library_versions()) > 10
    assert not found_in_texts([f"library {one}" for one in library_versions()], every_day)
    assert found_in_text("library 2019.4.13.", every_day)
    assert found_in_text("on 2019-4-13", every_day)


@pytest.mark.parametrize("who", ["1", "7", "A", "P1", "p-1", "BAC", "LCC", "X^Y", "42"])
@pytest.mark.parametrize("keyword", ["PatientID", "PatientName", "AccessionNumber"])
def test_short_identifier_is_found_where_it_is_said_who_somebody_is_and_nowhere_else(
    tmp_path: Path, who: str, keyword: str
) -> None:
    known = known_by(**{keyword: who})
    view = {
        "exam": "ANON-ABCDEF012345_20190101",
        "view": "LCC",
        "warnings": ["1 of 7 in A1, P1x, BAC 42", "1", "P1"],
        "model_sha256": "1" * 64,
    }
    clean = {
        "view.json": json.dumps(view),
        "views.csv": "exam,view,p1,area\nANON-ABCDEF012345_20190101,LCC,A,42\n",
        "mark": json.dumps({"exam": {"patient_id": "ANON-ABCDEF012345"}, "files": 7}),
    }
    leaks = {
        "exam.json": json.dumps({"patient_id": who}),
        "keys.json": json.dumps([{"key": f"{who}_20190101"}]),
        "exams.csv": f"key,patient_id\nANON-ABCDEF012345,{who}\n",
    }
    for name, text in (clean | leaks).items():
        (tmp_path / name).write_text(text, "utf-8")
    leak = Dataset()
    setattr(leak, keyword, f" {who.lower()} ")
    assert said_by_dataset(leak).found(known)
    assert {path.name for path in files_that_name([tmp_path], known, output=tmp_path)} == set(leaks)


def test_measured_numbers_of_a_report_are_those_of_nobody(tmp_path: Path) -> None:
    report = tmp_path / "report.pdf"
    report.write_bytes(b"%PDF-1.4\n(2031) (318113) (D:20000101000000+00'00')\n")
    for known in (known_by(PatientID="2031"), known_by(PatientID="318113"), of_dates(["20000101"])):
        assert not list(files_that_name([report], known, output=tmp_path))
    report.write_bytes(b"%PDF-1.4\n(of 318113) (20000101)\n")
    for known in (known_by(PatientID="318113"), of_dates(["20000101"])):
        assert list(files_that_name([report], known, output=tmp_path)) == [report]


def test_date_that_a_moved_one_fell_upon_is_looked_for_no_more() -> None:
    both = of_dates(["19510413", "20210304"])
    left = both.without_dates(of_dates(["20210304"]).dates)
    assert found_in_text("1951-04-13", left)
    assert not found_in_text("2021-03-04 20210304", left)


def test_bytes_that_spell_a_name_are_found() -> None:
    for content in (b"xxZwillingskyxx", "zwillingsky".encode("utf-16-le"), b"\x0019510413"):
        assert found_in_bytes(content, ZWILLINGSKY)
    assert not found_in_bytes(bytes(range(256)) * 100, ZWILLINGSKY)


def test_every_kind_of_file_is_searched_and_what_stands_above_the_results_is_not(tmp_path: Path) -> None:
    output = tmp_path / "Zwillingsky" / "results"
    output.mkdir(parents=True)
    (output / "clean.json").write_text(json.dumps({"file": f"{output}/images/a.dcm", "area_px": 774411}))
    (output / "key.json").write_text(json.dumps({"of Zwillingsky": 1}))
    (output / "table.csv").write_text('a,b\n774411,"x, Zwillingsky"\n')
    (output / "number.csv").write_text("a,b\n774411,0.5\n")
    (output / "text.png").write_bytes(png(b"tEXt", b"Title\0of Zwillingsky"))
    (output / "packed.png").write_bytes(png(b"zTXt", b"Title\0\0" + zlib.compress(b"of Zwillingsky")))
    (output / "pixels.png").write_bytes(png(b"IDAT", zlib.compress(b"\0" * 99 + b"zwillingsky")))
    (output / "after.png").write_bytes(png(b"IDAT", zlib.compress(b"\0" * 99)) + b"Zwillingsky")
    stream = zlib.compress(b"BT (of Zwillingsky) Tj ET")
    (output / "report.pdf").write_bytes(b"%PDF-1.4\n<</Length 9>>\nstream\n" + stream + b"\nendstream\n")
    (output / "Zwillingsky.txt").touch()
    (output / "log.txt").write_text("sent Zwillingsky")
    found = {path.name for path in files_that_name([output], ZWILLINGSKY, output=output)}
    assert found == {path.name for path in output.iterdir()} - {"clean.json", "number.csv"}


def png(kind: bytes, content: bytes) -> bytes:
    chunk = len(content).to_bytes(4, "big") + kind + content + b"\0\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IEND\xaeB`\x82"


def test_own_words_in_the_mark_of_a_finished_exam_name_nobody(tmp_path: Path) -> None:
    mark = tmp_path / "exam" / ".finished"
    mark.parent.mkdir()
    mark.write_text(json.dumps({"training_data": "simulated views, a study of Banerjee"}), "utf-8")
    named = known_by(PatientName="Simulated^Banerjee", PatientID="PATID-774411")
    assert not list(files_that_name([mark], named, output=tmp_path))
    mark.write_text(json.dumps({"training_data": "a study of PATID-774411"}), "utf-8")
    assert list(files_that_name([mark], named, output=tmp_path)) == [mark]


def test_what_is_no_text_is_searched_byte_by_byte(tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(b"\0\xff" + "Zwillingsky".encode("utf-16-le") + b"\0\xff")
    assert list(files_that_name([other], ZWILLINGSKY, output=tmp_path)) == [other]


def test_date_behind_a_short_number_is_a_date_and_the_end_of_the_name_of_an_image_is_none() -> None:
    known = known_by(PatientID="7", StudyDate="20210304")
    for text in ("7_20210304/view.json", "x7_20210304.png", "lee_20210304"):
        assert found_in_text(text, known)
    for text in ("RMLO_20210304_mask.png", "xx_20210304.dcm", "a_2021030f.png"):
        assert not found_in_text(text, known)


def test_name_that_reads_as_no_number_is_found_in_a_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\nInfinity,1\n", "utf-8")
    (tmp_path / "b.csv").write_text("a,b\n1.5,1e3\n", "utf-8")
    known = known_by(PatientName="Infinity^Anna")
    assert [path.name for path in files_that_name([tmp_path], known, output=tmp_path)] == ["a.csv"]


@pytest.mark.parametrize("number", ["7", "12345", "P1", "318113"])
def test_number_of_a_patient_is_found_where_a_report_says_whose_it_is(tmp_path: Path, number: str) -> None:
    report = tmp_path / "report.pdf"
    known = known_by(PatientID=number, AccessionNumber="NONE", PatientName="Not known")
    for name in ("Patient ID", "Patient", "Accession number"):
        report.write_bytes(f"%PDF-1.4\n({name}) Tj ET BT ({number}) Tj\n".encode())
        assert list(files_that_name([report], known, output=tmp_path)) == [report]
    clean = "(Patient) (not known) (Patient ID) (ANON-ABCDEF012345) (Accession number) (none)"
    report.write_bytes(f"%PDF-1.4\n{clean} ({number})".encode())
    assert not list(files_that_name([report], known, output=tmp_path))


def test_letters_that_a_pdf_writes_as_numbers_are_read(tmp_path: Path) -> None:
    report = tmp_path / "report.pdf"
    report.write_bytes(b"%PDF-1.4\n(of M\\374ller)\n")
    assert list(files_that_name([report], ZWILLINGSKY, output=tmp_path)) == [report]


def test_letters_that_a_pdf_has_in_its_fonts_alone_are_read(tmp_path: Path) -> None:
    pytest.importorskip("reportlab", reason="pip package reportlab is not installed")
    report, edge = tmp_path / "report.pdf", PageEdge("ANON-ABCDEF012345", "OpenBAC")
    report.write_bytes(pdf_bytes([paragraph("Šárka saw Müller"), heading("A title")], title="A", edge=edge))
    assert list(files_that_name([report], ZWILLINGSKY, output=tmp_path)) == [report]
    report.write_bytes(pdf_bytes([paragraph("Šárka saw Möller"), heading("A title")], title="A", edge=edge))
    assert not list(files_that_name([report], ZWILLINGSKY, output=tmp_path))


def test_damaged_file_does_not_end_the_look_at_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"{ of nobody")
    (tmp_path / "b.json").write_bytes(b"{ of Zwillingsky")
    (tmp_path / "c.gz").write_bytes(b"Zwillingsky")
    (tmp_path / "d.json").write_text(json.dumps({"of": "Zwillingsky"}))
    found = [path.name for path in files_that_name([tmp_path], ZWILLINGSKY, output=tmp_path)]
    assert found == ["b.json", "c.gz", "d.json"]


def test_plan_of_an_insurance_has_no_number_of_a_patient() -> None:
    plan = Dataset()
    plan.CodeValue, plan.CodeMeaning = "4711", "Plan 4711"
    assert not known_by(PatientInsurancePlanCodeSequence=[plan]).numbers
