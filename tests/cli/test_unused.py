"""Nothing is lost silently: what ``bac analyze`` and ``bac info`` say of files that are not used."""

from __future__ import annotations

import csv
import gzip
import json
import os
import shutil
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from shared_core.cli.main import main
from shared_core.exporting.nifti import labels_nifti
from shared_core.mammogram import PixelSpacing, SpacingSource
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.unused import UnusedReason, unused_sentences
from shared_core.records.unused_files import read_unused
from tests.reading import synthetic
from tests.reading.synthetic import breast, dataset, write, write_as
from tests.shared_cases import CASES, needs_cases
from tests.tram_track import tram_track

UID = "1.2.826.0.1.77"


def one_uid(path: Path, **options: object) -> Path:
    """A view whose SOP Instance UID others have, too."""
    made = dataset(options.pop("pixels", breast()), StudyInstanceUID="1.2.1", **options)
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = UID
    write(path, made)
    return path


@needs_cases
def test_views_that_share_an_identifier_are_all_analysed_and_the_conflict_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["-o", str(tmp_path / "out"), "--no-pictures", "--workers", "0"]
    assert main(["analyze", str(CASES / "same_sop_uid"), *asked]) == 0
    told = capsys.readouterr().err
    assert told.count("has the same SOP Instance UID as") == 3
    assert "RMLO.dcm: has the same SOP Instance UID as LCC.dcm, but another side and another view" in told
    with (tmp_path / "out" / "views.csv").open(newline="", encoding="utf-8") as file:
        views = {f"{row['laterality']}{row['view']}" for row in csv.DictReader(file) if row["status"] == "ok"}
    assert views == {"LCC", "LMLO", "RCC", "RMLO"}
    (exam,) = json.loads((tmp_path / "out" / "exams.json").read_bytes())
    assert [notice["code"] for notice in exam["notices"]].count("exam-files-conflict") == 3
    assert [(file.reason, file.used) for file in read_unused(tmp_path / "out")] == [
        (UnusedReason.CONFLICT, True)
    ] * 3


@needs_cases
def test_damaged_files_and_volumes_are_named_with_their_reasons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = CASES / "folder_with_damaged"
    asked = ["-o", str(tmp_path / "out"), "--no-pictures", "--workers", "0"]
    assert main(["analyze", str(source), *asked]) == 1
    told = capsys.readouterr().err
    for words in ("LMLO_tomo.dcm: is a tomosynthesis volume", "RCC.dcm: ", "RMLO.dcm: the file is empty"):
        assert words in told
    with (tmp_path / "out" / "unused.csv").open(newline="", encoding="utf-8") as file:
        rows = {Path(row["file"]).name: row["reason"] for row in csv.DictReader(file)}
    assert rows == {"LMLO_tomo.dcm": "unsupported", "RCC.dcm": "damaged", "RMLO.dcm": "damaged"}
    run = json.loads((tmp_path / "out" / "run.json").read_bytes())
    assert {Path(one["file"]).name: one["reason"] for one in run["unused"]} == rows


@needs_cases
def test_kinds_that_people_have_in_folders_are_read() -> None:
    listing = find_exams(CASES / "folder_of_unread_kinds")
    names = sorted(header.name for exam in listing.exams for header in exam.headers)
    assert names == ["IM1.dcm.gz", "L_CC.jp2", "L_CC.nii.gz", "mdb001.pgm"]
    (same,) = listing.unused  # the one in the archive is the packed one
    assert (same.path.name, same.reason) == ("IM1.dcm", UnusedReason.DUPLICATE)
    assert same.path.parent.parent.name == "exam.zip"


JUNK = {
    "a.csv": (b"x,y\n1,2\n", "a CSV table"),
    "a.xml": (b"<?xml version='1.0'?><a/>", "an XML document"),
    "a.pdf": (b"%PDF-1.7\n" + bytes(99), "a PDF document"),
    "a.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(99), "a 7z archive"),
    "a.rar": (b"Rar!\x1a\x07\0" + bytes(99), "a RAR archive"),
    "a.tar": (bytes(257) + b"ustar\0" + bytes(200), "a tar archive"),
    "a.tgz": (gzip.compress(bytes(257) + b"ustar\0" + bytes(200)), "a tar archive"),
    "a.mp4": (b"\0\0\0\x18ftypmp42" + bytes(99), "a video"),
    "a.avi": (b"RIFF\0\0\0\0AVI LIST" + bytes(99), "a video"),
    "a.docx": (b"PK\x03\x04" + bytes(99), "a Word document"),
    "a.nrrd": (b"NRRD0004\n", "an NRRD volume"),
    "a.hdr": (b"\x5c\1\0\0" + bytes(340) + b"ni1\0", "the header of a NIfTI pair (.hdr and .img)"),
    "a.mat": (b"MATLAB 5.0 MAT-file" + bytes(99), "a MATLAB file"),
    "a.h5": (b"\x89HDF\r\n\x1a\n" + bytes(99), "an HDF5 file"),
    "a.gif": (b"GIF89a" + bytes(99), "a GIF picture"),
    "a.webp": (b"RIFF\0\0\0\0WEBP" + bytes(99), "a WebP picture"),
    "a.heic": (b"\0\0\0\x18ftypheic" + bytes(99), "a HEIC picture"),
    "a.pbm": (b"P4\n8 8\n" + bytes(8), "a bitmap (PBM)"),
    "a.ppm": (b"P6\n8 8\n255\n" + bytes(192), "a colour picture (PPM)"),
    "a.LJPEG": (b"\xff\xee\xff\xff" + bytes(99), "an image of DDSM without a header"),
    "BMI of all": (b"BMI 22", "a text file, not an image"),
    "nothing": (b"", "an empty file"),
    "blob": (bytes(range(99)), "not an image"),
}


def test_whatever_lies_in_a_folder_is_named_by_its_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, (data, _) in JUNK.items():
        (tmp_path / name).write_bytes(data)
    write(tmp_path / "view.dcm", dataset())
    listing = find_exams(tmp_path)
    assert {file.path.name: file.kind for file in listing.unused} == {n: k for n, (_, k) in JUNK.items()}
    assert {file.reason for file in listing.unused} == {UnusedReason.KIND_NOT_READ}
    (sentence,) = unused_sentences(listing.unused)
    assert all(name in sentence for name in JUNK)
    # Other things in a folder are no failures; what is named outright is.
    assert main(["info", str(tmp_path)]) == 0
    assert sentence in capsys.readouterr().out
    assert main(["info", str(tmp_path / "a.csv")]) == 1


def test_info_names_what_it_does_not_describe_in_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one_uid(tmp_path / "a.dcm")
    one_uid(tmp_path / "b.dcm", ImageLaterality="R")
    (tmp_path / "c.csv").write_text("1,2")
    assert main(["info", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "b.dcm: has the same SOP Instance UID as" in told
    assert "a CSV table (c.csv)" in told
    assert main(["info", "--json", str(tmp_path)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [Path(one["file"]).name for one in document["files"]] == ["a.dcm", "b.dcm"]
    assert [(Path(one["file"]).name, one["reason"]) for one in document["unused"]] == [
        ("b.dcm", "conflict"),
        ("c.csv", "kind-not-read"),
    ]


@pytest.mark.parametrize("syntax", ["implicit", "rle", "jpeg 2000", "jpeg-ls", "deflated"])
def test_the_same_image_in_another_encoding_is_used_once(tmp_path: Path, syntax: str) -> None:
    made = dataset(StudyInstanceUID="1.2.1")
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = UID
    write(tmp_path / "a.dcm", made)
    write_as(tmp_path / "b.dcm", made, syntax)
    listing = find_exams(tmp_path)
    assert [(file.path.name, file.reason) for file in listing.unused] == [("b.dcm", UnusedReason.DUPLICATE)]
    assert len(listing.exams[0].headers) == 1


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from("LR"), st.sampled_from(["CC", "MLO"]), st.integers(1, 2)),
        min_size=2,
        max_size=5,
    )
)
def test_of_one_identifier_each_different_image_is_used_once(
    tmp_path_factory: pytest.TempPathFactory, images: list[tuple[str, str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("uid")
    for number, (side, view, seed) in enumerate(images):
        one_uid(folder / f"{number}.dcm", pixels=breast(seed=seed), ImageLaterality=side, ViewPosition=view)
    listing = find_exams(folder)
    used = {header.name for exam in listing.exams for header in exam.headers}
    assert len(used) == len(set(images))
    conflicts = [file for file in listing.unused if file.used]
    assert len(conflicts) == len(set(images)) - 1
    assert len(listing.unused) == len(images) - 1
    assert {images[int(name[0])] for name in used} == set(images)


def test_a_damaged_copy_is_damaged_and_no_conflict(tmp_path: Path) -> None:
    one_uid(tmp_path / "a.dcm")
    whole = one_uid(tmp_path / "b.dcm").read_bytes()
    (tmp_path / "b.dcm").write_bytes(whole[:-500])
    assert [(file.path.name, file.reason) for file in find_exams(tmp_path).unused] == [
        ("b.dcm", UnusedReason.DAMAGED)
    ]


def test_a_copied_picture_that_names_another_side_is_a_conflict(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "p_LCC.png"), breast(8))
    for name in ("p_RCC.png", "copy of p_LCC.png"):
        shutil.copy(tmp_path / "p_LCC.png", tmp_path / name)
    told = {file.path.name: file for file in find_exams(tmp_path).unused}
    assert {name: file.reason.value for name, file in told.items()} == {
        "p_LCC.png": "duplicate",
        "p_RCC.png": "conflict",
    }
    assert "same content" in told["p_RCC.png"].text


def test_the_notice_stands_in_both_exams_that_contradict_each_other(tmp_path: Path) -> None:
    one_uid(tmp_path / "a.dcm")
    one_uid(tmp_path / "b.dcm", PatientID="P2", pixels=breast(seed=5))
    exams = find_exams(tmp_path).exams
    assert [[n.code for n in exam.notices].count("exam-files-conflict") for exam in exams] == [1, 1]


def test_links_pipes_and_folders_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    for name in ("in", "other"):
        (tmp_path / name).mkdir()
    write(tmp_path / "in" / "a.dcm", dataset())
    write(tmp_path / "other" / "b.dcm", dataset(breast(seed=2)))
    (tmp_path / "in" / "z.dcm").symlink_to(tmp_path / "in" / "a.dcm")
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "other", target_is_directory=True)
    (tmp_path / "in" / "circle").symlink_to(tmp_path / "in", target_is_directory=True)
    os.mkfifo(tmp_path / "in" / "pipe")
    told = {file.path.name: file.reason.value for file in find_exams(tmp_path / "in").unused}
    assert told == {
        "z.dcm": "duplicate",
        "folder": "not-opened",
        "circle": "not-opened",
        "pipe": "not-opened",
    }


def test_many_files_of_one_kind_are_one_sentence_and_all_are_in_the_table(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    write(source / "a.dcm", dataset(StudyInstanceUID="1.2.1"))
    for number in range(30):
        (source / f"t{number:02}.csv").write_text("1,2")
        (source / f"e{number:02}.dcm").write_bytes(b"")
    unused = find_exams(source).unused
    assert len(unused) == 60
    sentences = unused_sentences(unused)
    assert len(sentences) == 2
    assert sentences[0].startswith("e00.dcm, e01.dcm, e02.dcm, e03.dcm, e04.dcm and 25 more: the file is")
    assert "30 x a CSV table (t00.csv, t01.csv, t02.csv, t03.csv, t04.csv and 25 more)" in sentences[1]


def test_an_archive_is_looked_through_and_each_file_in_it_is_used_or_named(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm", dataset())
    sound = (tmp_path / "a.dcm").read_bytes()
    write(tmp_path / "a.dcm", dataset(sop_class=synthetic.SEG, Modality="SEG"))
    segmentation = (tmp_path / "a.dcm").read_bytes()
    (tmp_path / "a.dcm").unlink()
    with zipfile.ZipFile(tmp_path / "exam.zip", "w") as archive:
        for name, data in {
            "x/IM1": sound,
            "x/IM2.dcm": sound[:500],
            "x/seg.dcm": segmentation,
            "x/notes.txt": b"a text",
            "__MACOSX/x/._IM1": b"\0\5\x16\7",
            "inner.zip": b"PK\x03\x04" + bytes(60),
        }.items():
            archive.writestr(name, data)
    listing = find_exams(tmp_path)
    assert [header.path for exam in listing.exams for header in exam.headers] == [
        tmp_path / "exam.zip" / "x" / "IM1"
    ]
    assert {file.path.name: file.reason.value for file in listing.unused} == {
        "IM2.dcm": "damaged",
        "seg.dcm": "not-a-mammogram",
        "notes.txt": "kind-not-read",
        "._IM1": "hidden",
        "inner.zip": "kind-not-read",
    }
    assert find_exams(tmp_path / "exam.zip").unused == listing.unused


def test_results_in_the_folder_of_the_images_are_not_among_the_inputs(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.csv").write_text("1,2")
    code = main(["analyze", str(source), "-o", str(source / "out")])
    first = (source / "out" / "run.json").read_bytes()
    assert main(["analyze", str(source), "-o", str(source / "out")]) == code
    assert (source / "out" / "run.json").read_bytes() == first
    assert [file.path.name for file in read_unused(source / "out")] == ["a.csv"]


def test_a_nifti_mask_is_measured_and_compared_like_the_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = tram_track()
    cv2.imwrite(str(tmp_path / "LCC.png"), image)
    mask = (image > np.percentile(image, 98)).astype(np.uint8)
    spacing = PixelSpacing(0.07, 0.07, SpacingSource.USER)
    found = {}
    for kind in ("png", "nii.gz", "nii"):
        (tmp_path / kind).mkdir()
        file = tmp_path / kind / f"LCC_mask.{kind}"
        if kind == "png":
            cv2.imwrite(str(file), mask * 255)
        else:
            file.write_bytes(labels_nifti(mask, spacing, compress=kind == "nii.gz"))
        capsys.readouterr()
        assert main(["measure", str(tmp_path / "LCC.png"), str(file), "--json"]) == 0
        found[kind] = json.loads(capsys.readouterr().out)["metrics"]
    assert found["nii.gz"] == found["nii"] == found["png"]
    assert found["png"]["am_px"] == int(mask.sum())
    capsys.readouterr()
    assert main(["compare", str(tmp_path / "nii.gz"), str(tmp_path / "png"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pooled"]["dice"] == 1
