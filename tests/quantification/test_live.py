"""Counts of an edited mask are those of a recount, whatever was done to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, strategies as st

from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.calcification_classes import artery_labels, artery_mask, other_mask
from shared_core.quantification.live import LiveCounts, LiveNumbers
from shared_core.quantification.measurement import MeasurementSettings
from shared_core.quantification.view import measure_view

Make = Callable[..., PreparedView]
SHAPE = (24, 20)

rectangles = st.tuples(
    st.integers(0, SHAPE[0] - 1), st.integers(0, SHAPE[1] - 1), st.integers(1, 12), st.integers(1, 12)
)
edits = st.tuples(rectangles, st.integers(0, 255), st.sampled_from(["box", "wider box", "unknown"]))
every_settings = st.builds(
    MeasurementSettings,
    intensity_threshold=st.integers(0, 255),
    intensity_comparison=st.sampled_from([">", ">="]),
    exclude_pectoral=st.booleans(),
)


def _view(make: Make, *, row_mm: float | None = 0.07) -> PreparedView:
    random = np.random.default_rng(3)
    breast = np.zeros(SHAPE, bool)
    breast[2:, 3:] = True
    pectoral = np.zeros(SHAPE, bool)
    pectoral[:10, :9] = True
    image = random.integers(0, 256, SHAPE).astype(np.uint8)
    return make(image, breast=breast, pectoral=pectoral, row_mm=row_mm, column_mm=row_mm and row_mm * 1.5)


def _apply(labels: np.ndarray, edit: tuple[tuple[int, ...], int, str]) -> tuple[slice, slice] | None:
    (top, left, rows, columns), label, told = edit
    box = slice(top, min(top + rows, SHAPE[0])), slice(left, min(left + columns, SHAPE[1]))
    labels[box] = label
    if told == "unknown":
        return None
    if told == "wider box":
        return slice(max(top - 2, 0), SHAPE[0]), slice(0, SHAPE[1])
    return box


@given(st.lists(edits, max_size=8), every_settings, st.sampled_from([0.07, None]))
def test_after_any_edits_the_numbers_are_those_of_measuring(
    make_prepared: Make,
    steps: list[tuple[tuple[int, ...], int, str]],
    settings: MeasurementSettings,
    row_mm: float | None,
) -> None:
    prepared = _view(make_prepared, row_mm=row_mm)
    counts = LiveCounts(prepared, settings)
    labels = np.zeros(SHAPE, np.uint8)
    for step in steps:
        before = labels.copy()
        region = _apply(labels, step)
        changed = before != labels
        touched = np.union1d(before[changed], labels[changed])
        assert counts.update(labels, region).tolist() == touched[touched > 0].tolist()
    recount = np.bincount(labels.ravel(), minlength=256)
    assert counts.area_px[1:].tolist() == recount[1:].tolist()
    mask = artery_mask(labels)
    measured = measure_view(prepared, mask, None, mask_style="vessel-band", settings=settings)
    numbers = counts.numbers()
    for field in fields(LiveNumbers):
        assert getattr(numbers, field.name) == getattr(measured, field.name), field.name


@given(st.lists(edits, max_size=6), st.integers(0, 6), st.lists(edits, max_size=2))
def test_the_difference_from_a_reference_is_that_of_a_recount(
    make_prepared: Make,
    steps: list[tuple[tuple[int, ...], int, str]],
    when: int,
    drawn: list[tuple[tuple[int, ...], int, str]],
) -> None:
    counts = LiveCounts(_view(make_prepared))
    labels, reference = np.zeros((2, *SHAPE), np.uint8)
    for edit in drawn:
        _apply(reference, edit)
    compared = np.zeros(SHAPE, np.uint8)
    for number, step in enumerate(steps):
        if number == when:
            compared = reference
            counts.compare_with(compared)
        counts.update(labels, _apply(labels, step))
        differ = artery_mask(labels) != artery_mask(compared)
        differ |= other_mask(labels) != other_mask(compared)
        assert counts.differing_px == np.count_nonzero(differ)
    counts.compare_with(None)
    assert counts.differing_px == np.count_nonzero(labels)


def test_going_back_gives_the_first_numbers_again(make_prepared: Make) -> None:
    counts = LiveCounts(_view(make_prepared))
    labels = np.zeros(SHAPE, np.uint8)
    first = counts.numbers()
    labels[3:9, 4:9] = 7
    counts.update(labels)
    assert counts.numbers() != first
    labels[:] = 0
    counts.update(labels)
    assert counts.numbers() == first


@pytest.mark.parametrize(
    "labels", [np.zeros((3, 3), np.uint8), np.zeros(SHAPE, np.int32)], ids=["shape", "type"]
)
def test_other_labels_are_refused_and_change_nothing(make_prepared: Make, labels: np.ndarray) -> None:
    counts = LiveCounts(_view(make_prepared))
    with pytest.raises(ValueError, match=r"uint8 of shape \(24, 20\)"):
        counts.update(labels)
    assert counts.numbers().am_px == 0


@given(st.lists(edits, max_size=8))
def test_renumbered_is_what_has_another_number_than_at_first(
    make_prepared: Make, steps: list[tuple[tuple[int, ...], int, str]]
) -> None:
    counts, labels = LiveCounts(_view(make_prepared)), np.zeros(SHAPE, np.uint8)
    first = np.zeros(SHAPE, np.uint8)
    for edit in steps:
        before = artery_labels(labels)
        region = _apply(labels, edit)
        now = artery_labels(labels)
        first = np.where(now == 0, 0, np.where(before == 0, now, first)).astype(np.uint8)
        counts.update(labels, region)
        assert counts.renumbered_px == np.count_nonzero((now > 0) & (now != first))
    counts.begin_numbers()
    assert counts.renumbered_px == 0
