"""Names of files in public sets tell patient, side and view where nothing else does."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.public_names import public_name
from shared_core.reading.reader import read_header
from tests.reading.synthetic import breast, dataset, write
from tests.told import codes

CBIS = "Mass-Training_P_00001_LEFT_CC"
HEX = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("path", "collection", "patient", "exam", "label"),
    [
        ("20586908_6c613a14b80a8591_MG_R_CC_ANON.dcm", "INbreast", "6c613a14b80a8591", "", "RCC"),
        ("20586934_6c613a14b80a8591_MG_L_ML_ANON.dcm", "INbreast", "6c613a14b80a8591", "", "LMLO"),
        (f"{CBIS}/1.3.6.1/1.3.6.2/1-1.dcm", "CBIS-DDSM", "P_00001", "", "LCC"),
        ("Calc-Test_P_00038_RIGHT_MLO.png", "CBIS-DDSM", "P_00038", "", "RMLO"),
        ("00075_20990909_L_CC_1.dcm", "CSAW-CC", "00075", "1", "LCC"),
        ("P12_R_DM_MLO.jpg", "CDD-CESM", "P12", "", "RMLO"),
        ("P12_R_DM_MLO .jpg", "CDD-CESM", "P12", "", "RMLO"),
        (f"images/{HEX}/{HEX}.dicom", "VinDr-Mammo", HEX, "", "??"),
        ("train_images/10006/462822612.dcm", "RSNA", "10006", "", "??"),
        ("cohort_1/10000893/1.2.3/1.2.4/1.2.5.dcm", "EMBED", "10000893", "", "??"),
        ("mdb001.pgm", "MIAS", "mdb001-002", "", "RMLO"),
        ("mdb002.png", "MIAS", "mdb001-002", "", "LMLO"),
        ("mdb321.png", "MIAS", "mdb321-322", "", "RMLO"),
        ("mdb003ll.pgm", "MIAS", "mdb003-004", "", "LMLO"),
    ],
)
def test_each_set_by_its_documented_names(
    path: str, collection: str, patient: str, exam: str, label: str
) -> None:
    found = public_name(Path("somewhere") / path)
    assert found is not None
    assert (found.collection, found.patient, found.exam) == (collection, patient, exam)
    side = found.side.value if found.side else "?"
    assert side + (found.view.value if found.view else "?") == label


@pytest.mark.parametrize(
    "path",
    [
        "LCC.dcm",
        "IMG001.dcm",  # DMID: its names are mere numbers
        f"{CBIS}_1/1-1.dcm",  # masks and crops
        "P1_L_XX_CC.jpg",
        "1234_20990909_L_CC_1.dcm",
        "images/10006/462822612.dcm",
        f"{HEX}.dicom",
        "mdb1.pgm",
        "amdb001.pgm",
    ],
)
def test_other_names_are_none_of_them(path: str) -> None:
    assert public_name(Path("somewhere") / path) is None


def test_a_file_that_knows_better_is_believed(tmp_path: Path) -> None:
    name = "20586908_6c613a14b80a8591_MG_R_CC_ANON.dcm"
    header = read_header(write(tmp_path / name, dataset()))
    assert (header.view_label, header.identity.patient_id) == ("LCC", "P1")
    assert codes(header.notices).count("view-contradicted") == 1


def test_a_stripped_file_gets_all_from_its_name_and_says_so(tmp_path: Path) -> None:
    name = "20586908_6c613a14b80a8591_MG_R_ML_ANON.dcm"
    ds = dataset(PatientID="removed", ImageLaterality=None, ViewPosition=None)
    header = read_header(write(tmp_path / name, ds))
    assert (header.view_label, header.identity.patient_id) == ("RMLO", "6c613a14b80a8591")
    source = "the file name, as INbreast has it"
    assert {("view", f"MLO from {source}"), ("laterality", f"R from {source}")} <= set(header.evidence)
    assert ("patient", f"6c613a14b80a8591 from {source}") in header.evidence


def test_pictures_of_a_woman_are_one_exam_though_each_lies_in_its_own_folder(tmp_path: Path) -> None:
    for number, (side, view) in enumerate((("LEFT", "CC"), ("LEFT", "MLO"), ("RIGHT", "CC"))):
        folder = tmp_path / f"Mass-Training_P_00001_{side}_{view}" / "a" / "b"
        folder.mkdir(parents=True)
        cv2.imwrite(str(folder / "1-1.png"), breast(8, seed=number))
    (exam,) = find_exams([tmp_path]).exams
    assert (exam.patient_id, [h.view_label for h in exam.headers]) == ("P_00001", ["LCC", "LMLO", "RCC"])


def test_subtraction_images_are_told_and_not_counted(tmp_path: Path) -> None:
    for number, kind in enumerate(("DM", "CM")):
        cv2.imwrite(str(tmp_path / f"P1_L_{kind}_CC.jpg"), breast(8, seed=number))
    (exam,) = find_exams([tmp_path]).exams
    told = {header.name: "contrast-subtracted" in codes(header.notices) for header in exam.headers}
    assert told == {"P1_L_DM_CC.jpg": False, "P1_L_CM_CC.jpg": True}
    assert "exam-view-repeated" not in codes(exam.notices)


def test_subtraction_images_are_known_by_their_image_type(tmp_path: Path) -> None:
    ds = dataset(ImageType=["DERIVED", "PRIMARY", "", "RECOMBINED"])
    assert "contrast-subtracted" in codes(read_header(write(tmp_path / "a.dcm", ds)).notices)
