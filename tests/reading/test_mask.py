"""Mask files of every kind give one and the same mask."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile

from shared_core.errors import UnreadableImageError, UnsupportedImageError, UsageError
from shared_core.notices import Remedy
from shared_core.reading.mask import read_label_file, read_mask_file, read_other
from tests.reading.segmentations import SOURCE, segment, write_seg


@pytest.fixture
def mask() -> np.ndarray:
    mask = np.zeros((70, 90), bool)
    mask[20:30, 11:57] = True
    return mask


@pytest.mark.parametrize("value", [1, 7, 255])
def test_png_and_tiff_are_bac_where_they_are_not_0(tmp_path: Path, mask: np.ndarray, value: int) -> None:
    picture = mask.astype(np.uint8) * np.uint8(value)
    cv2.imwrite(str(tmp_path / "m.png"), picture)
    tifffile.imwrite(tmp_path / "m.tif", picture)
    for name in ("m.png", "m.tif"):
        assert np.array_equal(read_mask_file(tmp_path / name).mask, mask)


def test_empty_masks_are_masks(tmp_path: Path) -> None:
    empty = np.zeros((70, 90), np.uint8)
    cv2.imwrite(str(tmp_path / "m.png"), empty)
    tifffile.imwrite(tmp_path / "m.tif", empty)
    for name in ("m.png", "m.tif"):
        assert not read_mask_file(tmp_path / name).mask.any()


def test_label_can_be_chosen(tmp_path: Path, mask: np.ndarray) -> None:
    labels = mask.astype(np.uint16) * 300
    labels[60:, :] = 2
    cv2.imwrite(str(tmp_path / "m.png"), labels)
    assert np.array_equal(read_mask_file(tmp_path / "m.png", segment=300).mask, mask)
    assert read_mask_file(tmp_path / "m.png").mask.sum() == mask.sum() + 900
    assert not read_mask_file(tmp_path / "m.png", segment=5).mask.any()


def test_colour_picture_is_bac_where_it_has_colour(tmp_path: Path, mask: np.ndarray) -> None:
    picture = np.zeros((*mask.shape, 4), np.uint8)
    picture[mask] = (0, 0, 1, 255)
    picture[..., 3] = 255
    cv2.imwrite(str(tmp_path / "m.png"), picture)
    assert np.array_equal(read_mask_file(tmp_path / "m.png").mask, mask)
    with pytest.raises(UsageError, match="no label 2 can be chosen"):
        read_mask_file(tmp_path / "m.png", segment=2)


def test_binary_seg_of_one_segment(tmp_path: Path, mask: np.ndarray) -> None:
    path = write_seg(tmp_path / "s.dcm", mask[None], "BINARY", [segment(1, "BAC")], [1])
    found = read_mask_file(path)
    assert np.array_equal(found.mask, mask)
    assert found.source_uids == (SOURCE,)


def test_calcification_among_several_segments_is_taken(tmp_path: Path, mask: np.ndarray) -> None:
    frames = np.stack([~mask, mask])
    segments = [segment(1, "Breast", "76752008"), segment(2, "BAC", "129759000")]
    path = write_seg(tmp_path / "s.dcm", frames, "BINARY", segments, [1, 2])
    assert np.array_equal(read_mask_file(path).mask, mask)
    assert np.array_equal(read_mask_file(path, segment=1).mask, ~mask)
    with pytest.raises(UsageError, match="no segment 3; it has 1 Breast, 2 BAC"):
        read_mask_file(path, segment=3)


def test_unknown_segments_must_be_chosen(tmp_path: Path, mask: np.ndarray) -> None:
    segments = [segment(1, "a"), segment(2, "b")]
    path = write_seg(tmp_path / "s.dcm", np.stack([mask, mask]), "BINARY", segments, [1, 2])
    with pytest.raises(UsageError, match=r"2 segments \(1 a, 2 b\)\.") as told:
        read_mask_file(path)
    assert told.value.remedy is Remedy.CHOOSE_SEGMENT


def test_fractional_seg_is_cut_at_half(tmp_path: Path, mask: np.ndarray) -> None:
    frame = np.where(mask, 100, 99)
    path = write_seg(tmp_path / "s.dcm", frame[None], "FRACTIONAL", [segment(1, "BAC")], [1])
    assert np.array_equal(read_mask_file(path).mask, mask)


def test_label_map_is_read_by_its_value(tmp_path: Path, mask: np.ndarray) -> None:
    segments = [segment(0, "Background"), segment(3, "BAC")]
    path = write_seg(tmp_path / "s.dcm", np.where(mask, 3, 0)[None], "LABELMAP", segments, [])
    assert np.array_equal(read_mask_file(path).mask, mask)


def test_volume_is_refused(tmp_path: Path, mask: np.ndarray) -> None:
    path = write_seg(tmp_path / "s.dcm", np.stack([mask, mask]), "BINARY", [segment(1, "BAC")], [1, 1])
    with pytest.raises(UnsupportedImageError, match="2 frames of one segment"):
        read_mask_file(path)


def test_damaged_seg_is_said_in_one_sentence(tmp_path: Path, mask: np.ndarray) -> None:
    path = write_seg(tmp_path / "s.dcm", mask[None], "BINARY", [segment(1, "BAC")], [1])
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(UnreadableImageError, match=r"s\.dcm: the SEG is damaged"):
        read_mask_file(path)


def test_other_files_are_refused_with_what_to_give(
    tmp_path: Path, mask: np.ndarray, cbis_dicoms: Path
) -> None:
    cv2.imwrite(str(tmp_path / "m.jpg"), mask.astype(np.uint8) * 255)
    with pytest.raises(UnsupportedImageError, match="save the mask as PNG"):
        read_mask_file(tmp_path / "m.jpg")
    with pytest.raises(UnsupportedImageError, match="no segmentation"):
        read_mask_file(sorted(cbis_dicoms.rglob("*.dcm"))[0])
    with pytest.raises(UnreadableImageError, match="no such file"):
        read_mask_file(tmp_path / "none.png")
    (tmp_path / "cut.png").write_bytes(
        (tmp_path / "m.jpg").read_bytes()[:0] + b"\x89PNG\r\n\x1a\n" + b"x" * 200
    )
    with pytest.raises(UnreadableImageError, match="damaged"):
        read_mask_file(tmp_path / "cut.png")


def test_labels_of_a_picture_keep_their_numbers(tmp_path: Path, mask: np.ndarray) -> None:
    labels = mask.astype(np.uint8) * 3
    labels[50:60] = 255
    cv2.imwrite(str(tmp_path / "labels.png"), labels)
    found = read_label_file(tmp_path / "labels.png")
    assert np.array_equal(found.labels, labels)
    assert found.count == 2


def test_a_mask_of_255_is_one_label(tmp_path: Path, mask: np.ndarray) -> None:
    cv2.imwrite(str(tmp_path / "mask.png"), mask.astype(np.uint8) * 255)
    assert np.array_equal(read_label_file(tmp_path / "mask.png").labels, mask)


def test_labels_above_255_are_counted_anew_in_their_order(tmp_path: Path, mask: np.ndarray) -> None:
    labels = mask.astype(np.uint16) * 900
    labels[50:60] = 300
    cv2.imwrite(str(tmp_path / "labels.png"), labels)
    found = read_label_file(tmp_path / "labels.png").labels
    assert np.array_equal(found == 1, labels == 300)
    assert np.array_equal(found == 2, labels == 900)


def test_more_labels_than_fit_are_refused(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "grey.png"), np.arange(100 * 90, dtype=np.uint16).reshape(100, 90))
    with pytest.raises(UsageError, match=r"grey\.png: holds 8999 labels"):
        read_label_file(tmp_path / "grey.png")


def test_an_empty_picture_has_no_label(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "labels.png"), np.zeros((70, 90), np.uint8))
    assert read_label_file(tmp_path / "labels.png").count == 0


def test_a_segmentation_is_one_label_and_names_its_image(tmp_path: Path, mask: np.ndarray) -> None:
    path = write_seg(tmp_path / "seg.dcm", mask[np.newaxis], "BINARY", [segment(1, "BAC")], [1])
    found = read_label_file(path)
    assert np.array_equal(found.labels, mask)
    assert found.source_uids == (SOURCE,)


def soft_edges(mask: np.ndarray) -> dict[str, np.ndarray]:
    """The mask as it comes out of programs that interpolate."""
    white = mask.astype(np.uint8) * 255
    jpeg = cv2.imdecode(cv2.imencode(".jpg", white)[1], cv2.IMREAD_GRAYSCALE)
    line = np.array([[12, 20], [40, 50], [80, 44]], np.int32)
    return {
        "enlarged": cv2.resize(white, None, fx=1.4, fy=1.4, interpolation=cv2.INTER_LINEAR),
        "cubic": cv2.resize(white, None, fx=1.7, fy=1.7, interpolation=cv2.INTER_CUBIC),
        "reduced": cv2.resize(
            cv2.resize(white, None, fx=3.1, fy=3.1), (90, 70), interpolation=cv2.INTER_AREA
        ),
        "smoothed": cv2.GaussianBlur(white, (5, 5), 0),
        "thin and smooth": cv2.GaussianBlur(
            cv2.polylines(np.zeros((70, 90), np.uint8), [line], False, 255, 2), (5, 5), 0
        ),
        "soft line": cv2.polylines(np.zeros((70, 90), np.uint8), [line], False, 255, 3, cv2.LINE_AA),
        "was a jpeg": jpeg,
        "not up to white": cv2.GaussianBlur(white, (5, 5), 0) // 2,
        "16 bits": cv2.GaussianBlur(white.astype(np.uint16) * 257, (5, 5), 0),
        "grey in colour": np.dstack([cv2.GaussianBlur(white, (5, 5), 0)] * 3),
        "red": np.dstack([np.zeros_like(white)] * 2 + [cv2.GaussianBlur(white, (5, 5), 0)]),
        "probability": cv2.GaussianBlur(mask.astype(np.float32), (5, 5), 0),
    }


@pytest.mark.parametrize("kind", soft_edges(np.eye(70, 90) > 0))
def test_masks_with_soft_edges_are_refused(kind: str, tmp_path: Path, mask: np.ndarray) -> None:
    picture = soft_edges(mask)[kind]
    path = tmp_path / ("m.tif" if picture.dtype == np.float32 else "m.png")
    cv2.imwrite(str(path), picture)
    with pytest.raises(UnsupportedImageError, match=r"grey values along soft edges.* cut at half"):
        read_mask_file(path)
    with pytest.raises((UnsupportedImageError, UsageError), match=r"soft edges|labels, more than the 255"):
        read_label_file(path)


def label_pictures() -> dict[str, np.ndarray]:
    """Labels of many numbers, as people number arteries, spots and regions."""
    rng = np.random.default_rng(4)
    empty = np.zeros((70, 90), np.uint8)
    discs, points, crossing, regions, outlined = (empty.copy() for _ in range(5))
    for number in range(1, 21):
        x, y, size = (int(v) for v in rng.integers((8, 8, 1), (82, 62, 6)))
        cv2.circle(discs, (x, y), size, number, -1)
        points[y, x] = number * 12
        ends = rng.integers(0, 70, (2, 2)).astype(np.int32)
        cv2.polylines(crossing, [ends], False, 255 if number == 20 else number, 1)
    for number in range(9):
        regions[:, 10 * number : 10 * number + 10] = number * 28
    cv2.circle(outlined, (40, 40), 20, 255, -1)
    cv2.circle(outlined, (40, 40), 20, 128, 1)
    return {
        "discs": discs,
        "points": points,
        "crossing lines": crossing,
        "regions": regions,
        "outlined": outlined,
    }


@pytest.mark.parametrize("kind", label_pictures())
def test_labels_of_many_numbers_are_labels(kind: str, tmp_path: Path) -> None:
    picture = label_pictures()[kind]
    cv2.imwrite(str(tmp_path / "m.png"), picture)
    assert np.array_equal(read_mask_file(tmp_path / "m.png").mask, picture > 0)
    assert np.array_equal(read_label_file(tmp_path / "m.png").labels, picture)


@pytest.mark.parametrize("name", ["LCC_mask.png", "LCC_labels.png", "LCC_labels.nii.gz"])
def test_other_calcification_lies_beside(tmp_path: Path, mask: np.ndarray, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"II*\0 only the name counts")
    assert read_other(path, mask) is None
    other = np.roll(mask, 2, axis=1)
    cv2.imwrite(str(tmp_path / "LCC_other.png"), other * np.uint8(255))
    found = read_other(path, mask)
    assert found is not None
    assert np.array_equal(found, other & ~mask)
    (tmp_path / "LCC.png").write_bytes(b"P5 as well")
    assert read_other(tmp_path / "LCC.png", mask) is None
    with pytest.raises(UsageError, match="take the one of another image away"):
        read_other(path, mask[1:])
