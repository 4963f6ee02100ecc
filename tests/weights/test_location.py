"""Where weights are looked for, in which order, and that their sha256 is always checked."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from shared_core.errors import ModelError
from shared_core.weights import location
from shared_core.weights.card import ModelCard
from shared_core.weights.location import (
    BUNDLED_WEIGHTS,
    bundled_folder,
    find_bundled,
    find_weights,
    sha256_of,
    weights_cache_dir,
)
from shared_core.weights.registry import list_models, load_card
from tests.weights.conftest import CONTENT


def put(folder: Path, content: bytes = CONTENT) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tiny.pt"
    path.write_bytes(content)
    return path


def test_nothing_anywhere_is_none(card: ModelCard) -> None:
    assert find_weights(card) is None


def test_cache_folder_follows_its_variable_and_falls_back_to_the_users_cache(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert weights_cache_dir() == cache
    monkeypatch.delenv("OPENBAC_CACHE")
    assert weights_cache_dir().parts[-2:] == ("openbac", "weights") or os.name == "nt"
    assert weights_cache_dir() != cache


def test_explicit_folder_comes_before_variable_before_cache(
    card: ModelCard, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_cache = put(cache)
    assert find_weights(card) == in_cache
    by_variable = put(tmp_path / "variable")
    monkeypatch.setenv("OPENBAC_WEIGHTS", str(tmp_path / "variable"))
    assert find_weights(card) == by_variable
    explicit = put(tmp_path / "explicit")
    assert find_weights(card, weights_dir=tmp_path / "explicit") == explicit


def test_explicit_folder_without_the_file_lets_the_search_go_on(
    card: ModelCard, cache: Path, tmp_path: Path
) -> None:
    in_cache = put(cache)
    assert find_weights(card, weights_dir=tmp_path) == in_cache


def test_searched_one_folder_deep_and_no_deeper(card: ModelCard, tmp_path: Path) -> None:
    put(tmp_path / "w" / "a" / "b")
    assert find_weights(card, weights_dir=tmp_path / "w") is None
    one_deep = put(tmp_path / "w" / "z")
    assert find_weights(card, weights_dir=tmp_path / "w") == one_deep


def test_file_of_the_same_name_of_another_model_is_passed_over(card: ModelCard, tmp_path: Path) -> None:
    put(tmp_path / "w" / "a", b"another model")
    right = put(tmp_path / "w" / "b")
    assert find_weights(card, weights_dir=tmp_path / "w") == right


def test_wrong_sha256_names_file_found_and_expected(card: ModelCard, cache: Path) -> None:
    wrong = put(cache, CONTENT[:-1])
    with pytest.raises(ModelError) as caught:
        find_weights(card)
    message = str(caught.value)
    assert str(wrong) in message
    assert card.sha256 in message
    assert sha256_of(wrong) in message
    assert "bac models fetch tiny" in message


def test_change_of_a_checked_file_is_noticed(card: ModelCard, cache: Path) -> None:
    path = put(cache)
    assert find_weights(card) == path
    path.write_bytes(CONTENT[::-1])
    os.utime(path, ns=(1, 1))
    with pytest.raises(ModelError, match="not those of model tiny"):
        find_weights(card)


def test_folder_that_is_none_is_named(
    card: ModelCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelError, match="nowhere is not a folder"):
        find_weights(card, weights_dir=tmp_path / "nowhere")
    monkeypatch.setenv("OPENBAC_WEIGHTS", str(tmp_path / "elsewhere"))
    with pytest.raises(ModelError, match=r"OPENBAC_WEIGHTS .*elsewhere is not a folder"):
        find_weights(card)


def test_sha256_of_a_missing_file_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        sha256_of(tmp_path / "nothing.pt")


@pytest.fixture
def bundled(card: ModelCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The weights of the card, as if they came with the package."""
    monkeypatch.setattr(location, "BUNDLED_WEIGHTS", tmp_path / "bundled")
    return put(tmp_path / "bundled" / card.name)


def test_every_bundled_folder_has_its_card_and_is_small() -> None:
    folders = sorted(path.name for path in BUNDLED_WEIGHTS.iterdir() if path.is_dir())
    assert folders
    for name in folders:
        card = load_card(name)
        found = find_weights(card)
        assert found == BUNDLED_WEIGHTS / name / card.weights_file
        assert found.suffix == ".safetensors"
        assert found.stat().st_size == card.size_bytes <= 1_000_000
        assert card.url == ""
        assert card.made_by
        assert {"data_statement.md", "log.csv", "recipe.toml"} <= {
            path.name for path in found.parent.iterdir()
        }


def test_bundled_weights_need_no_folder_and_no_file_of_their_name_is_in_the_way(
    card: ModelCard, bundled: Path, cache: Path, tmp_path: Path
) -> None:
    put(cache, b"of another model")
    put(tmp_path / "w", b"of another model")
    assert find_weights(card, weights_dir=tmp_path / "w") == bundled
    assert bundled_folder(card) == bundled.parent


def test_card_of_another_name_may_use_bundled_weights(card: ModelCard, bundled: Path) -> None:
    assert find_weights(replace(card, name="tiny-calibrated")) == bundled


def test_bundled_weights_of_another_model_are_none_of_a_users_card(card: ModelCard, bundled: Path) -> None:
    own = replace(card, name="mine", sha256="0" * 64)
    assert find_bundled(own) is None
    assert find_weights(own) is None


def test_damaged_bundled_weights_are_not_used(card: ModelCard, bundled: Path) -> None:
    bundled.write_bytes(CONTENT[:-1])
    with pytest.raises(ModelError, match=r"are not those of model tiny.*install OpenBAC again"):
        find_weights(card)


def test_model_trained_anew_under_the_name_of_a_bundled_one_has_its_own_weights(
    card: ModelCard, bundled: Path, tmp_path: Path
) -> None:
    bundled.write_bytes(b"of the bundled model")
    own = put(tmp_path / "trained")
    assert find_weights(card, weights_dir=tmp_path / "trained") == own


def test_published_weights_are_found_one_folder_deep(published_weights: Path, cache: Path) -> None:
    for card in (card for card in list_models() if card.url):
        found = find_weights(card, weights_dir=published_weights.parent)
        assert found == published_weights / card.weights_file
        assert found.stat().st_size == card.size_bytes
