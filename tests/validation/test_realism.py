"""The comparison of simulated and real views, on images small enough to know."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.mammogram import MammogramHeader
from shared_core.preprocessing.prepared import PreparedView
from validation import DOCS
from validation.realism.__main__ import main
from validation.realism.figure import figure_png
from validation.realism.measures import CURVES, NUMBERS, Measured, apart, compared, measured
from validation.realism.page import page
from validation.realism.sources import DIGITAL, FILM, Source, real_views, simulated_views

SPACING_MM = 0.28


def _source(
    kind: str, *, seed: int = 0, level: float = 100.0, noise: float = 5.0, dimming: float = 0.0
) -> Source:
    """A half-disc of breast at the left border, dimmer towards the skin line."""
    rows, columns = np.mgrid[0:520, 0:400]
    depth_px = 240 - np.hypot(rows - 260, columns)
    breast = depth_px > 0
    image = (
        level
        - dimming * np.exp(-depth_px * SPACING_MM / 3)
        + np.random.default_rng(seed).normal(0, noise, rows.shape)
    )
    pixels = np.where(breast, np.clip(np.rint(image), 0, 255), 0).astype(np.uint8)
    header = MammogramHeader(None, "memory", *pixels.shape, bits=8)
    prepared = PreparedView(header, pixels, pixels, breast, breast & (depth_px > 6), int(breast.sum()))
    return Source(f"{kind}-{seed}", kind, SPACING_MM, prepared)


@pytest.fixture(scope="module")
def real() -> list[Measured]:
    film = [measured(_source(FILM, seed=seed, level=90 + 4 * seed, noise=3)) for seed in range(3)]
    return film + [measured(_source(DIGITAL, seed=9, level=150, noise=8))]


@pytest.fixture(scope="module")
def simulated() -> list[Measured]:
    return [measured(_source(style, seed=20, level=100, noise=3)) for style in ("hologic", "ge", "fuji")]


def test_numbers_are_those_of_the_image() -> None:
    view = measured(_source(FILM, level=120, noise=4, dimming=60))
    assert NUMBERS["grey level, median"](view) == pytest.approx(118, abs=1)
    assert NUMBERS["white (253-255), %"](view) == 0
    # Mean of -60 exp(-depth / 3) over the first 2 mm.
    expected = -60 * 3 / 2 * (1 - np.exp(-2 / 3))
    assert NUMBERS["0-2 mm below the skin, less 20-30 mm"](view) == pytest.approx(expected, abs=4)


def test_rougher_texture_shows_in_spectrum_and_gradient() -> None:
    smooth, rough = (measured(_source(FILM, noise=noise)) for noise in (3, 9))
    for name in ("SD of 1-3 c/mm, grey levels", "gradient, median, grey levels/mm"):
        assert NUMBERS[name](rough) == pytest.approx(3 * NUMBERS[name](smooth), rel=0.05)


def test_profile_counts_from_the_skin_and_not_from_the_chest_wall() -> None:
    view = measured(_source(FILM, level=120, noise=1, dimming=60))
    assert np.all(np.diff(view.profile[:20]) > 0)
    # Chest wall pixels are as bright as the middle, and would lift the first rings.
    assert view.profile[0] < 70


def test_identical_views_are_not_apart(real: list[Measured]) -> None:
    for distance in CURVES.values():
        assert distance(real[0], real[0]) == pytest.approx(0, abs=1e-9)
        assert distance(real[0], real[3]) > 0


def test_distance_of_grey_levels_is_in_grey_levels() -> None:
    views = [measured(_source(FILM, level=level, noise=4)) for level in (100, 130)]
    assert CURVES["grey levels: Wasserstein distance, grey levels"](*views) == pytest.approx(30, abs=0.5)


def test_share_inside_and_kolmogorov_are_those_of_the_numbers(
    real: list[Measured], simulated: list[Measured]
) -> None:
    row = compared(NUMBERS["grey level, median"], real, simulated, FILM)
    assert row.share_inside == 1
    assert row.yardstick == 1
    assert 0 < row.kolmogorov < 1
    row = compared(NUMBERS["grey level, median"], real[:2], [real[3]], FILM)
    assert (row.share_inside, row.kolmogorov) == (0, 1)
    assert np.isnan(row.yardstick)


def test_views_of_one_kind_are_nearer_than_those_of_two(
    real: list[Measured], simulated: list[Measured]
) -> None:
    distance = CURVES["gradient: Wasserstein distance of log10"]
    found = apart(distance, real, simulated)
    assert found.simulated_simulated < 0.01 < found.real_real


def test_page_names_what_differs_and_figure_is_1600_wide(
    real: list[Measured], simulated: list[Measured]
) -> None:
    text = page(real, simulated, first=7)
    assert "4 real images (3 film, 1 digital (Hologic)) and 3 simulated views" in text
    assert "seed 7 on" in text
    assert "nan" not in text
    said = text.split("## Each statistic")[0]
    # The one digital image is brighter than the simulated ones of its look.
    assert re.search(r"^- grey level, median: 100, real 150 ", said, re.MULTILINE)
    pictures = [figure_png(real, simulated) for _ in range(2)]
    assert pictures[0] == pictures[1]
    picture = cv2.imdecode(np.frombuffer(pictures[0], np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape[1] == 1600


def test_the_page_has_every_statistic_and_every_curve_by_its_name() -> None:
    text = (DOCS / "validation_realism.md").read_text(encoding="utf-8")
    assert [name for name in (*NUMBERS, *CURVES) if f"\n| {name} | " not in text] == []


def test_folder_without_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no mammograms"):
        next(real_views(tmp_path))


def test_the_command_says_so_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--images", str(tmp_path), "--docs", str(tmp_path / "docs")]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith(f"validation: {tmp_path}: there are no mammograms")
    assert not (tmp_path / "docs").exists()


def test_real_film_is_measured_at_a_plausible_scale(real_mammograms: Path) -> None:
    source = next(real_views(real_mammograms))
    assert source.kind == FILM
    breast_mm2 = float(source.prepared.breast_mask.sum()) * source.spacing_mm**2
    assert 5_000 < breast_mm2 < 50_000


def test_simulated_view_goes_the_way_of_real_ones_and_is_the_same_again() -> None:
    views = [next(simulated_views(1, 5000)) for _ in range(2)]
    assert views[0].kind == "hologic"
    assert views[0].spacing_mm == pytest.approx(0.070 / 1.07)
    assert views[0].prepared.display_u8.shape == (3328, 2560)
    np.testing.assert_array_equal(views[0].prepared.display_u8, views[1].prepared.display_u8)
