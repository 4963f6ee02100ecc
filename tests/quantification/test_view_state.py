"""What a provenance tells of how a mask came about."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from shared_core.quantification.view_state import ViewState, analysed_words, made_words, state_of


@pytest.mark.parametrize(
    ("provenance", "state", "words"),
    [
        (None, ViewState.NOT_ANALYSED, "not analysed"),
        ({"model_name": None, "edited_by_hand": False}, ViewState.NOT_ANALYSED, "not analysed"),
        ({"model_name": "m", "edited_by_hand": False}, ViewState.BY_MODEL, "by m"),
        ({"model_name": "m", "edited_by_hand": True}, ViewState.CORRECTED, "by m, corrected"),
        ({"model_name": None, "edited_by_hand": True}, ViewState.BY_HAND, "by hand"),
        ({"mask_file": "a.png", "edited_by_hand": False}, ViewState.FROM_FILE, "from a.png"),
        ({"mask_file": "a.png", "edited_by_hand": True}, ViewState.BY_HAND, "by hand"),
    ],
)
def test_state_and_its_words(provenance: Mapping[str, object] | None, state: ViewState, words: str) -> None:
    assert state_of(provenance) is state
    assert made_words(state, provenance) == words
    assert state.is_analysed is (state is not ViewState.NOT_ANALYSED)


def test_views_are_counted_in_words() -> None:
    assert analysed_words(1, 4) == "1 of 4 views analysed"
    assert analysed_words(0, 1) == "0 of 1 view analysed"
