"""The report that ``bac models verify`` prints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from shared_core.weights.card import ModelCard
from shared_core.weights.registry import list_models
from shared_core.weights.verify import verify_weights
from tests.weights.conftest import CONTENT


def test_missing_weights_are_reported_with_the_command_that_gets_them(card: ModelCard) -> None:
    report = verify_weights(card)
    assert (report.status, report.path) == ("missing", None)
    assert "bac models fetch tiny" in report.message


def test_wrong_sha256_is_reported_as_damaged(card: ModelCard, cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "tiny.pt").write_bytes(CONTENT)
    report = verify_weights(replace(card, sha256="0" * 64))
    assert (report.status, report.path) == ("damaged", None)
    assert "expected " + "0" * 64 in report.message


def test_right_sha256_of_a_file_that_is_no_checkpoint_is_damaged(card: ModelCard, cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "tiny.pt").write_bytes(CONTENT)
    report = verify_weights(card)
    assert (report.status, report.path) == ("damaged", cache / "tiny.pt")
    assert "cannot be used" in report.message


def test_bundled_weights_are_whole(cache: Path) -> None:
    for card in (card for card in list_models() if not card.url):
        report = verify_weights(card)
        assert report.status == "ok"
        assert report.values >= card.parameters > 0


def test_published_weights_are_whole(published_weights: Path, cache: Path) -> None:
    for card in (card for card in list_models() if card.url):
        report = verify_weights(card, weights_dir=published_weights)
        assert (report.status, report.arrays) == ("ok", 131)
        assert report.path == published_weights / card.weights_file
