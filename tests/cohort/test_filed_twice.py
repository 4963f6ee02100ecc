"""A picture that exams of two patients have is told of once, and no other."""

from __future__ import annotations

import csv
import hashlib
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.cli.main import main
from shared_core.cohort.exam_mark import EndedExam
from shared_core.cohort.filed_twice import filed_twice
from shared_core.quality.likeness import BITS, MOST_DIFFERING, bands, differing_bits, likeness_of
from tests.quality.breast_picture import breast_mask, breast_picture


def likeness(number: int) -> str:
    """Of a picture unlike the others."""
    return hashlib.sha256(bytes([number % 256, number // 256])).hexdigest()


def exam(number: int, likenesses: dict[str, str]) -> EndedExam:
    return EndedExam(f"exam{number}", (), None, likenesses=likenesses)


def test_the_second_of_two_exams_with_one_picture_is_told() -> None:
    exams = [exam(n, {f"/in/{n}.png": likeness(n)}) for n in range(50)]
    exams.append(exam(60, {"/other/60.png": likeness(7)}))
    told = list(filed_twice(exams))
    assert [(str(one.path), str(one.beside), one.used) for one in told] == [
        ("/other/60.png", "/in/7.png", True)
    ]
    assert list(filed_twice(exams[::-1])) == told
    assert list(filed_twice(exams[:-1])) == []


def test_two_pictures_alike_in_one_exam_are_no_matter_here() -> None:
    assert list(filed_twice([exam(1, {"/a.png": likeness(1), "/b.png": likeness(1)})])) == []


def test_of_many_exams_with_one_picture_each_but_the_first_is_told() -> None:
    exams = [exam(n, {f"/in/{n:03d}.png": likeness(1)}) for n in range(200)]
    assert [one.path.name for one in filed_twice(exams)] == [f"{n:03d}.png" for n in range(1, 200)]


@pytest.mark.parametrize("flips", [1, MOST_DIFFERING, MOST_DIFFERING + 1])
def test_a_picture_with_few_bits_changed_is_the_same(flips: int) -> None:
    one = likeness(3)
    places = np.random.default_rng(flips).choice(BITS, flips, replace=False)
    other = f"{int(one, 16) ^ sum(1 << int(place) for place in places):064x}"
    assert differing_bits(one, other) == flips
    if flips <= MOST_DIFFERING:
        assert set(enumerate(bands(one))) & set(enumerate(bands(other)))
    told = list(filed_twice([exam(1, {"/a.png": one}), exam(2, {"/b.png": other})]))
    assert len(told) == (flips <= MOST_DIFFERING)


def test_compression_size_and_margin_leave_the_likeness_and_another_breast_does_not() -> None:
    picture, breast = breast_picture(), breast_mask()
    first = likeness_of(picture, breast)
    coded = cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])[1], 0)
    half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    for changed, mask in (
        (coded, breast),
        (half, cv2.resize(breast.view(np.uint8), half.shape[::-1]).view(bool)),
        (np.pad(picture, ((30, 10), (0, 50))), np.pad(breast, ((30, 10), (0, 50)))),
    ):
        assert differing_bits(first, likeness_of(changed.astype(np.uint8), mask)) <= MOST_DIFFERING
    assert differing_bits(first, likeness_of(breast_picture(seed=5), breast)) > 10 * MOST_DIFFERING
    assert likeness_of(picture, np.zeros_like(breast)) == ""


def test_a_batch_tells_it_and_goes_on_telling_it(tmp_path: Path) -> None:
    source, output = tmp_path / "in", tmp_path / "out"
    for patient, seed in (("one", 1), ("two", 2), ("three", 1)):
        folder = source / patient
        folder.mkdir(parents=True)
        quality = [cv2.IMWRITE_JPEG_QUALITY, 90 + len(patient)]
        cv2.imwrite(str(folder / f"{patient}_L_CC.jpg"), breast_picture(seed=seed)[::2, ::2], quality)
    command = ["analyze", str(source), "-o", str(output), "--workers", "0", "-q"]
    assert main(command) == 0
    assert _filed_twice(output) == [("three_L_CC.jpg", "one_L_CC.jpg")] or _filed_twice(output) == [
        ("two_L_CC.jpg", "one_L_CC.jpg")
    ]
    before = (output / "unused.csv").read_bytes()
    assert main([*command, "--resume"]) == 0
    assert (output / "unused.csv").read_bytes() == before
    shutil.rmtree(source / "three")
    assert main([*command, "--quality", "off", "-o", str(tmp_path / "off")]) == 0
    assert not (tmp_path / "off" / "unused.csv").exists()


def _filed_twice(output: Path) -> list[tuple[str, str]]:
    with (output / "unused.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["reason"] == "filed-twice"]
    return [(Path(row["file"]).name, Path(row["other_file"]).name) for row in rows]
