"""Cards with a classifier of parts: what they may say, and where its file lies."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from shared_core.errors import ModelError
from shared_core.tracks.deciding import track_classifier
from shared_core.weights.card_json import parse_card
from shared_core.weights.location import require_tracks, sha256_of
from shared_core.weights.registry import load_card

CARD = load_card("openbac-2")


def text(**changes: Any) -> str:
    return json.dumps({**asdict(CARD), **changes})


def test_a_card_comes_back_as_it_was_written() -> None:
    assert parse_card(text(), "own.json") == CARD
    assert CARD.sensitivity is not None
    assert CARD.sensitivity.clear.low < CARD.sensitivity.clear.value


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tracks": {"file": "a.npz"}}, "missing field tracks.sha256"),
        ({"tracks": {"file": "a/b.npz", "sha256": "0" * 64}}, "tracks.file must be the name of a .npz file"),
        ({"tracks": {"file": "a.npz", "sha256": "0"}}, "tracks.sha256 must be 64 digits"),
        (
            {"tracks": {"file": "a.npz", "sha256": "0" * 64, "low_threshold": 1.0}},
            "tracks.low_threshold must lie between 0 and 1",
        ),
        ({"candidates": {}}, "tracks and candidates exclude each other"),
        (
            {
                "sensitivity": {
                    "clear": {"value": 0.5, "low": 0.6, "high": 0.7},
                    "faint": {"value": 0.5, "low": 0.4, "high": 0.7},
                    "judged_on": "x",
                }
            },
            "sensitivity.clear must lie in its interval",
        ),
    ],
)
def test_typing_errors_are_told(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        parse_card(text(**changes), "own.json")


def test_a_classifier_beside_an_own_card_is_found_again_by_its_sha256(tmp_path: Path) -> None:
    own = tmp_path / "own.npz"
    own.write_bytes(b"no classifier")
    assert CARD.tracks is not None
    card = replace(CARD, name="own", tracks=replace(CARD.tracks, file="own.npz", sha256=sha256_of(own)))
    with pytest.raises(ModelError, match="track classifier of model own is missing"):
        require_tracks(card)
    assert require_tracks(card, weights_dir=tmp_path) == own
    assert require_tracks(card) == own
    with pytest.raises(ModelError, match=r"own\.npz holds no track classifier, or is damaged"):
        track_classifier(card)
    own.write_bytes(b"another one")
    with pytest.raises(ModelError, match="is not the track classifier of model own"):
        require_tracks(card, weights_dir=tmp_path)
