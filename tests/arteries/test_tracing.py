"""A click takes the artery that is there, from one end of its calcium to the other."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from shared_core.arteries.centre_line import polyline_length
from shared_core.arteries.followed_line import followed_line
from shared_core.arteries.tracing import GAP_MM, SNAP_MM, CalciumEvidence, WaysOn, artery_at, calcium_evidence
from shared_core.mammogram import PixelSpacing, SpacingSource

SHAPE = (600, 700)
SPACING = PixelSpacing(0.07, 0.07, SpacingSource.USER)
WAVE = np.stack([300 + 60 * np.sin(np.arange(120, 560) / 90), np.arange(120.0, 560)], axis=1)
"""The middle of an artery in pixels, 440 columns long."""


def picture(
    *lines: NDArray[np.float64], seed: int = 0, wall_px: int = 9, bright: int = 60, noise: float = 4.0
) -> NDArray[np.uint8]:
    """Two walls along each line on noisy tissue."""
    image = np.full(SHAPE, 110.0)
    image += 20 * np.cos(np.arange(SHAPE[0]) / 150)[:, None]
    for line in lines:
        for side in (-wall_px, wall_px):
            places = np.round((line + [side, 0])[:, ::-1] * 16).astype(np.int32)
            wall = np.zeros(SHAPE, np.uint8)
            cv2.polylines(wall, [places[:, None]], False, 255, 4, cv2.LINE_AA, 4)
            image += wall / 255 * bright
    image += np.random.default_rng(seed).normal(0, noise, SHAPE)
    return np.clip(image, 0, 255).astype(np.uint8)


def evidence(image: NDArray[np.uint8], **given: object) -> CalciumEvidence:
    return calcium_evidence(
        image,
        **{"valid": np.ones(image.shape, bool), "spacing": SPACING, **given},  # type: ignore[arg-type]
    )


def farthest_off(line: NDArray[np.float64], way: NDArray[np.float64]) -> float:
    """The largest distance of a point of the line from the way, in pixels."""
    return float(np.sqrt(((line[:, None] - way[None]) ** 2).sum(axis=2)).min(axis=1).max())


@pytest.mark.parametrize("at", [0.05, 0.5, 0.95])
def test_an_artery_is_taken_from_end_to_end_wherever_one_clicks_on_it(at: float) -> None:
    found = artery_at(evidence(picture(WAVE)), WAVE[int(at * len(WAVE))])
    assert found is not None
    # Within the walls, and no further than the calcium.
    assert farthest_off(WAVE, found) < 16
    assert farthest_off(found, WAVE) < 16
    assert polyline_length(found) == pytest.approx(polyline_length(WAVE), rel=0.1)


@pytest.mark.parametrize(("gap_mm", "goes_on"), [(0.6 * GAP_MM, True), (2 * GAP_MM, False)])
def test_it_ends_where_the_calcium_ends(gap_mm: float, goes_on: bool) -> None:
    gap = int(gap_mm / 0.07)
    one, other = WAVE[: 220 - gap // 2], WAVE[220 + gap // 2 :]
    found = artery_at(evidence(picture(one, other)), one[60])
    assert found is not None
    assert found[:, 1].max() == pytest.approx((other if goes_on else one)[-1, 1], abs=16)
    assert found[:, 1].min() == pytest.approx(one[0, 1], abs=16)


def test_where_there_is_no_calcium_nothing_is_found() -> None:
    known = evidence(picture(WAVE))
    assert artery_at(known, np.array([80.0, 350.0])) is None
    beside = WAVE[200] + [9 + 0.6 * SNAP_MM / 0.07, 0]
    assert artery_at(known, beside) is not None
    assert artery_at(known, WAVE[200] + [9 + 2 * SNAP_MM / 0.07, 0]) is None


def test_calcium_outside_of_the_valid_area_is_none() -> None:
    valid = np.ones(SHAPE, bool)
    valid[:, 340:] = False
    found = artery_at(evidence(picture(WAVE), valid=valid), WAVE[60])
    assert found is not None
    assert found[:, 1].max() <= 342
    assert artery_at(evidence(picture(WAVE), valid=valid), WAVE[400]) is None


def test_the_word_of_a_model_leads_where_the_image_shows_nothing() -> None:
    probability = np.zeros(SHAPE, np.float32)
    cv2.polylines(probability, [np.round(WAVE[:, ::-1]).astype(np.int32)[:, None]], False, 0.9, 20)
    blank = picture()
    assert artery_at(evidence(blank), WAVE[200]) is None
    found = artery_at(evidence(blank, probability=probability), WAVE[200])
    assert found is not None
    assert farthest_off(WAVE, found) < 16


def test_a_crossing_is_passed_straight_on() -> None:
    level = np.stack([np.full(440, 300.0), np.arange(120.0, 560)], axis=1)
    crossing = picture(level)
    for side in (-9, 9):
        cv2.line(crossing, (340 + side, 150), (340 + side, 450), 170, 4, cv2.LINE_AA)
    found = artery_at(evidence(crossing), level[60])
    assert found is not None
    assert farthest_off(found, level) < 16


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 50), at=st.integers(20, 420), turns=st.integers(0, 3), mirrored=st.booleans())
def test_a_turned_or_mirrored_view_gives_the_same_artery(
    seed: int, at: int, turns: int, mirrored: bool
) -> None:
    image, point = picture(WAVE, seed=seed), WAVE[at]
    columns = SHAPE[1]
    if mirrored:
        image, point = image[:, ::-1], np.array([point[0], columns - 1 - point[1]])
    for _ in range(turns):
        point = np.array([image.shape[1] - 1 - point[1], point[0]])
        image = np.rot90(image)
    found = artery_at(evidence(np.ascontiguousarray(image)), point)
    assert found is not None
    assert polyline_length(found) == pytest.approx(polyline_length(WAVE), rel=0.12)


def test_millimetres_count_not_pixels() -> None:
    # Twice as many rows: the same tissue, scanned finer in one direction.
    image = np.repeat(picture(WAVE), 2, axis=0)
    finer = PixelSpacing(0.035, 0.07, SpacingSource.USER)
    found = artery_at(evidence(image, spacing=finer), WAVE[200] * [2, 1])
    assert found is not None
    assert farthest_off(WAVE, found / [2, 1]) < 16


def test_the_way_on_follows_calcium_and_ends_at_the_mouse() -> None:
    known = evidence(picture(WAVE))
    ways = WaysOn.begin(known, WAVE[10])
    goal = WAVE[200]
    way = ways.to(goal)
    assert np.array_equal(way[-1], goal)
    assert farthest_off(way, WAVE) < 16
    straight = float(np.hypot(*(goal - WAVE[10])))
    assert polyline_length(way) > 1.02 * straight
    # Through bare tissue it leads straight on, and beyond reach as well.
    bare = WaysOn.begin(evidence(picture()), np.array([80.0, 100.0]))
    for goal in (np.array([80.0, 250.0]), np.array([590.0, 690.0])):
        assert polyline_length(bare.to(goal)) < 1.3 * float(np.hypot(*(goal - [80, 100])))


def test_the_same_click_gives_the_same_way() -> None:
    image = picture(WAVE)
    one, other = (artery_at(evidence(image), WAVE[100]) for _ in range(2))
    assert one is not None
    assert other is not None
    assert np.array_equal(one, other)


def test_a_line_of_clicks_is_the_artery_and_the_way_on_from_its_nearer_end() -> None:
    known = evidence(picture(WAVE))
    alone = followed_line(known, [WAVE[200]])
    assert alone.on_calcium
    assert np.array_equal(alone.points, artery_at(known, WAVE[200]))
    before_its_start = alone.points[0] - np.array([0.0, 20.0])
    longer = followed_line(known, [WAVE[200], before_its_start])
    assert np.array_equal(longer.points[-1], before_its_start)
    assert np.array_equal(longer.points[: len(alone.points)], alone.points[::-1])
    beside = followed_line(known, [np.array([80.0, 350.0])])
    assert not beside.on_calcium
    assert len(beside.points) == 1
    with pytest.raises(ValueError, match="one click"):
        followed_line(known, [])
