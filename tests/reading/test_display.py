from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from shared_core.mammogram import DisplayTransform, VoiFunction, VoiLut, Window
from shared_core.reading.dicom.display_values import (
    display_u8,
    display_values,
    full_range_values,
    lut_values,
    window_values,
)
from shared_core.reading.dicom.pointwise import map_values

windows = st.builds(
    Window,
    center=st.floats(-5000, 70000),
    width=st.floats(1, 70000),
    function=st.sampled_from(VoiFunction),
)
DTYPES = (np.uint8, np.uint16, np.int16, np.int32, np.float32)


@pytest.mark.parametrize(("value", "shown"), [(-1, 0), (0, 0), (2047.5, 0.5), (4095, 1), (5000, 1)])
def test_the_full_linear_window_ends_at_its_first_and_last_value(value: float, shown: float) -> None:
    assert window_values(np.array([value], float), Window(2048, 4096))[0] == pytest.approx(shown)


def test_a_linear_window_of_width_one_is_a_threshold() -> None:
    shown = window_values(np.array([99, 99.5, 99.6, 100, 101.0]), Window(100, 1))
    assert shown.tolist() == [0, 0, 1, 1, 1]


def test_the_three_functions_differ_as_the_standard_says() -> None:
    x = np.array([100.0])
    values = [window_values(x, Window(100, 10, function))[0] for function in VoiFunction]
    assert values == pytest.approx([0.5 + 0.5 / 9, 0.5, 0.5])
    edge = [window_values(np.array([105.0]), Window(100, 10, function))[0] for function in VoiFunction]
    assert edge == pytest.approx([1, 1, 1 / (1 + np.exp(-2))])


@given(windows, st.lists(st.floats(-1e5, 1e5), min_size=2, max_size=20))
def test_windows_are_monotone_and_stay_in_range(window: Window, values: list[float]) -> None:
    shown = window_values(np.sort(np.array(values)), window)
    assert (shown >= 0).all()
    assert (shown <= 1).all()
    assert (np.diff(shown) >= -1e-12).all()


def test_a_sharp_sigmoid_does_not_overflow() -> None:
    with np.errstate(over="raise"):
        shown = window_values(np.array([-1e9, 1e9]), Window(0, 1e-3, VoiFunction.SIGMOID))
    assert shown == pytest.approx([0, 1])


def test_a_table_holds_its_ends_outside() -> None:
    lut = VoiLut(10, np.array([0.25, 0.5, 0.75], np.float32))
    assert lut_values(np.array([-5.0, 10, 11, 12, 99]), lut).tolist() == [0.25, 0.25, 0.5, 0.75, 0.75]


@settings(max_examples=40)
@given(windows, st.sampled_from(DTYPES), st.booleans())
def test_every_pixel_type_gives_the_same_display(window: Window, dtype: type, mirrored: bool) -> None:
    values = np.arange(100, 220, dtype=dtype).reshape(10, 12)
    transform = DisplayTransform((0, 255), window, 300.0 if mirrored else None)
    modality = 300.0 - values.astype(float) if mirrored else values.astype(float)
    expected = window_values(modality, window)
    expected = 1 - expected if mirrored else expected
    np.testing.assert_allclose(display_values(values, transform), expected, atol=1e-6)
    assert (display_u8(values, transform) == np.floor(255 * expected + 0.5)).all()


def test_an_8_bit_image_over_its_full_range_is_shown_as_it_is() -> None:
    image = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert (display_u8(image, DisplayTransform((0, 255))) == image).all()


def test_half_a_grey_level_is_rounded_up() -> None:
    image = np.array([[1, 3]], np.uint16)
    assert display_u8(image, DisplayTransform((0, 510))).tolist() == [[1, 2]]


def test_inversion_comes_after_the_voi_step() -> None:
    transform = DisplayTransform((0, 4095), Window(1000, 100), mirror=4095)
    assert display_values(np.array([[4095 - 1030]], np.uint16), transform)[0, 0] == pytest.approx(
        1 - ((1030 - 999.5) / 99 + 0.5)
    )


@pytest.mark.parametrize("dtype", [">u2", "<i2", "u1", "i1"])
def test_tables_cover_every_value_of_a_type(dtype: str) -> None:
    limits = np.iinfo(np.dtype(dtype))
    values = np.arange(limits.min, limits.max + 1).astype(dtype).reshape(-1, 64)
    doubled = map_values(values, lambda x: 2 * x, np.float32)
    np.testing.assert_array_equal(doubled, 2 * values.astype(float))


def test_strided_images_are_read_in_their_own_order() -> None:
    image = np.arange(400, dtype=np.uint16).reshape(20, 20)
    np.testing.assert_array_equal(map_values(image[::-2, ::3], lambda x: x, np.int32), image[::-2, ::3])


def test_full_range_is_clipped() -> None:
    assert full_range_values(np.array([-1.0, 0, 5, 10, 11]), (0, 10)).tolist() == [0, 0, 0.5, 1, 1]


def test_a_large_view_is_mapped_by_a_table_of_its_values() -> None:
    image = np.random.default_rng(0).integers(0, 4096, (1000, 1000), dtype=np.uint16)
    mapped: list[int] = []

    def root(values: np.ndarray) -> np.ndarray:
        mapped.append(values.size)
        return np.sqrt(values.astype(np.float64))

    np.testing.assert_array_equal(map_values(image, root, np.float32), np.sqrt(image).astype(np.float32))
    assert mapped == [1 << 16]
