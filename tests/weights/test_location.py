"""Where weights lie, and that their sha256 is always checked."""

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
    require_tracks,
    require_weights,
    sha256_of,
)
from shared_core.weights.registry import list_models, load_card
from tests.weights.conftest import CONTENT


def put(folder: Path, content: bytes = CONTENT) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tiny.safetensors"
    path.write_bytes(content)
    return path


def test_missing_weights_are_named_with_their_place(card: ModelCard, tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        require_weights(card, weights_dir=tmp_path)
    assert str(tmp_path / "tiny.safetensors") in str(caught.value)
    with pytest.raises(ModelError, match="weights of model tiny are missing"):
        require_weights(card)


def test_weights_lie_in_the_folder_that_is_named(card: ModelCard, tmp_path: Path) -> None:
    own = put(tmp_path / "own")
    assert require_weights(card, weights_dir=own.parent) == own


def test_wrong_sha256_names_file_found_and_expected(card: ModelCard, tmp_path: Path) -> None:
    wrong = put(tmp_path, CONTENT[:-1])
    with pytest.raises(ModelError) as caught:
        require_weights(card, weights_dir=tmp_path)
    assert all(part in str(caught.value) for part in (str(wrong), card.sha256, sha256_of(wrong)))


def test_change_of_a_checked_file_is_noticed(card: ModelCard, tmp_path: Path) -> None:
    path = put(tmp_path)
    assert require_weights(card, weights_dir=tmp_path) == path
    path.write_bytes(CONTENT[::-1])
    os.utime(path, ns=(1, 1))
    with pytest.raises(ModelError, match="not those of model tiny"):
        require_weights(card, weights_dir=tmp_path)


def test_sha256_of_a_missing_file_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        sha256_of(tmp_path / "nothing.pt")


@pytest.fixture
def bundled(card: ModelCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The weights of the card, as if they came with the package."""
    monkeypatch.setattr(location, "BUNDLED_WEIGHTS", tmp_path / "bundled")
    return put(tmp_path / "bundled" / card.name)


def test_every_model_of_the_package_is_bundled_small_and_tells_where_it_came_from() -> None:
    used = set()
    for card in list_models():
        found = require_weights(card)
        assert found.suffix == ".safetensors"
        assert found.stat().st_size == card.size_bytes <= 1_400_000
        assert card.made_by
        used.add(found.parent)
        if card.tracks is not None:
            tracks = require_tracks(card)
            assert tracks.stat().st_size <= 1_500_000
            used.add(tracks.parent)
    assert used == {path for path in BUNDLED_WEIGHTS.iterdir() if path.is_dir()}


def test_trained_weights_come_with_their_training_and_published_ones_with_their_licence() -> None:
    wanted = {
        "openbac-1": {"data_statement.md", "log.csv", "recipe.toml"},
        "scunet-emory-2021": {"LICENSE"},
    }
    for name, files in wanted.items():
        folder = BUNDLED_WEIGHTS / name
        assert files <= {path.name for path in folder.iterdir()}
    licence = (BUNDLED_WEIGHTS / "scunet-emory-2021" / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith("MIT License")
    assert load_card("scunet-emory-2021").licence.split(", ", 1)[1] in licence


def test_file_of_the_name_of_bundled_weights_is_never_in_the_way(
    card: ModelCard, bundled: Path, tmp_path: Path
) -> None:
    put(tmp_path / "w", b"of another model")
    assert require_weights(card, weights_dir=tmp_path / "w") == bundled
    assert bundled_folder(card) == bundled.parent


def test_card_of_another_name_may_use_bundled_weights(card: ModelCard, bundled: Path) -> None:
    assert require_weights(replace(card, name="tiny-calibrated")) == bundled


def test_bundled_weights_of_another_model_are_none_of_a_users_card(card: ModelCard, bundled: Path) -> None:
    own = replace(card, name="mine", sha256="0" * 64)
    assert bundled_folder(own) is None
    with pytest.raises(ModelError, match="weights of model mine are missing"):
        require_weights(own)


def test_damaged_bundled_weights_are_not_used(card: ModelCard, bundled: Path) -> None:
    bundled.write_bytes(CONTENT[:-1])
    with pytest.raises(ModelError, match="are not those of model tiny"):
        require_weights(card)


def test_model_trained_anew_under_the_name_of_a_bundled_one_has_its_own_weights(
    card: ModelCard, bundled: Path, tmp_path: Path
) -> None:
    bundled.write_bytes(b"of the bundled model")
    own = put(tmp_path / "trained")
    assert require_weights(card, weights_dir=tmp_path / "trained") == own
