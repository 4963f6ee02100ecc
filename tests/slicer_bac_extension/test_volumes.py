"""Volume nodes as images: what is refused, and in which words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import slicer
import slicer.util
from BACSegmentationLib import volumes

from shared_core.errors import OpenBacError, UnsupportedImageError, UsageError
from tests.host.dicom_database import DicomDatabase
from tests.host.scene import HeadlessApp
from tests.reading.synthetic import breast, dataset, write
from tests.slicer_bac_extension.volumes_of_files import load, shown


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "LCC.dcm", dataset(ImagerPixelSpacing=[0.07, 0.09]))


def test_pixels_are_those_of_the_node_and_spacing_is_row_first(app: HeadlessApp, file: Path) -> None:
    image = volumes.read_volume(load(file))
    np.testing.assert_array_equal(image.pixels, breast())
    assert image.spacing_mm is not None
    assert (image.spacing_mm.row_mm, image.spacing_mm.column_mm) == pytest.approx((0.07, 0.09))
    assert image.files == (file,)
    assert image.name == "LCC"


def test_a_spacing_of_1_mm_is_unknown(app: HeadlessApp) -> None:
    image = volumes.read_volume(shown(breast(), spacing_mm=(1, 1)))
    assert image.spacing_mm is None


def several_slices() -> Any:
    return shown(np.stack([breast()] * 4), "CC and MLO")


def colour() -> Any:
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", "photo")
    slicer.util.updateVolumeFromArray(node, np.zeros((1, 96, 72, 3), np.uint8))
    return node


def several_components() -> Any:
    node = shown(breast(), "photo")
    node.SetAndObserveImageData(colour().GetImageData())
    return node


def label_map() -> Any:
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "labels")
    slicer.util.updateVolumeFromArray(node, np.zeros((1, 96, 72), np.uint8))
    return node


def empty() -> Any:
    return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "nothing")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (several_slices, r"CC and MLO has 4 slices \(72 x 96 pixels\).*Load the views with Mammogram"),
        (colour, "photo is a colour picture"),
        (several_components, "photo is a colour picture"),
        (label_map, "labels is a label map"),
        (empty, "nothing contains no image"),
    ],
)
def test_what_is_no_single_grey_image_is_refused(app: HeadlessApp, make: Any, words: str) -> None:
    with pytest.raises(UnsupportedImageError, match=words):
        volumes.read_volume(make())


def test_no_volume_is_refused(app: HeadlessApp) -> None:
    with pytest.raises(UsageError, match="No mammogram is chosen"):
        volumes.read_volume(None)


def test_every_refusal_is_one_the_user_can_read(app: HeadlessApp) -> None:
    for make in (several_slices, colour, label_map, empty):
        with pytest.raises(OpenBacError) as caught:
            volumes.read_volume(make())
        assert "\n" not in str(caught.value)
        assert str(caught.value).endswith((".", "itself.", "again."))


class TestFiles:
    def test_a_file_that_is_gone_is_none(self, app: HeadlessApp, file: Path) -> None:
        node = load(file)
        file.unlink()
        assert volumes.source_files(node) == ()

    def test_a_volume_without_a_file(self, app: HeadlessApp) -> None:
        assert volumes.source_files(shown(breast())) == ()

    def test_the_dicom_database_knows_it_by_its_uid(
        self, app: HeadlessApp, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        database = DicomDatabase([file])
        monkeypatch.setattr(slicer, "dicomDatabase", database, raising=False)
        node = shown(breast(), "from a saved scene")
        assert volumes.source_files(node) == ()
        (uid,) = database._files
        node.SetAttribute(volumes.UIDS_ATTRIBUTE, uid)
        assert volumes.source_files(node) == (file,)

    def test_a_closed_database_is_not_asked(
        self, app: HeadlessApp, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        database = DicomDatabase([file])
        database.isOpen = False
        monkeypatch.setattr(slicer, "dicomDatabase", database, raising=False)
        node = load(file)
        node.SetAttribute(volumes.UIDS_ATTRIBUTE, next(iter(database._files)))
        assert volumes.source_files(node) == (file,)  # of its storage node

    def test_files_that_a_caller_knows_come_first(self, app: HeadlessApp, file: Path) -> None:
        assert volumes.read_volume(shown(breast()), dicom_files=[str(file)]).files == (file,)
