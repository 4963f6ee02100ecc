"""Plots: pictures of the right size, with what they must show, the same each time."""

from __future__ import annotations

from datetime import date

import cv2
import numpy as np
import pytest

from shared_core.change.change_over_time import change_over_time
from shared_core.change.serial_exams import SerialExam
from shared_core.pictures.plots import bland_altman_plot, change_plot, regression_plot

pytest.importorskip("matplotlib", reason="the extra statistics is not installed")
X = np.linspace(1, 30, 40)
Y = X + np.random.default_rng(0).normal(0, 2, 40)


def _picture(png: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)


def _pixels_like(picture: np.ndarray, rgb: tuple[int, int, int]) -> int:
    apart = np.abs(picture.astype(int) - np.array(rgb[::-1])).max(axis=2)
    return int(np.sum(apart < 12))


def test_bland_altman_shows_points_and_limits() -> None:
    png = bland_altman_plot(X, Y, bias=0.1, limits=(-3.8, 4.0), title="area", unit="mm2")
    picture = _picture(png)
    assert picture.shape == (660, 960, 3)
    assert _pixels_like(picture, (0xC5, 0x5A, 0x11)) > 1000
    assert png == bland_altman_plot(X, Y, bias=0.1, limits=(-3.8, 4.0), title="area", unit="mm2")


def test_regression_shows_its_line() -> None:
    picture = _picture(regression_plot(X, Y, slope=1, intercept=0, words="R² = 1", title="area"))
    assert picture.shape == (720, 720, 3)
    assert _pixels_like(picture, (0xC5, 0x5A, 0x11)) > 1000


@pytest.mark.parametrize("maker", ["GE", "Hologic"])
def test_change_has_a_panel_for_each_quantity(maker: str) -> None:
    views = ("LCC", "LMLO", "RCC", "RMLO")
    exams = [
        SerialExam(
            str(year),
            date(2015 + year, 5, 1),
            {v: {"bac_area_mm2": 10.0 + year + i, "tam_per_breast_area": 0.01} for i, v in enumerate(views)},
            (maker if year else "GE",),
        )
        for year in range(3)
    ]
    picture = _picture(change_plot(change_over_time(exams), patient="P"))
    assert picture.shape[1] == 1080
    assert picture.shape[0] == pytest.approx(150 * (0.7 + 2 * 2.6), abs=2)
