"""Images and masks in folders: which belong together, and masks that are none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
import tifffile
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from shared_core.errors import UnreadableImageError, UnsupportedImageError, UsageError
from shared_core.reading.dicom.segmentation import SEGMENTATION
from shared_core.training.data.folders import FolderViews
from shared_core.training.data.masks import read_label
from shared_core.training.data.pairs import find_pairs, pair_up
from tests.reading.synthetic import new_uid
from tests.training.data.small import COARSE_CARD, breast_picture, write_png

SHAPE = (600, 400)


def _mask() -> np.ndarray:
    mask = np.zeros(SHAPE, np.uint8)
    mask[300:308, 60:200] = 255
    return mask


def _write_seg(path: Path, mask: np.ndarray, source_uid: str) -> None:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = SEGMENTATION, new_uid()
    ds.Rows, ds.Columns, ds.NumberOfFrames = *mask.shape, 1
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 1, 1, 0, 0
    ds.SegmentationType = "BINARY"
    segment = Dataset()
    segment.SegmentNumber, segment.SegmentLabel = 1, "BAC"
    ds.SegmentSequence = [segment]
    number = Dataset()
    number.ReferencedSegmentNumber = 1
    group = Dataset()
    group.SegmentIdentificationSequence = [number]
    ds.PerFrameFunctionalGroupsSequence = [group]
    source = Dataset()
    source.ReferencedSOPInstanceUID = source_uid
    ds.SourceImageSequence = [source]
    ds.PixelData = np.packbits(mask.ravel() > 0, bitorder="little").tobytes()
    ds.save_as(path, enforce_file_format=True)


def _nifti(path: Path, array: np.ndarray) -> Path:
    nibabel = pytest.importorskip("nibabel")
    nibabel.save(nibabel.Nifti1Image(array, np.eye(4)), path)
    return path


def test_masks_beside_their_images_become_labels(tmp_path: Path) -> None:
    write_png(tmp_path / "anna" / "LCC.png", breast_picture())
    write_png(tmp_path / "anna" / "LCC_mask.png", _mask())
    views = FolderViews(find_pairs(tmp_path), spacing_mm=0.28, card=COARSE_CARD)
    assert len(views) == 1
    view = views.load(0)
    assert np.array_equal(view.label, _mask() > 0)
    assert view.identity.origin == "folder"
    assert dict(view.identity.tags)["projection"] == "CC"
    assert view.spacing_mm == pytest.approx(0.28)


def test_label_is_resampled_with_the_image(tmp_path: Path) -> None:
    write_png(tmp_path / "LCC.png", breast_picture())
    write_png(tmp_path / "LCC_mask.png", _mask())
    view = FolderViews(find_pairs(tmp_path), spacing_mm=0.14, card=COARSE_CARD).load(0)
    assert view.label.shape == view.image_u8.shape == (300, 200)
    assert view.label.sum() == pytest.approx(_mask().astype(bool).sum() / 4, rel=0.05)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".tif", ".png"])
def test_every_kind_of_mask_is_read_alike(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"LCC{ending}"
    if ending.startswith(".nii"):
        # As ITK and 3D Slicer store it: columns first, one slice.
        _nifti(path, (_mask() > 0).astype(np.uint8).T[..., None])
    elif ending == ".tif":
        tifffile.imwrite(path, (_mask() > 0).astype(np.uint8))
    else:
        write_png(path, _mask())
    assert np.array_equal(read_label(path, SHAPE), _mask() > 0)


def test_nifti_of_rows_first_is_told_by_its_shape(tmp_path: Path) -> None:
    path = _nifti(tmp_path / "a.nii.gz", _mask())
    assert np.array_equal(read_label(path, SHAPE), _mask() > 0)
    volume = _nifti(tmp_path / "v.nii", np.zeros((4, 5, 6), np.uint8))
    with pytest.raises(UsageError, match="volume of 4 x 5 x 6"):
        read_label(volume, SHAPE)


def test_a_seg_finds_its_image_by_uid(tmp_path: Path, cbis_dicoms: Path) -> None:
    image = next(iter(sorted(cbis_dicoms.rglob("*.dcm"))))
    header = pydicom.dcmread(image, stop_before_pixels=True)
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "one.dcm").write_bytes(image.read_bytes())
    (tmp_path / "segs").mkdir()
    mask = np.zeros((header.Rows, header.Columns), np.uint8)
    mask[10:20, 10:40] = 1
    _write_seg(tmp_path / "segs" / "other-name.dcm", mask, str(header.SOPInstanceUID))
    (pair,) = find_pairs(tmp_path / "images", tmp_path / "segs")
    assert pair.image.name == "one.dcm"
    assert np.array_equal(read_label(pair.mask, mask.shape), mask > 0)
    with pytest.raises(UsageError, match="the mask has"):
        read_label(pair.mask, SHAPE)


def test_our_own_results_say_which_image_a_mask_is_of(tmp_path: Path) -> None:
    image = write_png(tmp_path / "images" / "anna" / "LCC.png", breast_picture())
    results = tmp_path / "results"
    write_png(results / "anna" / "LCC_mask.png", _mask())
    (results / "views.csv").write_text("file\n")
    record = results / "anna" / "LCC.json"
    record.write_text(json.dumps({"file": "somewhere/else/anna/LCC.png"}))
    (pair,) = find_pairs(tmp_path / "images", results)
    assert pair.image == image
    record.unlink()
    with pytest.raises(UsageError, match="missing or damaged"):
        find_pairs(tmp_path / "images", results)


def test_names_that_repeat_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for patient, value in (("anna", 1), ("berta", 2)):
        write_png(tmp_path / "i" / patient / "LCC.png", breast_picture())
        write_png(tmp_path / "m" / patient / "LCC.png", np.full(SHAPE, value, np.uint8))
    pairs = find_pairs(tmp_path / "i", tmp_path / "m")
    assert [(pair.image.parent.name, pair.mask.parent.name) for pair in pairs] == [
        ("anna", "anna"),
        ("berta", "berta"),
    ]
    assert len({pair.view_id for pair in pairs}) == 2


def test_pairs_that_cannot_be_told_are_refused(tmp_path: Path) -> None:
    write_png(tmp_path / "i" / "LCC.png", breast_picture())
    (tmp_path / "m").mkdir()
    with pytest.raises(UsageError, match="no mask of it"):
        find_pairs(tmp_path / "i", tmp_path / "m")
    write_png(tmp_path / "m" / "LCC_mask.png", _mask())
    write_png(tmp_path / "m" / "LCC_seg.png", _mask())
    with pytest.raises(UsageError, match="cannot tell which mask"):
        find_pairs(tmp_path / "i", tmp_path / "m")
    (tmp_path / "m" / "LCC_seg.png").unlink()
    write_png(tmp_path / "m" / "RCC_mask.png", _mask())
    with pytest.raises(UsageError, match="no image of that name"):
        find_pairs(tmp_path / "i", tmp_path / "m")
    with pytest.raises(UsageError, match="no folder"):
        find_pairs(tmp_path / "none")
    with pytest.raises(UsageError, match="no mammograms"):
        find_pairs(tmp_path / "m", tmp_path / "i" / "..")


def test_a_mask_without_image_is_told_beside_a_doubt_about_one_of_a_longer_name(tmp_path: Path) -> None:
    write_png(tmp_path / "i" / "11.png", breast_picture())
    for name in ("11_mask.png", "11_seg.png", "1_mask.png"):
        write_png(tmp_path / "m" / name, _mask())
    cannot_tell, without_image = pair_up(tmp_path / "i", tmp_path / "m").problems
    assert "cannot tell which mask" in cannot_tell
    assert "1_mask.png: there is no image of that name" in without_image


def test_masks_that_are_none_are_refused(tmp_path: Path) -> None:
    grey = write_png(tmp_path / "grey.png", breast_picture())
    with pytest.raises(UsageError, match="no mask of two values"):
        read_label(grey, SHAPE)
    labels = _mask() // 255
    labels[0, 0] = 3
    several = write_png(tmp_path / "several.png", labels)
    assert np.array_equal(read_label(several, SHAPE, value=1), labels == 1)
    with pytest.raises(UsageError, match=r"600 x 400 pixels, its image 10 x 10"):
        read_label(several, (10, 10))
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0" + b"\0" * 64)
    with pytest.raises(UnsupportedImageError, match="JPEG"):
        read_label(tmp_path / "a.jpg", SHAPE)
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    with pytest.raises(UnreadableImageError, match="damaged"):
        read_label(tmp_path / "a.png", SHAPE)
    (tmp_path / "a.nii").write_bytes(b"nothing")
    pytest.importorskip("nibabel")
    with pytest.raises(UnreadableImageError, match="NIfTI"):
        read_label(tmp_path / "a.nii", SHAPE)
