"""Who stands beside whom: the same projection, else another of the other breast, as in Ibrahim 2025."""

from __future__ import annotations

import pytest

from shared_core.mammogram import Laterality, View, ViewModifier
from shared_core.reading.partners import BreastView, partner_of, same_projection

LEFT, RIGHT = Laterality.LEFT, Laterality.RIGHT


def views(*names: str) -> list[BreastView]:
    return [BreastView(Laterality(name[0]), View(name[1:])) for name in names]


@pytest.mark.parametrize(
    ("names", "partners"),
    [
        (("LCC", "LMLO", "RCC", "RMLO"), (2, 3, 0, 1)),
        (("RMLO", "LCC", "RCC", "LMLO"), (3, 2, 1, 0)),
        # The right breast has no MLO: its CC takes the place, and takes part twice.
        (("LCC", "LMLO", "RCC"), (2, 2, 0)),
        (("LCC", "LMLO"), (None, None)),
        (("LMLO", "RCC"), (1, 0)),
    ],
)
def test_the_same_projection_comes_first(names: tuple[str, ...], partners: tuple[int | None, ...]) -> None:
    assert tuple(partner_of(place, views(*names)) for place in range(len(names))) == partners


def test_sides_that_are_not_known_have_no_partner_and_are_none() -> None:
    known = views("LCC", "RCC")
    unknown = [BreastView(Laterality.UNKNOWN, View.CC), BreastView(Laterality.BOTH, View.CC)]
    assert [partner_of(place, [*unknown, *known]) for place in range(4)] == [None, None, 3, 2]


def test_like_is_paired_with_like_and_whole_views_come_before_parts() -> None:
    own = BreastView(LEFT, View.CC, kind=(True,))
    others = [
        BreastView(RIGHT, View.CC, (ViewModifier.SPOT_COMPRESSION,), kind=(True,)),
        BreastView(RIGHT, View.CC, kind=(False,)),
        BreastView(RIGHT, View.CC, kind=(True,)),
        BreastView(RIGHT, View.MLO, kind=(True,)),
    ]
    assert partner_of(0, [own, *others]) == 3
    assert partner_of(0, [own, *others[:2]]) == 1
    assert partner_of(0, [own, *others[1:2]]) == 1


def test_unknown_projections_are_not_the_same() -> None:
    assert same_projection(View.CC, View.CC)
    assert not same_projection(View.UNKNOWN, View.UNKNOWN)
    assert not same_projection(View.CC, View.MLO)
