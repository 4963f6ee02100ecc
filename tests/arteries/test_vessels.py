"""Followed vessels have the length, the width and the number that were drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from shared_core.arteries.vessel_map import VesselMap
from shared_core.arteries.vessels import find_vessels
from shared_core.mammogram import PixelSpacing, SpacingSource
from tests.arteries.drawn_vessels import SPACING_MM, Curve, arc, drawn, drawn_tree, pieces
from tests.told import codes

SMALL = (700, 700)


def spacing(row_mm: float = SPACING_MM, column_mm: float | None = None) -> PixelSpacing:
    return PixelSpacing(row_mm, column_mm or row_mm, SpacingSource.USER)


def numbers(found: VesselMap) -> list[tuple[int, float]]:
    return [(vessel.segments, vessel.length_px) for vessel in found.vessels]


def width_of(mask: np.ndarray, length: float) -> float:
    """Of a band with round ends, from its pixels: along a row it is up to 1 px wider than drawn."""
    return float((np.sqrt(length**2 + np.pi * mask.sum()) - length) * 2 / np.pi)


# Length and calibre


def bent(degrees: float, turn: float, width: float, length: float) -> Curve:
    """Up to a radius of three widths: 6 mm for a band of 2 mm."""
    most = min(np.degrees(length / (3 * width)), 180)
    return arc((350, 350), degrees, length, turn_degrees=turn * most, width=width)


def tortuosity_of(curve: Curve) -> float:
    return max(curve.length / float(np.hypot(*(curve.points[-1] - curve.points[0]))), 1.0)


@settings(max_examples=40)
@given(
    degrees=st.floats(0, 360),
    turn=st.floats(-1, 1),
    width=st.floats(5, 30),
    length=st.floats(150, 250),
)
def test_length_and_width_of_a_drawn_curve(degrees: float, turn: float, width: float, length: float) -> None:
    curve = bent(degrees, turn, width, length)
    mask = drawn(curve, shape=SMALL)
    found = find_vessels(mask, spacing=spacing())
    (vessel,) = found.vessels
    # A line ends anywhere in its round end, which is half a width long.
    assert vessel.length_px == pytest.approx(curve.length, rel=0.04, abs=width)
    assert vessel.length_mm == pytest.approx(vessel.length_px * SPACING_MM)
    assert vessel.mean_calibre_px == pytest.approx(width_of(mask, curve.length), rel=0.08, abs=1)
    assert found.total_length_px == vessel.length_px


def test_length_and_tortuosity_of_most_drawn_curves_are_within_a_few_percent() -> None:
    random = np.random.default_rng(0)
    lengths, tortuosities = [], []
    for _ in range(40):
        curve = bent(
            random.uniform(0, 360), random.uniform(-1, 1), random.uniform(5, 30), random.uniform(150, 250)
        )
        (vessel,) = find_vessels(drawn(curve, shape=SMALL), spacing=spacing()).vessels
        lengths.append(abs(vessel.length_px / curve.length - 1))
        tortuosities.append(abs(vessel.tortuosity / tortuosity_of(curve) - 1))
    assert np.quantile(lengths, 0.9) < 0.04
    assert np.quantile(tortuosities, 0.9) < 0.06


@pytest.mark.parametrize("degrees", [0, 13, 30, 45, 71, 90])
def test_a_band_with_square_ends_is_as_long_as_it_looks(degrees: float) -> None:
    rows, columns = np.mgrid[:700, :700] - 350.0
    angle = np.radians(degrees)
    along = columns * np.cos(angle) + rows * np.sin(angle)
    across = rows * np.cos(angle) - columns * np.sin(angle)
    mask = (np.abs(along) <= 150) & (np.abs(across) <= 10)
    (vessel,) = find_vessels(mask, spacing=spacing()).vessels
    assert vessel.length_px == pytest.approx(300, rel=0.03)


def test_the_centre_line_runs_along_the_middle() -> None:
    (vessel,) = find_vessels(drawn(arc((200, 100), 0, 400, width=21), shape=SMALL), spacing=spacing()).vessels
    line = np.array(vessel.centre_line)
    assert np.abs(line[:, 0] - 200).max() <= 0.6
    assert np.sort(line[[0, -1], 1]) == pytest.approx([100, 500], abs=4)


def test_pixels_that_are_not_square_measure_what_they_show() -> None:
    square = drawn(arc((300, 100), 30, 300, width=20), shape=SMALL)
    flat = square[::2]
    (wanted,) = find_vessels(square, spacing=spacing(0.1)).vessels
    (vessel,) = find_vessels(flat, spacing=spacing(0.2, 0.1)).vessels
    assert vessel.length_mm == pytest.approx(wanted.length_mm, rel=0.02)
    assert vessel.mean_calibre_mm == pytest.approx(wanted.mean_calibre_mm, rel=0.08)
    assert vessel.tortuosity == pytest.approx(1, abs=0.005)


def test_without_spacing_there_are_pixels_and_a_notice() -> None:
    found = find_vessels(drawn(arc((300, 100), 30, 300), shape=SMALL), spacing=None)
    (vessel,) = found.vessels
    assert vessel.length_px == pytest.approx(300, rel=0.03)
    assert (vessel.length_mm, vessel.mean_calibre_mm, found.total_length_mm) == (None, None, None)
    assert codes(found.notices) == ["artery-spacing-assumed"]
    assert "143 px" in found.notices[0].text


# Invariances


@pytest.mark.parametrize("seed", [3, 8])
def test_turning_and_mirroring_change_nothing_that_can_be_seen(seed: int) -> None:
    mask = drawn_tree(seed).mask
    plain = find_vessels(mask, spacing=spacing())
    assert len(plain.vessels) > 1
    for other in (mask[::-1], mask[:, ::-1], np.rot90(mask), np.rot90(mask, 2)):
        found = find_vessels(np.ascontiguousarray(other), spacing=spacing())
        assert len(found.vessels) == len(plain.vessels)
        assert found.total_length_px == pytest.approx(plain.total_length_px, rel=0.01)


@pytest.mark.parametrize("shift", [(1, 0), (0, 1), (37, 90)])
def test_shifting_shifts_the_vessels(shift: tuple[int, int]) -> None:
    mask = np.pad(drawn(arc((150, 150), 25, 300, turn_degrees=40), shape=(500, 500)), 100)
    (plain,) = find_vessels(mask, spacing=spacing()).vessels
    (moved,) = find_vessels(np.roll(mask, shift, axis=(0, 1)), spacing=spacing()).vessels
    assert moved.length_px == pytest.approx(plain.length_px, rel=1e-9)
    assert np.allclose(np.array(moved.centre_line) - shift, plain.centre_line, atol=1e-6)


# Number


def test_a_gap_under_a_centimetre_is_part_of_the_segment() -> None:
    line = arc((300, 50), 5, 500, turn_degrees=20)
    found = find_vessels(drawn(*pieces(line, [180, 80, 200]), shape=SMALL), spacing=spacing())
    ((segments, length),) = numbers(found)
    assert segments == 1
    assert length == pytest.approx(460, rel=0.02)
    assert found.labels.max() == 1


def test_a_gap_over_a_centimetre_ends_the_segment_but_not_the_vessel() -> None:
    line = arc((300, 50), 5, 600, turn_degrees=20)
    found = find_vessels(drawn(*pieces(line, [180, 150, 200]), shape=SMALL), spacing=spacing())
    ((segments, length),) = numbers(found)
    assert segments == 2
    assert length == pytest.approx(380, rel=0.02)
    strict = find_vessels(
        drawn(*pieces(line, [180, 150, 200]), shape=SMALL), spacing=spacing(), artery_gap_mm=10
    )
    assert [segments for segments, _ in numbers(strict)] == [1, 1]


def test_a_gap_over_an_inch_ends_the_vessel() -> None:
    line = arc((300, 20), 5, 640)
    found = find_vessels(drawn(*pieces(line, [180, 270, 180]), shape=SMALL), spacing=spacing())
    assert len(found.vessels) == 2


def test_neighbours_side_by_side_are_two_vessels() -> None:
    curves = arc((300, 100), 0, 400), arc((350, 100), 0, 400)
    assert len(find_vessels(drawn(*curves, shape=SMALL), spacing=spacing()).vessels) == 2


def test_an_end_off_the_direction_is_another_vessel() -> None:
    curves = arc((300, 100), 0, 250), arc((380, 360), 90, 200)
    assert len(find_vessels(drawn(*curves, shape=SMALL), spacing=spacing()).vessels) == 2


@pytest.mark.parametrize("angle", [30, 50, 90])
def test_vessels_that_cross_are_two(angle: float) -> None:
    back = np.radians(angle)
    start = (350 - 200 * np.sin(back), 350 - 200 * np.cos(back))
    curves = arc((350, 100), 0, 500), arc(start, angle, 400)
    found = find_vessels(drawn(*curves, shape=SMALL), spacing=spacing())
    assert [length for _, length in numbers(found)] == pytest.approx([500, 400], rel=0.03)
    assert [vessel.branch_points for vessel in found.vessels] == [0, 0]
    # Beyond the crossing, each pixel belongs to the vessel that it lies on.
    assert found.labels[350, 120] == found.labels[350, 580] == 1
    far = np.rint(curves[1].points[[80, -80]]).astype(int)
    assert (found.labels[far[:, 0], far[:, 1]] == 2).all()


def test_a_branch_belongs_to_its_vessel() -> None:
    curves = arc((350, 100), 0, 500), arc((350, 300), 40, 250, width=14)
    (vessel,) = find_vessels(drawn(*curves, shape=SMALL), spacing=spacing()).vessels
    assert vessel.branch_points == 1
    assert vessel.length_px == pytest.approx(750, rel=0.03)
    assert vessel.tortuosity == pytest.approx(1, abs=0.02)


def test_specks_are_no_vessels_and_are_counted() -> None:
    mask = drawn(arc((300, 100), 0, 300), shape=SMALL)
    mask[100:108, 100:108] = True
    mask[500:502, 500:502] = True
    found = find_vessels(mask, spacing=spacing())
    assert len(found.vessels) == 1
    assert codes(found.notices) == ["artery-spots-not-counted"]
    assert found.notices[0].text.endswith("3 mm: 1 spot.")
    assert not found.labels[100:108, 100:108].any()


def test_number_and_length_of_drawn_trees() -> None:
    """At least 60 trees of 0 to 6 arteries, with gaps of 3 to 9 and of 11 to 20 mm."""
    trees = [drawn_tree(seed) for seed in range(60)]
    assert {tree.arteries for tree in trees} == set(range(7))
    found = [find_vessels(tree.mask, spacing=spacing()) for tree in trees]
    arteries = [len(f.vessels) == tree.arteries for f, tree in zip(found, trees, strict=True)]
    segments = [
        sum(vessel.segments for vessel in f.vessels) == tree.segments
        for f, tree in zip(found, trees, strict=True)
    ]
    errors = [
        abs(f.total_length_px / tree.length_px - 1)
        for f, tree in zip(found, trees, strict=True)
        if tree.arteries
    ]
    assert np.mean(arteries) >= 0.9
    assert np.mean(segments) >= 0.9
    assert np.percentile(errors, 95) <= 0.03


# Labels, edges, speed


def test_labels_cover_the_mask_and_count_the_area() -> None:
    mask = drawn_tree(8).mask
    found = find_vessels(mask, spacing=spacing())
    assert found.labels.dtype == np.uint8
    assert ((found.labels > 0) == mask).all()
    assert [vessel.area_px for vessel in found.vessels] == np.bincount(found.labels.ravel())[1:].tolist()
    lengths = [vessel.length_px for vessel in found.vessels]
    assert lengths == sorted(lengths, reverse=True)


def test_an_empty_mask_has_no_vessels() -> None:
    found = find_vessels(np.zeros((50, 40), bool), spacing=spacing())
    assert (found.vessels, found.total_length_px, found.total_length_mm) == ((), 0, 0)
    assert found.labels.shape == (50, 40)
    assert found.notices == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 60), (60, 1), (60, 60)])
def test_a_mask_that_is_all_true_does_not_fail(shape: tuple[int, int]) -> None:
    found = find_vessels(np.ones(shape, bool), spacing=spacing())
    assert len(found.vessels) <= 1


def test_a_filled_square_is_as_wide_as_it_is() -> None:
    mask = np.pad(np.ones((40, 40), bool), 5)
    found = find_vessels(mask, spacing=spacing(0.5), intensity_u8=np.full(mask.shape, 120, np.uint8))
    assert 5 < found.vessels[0].mean_calibre_px < 50


def test_a_ring_and_noise_do_not_fail() -> None:
    rows, columns = np.mgrid[:300, :300] - 150
    ring = np.abs(np.hypot(rows, columns) - 100) < 10
    (vessel,) = find_vessels(ring, spacing=spacing()).vessels
    assert vessel.length_px == pytest.approx(2 * np.pi * 100, rel=0.1)
    noise = np.random.default_rng(0).random((300, 300)) < 0.45
    assert find_vessels(noise, spacing=spacing()).labels.max() >= 1


def test_a_band_cut_by_the_side_of_the_image_reaches_it() -> None:
    mask = drawn(arc((300, -50), 0, 400), shape=SMALL)
    (vessel,) = find_vessels(mask, spacing=spacing()).vessels
    assert min(column for _, column in vessel.centre_line) <= 4


def test_all_vessels_of_a_large_view_are_found() -> None:
    mask = np.zeros((4096, 3328), bool)
    for row in range(5):
        mask |= drawn(arc((400 + 700 * row, 300), 5, 1500, turn_degrees=25, width=28), shape=mask.shape)
    assert len(find_vessels(mask, spacing=spacing(0.07)).vessels) == 5


# A real mask


def test_the_film_with_two_segments(shared_dir: Path) -> None:
    with np.load(shared_dir / "golden" / "cbis-ddsm-P_00646-LCC.probability.npz") as golden:
        mask = golden["p"] > 32767
    found = find_vessels(mask, spacing=None)
    (vessel,) = found.vessels
    # 558 px and 102 px between the ends of the calcium, and 90 px without any between them.
    assert vessel.segments == 1
    assert 700 < vessel.length_px < 790
    assert vessel.mean_calibre_px == pytest.approx(31, abs=3)
    assert 1 < vessel.tortuosity < 1.1
    assert (found.labels > 0).sum() == vessel.area_px
    by_film = find_vessels(mask, spacing=PixelSpacing(0.13, 0.13, SpacingSource.USER))
    assert len(by_film.vessels) in (1, 2)
    assert 60 < sum(v.length_mm or 0 for v in by_film.vessels) < 110
