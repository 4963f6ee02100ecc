from __future__ import annotations

from shared_core.wording import phrases


def test_threshold_is_told_in_three_digits() -> None:
    assert phrases.model({"model_name": "m", "threshold": 0.2896943384289653}) == "m, p > 0.29"
    assert phrases.model({"model_name": "m", "threshold": 0.5}) == "m, p > 0.5"


def test_given_mask_is_told_by_its_name() -> None:
    assert phrases.model({"mask_file": "drawn/LCC.png", "threshold": 0.5}) == "mask LCC.png"
