"""Numbered arteries: from a mask and back, measured together and each alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings as effort, strategies as st
from hypothesis.extra import numpy as hnp

from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.label_edits import added, free_label, relabelled
from shared_core.quantification.labelled_mask import (
    UNFOLLOWED_LABEL,
    labels_of,
    measure_labels,
    numbered_labels,
)
from shared_core.quantification.live import LiveCounts, LiveNumbers
from shared_core.quantification.measurement import MeasurementSettings
from shared_core.quantification.view import measure_view, view_vessels
from tests.arteries.drawn_vessels import arc, drawn

Make = Callable[..., PreparedView]
SHAPE = (300, 260)
STEP_MM = 0.2

small_labels = hnp.arrays(np.uint8, (12, 9), elements=st.sampled_from([0, 0, 1, 2, 7, 254, 255]))


@pytest.fixture(scope="module")
def prepared(make_prepared: Make) -> PreparedView:
    image = np.full(SHAPE, 90, np.uint8)
    image[_mask()] = 160
    return make_prepared(image, row_mm=STEP_MM)


def _mask() -> np.ndarray:
    mask = drawn(
        arc((60, 40), 15, 110, turn_degrees=20, width=8),
        arc((220, 30), -5, 90, turn_degrees=5, width=8),
        shape=SHAPE,
    )
    mask[280:282, 240:242] = True
    return mask


def test_a_mask_is_numbered_by_its_arteries(prepared: PreparedView) -> None:
    mask = _mask()
    vessels = view_vessels(prepared, mask, mask_style="vessel-band")
    labels = labels_of(mask, vessels)
    assert np.array_equal(labels > 0, mask)
    assert sorted(np.unique(labels)) == [0, 1, 2, UNFOLLOWED_LABEL]
    assert (labels[280:282, 240:242] == UNFOLLOWED_LABEL).all()
    assert np.array_equal(labels_of(mask, None), mask)


def test_the_whole_is_what_measuring_says_and_each_artery_has_its_own(prepared: PreparedView) -> None:
    mask = _mask()
    labels = labels_of(mask, view_vessels(prepared, mask, mask_style="vessel-band"))
    found = measure_labels(prepared, labels)
    whole = measure_view(prepared, mask, None, mask_style="vessel-band", settings=MeasurementSettings())
    assert found.view == whole
    by_label = {one.label: one for one in found.labels}
    assert sorted(by_label) == [1, 2, UNFOLLOWED_LABEL]
    assert sum(one.area_px for one in found.labels) == whole.am_px
    longest, shorter, speck = (by_label[label] for label in (1, 2, UNFOLLOWED_LABEL))
    assert longest.length_mm == pytest.approx(110 * STEP_MM, rel=0.06)
    assert shorter.length_mm == pytest.approx(90 * STEP_MM, rel=0.06)
    assert longest.mean_calibre_mm == pytest.approx(8 * STEP_MM, rel=0.15)
    assert longest.mean_calibre_px == pytest.approx(longest.mean_calibre_mm / STEP_MM)
    assert (speck.length_px, speck.mean_calibre_mm, speck.segments) == (0, None, 0)
    assert speck.area_mm2 == pytest.approx(4 * STEP_MM**2)


@effort(max_examples=30)
@given(hnp.arrays(np.uint8, (40, 30), elements=st.integers(0, 3)))
def test_any_labels_measure_as_their_counts(make_prepared: Make, labels: np.ndarray) -> None:
    view = make_prepared(np.arange(1200, dtype=np.uint16).reshape(40, 30).astype(np.uint8), row_mm=0.5)
    counts = LiveCounts(view)
    counts.update(labels)
    found = measure_labels(view, labels)
    numbers = counts.numbers()
    assert all(getattr(numbers, f.name) == getattr(found.view, f.name) for f in fields(LiveNumbers))
    areas = counts.area_px
    assert {one.label: one.area_px for one in found.labels} == {
        int(n): areas[n] for n in np.flatnonzero(areas)
    }
    for one in found.labels:
        assert np.array_equal(labels[one.box.slices] == one.label, (labels == one.label)[one.box.slices])
        assert np.count_nonzero(labels[one.box.slices] == one.label) == one.area_px


@given(small_labels, st.sets(st.sampled_from([1, 2, 7, 9, 255])), st.integers(0, 255))
def test_renumbering_joins_deletes_and_touches_nothing_else(
    labels: np.ndarray, which: set[int], to: int
) -> None:
    before = labels.copy()
    after = relabelled(labels, which, to)
    asked = np.isin(before, list(which))
    assert (after[asked] == to).all()
    assert np.array_equal(after[~asked], before[~asked])
    assert np.array_equal(labels, before)
    assert after.dtype == np.uint8


@given(small_labels, hnp.arrays(bool, (12, 9)))
def test_what_is_added_leaves_arteries_their_number(labels: np.ndarray, mask: np.ndarray) -> None:
    label = free_label(labels)
    assert label is not None
    assert label not in labels
    assert set(range(1, label)) <= set(np.unique(labels).tolist())
    after = added(labels, mask, label)
    numbered = (labels > 0) & (labels < UNFOLLOWED_LABEL)
    assert np.array_equal(after[numbered], labels[numbered])
    assert (after[mask & ~numbered] == label).all()
    assert np.array_equal(after[~mask], labels[~mask])


def test_no_label_is_free_where_all_are_taken() -> None:
    labels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert free_label(labels) is None


def test_mask_is_numbered_by_the_arteries_that_are_followed_in_it(prepared: PreparedView) -> None:
    mask = _mask()
    numbered = numbered_labels(prepared, mask, mask_style="vessel-band")
    vessels = view_vessels(prepared, mask, mask_style="vessel-band")
    np.testing.assert_array_equal(numbered, labels_of(mask, vessels))
    assert set(np.unique(numbered)) >= {0, 1, 2}
