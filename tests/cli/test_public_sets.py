"""A made-up folder in the manner of each public set: from folder to exams in one command."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import pytest

from shared_core.cli.main import main
from tests.reading.synthetic import breast, dataset

VIEWS = (("L", "CC"), ("L", "MLO"), ("R", "CC"), ("R", "MLO"))
FOUR = ["LCC", "LMLO", "RCC", "RMLO"]
STRIPPED: dict[str, Any] = {
    "ImageLaterality": None,
    "ViewPosition": None,
    "PatientID": None,
    "StudyDate": None,
    "StudyInstanceUID": None,
}


def image(path: Path, seed: int, **attributes: Any) -> None:
    """DICOM with a stripped header, or a picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix in (".dcm", ".dicom"):
        ds = dataset(breast(seed=seed), **{**STRIPPED, **attributes})
        ds.save_as(path, enforce_file_format=False)
    else:
        cv2.imwrite(str(path), breast(8, seed=seed))


def inbreast(folder: Path) -> str:
    """A semicolon; the patient removed in file and table; one woman in two months."""
    lines = ["Patient ID;Patient age;Laterality;View;Acquisition date;File Name;ACR;Bi-Rads"]
    for number in range(8):
        side, view = VIEWS[number % 4]
        name = f"{20586908 + number}_6c613a14b80a8591_MG_{side}_{view.replace('MLO', 'ML')}_ANON.dcm"
        image(folder / "AllDICOMs" / name, number, PatientID="removed", StudyInstanceUID=f"1.2.{number + 1}")
        month = 201001 + number // 4
        lines.append(f"removed;removed;{side};{view};{month};{20586908 + number};2;1")
    (folder / "INbreast.csv").write_text("\r\n".join(lines))
    return "inbreast:INbreast.csv"


def cbis(folder: Path) -> str:
    """One row an abnormality; the images lie deeper than the table says."""
    lines = ["patient_id,breast_density,left or right breast,image view,abnormality id,image file path"]
    for number in range(8):
        side, view = VIEWS[number % 4]
        side, patient = {"L": "LEFT", "R": "RIGHT"}[side], f"P_{1 + number // 4:05}"
        place = f"Mass-Training_{patient}_{side}_{view}"
        image(folder / place / "07-20-2016-DDSM" / "1.0-full" / "1-1.dcm", number)
        lines += [f'{patient},3,{side},{view},{n},"{place}/1.3.6/1.3.7/000000.dcm\n"' for n in (1, 2)]
    (folder / "mass_case_description_train_set.csv").write_text("\n".join(lines))
    return "cbis-ddsm:mass_case_description_train_set.csv"


def vindr(folder: Path) -> str:
    lines = ["study_id,series_id,image_id,laterality,view_position,height,width,breast_birads,split"]
    for number in range(8):
        side, view = VIEWS[number % 4]
        study, name = f"{number // 4:032x}", f"{number + 100:032x}"
        image(folder / "images" / study / f"{name}.dicom", number)
        lines.append(f"{study},x,{name},{side},{view},96,72,BI-RADS 1,training")
    (folder / "breast-level_annotations.csv").write_text("\n".join(lines))
    return "vindr:breast-level_annotations.csv"


def rsna(folder: Path) -> str:
    """A view that is none of ours is not stated."""
    lines = ["site_id,patient_id,image_id,laterality,view,age,cancer,machine_id"]
    for number in range(9):
        side, view = (*VIEWS, *VIEWS, ("L", "AT"))[number]
        patient, name = 10006 + min(number // 4, 1), 462822612 + number
        stripped = {"PatientID": str(patient), "Modality": None, "SOPClassUID": None}
        image(folder / "train_images" / str(patient) / f"{name}.dcm", number, **stripped)
        lines.append(f"2,{patient},{name},{side},{view},61.0,0,29")
    (folder / "train.csv").write_text("\n".join(lines))
    return "rsna:train.csv"


def csaw(folder: Path) -> str:
    """The same false date for all; the year of the exam stands in the table."""
    lines = ["anon_patientid;exam_year;imagelaterality;viewposition;anon_filename;rad_r1"]
    for number in range(8):
        side, view = VIEWS[number % 4]
        name = f"00075_20990909_{side}_{view}_{1 + number // 4}.dcm"
        image(folder / name, number, StudyDate="20990909")
        full = {"L": "Left", "R": "Right"}[side]
        lines.append(f"00075;{2012 + 2 * (number // 4)};{full};{view};{name};1")
    (folder / "table.csv").write_text("\n".join(lines))
    return "csaw-cc:table.csv"


def embed(folder: Path) -> str:
    """The paths in the table are those of another machine."""
    lines = [
        "empi_anon,acc_anon,study_date_anon,ImageLateralityFinal,ViewPosition,Manufacturer,anon_dicom_path"
    ]
    for number in range(8):
        side, view = VIEWS[number % 4]
        exam = 5000 + number // 4
        place = f"cohort_1/10000893/1.2.{exam}/1.3.{number}/1.4.{number}.dcm"
        image(folder / "images" / place, number, StudyInstanceUID=f"1.2.{exam}")
        date = f"201{number // 4}-03-04 00:00:00"
        lines.append(f"10000893,{exam},{date},{side},{view},HOLOGIC,/mnt/NAS2/mammo/anon_dicom/{place}")
    (folder / "EMBED_OpenData_metadata.csv").write_text("\n".join(lines))
    return "embed:EMBED_OpenData_metadata.csv"


def dmid(folder: Path) -> str:
    """A legend above the table, no names of columns, no patients."""
    lines = ["Digital mammography dataset,,,", ",,,", "1st column: image,,,"]
    for number in range(4):
        side, view = VIEWS[number]
        image(folder / "TIFF Images" / f"IMG{number + 1:03}.tif", number)
        lines.append(f"IMG{number + 1:03},{view}{side}T,G,NORM")
    lines.append("IMG004,MLORT,G,CALC")
    (folder / "Metadata.csv").write_text("\n".join(lines))
    return "dmid:Metadata.csv"


def mias(folder: Path) -> str:
    lines = ["MIAS database", ""]
    for number in range(1, 5):
        image(folder / f"mdb{number:03}.pgm", number)
        lines += [f"mdb{number:03} G CIRC B 535 425 197", f"mdb{number:03} G CIRC B 1 2 3"]
    (folder / "Info.txt").write_text("\n".join(lines))
    return "mini-mias:Info.txt"


def cesm(folder: Path) -> str:
    lines = ["Image_name,Patient_ID,Side,Type,Age,View"]
    for number in range(8):
        side, view = VIEWS[number % 4]
        kind, place = (("DM", "Low energy images"), ("CM", "Subtracted images"))[number // 4]
        blank = " " if number == 3 else ""
        image(folder / f"{place} of CDD-CESM" / f"P1_{side}_{kind}_{view}{blank}.jpg", number)
        lines.append(f" P1_{side}_{kind}_{view} ,1,{side},{'DM' if kind == 'DM' else 'CESM'},50,{view}")
    (folder / "annotations.csv").write_text("\n".join(lines))
    return "cdd-cesm:annotations.csv"


@dataclass(frozen=True)
class Expected:
    make: Callable[[Path], str]
    exams: list[list[str]]
    by_names: list[list[str]] | None = None
    """Without the table; None for the same."""
    spacing_mm: float | None = None


LONE = [[label] for label in FOUR]
SETS = {
    "INbreast": Expected(inbreast, [FOUR, FOUR], by_names=[*LONE, *LONE]),
    "CBIS-DDSM": Expected(cbis, [FOUR, FOUR]),
    "VinDr-Mammo": Expected(vindr, [FOUR, FOUR], by_names=[["??"] * 4] * 2),
    "RSNA": Expected(rsna, [FOUR, ["L?", *FOUR]], by_names=[["??"] * 4, ["??"] * 5]),
    "CSAW-CC": Expected(csaw, [FOUR, FOUR]),
    "EMBED": Expected(embed, [FOUR, FOUR], by_names=[["??"] * 4] * 2),
    "DMID": Expected(dmid, LONE, by_names=[["??"]] * 4),
    "mini-MIAS": Expected(mias, [["LMLO", "RMLO"]] * 2, spacing_mm=0.2),
    "CDD-CESM": Expected(cesm, [["LCC", "LCC", "LMLO", "LMLO", "RCC", "RCC", "RMLO", "RMLO"]]),
}


def exams_of(document: dict[str, Any]) -> list[list[str]]:
    return sorted([sorted(view["view_label"] for view in exam["views"]) for exam in document["exams"]])


@pytest.mark.parametrize("name", SETS)
def test_one_command_with_its_table(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    expected = SETS[name]
    facts = expected.make(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["analyze", ".", "--facts", facts, "--json", "--workers", "0", "-q"]) == 0
    document = json.loads(capsysbinary.readouterr().out)
    assert exams_of(document) == sorted(expected.exams)
    assert all("view" in view["sources"] or view["view"] is None for view in document["views"])
    assert any(view["stated"] for view in document["views"])
    spacings = {view["spacing_mm"][0] if view["spacing_mm"] else None for view in document["views"]}
    assert spacings == {expected.spacing_mm}
    assert document["run"]["arguments"]["facts"]["table"] == facts.partition(":")[2]


@pytest.mark.parametrize("name", SETS)
def test_what_the_names_alone_tell(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    from shared_core.reading.exam_grouping import find_exams

    expected = SETS[name]
    expected.make(tmp_path)
    exams = find_exams([tmp_path]).exams
    found = sorted([sorted(header.view_label for header in exam.headers) for exam in exams])
    assert found == sorted(expected.exams if expected.by_names is None else expected.by_names)


def test_the_table_that_is_written_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    facts = rsna(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["facts", ".", "--facts", facts, "-o", "own.csv"]) == 0
    capsysbinary.readouterr()
    assert main(["facts", "train_images", "--facts", "own.csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsysbinary.readouterr().out.decode())))
    written = list(csv.DictReader((tmp_path / "own.csv").open()))
    assert [row["view"] for row in rows] == [row["view"] for row in written]
    assert sorted(row["side"] + row["view"] for row in rows) == sorted([*FOUR, *FOUR, "L"])


@pytest.mark.parametrize("command", ["analyze", "info", "measure", "facts", "calibrate"])
def test_a_wrong_table_is_wrong_usage_and_named(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image(tmp_path / "a.png", 1)
    (tmp_path / "t.csv").write_text("file,side\na.png,Q\n")
    rest = {
        "analyze": ["--json"],
        "measure": [str(tmp_path / "a.png")],
        "calibrate": ["--steps", "s.json", "-o", "site.json"],
    }
    arguments = [command, str(tmp_path / "a.png"), *rest.get(command, []), "--facts", str(tmp_path / "t.csv")]
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "line 2: the side 'Q' is none" in capsys.readouterr().err.replace("\n", " ")
