"""The rule of annotation: a band runs on until 1 cm of artery is without calcium."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st

from shared_core.simulation.annotation_bands import calcified_runs, paint_band


def calcified_between(*stretches: tuple[float, float], along: np.ndarray) -> np.ndarray:
    inside = np.zeros(len(along), bool)
    for start, end in stretches:
        inside |= (along >= start - 1e-9) & (along <= end + 1e-9)
    return inside


@pytest.mark.parametrize(
    ("gap_mm", "segments"), [(0.5, 1), (9.5, 1), (9.875, 1), (10.0, 2), (10.5, 2), (30.0, 2)]
)
def test_a_gap_of_one_centimetre_ends_a_band(gap_mm: float, segments: int) -> None:
    along = np.arange(0, 80, 0.125)
    calcified = calcified_between((5, 20), (20 + gap_mm, 40 + gap_mm), along=along)
    runs = calcified_runs(calcified, along)
    assert len(runs) == segments
    assert along[runs[0][0]] == 5
    assert along[runs[-1][1] - 1] == 40 + gap_mm


def test_bare_artery_has_no_band() -> None:
    assert calcified_runs(np.zeros(50, bool), np.arange(50.0)) == ()


@given(st.lists(st.booleans(), min_size=1, max_size=200))
def test_runs_hold_all_calcium_and_begin_and_end_with_it(points: list[bool]) -> None:
    calcified = np.array(points)
    runs = calcified_runs(calcified, np.arange(len(points)) * 3.0)
    covered = np.zeros(len(points), bool)
    for start, end in runs:
        assert calcified[start]
        assert calcified[end - 1]
        covered[start:end] = True
    assert (covered | ~calcified).all()
    for (_, end), (start, _) in pairwise(runs):
        assert (start - end + 1) * 3.0 >= 10


@pytest.mark.parametrize(("radius_mm", "width_mm"), [(0.25, 1.9), (0.6, 1.9), (1.4, 3.5)])
def test_width_of_a_band(radius_mm: float, width_mm: float) -> None:
    mask = np.zeros((200, 400), np.uint8)
    curve = np.stack([np.full(300, 100.0), np.arange(50.0, 350.0)], axis=1)
    paint_band(mask, curve, np.full(300, radius_mm), 0.07)
    assert mask[:, 200].sum() * 0.07 == pytest.approx(width_mm, abs=0.16)
