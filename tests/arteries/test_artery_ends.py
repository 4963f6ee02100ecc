"""Arteries go on beyond their calcium, and are as wide as drawn."""

from __future__ import annotations

import numpy as np
import pytest

from shared_core.arteries.artery_ends import REACH_MM, artery_ends
from shared_core.mammogram import Mask
from shared_core.mass.corrections import EDGE_SD_PX, artery_path_mm
from shared_core.mass.densitometry import measure_mass
from shared_core.mass.scatter import scatter_to_primary
from validation.raw_phantom import Physics, simulate

PIXEL_MM = 0.1
WIDTH_MM = 2.0


def drawn_artery(fine: int = 8) -> tuple[np.ndarray, Mask]:
    """A bending artery from left to right: share of each pixel within it, and where it has calcium."""
    size = 400
    y, x = ((np.arange(size * fine) + 0.5) / fine * PIXEL_MM for _ in range(2))
    centre, slope = 20 + 2 * np.sin(x / 5), 0.4 * np.cos(x / 5)
    inside = np.abs(y[:, None] - centre) / np.hypot(1, slope) < WIDTH_MM / 2
    share = inside.reshape(size, fine, size, fine).mean((1, 3))
    calcified = np.zeros((size, size), bool)
    calcified[:, 100:300] = True
    return share, calcified


class TestEnds:
    def test_an_artery_is_followed_along_its_curve_on_both_sides(self) -> None:
        share, calcified = drawn_artery()
        mask = (share > 0) & calcified
        beyond = artery_ends(mask, pixel_mm=PIXEL_MM, widest_mm=3.0) & ~mask
        artery = share > 0.5
        reach_px = round(0.8 * REACH_MM / PIXEL_MM)
        for columns in (slice(100 - reach_px, 100), slice(300, 300 + reach_px)):
            assert (beyond & artery)[:, columns].sum() > 0.9 * artery[:, columns].sum()
        assert not beyond[:, :60].any()
        assert not beyond[:, 340:].any()
        assert not beyond[:, 140:260].any()

    def test_a_spot_has_no_direction_and_no_ends(self) -> None:
        spot = np.zeros((100, 100), bool)
        spot[40:55, 40:55] = True
        assert not (artery_ends(spot, pixel_mm=PIXEL_MM, widest_mm=3.0) & ~spot).any()

    def test_an_empty_mask_has_none(self) -> None:
        assert not artery_ends(np.zeros((20, 20), bool), pixel_mm=PIXEL_MM, widest_mm=3.0).any()


class TestWidth:
    @pytest.mark.parametrize("least_share", [0.0, 0.5])
    def test_the_cross_section_is_right_within_what_the_edges_leave_open(self, least_share: float) -> None:
        """Whether the mask holds all pixels that the artery touches, or those it fills by half."""
        share, calcified = drawn_artery()
        path, relative_sd = artery_path_mm(
            (share > least_share) & calcified, pixel_mm=PIXEL_MM, calibre_mm=3.0
        )
        length_mm = share[:, 100:300].sum() * PIXEL_MM**2 / WIDTH_MM
        true_mm3 = np.pi / 4 * WIDTH_MM**2 * length_mm
        assert path.sum() * PIXEL_MM**2 == pytest.approx(true_mm3, rel=2 * relative_sd)
        assert relative_sd == pytest.approx(2 * EDGE_SD_PX * PIXEL_MM / WIDTH_MM, rel=0.15)


@pytest.mark.parametrize("seed", [4, 9, 17])
def test_what_is_taken_off_for_the_artery_is_what_it_adds(seed: int) -> None:
    """The mass of light calcium was 0.3-0.7 mg too low: more was taken off than the background left."""
    physics = Physics(scatter=scatter_to_primary(45, grid=True), texture=0, quanta=0)
    mammogram, mask = simulate(2, physics=physics, seed=seed, size=500)
    result = measure_mass(mammogram, mask, mask_style="calcium")
    assert result.mass_ha_mg == pytest.approx(2, abs=0.2)
