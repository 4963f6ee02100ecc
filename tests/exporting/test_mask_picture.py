"""Masks go out and come back unchanged."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from shared_core.errors import UnreadableImageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.mask_files import mask_png, probability_of, probability_png, read_mask

MASKS = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40))


@given(MASKS)
def test_a_mask_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, mask: np.ndarray) -> None:
    path = tmp_path_factory.getbasetemp() / "mask é.png"
    write_bytes(path, mask_png(mask))
    np.testing.assert_array_equal(read_mask(path, mask.shape), mask)


def test_the_picture_is_8_bit_0_and_255() -> None:
    picture = cv2.imdecode(np.frombuffer(mask_png(np.eye(5, dtype=bool)), np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture.dtype == np.uint8
    assert picture.tolist() == (np.eye(5, dtype=int) * 255).tolist()


@pytest.mark.parametrize(
    "edited",
    [np.eye(6, dtype=np.uint8), np.eye(6, dtype=np.uint16) * 65535, np.dstack([np.eye(6) * 200] * 3)],
)
def test_masks_from_other_programs_are_read(tmp_path: Path, edited: np.ndarray) -> None:
    """Labels of 1, 16 bits, RGB."""
    cv2.imwrite(str(tmp_path / "edited.png"), edited)
    np.testing.assert_array_equal(read_mask(tmp_path / "edited.png", (6, 6)), np.eye(6, dtype=bool))


def test_a_mask_of_another_size_is_refused(tmp_path: Path) -> None:
    write_bytes(tmp_path / "mask.png", mask_png(np.eye(5, dtype=bool)))
    with pytest.raises(
        UnreadableImageError, match=r"has 5 x 5 pixels, its mammogram 5 x 6 \(rows x columns\)"
    ):
        read_mask(tmp_path / "mask.png", (5, 6))


@pytest.mark.parametrize("content", [b"", b"not a picture"])
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mask.png").write_bytes(content)
    with pytest.raises(UnreadableImageError, match="is not a readable picture"):
        read_mask(tmp_path / "mask.png", (5, 5))


def test_an_absent_mask_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImageError, match="Cannot read the mask"):
        read_mask(tmp_path / "none.png", (5, 5))


def test_probability_keeps_16_bits() -> None:
    probability = np.linspace(0, 1, 1000, dtype=np.float32).reshape(20, 50)
    stored = cv2.imdecode(np.frombuffer(probability_png(probability), np.uint8), cv2.IMREAD_UNCHANGED)
    assert stored.dtype == np.uint16
    np.testing.assert_allclose(stored / 65535, probability, atol=0.5 / 65535 + 1e-7)


def test_a_probability_comes_back_as_it_was_written() -> None:
    probability = np.linspace(0, 1, 35, dtype=np.float32).reshape(5, 7)
    found = probability_of(probability_png(probability))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, probability, atol=0.5 / 65535)


@pytest.mark.parametrize("content", [b"", b"no picture", mask_png(np.ones((3, 3), bool))])
def test_what_is_no_probability_is_told(content: bytes) -> None:
    with pytest.raises(UnreadableImageError, match="no 16-bit grey picture"):
        probability_of(content)
