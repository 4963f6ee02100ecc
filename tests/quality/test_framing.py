"""Where a breast lies in a picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from shared_core.quality.framing import LEAST_CUT_SHARE, Framing, framing_of

shares = st.floats(0, 1)


@given(shares, shares, shares, shares)
def test_the_wall_is_at_the_edge_that_holds_more_of_the_breast(
    left: float, right: float, top: float, bottom: float
) -> None:
    framing = Framing(left, right, top, bottom)
    if framing.wall is not None:
        assert (framing.wall == "left") == (left > right)
        assert max(left, right) >= 2 * min(left, right)
    assert Framing(right, left, top, bottom).wall in (
        {"left": "right", "right": "left", None: None}[framing.wall],
    )
    assert not (framing.cut_off and framing.without_skin_line)


@pytest.mark.parametrize("touching", [0, LEAST_CUT_SHARE - 0.05, LEAST_CUT_SHARE + 0.05])
def test_a_breast_that_goes_on_beyond_the_outer_edge_is_cut_off(touching: float) -> None:
    breast = np.zeros((200, 100), bool)
    breast[20:180, :60] = True
    breast[: round(200 * touching), 60:] = True
    assert framing_of(breast).cut_off == (touching > LEAST_CUT_SHARE)


def test_edges_are_measured_each_by_its_own_length() -> None:
    breast = np.zeros((100, 50), bool)
    breast[50:, :10] = True
    assert framing_of(breast) == Framing(left=0.5, right=0.0, top=0.0, bottom=0.2)
