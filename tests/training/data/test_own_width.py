"""Bands follow the vessel in the image, not the hand that drew the line."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from shared_core.training.data.own_width import measure_line, paint_band


def vessel(half_width: float, *, walls: float = 60, lumen: float = 15) -> np.ndarray:
    """A straight vessel along row 100: two walls of calcium, a faint lumen, noise."""
    rows = np.abs(np.arange(200) - 100.0)
    profile = np.where(rows <= half_width, lumen, 0.0)
    profile += walls * np.exp(-0.5 * ((rows - half_width + 2) / 1.5) ** 2)
    noise = np.random.default_rng(3).normal(0, 4, (200, 400))
    picture = 80 + profile[:, None] + cv2.GaussianBlur(noise, (0, 0), 1)
    return np.clip(picture, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("half_width", [7.0, 12.0, 18.0])
@pytest.mark.parametrize("aside", [-6.0, 0.0, 6.0])
def test_a_line_beside_the_middle_is_moved_to_it(half_width: float, aside: float) -> None:
    line = np.array([[40.0, 100 + aside], [360.0, 100 + aside]])
    found = measure_line(vessel(half_width), line)
    inner = found.points[20:-20]
    assert np.median(inner[:, 1]) == pytest.approx(100, abs=2.5)
    assert np.median(found.half_widths_px[20:-20]) == pytest.approx(half_width, abs=3)


def test_the_band_covers_the_walls_and_a_margin_makes_it_wider() -> None:
    found = measure_line(vessel(12.0), np.array([[40.0, 104.0], [360.0, 104.0]]))
    band = paint_band((200, 400), found)
    rows = np.flatnonzero(band[:, 200])
    assert rows.min() <= 91
    assert rows.max() >= 109
    wider = paint_band((200, 400), found, margin_px=6)
    assert np.count_nonzero(wider[:, 200]) - len(rows) == pytest.approx(12, abs=2)


def test_a_line_of_two_points_close_together_is_measured() -> None:
    found = measure_line(vessel(12.0), np.array([[200.0, 100.0], [201.0, 100.0]]))
    assert np.isfinite(found.points).all()
    assert paint_band((200, 400), found).shape == (200, 400)
