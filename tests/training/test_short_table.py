"""What stands in the tables of a run, whatever names people gave to files and patients."""

from __future__ import annotations

import pytest

from shared_core.training.image_labels.scoring import TestedView, views_csv
from shared_core.training.short_table import short_table


def test_numbers_have_six_digits_and_what_is_not_known_is_empty() -> None:
    rows = [{"a": 1 / 3, "b": float("nan")}, {"b": 2, "c": "left out"}]
    assert short_table(("a", "b"), rows) == b"a,b\n0.333333,\n,2\n"


@pytest.mark.parametrize(
    ("name", "cell"), [("=1+1.png", b"'=1+1.png"), ("\udce4.png", rb"\udce4.png"), ("a,b", b'"a,b"')]
)
def test_odd_names_neither_end_a_run_nor_are_run(name: str, cell: bytes) -> None:
    view = TestedView(name, "P1", has_bac=True, probability=0.5, area_px=9, area_mm2=None, length_mm=None)
    assert views_csv([view]).splitlines()[1] == cell + b",P1,1,0.5,9,,"
