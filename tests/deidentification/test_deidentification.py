"""Nothing that says whose the images are is left in anything that is written."""

from __future__ import annotations

import base64
import errno
import json
import os
import re
import stat
import zlib
from contextlib import suppress
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from shared_core.cli.deidentifying import TO_LOOK_AT, _about_deletion, _deleted, deidentified_listing
from shared_core.cli.main import main
from shared_core.deidentification.identifiers import Identifiers
from shared_core.deidentification.images import deidentified_exams
from shared_core.deidentification.key import DeidentificationKey, load_key
from shared_core.deidentification.results import _renamed
from shared_core.errors import UnreadableImageError
from shared_core.reading.exam_grouping import ExamListing, find_exams
from tests.dicom_objects.conftest import png_files
from tests.pacs.drawn_exam import drawn_files
from tests.reading import synthetic
from tests.told import codes

pytest.importorskip("highdicom", reason="pip package highdicom is not installed")

KEY = DeidentificationKey(b"k" * 32)
IDENTIFIERS = {
    "PatientName": "Zwillingsky^Quirina^Xenia^Prof",
    "PatientID": "PATID-774411",
    "OtherPatientIDs": "OTHER-991188",
    "IssuerOfPatientID": "ISSUER-HOSP-55",
    "PatientBirthDate": "19510413",
    "PatientBirthTime": "071722",
    "PatientAge": "070Y",
    "PatientAddress": "Quittenweg 77, Hinterwald",
    "PatientTelephoneNumbers": "+49-555-0199",
    "PatientMotherBirthName": "Vorderholzer^Alwine",
    "OtherPatientNames": "Altnamensky^Quirina",
    "EthnicGroup": "GROUP-XQ",
    "Occupation": "Lighthouse keeper",
    "PatientComments": "Neighbour of Dr Brummkreisel",
    "AccessionNumber": "ACC-31415926",
    "StudyID": "STUDYID-2718",
    "StudyDate": "20210304",
    "ReferringPhysicianName": "Brummkreisel^Ottokar",
    "PerformingPhysicianName": "Knallfrosch^Ida",
    "OperatorsName": "Technikerin^Wanda",
    "NameOfPhysiciansReadingStudy": "Leserlich^Udo",
    "InstitutionName": "Klinikum Hinterwald",
    "InstitutionAddress": "Am Steilhang 3",
    "InstitutionalDepartmentName": "Mammazentrum Nord",
    "StationName": "MAMMOSTATION9",
    "StudyDescription": "Screening of Zwillingsky",
    "SeriesDescription": "Views of Zwillingsky",
    "ProtocolName": "PROTO Zwillingsky",
    "DeviceSerialNumber": "SERIAL-60221",
    "DetectorID": "DETECTOR-1618",
    "RequestedProcedureDescription": "for Zwillingsky",
    "ImageComments": "Quirina moved",
    "DerivationDescription": "by Wanda Technikerin",
    # Where no profile looks for a name.
    "WindowCenterWidthExplanation": "FOR QUIRINA",
    "FilterType": "NONE",
    "EvaluatorName": "Wu^Li",
    "RescaleType": "US",
    "DetectorDescription": "Panel of Klinikum Hinterwald",
}
UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")


def identified(folder: Path, *, burned_in: str = "NO", date: str = "20210304") -> list[Path]:
    """A small exam whose headers and file names are full of identifiers."""
    files = []
    place = folder / "Zwillingsky, Quirina"
    place.mkdir(parents=True)
    for number, file in enumerate(drawn_files(folder), start=1):
        dataset = pydicom.dcmread(file)
        for keyword, value in IDENTIFIERS.items():
            setattr(dataset, keyword, value)
        for keyword in ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"):
            setattr(dataset, keyword, date)
        dataset.AcquisitionDateTime = f"{date}120000.5"
        dataset.BurnedInAnnotation = burned_in
        dataset.StudyInstanceUID = f"1.2.826.0.1.999.{date}"
        dataset.SeriesInstanceUID = f"1.2.826.0.1.999.{date}.2"
        dataset.SOPInstanceUID = f"1.2.826.0.1.999.{date}.2.{number}"
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.file_meta.SourceApplicationEntityTitle = "HINTERWALD_AE"
        dataset.preamble = b"Zwillingsky".ljust(128, b"\0")
        block = dataset.private_block(0x0029, "HOUSE OF HINTERWALD", create=True)
        block.add_new(0x01, "LO", "Zwillingsky^Quirina")
        request = Dataset()
        request.RequestedProcedureID, request.RequestingPhysician = "REQ-16180", "Brummkreisel^Ottokar"
        dataset.RequestAttributesSequence = [request]
        item = dataset.ViewCodeSequence[0]
        item.private_block(0x0031, "NESTED HINTERWALD", create=True).add_new(0x02, "LO", "Zwillingsky")
        item.CodingSchemeVersion = "Quirina"
        dataset.add_new((0x6000, 0x3000), "OW", b"Zwillingsky^Quirina\0")
        dataset.add_new((0x6000, 0x4000), "LT", "Zwillingsky")
        files.append(place / f"Zwillingsky_{file.name}")
        dataset.save_as(files[-1])
        file.unlink()
    return files


def words() -> list[bytes]:
    """Everything that must be found nowhere."""
    texts = [
        text for value in IDENTIFIERS.values() for text in ([value] if isinstance(value, str) else value)
    ]
    parts = [part for text in texts for part in text.split("^")]
    kept = {"NONE", "Prof", "US"}
    named = [part for part in parts if len(part) >= 4 and part not in kept]
    others = ["HINTERWALD", "Hinterwald", "REQ-16180", "1.2.826.0.1.999", "Xenia", "070Y", "2021-03-04"]
    return [part.encode() for part in [*named, *others]]


RANDOM = re.compile(
    rb"(?<!\d)2\.25\.\d{30,39}(?!\d)|(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{32}|anon-[0-9a-f]{12})(?![0-9a-f])"
)
"""What the key and the hash functions make, where six digits of a birth time stand by chance.

UIDs from a UUID have 30 digits or more; those of the images that are identified begin otherwise.
"""
NUMBER_IN_A_NAME = re.compile(rb"(?<=cc_|lo_)[0-9a-f]{8}(?![0-9a-f])")
"""Of a file: too short for a date to stand in it by chance."""


def found_in(folder: Path) -> list[str]:
    """Which identifier stands where: in what all files say, and in their names."""
    found = []
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder)).encode()
        said = RANDOM.sub(b" ", (name + b"\n" + what_says(path) if path.is_file() else name).lower())
        without_numbers = NUMBER_IN_A_NAME.sub(b" ", said)
        for word in words():
            if word.lower() in (said if len(word) >= 8 else without_numbers):
                found.append(f"{path.name}: {word.decode()}")
    return found


def what_says(path: Path) -> bytes:
    """The bytes of a file without those of pixels, and what is packed unpacked."""
    content = path.read_bytes()
    if path.suffix == ".png":
        return png_without_pixels(content)
    if path.suffix != ".dcm":
        return content
    dataset = pydicom.dcmread(path)
    pixels = bytes(dataset.get("PixelData") or b"")
    document = bytes(dataset.get("EncapsulatedDocument") or b"")
    said = content.replace(pixels, b"") if pixels else content
    return said.replace(document, pdf_text(document)) if document else said


def png_without_pixels(content: bytes) -> bytes:
    """All chunks but IDAT."""
    said, at = b"", 8
    while at < len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        said += b"" if content[at + 4 : at + 8] == b"IDAT" else content[at:end]
        at = end
    return said


def pdf_text(document: bytes) -> bytes:
    """A PDF as reportlab writes it with its streams unpacked, those of pictures left out."""

    def unpacked(stream: re.Match[bytes]) -> bytes:
        if b"/Image" in stream[1]:
            return stream[1]
        packed = stream[2].strip()
        if packed.endswith(b"~>"):
            packed = base64.a85decode(packed[:-2])
        with suppress(zlib.error):
            packed = zlib.decompress(packed)
        return stream[1] + packed

    return re.sub(rb"(<<(?:(?!<<|>>).)*>>\s*)stream\r?\n(.*?)endstream", unpacked, document, flags=re.DOTALL)


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Folder of identified images, and of everything that was made of them without identifiers."""
    pytest.importorskip("openvino", reason="pip package openvino is not installed")
    folder = tmp_path_factory.mktemp("identified")
    output = tmp_path_factory.mktemp("out")
    files = identified(folder)
    code = main(
        ["analyze", str(files[0].parent), "-o", str(output / "results"), "--dicom", "all", "--deidentify"]
        + ["--deidentify-key", str(folder / "key"), "--workers", "0", "--backend", "openvino"]
        + ["--quiet"]
    )
    assert code == 0
    return files[0].parent, output / "results"


def test_nothing_that_is_written_names_the_patient(analysed: tuple[Path, Path]) -> None:
    source, output = analysed
    assert len(found_in(source)) > 50, "the search finds what is there"
    assert found_in(output) == []
    kinds = {str(pydicom.dcmread(path).Modality) for path in output.rglob("*.dcm")}
    assert kinds == {"MG", "SEG", "SR", "PR", "OT", "DOC"}
    assert b"ANON-" in pdf_text(bytes(pydicom.dcmread(next(output.rglob("report.dcm"))).EncapsulatedDocument))


def test_search_passes_over_random_digits_and_still_finds_what_stands_beside_them(tmp_path: Path) -> None:
    uid = "2.25.1307172234567890123456789012345678901"
    digest = "0717224a" * 8
    (tmp_path / "by chance.txt").write_text(f"{uid} {digest} LMLO_0717224a.dcm ANON-0717224ABCDE")
    assert found_in(tmp_path) == []
    for leak in (
        f"{uid} 071722",
        f"{uid}.071722",
        f"2.25.{19510413}",
        "LMLO_19510413_x",
        f"{digest}-PATID-774411",
    ):
        (tmp_path / "leak.txt").write_text(leak)
        assert found_in(tmp_path), leak
    (tmp_path / "leak.txt").unlink()
    (tmp_path / "19510413.txt").touch()
    assert found_in(tmp_path) == ["19510413.txt: 19510413"]


def test_short_number_of_a_patient_leaves_records_without_names_whole() -> None:
    name = "LCC_0a12341f"
    names = [("/in/Zwillingsky_LCC.dcm", f"/out/{name}.dcm"), ("Zwillingsky_LCC", name)]
    record = {"file": "/in/Zwillingsky_LCC.dcm", "sha256": "12345678" * 8, "warnings": ["1234"]}
    assert _renamed(
        record, names, Identifiers(names=frozenset({"zwillingsky"}), numbers=frozenset({"1234"}))
    ) == {
        "file": f"/out/{name}.dcm",
        "sha256": "12345678" * 8,
        "warnings": ["removed"],
    }


@pytest.mark.parametrize("old", ["1", "P1", "BAC", "view"])
def test_short_name_of_a_file_is_replaced_where_it_stands_alone(old: str) -> None:
    name = "LCC_0a12341f"
    names = [(f"/in/{old}.dcm", f"/out/{name}.dcm"), (f"{old}.dcm", f"{name}.dcm"), (old, name)]
    kept = ["1 of 12", "P12", "BAC of this view", "sha256 1a", "0.1", "reviewed"]
    record = {"file": f"/in/{old}.dcm", "exam": old, "warnings": [f"{old}.dcm: odd", *kept]}
    assert _renamed(record, names, Identifiers()) == {
        "file": f"/out/{name}.dcm",
        "exam": name,
        "warnings": [f"{name}.dcm: odd", *kept],
    }


def test_all_objects_of_an_exam_still_belong_together(analysed: tuple[Path, Path]) -> None:
    _, output = analysed
    objects = [pydicom.dcmread(path) for path in output.rglob("*.dcm")]
    assert len(objects) > 12
    for keyword in ("PatientID", "PatientName", "StudyInstanceUID", "StudyDate"):
        assert len({str(dataset.get(keyword)) for dataset in objects}) == 1
    images = {dataset.SOPInstanceUID for dataset in objects if dataset.Modality == "MG"}
    segmented = {
        item.ReferencedSOPInstanceUID
        for dataset in objects
        if dataset.Modality == "SEG"
        for series in dataset.ReferencedSeriesSequence
        for item in series.ReferencedInstanceSequence
    }
    assert segmented == images
    for dataset in objects:
        assert dataset.PatientIdentityRemoved == "YES"
        assert dataset.LongitudinalTemporalInformationModified == "MODIFIED"
        assert "PS3.15 Basic Profile" in dataset.DeidentificationMethod
        codes = [item.CodeValue for item in dataset.DeidentificationMethodCodeSequence]
        assert codes == ["113100", "113107"]


def test_results_with_names_are_exported_without(analysed: tuple[Path, Path], tmp_path: Path) -> None:
    source, without = analysed
    common = ["--workers", "0", "--backend", "openvino", "--quiet", "--no-pictures"]
    key = ["--deidentify", "--deidentify-key", str(source.parent / "key")]
    named, output = tmp_path / "Zwillingsky", tmp_path / "out"
    assert main(["analyze", str(source), "-o", str(named), *common]) == 0
    kinds = "seg,sr,tid1500,pdf,gsps"
    assert main(["export", str(named), "--dicom", kinds, "-o", str(output), *key, "--quiet"]) == 0
    assert found_in(output) == []
    assert len(list(output.rglob("*.dcm"))) == 4 + 4 + 4 + 1 + 2 + 1
    # The same patient under the same key, and the same masks.
    for path in without.rglob("*_seg.dcm"):
        other = pydicom.dcmread(next(output.rglob(path.name)))
        mine = pydicom.dcmread(path)
        assert other.PatientID == mine.PatientID
        assert other.PixelData == mine.PixelData
        assert any(mine.PixelData)
        assert other.ReferencedSeriesSequence == mine.ReferencedSeriesSequence


def test_pictures_with_names_are_not_exported(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["export", str(tmp_path), "--dicom", "sc", "-o", str(tmp_path / "o"), "--deidentify"])


def test_objects_without_names_are_valid(analysed: tuple[Path, Path]) -> None:
    from tests.host.validators import dcentvfy, dciodvfy, need_validators

    need_validators()
    _, output = analysed
    objects = sorted(output.rglob("*.dcm"))
    assert [error for path in objects for error in dciodvfy(path)] == []
    assert dcentvfy(objects) == []


def test_key_gives_the_same_each_time_and_another_key_another(tmp_path: Path) -> None:
    files = identified(tmp_path / "one")
    exams = find_exams(files).exams
    first = deidentified_exams(exams, tmp_path / "a", key=KEY)
    assert first.failures == []
    again = deidentified_exams(exams, tmp_path / "b", key=KEY)
    other = deidentified_exams(exams, tmp_path / "c", key=DeidentificationKey(b"o" * 32))
    for file in files:
        assert first.files[file].read_bytes() == again.files[file].read_bytes()
        assert first.files[file].relative_to(tmp_path / "a") == again.files[file].relative_to(tmp_path / "b")
    names = {path.parent.name for path in (*first.files.values(), *other.files.values())}
    assert len(names) == 2


def test_exams_of_a_patient_keep_their_distance_in_time(tmp_path: Path) -> None:
    files = [*identified(tmp_path / "one"), *identified(tmp_path / "two", date="20220315")]
    exams = find_exams(files).exams
    assert len(exams) == 2
    listing = find_exams(deidentified_exams(exams, tmp_path / "out", key=KEY).files.values())
    earlier, later = sorted(listing.exams, key=lambda exam: exam.study_date)
    assert earlier.patient_id == later.patient_id
    assert days(later.study_date) - days(earlier.study_date) == 376
    assert {earlier.study_date, later.study_date}.isdisjoint({"20210304", "20220315"})
    dataset = pydicom.dcmread(earlier.headers[0].path or "")
    assert dataset.AcquisitionDateTime == f"{earlier.study_date}120000.5"


def days(date: str) -> int:
    from datetime import datetime

    return datetime.strptime(date, "%Y%m%d").toordinal()


def test_pixels_and_what_the_numbers_hang_on_stay(tmp_path: Path) -> None:
    files = identified(tmp_path / "one")
    images = deidentified_exams(find_exams(files).exams, tmp_path / "out", key=KEY)
    for old, new in images.files.items():
        before, after = pydicom.dcmread(old), pydicom.dcmread(new)
        assert after.PixelData == before.PixelData
        for keyword in (
            "Rows",
            "ImageLaterality",
            "ImagerPixelSpacing",
            "KVP",
            "Manufacturer",
            "WindowCenter",
        ):
            assert after.get(keyword) == before.get(keyword), keyword
        assert after.ViewCodeSequence[0].CodeValue == before.ViewCodeSequence[0].CodeValue


def test_text_burned_into_the_picture_is_told_and_not_called_removed(tmp_path: Path) -> None:
    files = identified(tmp_path / "one", burned_in="YES")
    images = deidentified_exams(find_exams(files).exams, tmp_path / "out", key=KEY)
    assert codes(images.notices) == ["text-burned-in"] * 4
    assert {pydicom.dcmread(new).PatientIdentityRemoved for new in images.files.values()} == {"NO"}


def test_picture_becomes_a_dicom_image_under_a_pseudonym(tmp_path: Path) -> None:
    folder = tmp_path / "Zwillingsky"
    folder.mkdir()
    renamed = [file.rename(file.with_name(f"Zwillingsky_{file.name}")) for file in png_files(folder)]
    exams = find_exams(renamed).exams
    images = deidentified_exams(exams, tmp_path / "out", key=KEY)
    assert images.failures == []
    assert found_in(tmp_path / "out") == []
    listing = find_exams(images.files.values())
    assert [h.view_label for exam in listing.exams for h in exam.headers] == ["LCC", "LMLO"]
    assert len(listing.exams) == 1


def test_damaged_image_is_told_and_the_others_are_written(tmp_path: Path) -> None:
    files = identified(tmp_path / "one")
    exams = find_exams(files).exams
    files[1].write_bytes(b"no image any more")
    images = deidentified_exams(exams, tmp_path / "out", key=KEY)
    assert len(images.files) == 3
    assert len(images.failures) == 1
    assert files[1].name in images.failures[0]


def test_a_key_that_another_process_made_meanwhile_stays_on_a_disk_without_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "key"
    others = "ab" * 32

    def no_link(_from: Path, to: Path) -> None:
        Path(to).write_text(others + "\n")
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_link)
    assert load_key(place) == load_key(place)
    assert place.read_text().strip() == others
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    place = tmp_path / "folder" / "key"
    made = load_key(place)
    assert load_key(place) == made
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert place.read_text().strip() not in repr(made)
    place.write_text("short")
    with pytest.raises(UnreadableImageError, match="is no key of OpenBAC"):
        load_key(place)


def test_run_record_holds_no_path_of_the_person(analysed: tuple[Path, Path]) -> None:
    source, output = analysed
    run = json.loads((output / "run.json").read_bytes())
    assert str(source) not in json.dumps(run)
    assert all(file.startswith(str(output / "images")) for file in run["files"])


@pytest.mark.parametrize("patient", ["ANON", "P1"])
def test_women_who_share_an_id_get_a_pseudonym_each(tmp_path: Path, patient: str) -> None:
    for number, (birth, side) in enumerate((("19500102", "L"), ("19500102", "R"), ("19600102", "L"))):
        more = {"PatientID": patient, "PatientName": "Doe^Jane", "PatientBirthDate": birth}
        ds = synthetic.dataset(synthetic.breast(seed=number), ImageLaterality=side, **more)
        synthetic.write(tmp_path / f"{number}.dcm", ds)
    made = deidentified_exams(find_exams([tmp_path]).exams, tmp_path / "out", key=KEY)
    exams = find_exams([tmp_path / "out"]).exams
    assert len({pydicom.dcmread(file).PatientID for file in made.files.values()}) == 2
    assert sorted(len(exam.headers) for exam in exams) == [1, 2]


def test_an_image_without_a_patient_takes_none_from_the_others_of_its_exam(tmp_path: Path) -> None:
    whole, lacking = identified(tmp_path / "a"), identified(tmp_path / "b")
    without = pydicom.dcmread(lacking[0])
    without.PatientID = without.PatientName = without.OtherPatientNames = ""
    without.save_as(lacking[0])
    keys = []
    for name in ("a", "b"):
        (exam,) = find_exams([tmp_path / name]).exams
        made = deidentified_exams([exam], tmp_path / name / "out", key=KEY)
        keys.append({path.parent.name for path in made.files.values()})
        assert len(made.files) == len(whole)
    assert keys[0] == keys[1]


def test_images_to_look_at_stay_on_the_list_when_others_are_added(tmp_path: Path) -> None:
    output = tmp_path / "out"
    listed: list[str] = []
    for name, burned_in, count in (("a", "YES", 1), ("b", "NO", 1), ("c", "YES", 2)):
        files = identified(tmp_path / name, burned_in=burned_in, date=f"{2021 + len(listed)}0304")
        _listing_of(find_exams(files), output)
        listed = (output / TO_LOOK_AT).read_text("utf-8").splitlines()[1:]
        assert len(listed) == count * len(files)
    (output / listed[0].partition(",")[0]).unlink()
    _listing_of(find_exams(identified(tmp_path / "d", burned_in="NO", date="20240607")), output)
    assert (output / TO_LOOK_AT).read_text("utf-8").splitlines()[1:] == listed[1:]


def _listing_of(listing: ExamListing, output: Path) -> None:
    key = output.parent / "a.key"
    deidentified_listing(listing, output, key_path=key, nothing_burned_in=False, tell=lambda _: None)


def test_what_cannot_be_deleted_is_named(tmp_path: Path) -> None:
    folder, file = tmp_path / "exam", tmp_path / "image.dcm"
    folder.mkdir()
    file.touch()
    assert _deleted([folder, file, tmp_path / "nothing"]) == []
    assert _about_deletion([]) == "so all of it was deleted again."
    assert "delete /a/b, /a/c before" in _about_deletion([Path("/a/b"), Path("/a/c")])


def test_results_that_nobody_looked_through_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    (output / "run.json").mkdir(parents=True)
    identified(tmp_path / "in")
    asked = [
        "analyze",
        str(tmp_path / "in"),
        "-o",
        str(output),
        "--model",
        "openbac-1",
        "--device",
        "cpu",
        "--workers",
        "0",
        "-q",
    ]
    assert main([*asked, "--deidentify", "--deidentify-key", str(tmp_path / "a.key")]) == 1
    said = capsys.readouterr().err
    assert f"the results in {output} were not looked through for identifiers" in said
    assert "a folder has that name" in said
