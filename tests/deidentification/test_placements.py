"""An identifier in each of forty places of an image is found nowhere in what is written of it.

The search here knows nothing of that of the engine: it takes the bytes apart itself.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest
from openjpeg.utils import encode_array
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit

from shared_core.deidentification.images import DeidentifiedImages, deidentified_exams
from shared_core.deidentification.key import DeidentificationKey
from shared_core.preprocessing.greyscale import model_image_u8
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.reader import read_mammogram
from tests.pacs.drawn_exam import drawn_files

pytest.importorskip("highdicom", reason="pip package highdicom is not installed")

KEY = DeidentificationKey(b"k" * 32)
NAME = "Zwillingsky"
PATIENT = {"PatientName": f"{NAME}^Quirina", "PatientID": "774411", "PatientBirthDate": "19510413"}

Placement = Callable[[Dataset], None]
PLACEMENTS: dict[str, tuple[str, Placement]] = {}
"""By what it is: the words that must be gone, and what puts them there."""


def placed(*words: str) -> Callable[[Placement], Placement]:
    def register(place: Placement) -> Placement:
        PLACEMENTS[place.__name__] = ("|".join(words), place)
        return place

    return register


def in_element(title: str, words: str, **values: object) -> None:
    def put(dataset: Dataset) -> None:
        for keyword, value in values.items():
            setattr(dataset, keyword, value)

    PLACEMENTS[title] = (words, put)


in_element("short name", "Li|Bo", PatientName="Li^Bo", StudyDescription="Li Bo")
in_element("ideographs", "山田|太郎", PatientName="Yamada^Tarou=山田^太郎", SeriesDescription="山田さん")
in_element(
    "double name in parts", "Lüdenscheidt", PatientName="Müller-Lüdenscheidt^A", ProtocolName="Lüdenscheidt"
)
in_element("name with apostrophe in parts", "Connor", PatientName="O'Connor^S", ImageComments="Mrs Connor")
in_element("names run together", "QuirinaZwillingsky", AcquisitionDeviceProcessingCode="QuirinaZwillingsky")
in_element("date with dots", "13.04.1951", ImageComments="born 13.04.1951")
in_element("date with month in words", "13 April 1951", AdditionalPatientHistory="born 13 April 1951")
in_element("date of the US", "04/13/1951", DerivationDescription="DOB 04/13/1951")
in_element("date of six digits", "510413", SoftwareVersions="510413")
in_element("coded string", "ZWILLINGSKY", FilterType="ZWILLINGSKY")
in_element("coded string among others", "ZWILLINGSKY", ImageType=["ORIGINAL", "PRIMARY", "", "ZWILLINGSKY"])
in_element("short coded string", "LI BO", PatientName="Li^Bo", Grid=["FOCUSED", "LI BO"])
in_element("view position", "ZWILLINGSKY", ViewPosition="ZWILLINGSKY")
in_element("decimal string", "774411", KVP="774411")
in_element("decimals of a decimal string", "774411", CompressionForce="80.774411")
in_element("integer string", "774411", ExposureTime="774411")
in_element("instance number", "774411", InstanceNumber="774411")
in_element("exposure within its ends", "774411", ExposureInuAs="774411")
in_element("date in an integer string", "19510413", XRayTubeCurrentInuA="19510413")
in_element("maker", NAME, Manufacturer=f"Siemens of {NAME}")
in_element("model", "Hinterwald", ManufacturerModelName="Mammomat Hinterwald")
in_element("window", NAME, WindowCenterWidthExplanation=f"for {NAME}")
in_element("invented UID under a root of the standard", "774411", SOPInstanceUID="1.2.840.10008.774411.1")
in_element(
    "invented class under a root of the standard",
    "774411",
    RelatedSeriesSequence=[],
    FrameOfReferenceUID="1.2.840.10008.5.1.774411",
)
in_element("station", "MAMMO774411", StationName="MAMMO774411")
in_element("character set", NAME, SpecificCharacterSet=["", "ISO 2022 IR 87"], InstitutionName=NAME)
in_element("time", "071722", PatientID="071722", ContentTime="071722")
in_element("orientation", "ZWILLINGSKY", PatientOrientation=["A", "ZWILLINGSKY"])
in_element("ICC profile", NAME, ICCProfile=NAME.encode() + b"\0")
in_element("palette", NAME, RedPaletteColorLookupTableData=NAME.encode() + b"\0")


@placed(NAME)
def code_meaning(dataset: Dataset) -> None:
    dataset.ViewCodeSequence[0].CodeMeaning = f"cranio-caudal {NAME}"


@placed(NAME)
def code_value_of_nobody(dataset: Dataset) -> None:
    dataset.AnatomicRegionSequence[0].CodeValue = NAME


@placed(NAME)
def scheme_of_a_code(dataset: Dataset) -> None:
    dataset.ViewCodeSequence[0].CodingSchemeDesignator = NAME


@placed(NAME)
def private_element(dataset: Dataset) -> None:
    dataset.private_block(0x0029, NAME, create=True).add_new(0x01, "UN", NAME.encode() + b"\0")


@placed(NAME)
def element_of_no_dictionary(dataset: Dataset) -> None:
    dataset.add_new(0x00189998, "LO", NAME)


@placed(NAME)
def overlay(dataset: Dataset) -> None:
    dataset.add_new(0x60003000, "OW", NAME.encode() + b"\0")


@placed(NAME)
def look_up_table(dataset: Dataset) -> None:
    """Behind its entries, and in its explanation."""
    table = Dataset()
    table.add_new("LUTDescriptor", "US", [4096, 0, 12])
    table.add_new("LUTData", "OW", np.arange(4096, dtype="<u2").tobytes() + NAME.encode() + b"\0")
    table.LUTExplanation = NAME
    dataset.VOILUTSequence = [table]


@placed(NAME)
def functional_group(dataset: Dataset) -> None:
    frame = Dataset()
    frame.FrameComments = NAME
    group = Dataset()
    group.FrameAnatomySequence = [frame]
    dataset.SharedFunctionalGroupsSequence = [group]


@placed(NAME)
def bits_above_those_stored(dataset: Dataset) -> None:
    values = np.frombuffer(dataset.PixelData, "<u2").copy() >> 4
    name = np.frombuffer(NAME.encode() * (len(values) // len(NAME) + 1), np.uint8)[: len(values)]
    mixed = values | (name.astype("<u2") << 8)
    dataset.BitsStored, dataset.HighBit = 8, 7
    dataset.PixelData = mixed.tobytes()


@placed(NAME)
def bits_below_those_stored(dataset: Dataset) -> None:
    values = np.frombuffer(dataset.PixelData, "<u2") >> 4
    name = np.frombuffer(NAME.encode() * (len(values) // len(NAME) + 1), np.uint8)[: len(values)]
    dataset.BitsStored, dataset.HighBit = 8, 15
    dataset.PixelData = ((values << 8) | name).astype("<u2").tobytes()


@placed(NAME)
def bytes_after_the_pixels(dataset: Dataset) -> None:
    dataset.PixelData += NAME.encode() + b"\0"


@placed(NAME)
def comment_of_a_jpeg(dataset: Dataset) -> None:
    stream = jpeg(dataset)
    note = NAME.encode()
    segments = b"".join(
        struct.pack(">BBH", 0xFF, marker, len(note) + 2) + note for marker in (0xFE, 0xE1, 0xEC)
    )
    put_stream(dataset, stream[:2] + segments + stream[2:], JPEGBaseline8Bit)


@placed(NAME)
def comment_of_a_jpeg_2000(dataset: Dataset) -> None:
    stream = jpeg_2000(dataset)
    end = 4 + int.from_bytes(stream[4:6], "big")  # of SIZ, after SOC
    note = struct.pack(">BBHH", 0xFF, 0x64, len(NAME) + 4, 1) + NAME.encode()
    put_stream(dataset, stream[:end] + note + stream[end:], JPEG2000Lossless)


@placed(NAME)
def further_fragment(dataset: Dataset) -> None:
    put_stream(dataset, jpeg_2000(dataset), JPEG2000Lossless, NAME.encode() + b"\0")


@placed(NAME)
def preamble_and_head(dataset: Dataset) -> None:
    dataset.preamble = NAME.encode().ljust(128, b"\0")
    dataset.file_meta.SourceApplicationEntityTitle = NAME
    dataset.file_meta.PrivateInformationCreatorUID = "1.2.3"
    dataset.file_meta.PrivateInformation = NAME.encode() + b"\0"


@placed(NAME)
def data_set_trailing_padding(dataset: Dataset) -> None:
    dataset.add_new(0xFFFCFFFC, "OB", NAME.encode() + b"\0")


def jpeg(dataset: Dataset) -> bytes:
    values = dataset.pixel_array >> 4
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    return bytes(cv2.imencode(".jpg", values.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 95])[1])


def jpeg_2000(dataset: Dataset) -> bytes:
    return bytes(encode_array(dataset.pixel_array, bits_stored=12, photometric_interpretation=2))


def put_stream(dataset: Dataset, stream: bytes, syntax: str, *further: bytes) -> None:
    dataset.PixelData = encapsulate([stream, *further], has_bot=True)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = syntax


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return drawn_files(tmp_path_factory.mktemp("drawn"))[0].read_bytes()


def written(drawn: bytes, folder: Path, place: Placement) -> tuple[Path, DeidentifiedImages]:
    dataset = pydicom.dcmread(io.BytesIO(drawn))
    dataset.BurnedInAnnotation = "NO"
    for keyword, value in PATIENT.items():
        setattr(dataset, keyword, value)
    place(dataset)
    file = folder / "in" / "image.dcm"
    file.parent.mkdir()
    dataset.save_as(file)
    return file, deidentified_exams(find_exams([file]).exams, folder / "out", key=KEY)


def all_bytes(dataset: Dataset, content: bytes) -> bytes:
    """The file, and its texts as UTF-8, and of each container of pixels its upper and lower bytes alone."""
    texts = "\n".join(str(element.value) for element in dataset.iterall() if element.VR not in ("OB", "OW"))
    pixels = dataset.PixelData
    return b"\n".join((content, texts.encode(), pixels[::2], pixels[1::2])).lower()


def test_there_are_forty_placements() -> None:
    assert len(PLACEMENTS) >= 40


@pytest.mark.parametrize("title", PLACEMENTS)
def test_identifier_is_gone_from(title: str, drawn: bytes, tmp_path: Path) -> None:
    words, place = PLACEMENTS[title]
    file, images = written(drawn, tmp_path, place)
    assert images.failures == []
    new = images.files[file]
    dataset = pydicom.dcmread(new)
    assert not dataset.file_meta.TransferSyntaxUID.is_compressed
    said = all_bytes(dataset, new.read_bytes())
    texts = {text for element in dataset.iterall() for text in str(element.value).lower().split()}
    for word in words.split("|"):
        if word.isascii() and len(word) < 5:
            assert word.lower() not in texts
            continue
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030", "iso2022_jp"):
            try:
                assert word.lower().encode(encoding) not in said
            except UnicodeEncodeError:
                continue
    assert dataset.PatientIdentityRemoved == "YES"
    assert dataset.PatientName == f"{dataset.PatientID}^"


@pytest.mark.parametrize(
    "place",
    [comment_of_a_jpeg, comment_of_a_jpeg_2000, further_fragment, bytes_after_the_pixels, look_up_table],
)
def test_pixels_are_seen_as_before(place: Placement, drawn: bytes, tmp_path: Path) -> None:
    file, images = written(drawn, tmp_path, place)
    before, after = read_mammogram(file), read_mammogram(images.files[file])
    assert np.array_equal(before.pixels, after.pixels)
    assert np.array_equal(model_image_u8(before)[0], model_image_u8(after)[0])
    assert before.header.view_label == after.header.view_label
    assert before.header.acquisition.lossy == after.header.acquisition.lossy


def test_exam_with_a_name_spelt_by_its_pixels_is_not_written(drawn: bytes, tmp_path: Path) -> None:
    def spelt(dataset: Dataset) -> None:
        dataset.PixelData = NAME.encode() + dataset.PixelData[len(NAME) :]
        dataset.BitsStored, dataset.HighBit = 16, 15

    _, images = written(drawn, tmp_path, spelt)
    assert images.files == {}
    assert len(images.failures) == 1
    assert "an identifier was still found" in images.failures[0]
    assert NAME not in images.failures[0]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("said", "confirmed", "expected", "listed"),
    [
        ("NO", False, "YES", 0),
        ("YES", False, "NO", 1),
        ("YES", True, "NO", 1),
        (None, False, None, 1),
        (None, True, "YES", 0),
    ],
)
def test_identity_is_called_removed_only_where_nothing_is_burned_in(
    said: str | None, confirmed: bool, expected: str | None, listed: int, drawn: bytes, tmp_path: Path
) -> None:
    dataset = pydicom.dcmread(io.BytesIO(drawn))
    del dataset.BurnedInAnnotation
    if said is not None:
        dataset.BurnedInAnnotation = said
    dataset.save_as(tmp_path / "image.dcm")
    exams = find_exams([tmp_path / "image.dcm"]).exams
    images = deidentified_exams(exams, tmp_path / "out", key=KEY, nothing_burned_in=confirmed)
    [new] = images.files.values()
    assert pydicom.dcmread(new).get("PatientIdentityRemoved") == expected
    assert len(images.doubtful) == len(images.notices) == listed
