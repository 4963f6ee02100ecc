"""The report that ``bac models verify`` prints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from shared_core.weights.card import ModelCard
from shared_core.weights.registry import list_models
from shared_core.weights.verify import verify_weights
from tests.weights.conftest import CONTENT


def test_missing_weights_are_reported_with_their_place(card: ModelCard, tmp_path: Path) -> None:
    report = verify_weights(card, weights_dir=tmp_path)
    assert (report.status, report.path) == ("missing", tmp_path / card.weights_file)
    assert str(report.path) in report.message


def test_wrong_sha256_is_reported_as_damaged(card: ModelCard, tmp_path: Path) -> None:
    (tmp_path / card.weights_file).write_bytes(CONTENT)
    report = verify_weights(replace(card, sha256="0" * 64), weights_dir=tmp_path)
    assert (report.status, report.path) == ("damaged", tmp_path / card.weights_file)
    assert "expected " + "0" * 64 in report.message


def test_right_sha256_of_a_file_that_holds_no_arrays_is_damaged(card: ModelCard, tmp_path: Path) -> None:
    (tmp_path / card.weights_file).write_bytes(CONTENT)
    report = verify_weights(card, weights_dir=tmp_path)
    assert (report.status, report.path) == ("damaged", tmp_path / card.weights_file)
    assert "cannot be used" in report.message


def test_all_weights_of_the_package_are_whole() -> None:
    for card in list_models():
        report = verify_weights(card)
        assert (report.status, report.arrays) == ("ok", 94)
        assert report.values > card.parameters > 0
