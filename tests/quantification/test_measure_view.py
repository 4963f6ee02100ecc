"""One view: closed forms, invariances, denominators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

from shared_core.arteries.connected_parts import Box
from shared_core.arteries.judged_parts import JudgedPart, JudgedParts
from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.measurement import MeasurementSettings, ViewMeasurement
from shared_core.quantification.view import measure_view, view_vessels

Make = Callable[..., PreparedView]
DEFAULT = MeasurementSettings()


def measure(
    prepared: PreparedView,
    mask: np.ndarray,
    probability: np.ndarray | None = None,
    settings: MeasurementSettings = DEFAULT,
) -> ViewMeasurement:
    return measure_view(prepared, mask, probability, mask_style="vessel-band", settings=settings)


def test_a_bright_rectangle_in_known_spacing(make_prepared: Make) -> None:
    image = np.full((200, 100), 90, np.uint8)
    image[10:20, 5:25] = 150
    mask = np.zeros((200, 100), bool)
    mask[10:22, 5:25] = True  # two rows of it are dark
    result = measure(make_prepared(image, row_mm=0.1, column_mm=0.05), mask, mask.astype(np.float32))
    assert (result.am_px, result.tam_px, result.pm) == (240, 200, 240.0)
    assert (result.sim, result.tsim) == (200 * 150 + 40 * 90, 200 * 150)
    assert result.bac_area_mm2 == pytest.approx(240 * 0.005)
    assert result.breast_area_mm2 == pytest.approx(20_000 * 0.005)
    assert result.bac_percent_of_breast == 1.2
    assert result.tam_per_breast_area == 0.01
    assert (result.area_grade, result.area_grade_name) == (2, "moderate")
    assert (result.parts_count, result.largest_part_px, result.parts_px) == (1, 240, (240,))


def test_without_spacing_there_is_no_area_in_mm(make_prepared: Make) -> None:
    result = measure(make_prepared(np.full((9, 9), 120, np.uint8)), np.ones((9, 9), bool))
    assert result.bac_area_mm2 is result.breast_area_mm2 is result.pixel_area_mm2 is None
    assert result.bac_percent_of_breast == 100


def test_an_empty_mask_measures_as_zero(make_prepared: Make) -> None:
    result = measure(make_prepared(np.full((9, 9), 120, np.uint8), row_mm=0.07), np.zeros((9, 9), bool))
    assert (result.am_px, result.sim, result.tam_px, result.tsim, result.parts_count) == (0, 0, 0, 0, 0)
    assert result.bac_area_mm2 == result.bac_percent_of_breast == 0
    assert result.area_grade_name == "absence"


def test_an_edited_mask_has_no_probability(make_prepared: Make) -> None:
    assert measure(make_prepared(np.zeros((4, 4), np.uint8)), np.ones((4, 4), bool)).pm is None


def test_a_view_without_breast_has_no_ratio(make_prepared: Make) -> None:
    prepared = make_prepared(np.full((5, 5), 200, np.uint8), breast=np.zeros((5, 5), bool))
    result = measure(prepared, np.ones((5, 5), bool))
    assert result.am_px == 25
    assert result.bac_percent_of_breast is result.tam_per_breast_area is result.area_grade is None


def test_bac_on_excluded_muscle_leaves_ratios_but_not_areas(make_prepared: Make) -> None:
    image = np.full((100, 100), 200, np.uint8)
    pectoral = np.zeros((100, 100), bool)
    pectoral[:50] = True
    mask = np.zeros((100, 100), bool)
    mask[48:52, :25] = True
    prepared = make_prepared(image, pectoral=pectoral)
    without = measure(prepared, mask, settings=MeasurementSettings(exclude_pectoral=True))
    assert without.denominator == "breast without pectoral muscle"
    assert (without.am_px, without.bac_in_breast_area_px, without.breast_area_px) == (100, 50, 5000)
    assert without.bac_percent_of_breast == 1.0
    assert without.tam_per_breast_area == 0.01
    whole = measure(prepared, mask)
    assert whole.denominator == "breast"
    assert (whole.bac_in_breast_area_px, whole.breast_area_px) == (100, 10_000)


def test_where_no_muscle_was_found_the_denominator_says_breast(make_prepared: Make) -> None:
    prepared = make_prepared(np.full((10, 10), 200, np.uint8))
    result = measure(prepared, np.eye(10, dtype=bool), settings=MeasurementSettings(exclude_pectoral=True))
    assert (result.denominator, result.breast_area_px) == ("breast", 100)


def test_the_released_codes_grade_is_of_the_whole_image(make_prepared: Make) -> None:
    breast = np.zeros((100, 100), bool)
    breast[:, :10] = True
    mask = np.zeros((100, 100), bool)
    mask[:25, 0] = True
    prepared = make_prepared(np.full((100, 100), 200, np.uint8), breast=breast)
    paper = measure(prepared, mask)
    code = measure(prepared, mask, settings=MeasurementSettings(grade_profile="ibrahim-code"))
    assert (paper.area_grade, paper.area_grade_percent, paper.area_grade_denominator) == (2, 2.5, "breast")
    assert (code.area_grade, code.area_grade_percent, code.area_grade_denominator) == (0, 0.25, "whole image")
    assert code.bac_percent_of_breast == paper.bac_percent_of_breast


def test_a_calcium_mask_gets_no_grade(make_measurement: Callable[..., ViewMeasurement]) -> None:
    result = make_measurement(300, style="calcium")
    assert result.area_grade is result.area_grade_name is None
    assert result.bac_percent_of_breast == 3.0


def test_a_mask_of_another_shape_is_refused(make_prepared: Make) -> None:
    prepared = make_prepared(np.zeros((4, 5), np.uint8))
    with pytest.raises(ValueError, match="mask has shape"):
        measure(prepared, np.zeros((5, 4), bool))
    with pytest.raises(ValueError, match="probability has shape"):
        measure(prepared, np.zeros((4, 5), bool), np.zeros((5, 4), np.float32))


def test_a_mask_of_0_and_255_measures_as_a_bool_mask(make_prepared: Make) -> None:
    prepared = make_prepared(np.arange(100, dtype=np.uint8).reshape(10, 10))
    mask = np.eye(10, dtype=bool)
    assert measure(prepared, mask.astype(np.uint8) * 255) == measure(prepared, mask)


@given(data=st.data(), axes=st.sampled_from([(0,), (1,), (0, 1)]))
def test_flips_leave_every_number(make_prepared: Make, data: st.DataObject, axes: tuple[int, ...]) -> None:
    shape = data.draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=16))
    image = data.draw(hnp.arrays(np.uint8, shape))
    mask, breast, pectoral = (data.draw(hnp.arrays(np.bool_, shape)) for _ in range(3))
    settings = MeasurementSettings(exclude_pectoral=True)
    as_is = measure(make_prepared(image, breast=breast, pectoral=pectoral), mask, settings=settings)
    flipped = [np.flip(array, axes) for array in (image, mask, breast, pectoral)]
    turned = make_prepared(flipped[0], breast=flipped[2], pectoral=flipped[3])
    assert measure(turned, flipped[1], settings=settings) == as_is


def test_measuring_twice_gives_the_same_bits(make_prepared: Make) -> None:
    rng = np.random.default_rng(7)
    image = rng.integers(0, 256, (600, 400), np.uint8)
    probability = rng.random((600, 400), np.float32)
    prepared = make_prepared(image, row_mm=0.07)
    assert measure(prepared, probability > 0.5, probability) == measure(
        prepared, probability > 0.5, probability
    )


def test_the_published_results_are_reproduced(
    make_prepared: Make, shared_dir: Path, real_mammograms: Path
) -> None:
    image = cv2.medianBlur(cv2.imread(str(real_mammograms / "cbis-ddsm-P_00646-LCC.png"), 0), 5)
    stored = np.load(shared_dir / "golden" / "cbis-ddsm-P_00646-LCC.probability.npz")["p"]
    prepared = replace(make_prepared(image), breast_area_px=int((image > 0).sum()))
    result = measure(prepared, stored / 65535 > 0.5, (stored / 65535).astype(np.float32))
    assert result.breast_area_px == 1437882
    assert (result.am_px, result.sim, result.tam_px, result.tsim) == (21594, 2982214, 21594, 2982214)
    # Stored as uint16, the probability is rounded by up to 1 / 131070 a pixel.
    assert result.pm == pytest.approx(24799.743404311605, abs=image.size / 131070)


def _judged_bands(probabilities: Sequence[float]) -> JudgedParts:
    """A straight band of 180 x 10 px for each probability, 60 px below each other."""
    parts = tuple(
        JudgedPart(Box(40 + 60 * n, 30, 10, 180), np.ones((10, 180), bool), 12.0, own, calcium=True)
        for n, own in enumerate(probabilities)
    )
    return JudgedParts(parts, 0.05, undecided_from=0.02, bac_probability=0.9)


@pytest.mark.parametrize(
    ("probabilities", "counted", "unsure"),
    [
        ((0.9, 0.8, 0.7), 3, 0),
        ((0.9, 0.4, 0.1), 1, 2),
        ((0.4, 0.2), 1, 1),
        ((0.1,), 1, 0),
        ((0.9, 0.5), 2, 0),
    ],
)
def test_a_further_artery_counts_where_it_is_likely_one(
    make_prepared: Make, probabilities: tuple[float, ...], counted: int, unsure: int
) -> None:
    prepared = make_prepared(np.full((400, 300), 90, np.uint8))
    judged = _judged_bands(probabilities)
    mask = judged.mask("artery", (400, 300))
    vessels = view_vessels(prepared, mask, mask_style="vessel-band", judged=judged)
    assert vessels is not None
    assert len(vessels.vessels) == len(probabilities)
    told = [notice.text for notice in vessels.notices if notice.code == "arteries-unsure"]
    assert [text.rsplit(" ", 1)[1] for text in told] == ([f"{unsure}."] if unsure else [])
    for at_hand in (vessels, None):
        measured = measure_view(
            prepared,
            mask,
            None,
            mask_style="vessel-band",
            settings=DEFAULT,
            vessels=at_hand,
            judged=judged,
        )
        assert measured.vessels_count == counted
        assert measured.vessel_kinds is not None
        assert measured.vessel_kinds.total == counted
        assert measured.am_px == int(mask.sum())


def test_arteries_that_a_person_drew_all_count(make_prepared: Make) -> None:
    prepared = make_prepared(np.full((400, 300), 90, np.uint8))
    mask = _judged_bands((0.9, 0.1, 0.1)).mask("artery", (400, 300))
    measured = measure_view(prepared, mask, None, mask_style="vessel-band", settings=DEFAULT)
    assert measured.vessels_count == 3
