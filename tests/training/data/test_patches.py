"""Patches: which are kept, what they hold, and builds that are stopped and go on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from shared_core.errors import Cancelled, UsageError
from shared_core.training.data.patches import (
    PatchSettings,
    build_patches,
    cut,
    image_sha256,
    load_patches,
)
from tests.training.data.small import MadeViews

SMALL = PatchSettings(tile_px=64, overlap_px=16, least_negatives=2)


@settings(max_examples=40)
@given(
    rows=st.integers(20, 190),
    columns=st.integers(20, 190),
    tile=st.integers(32, 80),
    overlap=st.integers(0, 31),
)
def test_all_of_the_bac_is_in_patches_and_every_patch_is_a_piece_of_the_view(
    rows: int, columns: int, tile: int, overlap: int
) -> None:
    view = MadeViews(shape=(rows, columns)).load(0)
    done = cut(view, 0, PatchSettings(tile_px=tile, overlap_px=overlap))
    seen = np.zeros((max(rows, tile), max(columns, tile)), bool)
    for image, label, (row, column) in zip(done.images_u8, done.labels, done.corners_px, strict=True):
        piece = view.image_u8[row : row + tile, column : column + tile]
        assert np.array_equal(image[: piece.shape[0], : piece.shape[1]], piece)
        seen[row : row + tile, column : column + tile] |= label == 1
    assert view.ignore is not None
    learnt = view.label & view.valid & ~view.ignore
    assert np.array_equal(seen[:rows, :columns], learnt)


def test_labels_are_ignored_where_the_teacher_is_unsure_and_outside_the_valid_area() -> None:
    view = MadeViews().load(0)
    done = cut(replace(view, valid=view.valid & (np.arange(150) < 90)), 0, SMALL)
    for label, (row, column) in zip(done.labels, done.corners_px, strict=True):
        rows, columns = np.nonzero(label == 255)
        assert set(columns + column) <= {*range(20, 30), *range(90, 100)}
        assert set(rows + row) <= set(range(60, 66))


def test_negatives_are_drawn_in_the_stated_ratio_and_touch_the_valid_area() -> None:
    view = MadeViews(shape=(700, 700)).load(0)
    view = replace(view, valid=np.ones((700, 700), bool))
    done = cut(view, 0, replace(SMALL, negatives_per_positive=2.0))
    positive = (done.labels == 1).any(axis=(1, 2))
    assert (~positive).sum() == 2 * positive.sum()
    few = cut(MadeViews().load(1), 1, replace(SMALL, negatives_per_positive=0, least_negatives=3))
    assert len(few.images_u8) == 3
    for row, column in few.corners_px:
        assert MadeViews().load(1).valid[row : row + 64, column : column + 64].mean() >= 0.1


def test_a_stopped_build_goes_on_and_ends_with_the_same_bytes(tmp_path: Path) -> None:
    whole = build_patches(MadeViews(), range(5), tmp_path / "whole", settings=SMALL)
    done: list[int] = []
    with pytest.raises(Cancelled):
        build_patches(
            MadeViews(),
            range(5),
            tmp_path / "stopped",
            settings=SMALL,
            progress=lambda now, total: done.append(now),
            cancelled=lambda: len(done) == 2,
        )
    with pytest.raises(UsageError, match="not all there"):
        load_patches(tmp_path / "stopped")
    # As after a crash in the middle of a view: pixels without their line, and half a line.
    with (tmp_path / "stopped" / "images.npy").open("ab") as file:
        file.write(b"x" * 5000)
    with (tmp_path / "stopped" / "views.jsonl").open("ab") as file:
        file.write(b'{"number": 2, "corn')
    build_patches(MadeViews(), range(5), tmp_path / "stopped", settings=SMALL)
    for name in ("images.npy", "labels.npy", "views.jsonl", "manifest.json"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "stopped" / name).read_bytes()
    again = load_patches(tmp_path / "stopped")
    assert isinstance(again.images_u8, np.memmap)
    assert np.array_equal(again.images_u8, whole.images_u8)
    assert set(again.views.tolist()) == set(range(5))
    assert len(again) == len(again.corners_px)


def test_several_processes_make_the_same_patches(tmp_path: Path) -> None:
    one = build_patches(MadeViews(), [3, 0, 2], tmp_path / "one", settings=SMALL)
    two = build_patches(MadeViews(), [3, 0, 2], tmp_path / "two", settings=SMALL, workers=2)
    assert np.array_equal(one.images_u8, two.images_u8)
    assert np.array_equal(one.labels, two.labels)
    assert one.views.tolist() == two.views.tolist()


def test_a_folder_of_other_patches_is_refused(tmp_path: Path) -> None:
    build_patches(MadeViews(), [0], tmp_path / "p", settings=SMALL)
    with pytest.raises(UsageError, match="other views or settings"):
        build_patches(MadeViews(), [1], tmp_path / "p", settings=SMALL)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("keep me")
    with pytest.raises(UsageError, match="other files"):
        build_patches(MadeViews(), [0], tmp_path / "other", settings=SMALL)
    with pytest.raises(UsageError, match="twice"):
        build_patches(MadeViews(), [0, 0], tmp_path / "q", settings=SMALL)
    with pytest.raises(UsageError, match="no patches"):
        load_patches(tmp_path / "nothing")


def test_no_patch_at_all_is_an_empty_set(tmp_path: Path) -> None:
    none = replace(SMALL, least_negatives=0)
    assert len(build_patches(MadeViews(), [1], tmp_path / "p", settings=none)) == 0


def test_a_mirrored_picture_has_the_same_fingerprint() -> None:
    image = MadeViews().load(2).image_u8
    assert image_sha256(image) == image_sha256(image[:, ::-1])
    assert image_sha256(image) != image_sha256(image[:-1])
