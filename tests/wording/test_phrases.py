from __future__ import annotations

from shared_core.wording import phrases


def test_threshold_is_told_in_three_digits() -> None:
    assert phrases.model({"model_name": "m", "threshold": 0.2896943384289653}) == "m, p > 0.29"
    assert phrases.model({"model_name": "m", "threshold": 0.5}) == "m, p > 0.5"


def test_given_mask_is_told_by_its_name() -> None:
    assert phrases.model({"mask_file": "drawn/LCC.png", "threshold": 0.5}) == "mask LCC.png"


def test_mask_that_a_person_drew_or_changed_is_told_as_such() -> None:
    assert phrases.model({"model_name": None, "mask_style": "vessel-band", "edited_by_hand": True}) == (
        "drawn by hand"
    )
    edited = {"model_name": "m", "threshold": 0.5, "edited_by_hand": True}
    assert phrases.model(edited) == "m, p > 0.5, edited by hand"
    assert phrases.model(edited | {"edited_by_hand": False}) == "m, p > 0.5"
