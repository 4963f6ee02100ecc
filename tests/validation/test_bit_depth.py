"""The study of bits and windows: what it stores, and what it makes of the areas."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from shared_core.errors import UsageError
from shared_core.preprocessing.greyscale import model_image_u8
from shared_core.reading.reader import read_mammogram
from tests.reading.synthetic import breast, dataset, write
from tests.told import codes
from validation.bit_depth import (
    DEPTHS,
    Row,
    append_row,
    differences,
    outside,
    page,
    read_rows,
    stored_otherwise,
)


@pytest.mark.parametrize(("depth", "window"), [(8, 8), (8, 12), (14, 12), (12, 16)])
def test_a_view_is_the_same_picture_with_other_bits(depth: int, window: int, tmp_path: Path) -> None:
    windows = {"WindowCenter": ["2048", "2000"], "WindowWidth": ["4096", "3600"]}
    named = {"WindowCenterWidthExplanation": ["NORMAL", "HARDER"], "ImagerPixelSpacing": [0.07, 0.07]}
    original = write(tmp_path / "a.dcm", dataset(breast(12), **windows, **named))
    changed = write(tmp_path / "b.dcm", stored_otherwise(dcmread(original), depth, window))
    ds = dcmread(changed)
    assert (ds.BitsStored, float(ds.WindowWidth)) == (depth, 2.0**window)
    assert ds.pixel_array.max() == 2**depth - 1
    grey, _ = model_image_u8(read_mammogram(original))
    found, notices = model_image_u8(read_mammogram(changed))
    assert np.abs(found.astype(int) - grey).max() <= 1
    assert ("display-unfit" in codes(notices)) == (depth != window)


def rows() -> list[Row]:
    """Of two views, as they should be."""
    return [
        Row(view, depth, window, area, 900.0, "display-unfit" if depth != window else "")
        for (view, area), depth, window in product((("LCC", 10.0), ("RCC", 20.0)), DEPTHS, DEPTHS)
    ]


def test_the_table_names_the_largest_difference_of_any_view_and_where_a_display_was_chosen() -> None:
    found = rows()
    place = next(n for n, row in enumerate(found) if (row.view, row.depth, row.window) == ("RCC", 8, 14))
    found[place] = replace(found[place], bac_area_mm2=19.9)
    assert differences(found, 8, 14) == pytest.approx([0, 0, -0.005, 0])
    lines = page(found)
    assert lines[2] == "| 8 bits | +0.00 % | +0.00 % * | +0.00 % * | -0.50 % * | +0.00 % * |"
    assert not outside(found)


def test_what_is_beyond_the_limit_or_not_told_is_found() -> None:
    found = rows()
    found[3] = replace(found[3], breast_area_mm2=860.0)
    found[7] = replace(found[7], notices="")
    assert outside(found) == [found[3], found[7]]


def test_rows_outlive_a_line_that_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    assert read_rows(path) == []
    for row in rows()[:2]:
        append_row(path, row)
    path.write_text(path.read_text()[:-8])
    assert read_rows(path) == rows()[:1]
    append_row(path, rows()[1])
    assert read_rows(path) == rows()[:2]


def test_another_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UsageError, match=r"rows\.csv: is no table of this study"):
        read_rows(tmp_path / "rows.csv")
