"""Tables that more than one study writes."""

from __future__ import annotations

import math
import re

import pytest

from shared_core.errors import UsageError
from validation import DOCS
from validation.false_area import HEADING, false_area, false_area_table, read_false_area
from validation.judged import AS_PUBLISHED, PUBLISHED
from validation.markdown import cells, shown, shown_limits, table
from validation.mass_table import Weighed, mass_table


def test_a_table_has_words_to_the_left_and_numbers_to_the_right() -> None:
    assert table(["a", "b", "c"], [["x", "y", "1"]], texts=2) == [
        *("| a | b | c |", "|---|---|---:|", "| x | y | 1 |"),
    ]
    with pytest.raises(ValueError, match="2 cells under 3"):
        table(["a", "b", "c"], [["x", "y"]])


def test_what_is_not_known_is_a_dash_and_nothing_is_minus_zero() -> None:
    assert [shown(value, 2) for value in (None, math.nan, -0.001, 1.239)] == ["-", "-", "0.00", "1.24"]
    assert [shown(value, 1, signed=True) for value in (-0.01, 2.0, -3.0)] == ["+0.0", "+2.0", "-3.0"]
    assert shown_limits((0.25, 1.0), 1) == "0.2 to 1.0"
    assert shown_limits((0.25, math.nan), 1) == "-"


def test_false_area_of_the_page_is_that_of_its_images() -> None:
    page = (DOCS / "validation.md").read_text(encoding="utf-8")
    negatives = [cells(line) for line in page.splitlines() if re.match(r"\|.*no BAC \|", line)]
    stated = read_false_area(page)
    head = next(cells(line) for line in page.splitlines() if line.startswith("| image | shows |"))
    for preset in (PUBLISHED, AS_PUBLISHED):
        column = head.index(f"{preset}, px")
        found = false_area([int(line[column]) for line in negatives])
        assert stated[preset].images == found.images == len(negatives)
        assert stated[preset].median_px == found.median_px
        assert stated[preset].mean_px == round(found.mean_px)
        assert stated[preset].above == found.above


def test_false_area_is_read_back_as_it_was_written() -> None:
    columns = {"default": false_area([0, 0, 3000, 600]), "published": false_area([1, 501, 2001, 1])}
    assert columns["published"].above == (4, 2, 1)
    page = "\n".join(["# Page", "", HEADING, "", *false_area_table(columns), "", "## Next", "", "| a | b |"])
    read = read_false_area(page)
    assert read["default"] == columns["default"]
    assert read["published"].mean_px == pytest.approx(columns["published"].mean_px, abs=0.5)


def test_a_page_without_the_table_is_an_error() -> None:
    with pytest.raises(UsageError, match="no table under"):
        read_false_area(f"{HEADING}\n\nnothing\n")


VIEWS = [
    Weighed(2.0, 2.5, 1.5, 3.5),
    Weighed(3.0, 2.0, 1.8, 2.9),
    Weighed(4.0, 4.0, 3.0, 5.0),
    Weighed(100.0, 110.0, 100.0, 120.0),
]


def test_mass_table_has_bias_error_and_coverage_of_all_and_of_each_band_with_enough_views() -> None:
    of_all, of_band = (cells(line) for line in mass_table(VIEWS)[2:])
    assert of_all == ["all", "4", "+2.38", "+8.7", "0.9998", "5.03", "17.5", "75.0 %"]
    assert of_band[:4] == ["1-5 mg", "3", "-0.17", "-5.6"]
    assert of_band[5:] == ["0.65", "25.0", "66.7 %"]


def test_a_mass_without_an_interval_counts_as_outside() -> None:
    views = [*VIEWS[:3], Weighed(5.0, 0.0, math.nan, math.nan)]
    assert cells(mass_table(views)[2])[-1] == "50.0 %"


def test_bands_take_the_lower_and_leave_the_upper_end() -> None:
    edge = [Weighed(5.0, 5.0, 4.0, 6.0)] * 3 + [Weighed(500.0, 500.0, 400.0, 600.0)] * 3
    names = [cells(line)[0] for line in mass_table(edge)[2:]]
    assert names == ["all", "5-20 mg", "above 200 mg"]
