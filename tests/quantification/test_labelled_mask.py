"""Numbered arteries: from a mask and back, measured together and each alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings as effort, strategies as st
from hypothesis.extra import numpy as hnp

from shared_core.arteries.connected_parts import Box
from shared_core.arteries.judged_parts import JudgedPart, JudgedParts
from shared_core.mammogram import PixelSpacing, SpacingSource
from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.calcification_classes import MOST_ARTERIES, UNFOLLOWED_LABEL
from shared_core.quantification.label_edits import added, free_label, parted, relabelled
from shared_core.quantification.labelled_mask import labels_of, measure_labels, numbered_labels
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
    numbered = (labels > 0) & (labels <= MOST_ARTERIES)
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


def test_a_person_says_which_parts_are_one_artery(prepared: PreparedView) -> None:
    labels = numbered_labels(prepared, _mask(), mask_style="vessel-band")
    followed = measure_labels(prepared, labels).view
    assert followed.vessels_count == 2
    same = measure_labels(prepared, labels, numbered=True).view
    assert same == followed
    joined = relabelled(labels, [2], 1)
    one = measure_labels(prepared, joined, numbered=True).view
    assert (one.vessels_count, one.am_px) == (1, followed.am_px)
    assert one.calcified_length_mm == pytest.approx(followed.calcified_length_mm)
    assert one.segments_count == followed.segments_count
    # Without that, numbers say nothing.
    assert measure_labels(prepared, joined).view == followed
    # On calcium alone no artery is followed, whatever the numbers.
    assert measure_labels(prepared, joined, mask_style="calcium", numbered=True).view.vessels_count is None


def test_what_a_model_left_uncounted_a_host_counts_as_little_until_a_person_drew_it(
    make_prepared: Make,
) -> None:
    prepared = make_prepared(np.full((400, 300), 90, np.uint8))
    parts = tuple(
        JudgedPart(Box(40 + 60 * n, 30, 10, 180), np.ones((10, 180), bool), 12.0, own, calcium=True)
        for n, own in enumerate((0.9, 0.4, 0.1))
    )
    judged = JudgedParts(parts, 0.05, undecided_from=0.02, bac_probability=0.9)
    mask = judged.mask("artery", (400, 300))
    labels = numbered_labels(prepared, mask, mask_style="vessel-band")
    by_model = measure_view(
        prepared, mask, None, mask_style="vessel-band", settings=MeasurementSettings(), judged=judged
    )
    assert by_model.vessels_count == 1
    assert measure_labels(prepared, labels, judged=judged).view == by_model
    assert measure_labels(prepared, labels, judged=judged, edited=True).view.vessels_count == 3


def test_an_artery_is_parted_at_its_widest_gap_only() -> None:
    labels = np.zeros((40, 100), np.uint8)
    for left, right in ((5, 20), (23, 35), (50, 60), (62, 90)):
        labels[10:14, left:right] = 4
    labels[30:34, 5:90] = 9
    before = labels.copy()
    found = parted(labels, 4, 2)
    assert found is not None
    assert np.array_equal(labels, before)
    assert sorted(np.unique(found[10])) == [0, 2, 4]
    assert (found[10:14, 5:35] == labels[10:14, 5:35] // 2).all()
    assert (found[10:14, 50:] == labels[10:14, 50:]).all()
    assert (found[30:34] == labels[30:34]).all()
    assert parted(labels, 9, 2) is None
    assert parted(labels, 77, 2) is None


def test_a_gap_is_as_wide_as_its_pixels() -> None:
    labels = np.zeros((60, 60), np.uint8)
    labels[5:10, 5:10] = labels[5:10, 20:25] = labels[22:27, 5:10] = 1
    wide = PixelSpacing(0.1, 0.3, SpacingSource.USER)
    for spacing, place in ((None, (24, 7)), (wide, (7, 22))):
        found = parted(labels, 1, 2, spacing=spacing)
        assert found is not None
        assert found[place] == 2
        assert np.count_nonzero(found == 2) == 25
