"""Rectangles that are stated for a machine are dark afterwards, and no others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest

from shared_core.deidentification.blanking import Blanking, Device, blank, read_blanking
from shared_core.deidentification.images import deidentified_exams
from shared_core.deidentification.key import DeidentificationKey
from shared_core.errors import OpenBacError
from shared_core.reading.exam_grouping import find_exams
from tests.reading import synthetic

STATED = """
[[device]]
manufacturer = "lorad"
rows = 96
rectangles = [[0, 10, 5, 1000], [90, 60, 2, 3]]

[[device]]
manufacturer = "LORAD"
model = "Other"
rectangles = [[0, 0, 96, 72]]
"""


def stated(folder: Path, text: str = STATED) -> Blanking:
    (folder / "rectangles.toml").write_text(text)
    return read_blanking(folder / "rectangles.toml")


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("syntax", ["explicit", "jpeg 2000"])
def test_stated_rectangles_are_dark_and_nothing_else_changes(
    photometric: str, syntax: str, tmp_path: Path
) -> None:
    dataset = synthetic.dataset(
        Manufacturer="LORAD ", PhotometricInterpretation=photometric, BurnedInAnnotation="YES"
    )
    file = synthetic.write_as(tmp_path / "a.dcm", dataset, syntax)
    images = deidentified_exams(
        find_exams([file]).exams,
        tmp_path / "out",
        key=DeidentificationKey(bytes(32)),
        blanking=stated(tmp_path),
    )
    new = pydicom.dcmread(images.files[file])
    before, after = synthetic.breast(), new.pixel_array
    inside = np.zeros(before.shape, bool)
    inside[0:5, 10:] = inside[90:92, 60:63] = True
    dark = before.max() if photometric == "MONOCHROME1" else before.min()
    assert (after[inside] == dark).all()
    assert np.array_equal(after[~inside], before[~inside])
    assert new.PatientIdentityRemoved == "NO"
    assert [notice.code for notice in images.notices] == ["text-burned-in", "text-blanked"]
    assert images.doubtful[images.files[file]] == "text-burned-in"


def test_images_of_other_machines_stay_as_they_are(tmp_path: Path) -> None:
    blanking = stated(tmp_path)
    for changes in ({"Manufacturer": "GE"}, {"Manufacturer": None}, {"Manufacturer": "LORAD", "Rows": 97}):
        dataset = synthetic.dataset(Manufacturer="LORAD")
        for keyword, value in changes.items():
            setattr(dataset, keyword, value)
        assert blanking.of(dataset) == ()


def test_signed_pixels_and_rectangles_beyond_the_image() -> None:
    dataset = synthetic.dataset(synthetic.breast(16, signed=True), bits=16, Manufacturer="A")
    device = Device("a", ((95, 71, 50, 50), (96, 0, 1, 1)))
    assert blank(dataset, Blanking((device,)).of(dataset)) == 1
    assert dataset.pixel_array[95, 71] == dataset.pixel_array.min()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "device = 1",
        "[[device]]\nmanufacturer = 'A'",
        "[[device]]\nmanufacturer = ''\nrectangles = [[0, 0, 1, 1]]",
        "[[device]]\nmanufacturer = 'A'\nrectangles = []",
        "[[device]]\nmanufacturer = 'A'\nrectangles = [[0, 0, 0, 1]]",
        "[[device]]\nmanufacturer = 'A'\nrectangles = [[-1, 0, 1, 1]]",
        "[[device]]\nmanufacturer = 'A'\nrectangles = [[0, 0, 1]]",
        "[[device]]\nmanufacturer = 'A'\nrectangles = [[0, 0, 1, 1]]\ncolour = 'black'",
        "[[device]]\nmanufacturer = 'A'\nrectangles = [[0, 0, 1, 1e300]]",
    ],
)
def test_file_that_is_no_list_of_rectangles_is_told_in_a_sentence(text: str, tmp_path: Path) -> None:
    with pytest.raises(OpenBacError) as told:
        stated(tmp_path, text)
    assert "rectangles.toml" in str(told.value)
    assert "\n" not in str(told.value)
