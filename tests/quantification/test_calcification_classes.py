"""Arteries and other calcification on one label image: parts are moved whole, and counted once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.calcification_classes import (
    MOST_ARTERIES,
    OTHER_LABEL,
    UNFOLLOWED_LABEL,
    artery_labels,
    artery_mask,
    both_classes,
    other_mask,
)
from shared_core.quantification.label_edits import free_label, moved
from shared_core.quantification.labelled_mask import measure_labels, numbered_labels
from shared_core.quantification.live import LiveCounts

Make = Callable[..., PreparedView]
SHAPE = (14, 11)

any_labels = hnp.arrays(
    np.uint8, SHAPE, elements=st.sampled_from([0, 0, 0, 0, 1, 2, OTHER_LABEL, OTHER_LABEL, UNFOLLOWED_LABEL])
)
any_number = hnp.arrays(np.uint8, SHAPE, elements=st.integers(0, 255))
places = st.tuples(st.integers(0, SHAPE[0] - 1), st.integers(0, SHAPE[1] - 1))


@given(any_number)
def test_every_pixel_has_one_class(labels: np.ndarray) -> None:
    arteries, others = artery_mask(labels), other_mask(labels)
    assert not (arteries & others).any()
    assert np.array_equal(arteries | others, labels > 0)
    assert np.array_equal(artery_labels(labels) > 0, arteries)
    assert np.array_equal(both_classes(artery_labels(labels), others), labels)


@given(any_number, hnp.arrays(bool, SHAPE))
def test_an_artery_keeps_its_pixels_whatever_its_number(labels: np.ndarray, other: np.ndarray) -> None:
    found = both_classes(labels, other)
    assert np.array_equal(artery_mask(found), labels > 0)
    assert np.array_equal(other_mask(found), other & (labels == 0))
    usual = labels != OTHER_LABEL
    assert np.array_equal(artery_labels(found)[usual], labels[usual])


@given(any_labels, places)
def test_a_part_is_moved_whole_and_nothing_else_is_touched(
    labels: np.ndarray, place: tuple[int, int]
) -> None:
    before = labels.copy()
    found = moved(labels, *place, reach_px=0)
    assert np.array_equal(labels, before)
    if labels[place] == 0:
        assert found is None
        return
    assert found is not None
    of_class = other_mask(labels) if labels[place] == OTHER_LABEL else artery_mask(labels)
    _, parts = cv2.connectedComponents(of_class.view(np.uint8), connectivity=8)
    part = parts == parts[place]
    assert found.is_artery == (labels[place] == OTHER_LABEL)
    assert found.area_px == np.count_nonzero(part)
    assert np.array_equal(found.labels[~part], labels[~part])
    assert (artery_mask(found.labels)[part] == found.is_artery).all()
    assert (other_mask(found.labels)[part] != found.is_artery).all()


@given(any_labels, places)
def test_there_and_back_gives_the_numbers_again(labels: np.ndarray, place: tuple[int, int]) -> None:
    away = moved(labels, *place, reach_px=0)
    if away is None:
        return
    back = moved(away.labels, *place, numbers=labels, reach_px=0)
    assert back is not None
    # A part that touched one of its new class came back with it.
    same = back.area_px == away.area_px
    assert np.array_equal(back.labels, labels) == same


@given(any_labels, places, st.floats(0, 6))
def test_the_nearest_part_in_reach_is_meant(labels: np.ndarray, place: tuple[int, int], reach: float) -> None:
    found = moved(labels, *place, reach_px=reach)
    distances = np.hypot(*(np.argwhere(labels > 0) - np.array(place)).T)
    nearest = distances.min() if len(distances) else np.inf
    assert (found is None) == (nearest > max(reach, 0.75))


def test_a_place_beyond_the_image_is_no_part() -> None:
    labels = np.full((5, 5), 3, np.uint8)
    assert moved(labels, -40.0, 2.0) is None
    assert moved(labels, 2.0, 44.0) is None
    assert moved(labels, -3.0, 2.0) is not None


def test_a_part_without_a_number_of_before_gets_a_free_one() -> None:
    labels = np.zeros((20, 30), np.uint8)
    labels[2:4, 2:9], labels[8:10, 2:9], labels[14:16, 2:9] = 1, OTHER_LABEL, 3
    found = moved(labels, 8.4, 5.0)
    assert found is not None
    assert set(np.unique(found.labels[8:10, 2:9])) == {2}
    away = np.where(labels == 1, 2, 0).astype(np.uint8)
    found = moved(labels, 8.4, 5.0, numbers=away)
    assert found is not None
    assert set(np.unique(found.labels[8:10, 2:9])) == {4}
    full = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert free_label(full) is None
    among = moved(full, *np.argwhere(full == OTHER_LABEL)[0], reach_px=0)
    assert among is not None
    assert np.count_nonzero(among.labels == UNFOLLOWED_LABEL) == 2


@pytest.fixture(scope="module")
def prepared(make_prepared: Make) -> PreparedView:
    return make_prepared(np.full((300, 260), 90, np.uint8), row_mm=0.2)


def _bands() -> tuple[np.ndarray, np.ndarray]:
    """Two arteries, and one other calcification."""
    mask, other = np.zeros((300, 260), bool), np.zeros((300, 260), bool)
    mask[40:48, 20:140] = mask[100:107, 20:120] = True
    other[200:212, 60:75] = True
    return mask, other


def test_only_arteries_are_measured_and_the_others_apart(prepared: PreparedView) -> None:
    mask, other = _bands()
    start = measure_labels(prepared, numbered_labels(prepared, mask, mask_style="vessel-band"), other=other)
    assert (start.view.am_px, start.view.other_count, start.view.other_area_px) == (1660, 1, 180)
    assert start.view.other_area_mm2 == pytest.approx(180 * 0.04)
    labels = both_classes(numbered_labels(prepared, mask, mask_style="vessel-band"), other)
    away = moved(labels, 103, 60)
    assert away is not None
    less = measure_labels(prepared, artery_labels(away.labels), other=other_mask(away.labels), edited=True)
    assert less.view.am_px == start.view.am_px - away.area_px == 960
    assert (less.view.other_count, less.view.other_area_px) == (2, 880)
    assert less.view.vessels_count == start.view.vessels_count - 1
    back = moved(away.labels, 103, 60)
    assert back is not None
    again = measure_labels(prepared, artery_labels(back.labels), other=other_mask(back.labels), edited=True)
    assert again.view == start.view


@given(st.lists(st.tuples(places, st.sampled_from([0, 1, 2, 9, OTHER_LABEL, 255])), max_size=8), any_labels)
def test_live_counts_follow_the_classes(
    make_prepared: Make, steps: list[tuple[tuple[int, int], int]], reference: np.ndarray
) -> None:
    counts = LiveCounts(make_prepared(np.arange(154, dtype=np.uint8).reshape(SHAPE)))
    counts.compare_with(reference)
    labels = np.zeros(SHAPE, np.uint8)
    for (row, column), label in steps:
        labels[row : row + 4, column : column + 3] = label
        counts.update(labels)
        differing = (artery_mask(labels) != artery_mask(reference)) | (
            other_mask(labels) != other_mask(reference)
        )
        assert counts.differing_px == np.count_nonzero(differing)
        assert counts.numbers().am_px == np.count_nonzero(artery_mask(labels))
        assert counts.area_px[OTHER_LABEL] == np.count_nonzero(other_mask(labels))


def test_moved_there_and_back_is_not_renumbered(make_prepared: Make) -> None:
    counts = LiveCounts(make_prepared(np.full(SHAPE, 50, np.uint8)))
    labels = np.zeros(SHAPE, np.uint8)
    labels[2:4, 1:9], labels[8:10, 1:9] = 3, 1
    counts.update(labels)
    counts.begin_numbers()
    for number in (OTHER_LABEL, 7):
        labels[2:4, 1:9] = number
        counts.update(labels)
        assert counts.renumbered_px == 0
    labels[8:10, 1:9] = 2
    counts.update(labels)
    assert counts.renumbered_px == 16


def test_numbers_of_arteries_leave_room_for_the_classes(prepared: PreparedView) -> None:
    from shared_core.arteries.vessels import find_vessels
    from shared_core.quantification.labelled_mask import labels_of

    mask, _ = _bands()
    found = find_vessels(mask, spacing=prepared.spacing)
    for high in (MOST_ARTERIES, OTHER_LABEL, 255):
        many = replace(found, labels=np.where(found.labels == 1, np.uint8(high), found.labels))
        labels = labels_of(mask, many)
        assert np.array_equal(artery_mask(labels), mask)
        assert (high in labels) == (high != OTHER_LABEL)
