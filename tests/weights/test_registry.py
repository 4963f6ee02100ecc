"""Model cards: those of the package, and a user's own."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from shared_core.errors import ModelError
from shared_core.preprocessing.preset import PreprocessingPreset
from shared_core.weights.card import ModelCard, TilingPreset
from shared_core.weights.card_json import parse_card
from shared_core.weights.registry import DEFAULT_MODEL, default_model, list_models, load_card

CARDS = Path(__file__).resolve().parents[2] / "shared_core" / "weights" / "cards"


def card_json(**changes: Any) -> dict[str, Any]:
    content = json.loads((CARDS / "scunet-emory-2021.json").read_text(encoding="utf-8"))
    return {**content, **changes}


def parse(content: object) -> ModelCard:
    return parse_card(json.dumps(content), "mine.json")


def test_names_are_unique_and_in_order() -> None:
    names = [card.name for card in list_models()]
    assert names == sorted(names)
    assert len(set(names)) == len(names)
    assert "scunet-emory-2021-published" in names


def test_default_model_is_one_of_them() -> None:
    assert default_model() == load_card(DEFAULT_MODEL)
    assert default_model() in list_models()


def test_published_card_differs_from_default_in_processing_and_words_only() -> None:
    default, published = load_card("scunet-emory-2021"), load_card("scunet-emory-2021-published")
    different = {
        field.name
        for field in fields(ModelCard)
        if getattr(default, field.name) != getattr(published, field.name)
    }
    assert different == {
        "name",
        "title",
        "resample",
        "preprocessing",
        "tiling",
        "intended_use",
        "limitations",
    }
    assert published.tiling == TilingPreset(512, 480, "maximum", "mean-and-sd")
    assert published.preprocessing == PreprocessingPreset("published", 5, "positive-pixels", False)
    assert default.tiling == TilingPreset(512, 480, "seamless", "outside-valid-area")
    assert default.preprocessing == PreprocessingPreset("valid-area")


@pytest.mark.parametrize("path", sorted(CARDS.glob("*.json")), ids=lambda path: path.stem)
def test_packaged_card_states_every_field(path: Path) -> None:
    # A default that changes later must not change a published model.
    content = json.loads(path.read_text(encoding="utf-8"))
    card = load_card(path.stem)
    assert path.stem == card.name
    assert set(content) == set(asdict(card))
    assert set(content["preprocessing"]) == set(asdict(card.preprocessing))
    assert set(content["tiling"]) == set(asdict(card.tiling))


def test_card_survives_the_way_through_json() -> None:
    for card in list_models():
        assert parse(asdict(card)) == card


def test_own_card_is_read_from_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(card_json(name="mine", threshold=0.3)), encoding="utf-8")
    assert load_card(path).threshold == 0.3
    assert load_card(str(path)) == load_card(path)


def test_own_card_may_not_take_a_packaged_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(card_json(threshold=0.3)), encoding="utf-8")
    with pytest.raises(ModelError, match="give it another name"):
        load_card(path)


def test_unknown_name_names_the_closest_and_all_known() -> None:
    with pytest.raises(
        ModelError,
        match=r"did you mean 'scunet-emory-2021'\? Known are openbac-1, openbac-2, scunet",
    ):
        load_card("SCUNet-emory-202")
    with pytest.raises(ModelError, match="known are openbac-1, openbac-2, scunet-emory-2021"):
        load_card("!!")


def test_missing_and_binary_card_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere\.json cannot be read"):
        load_card(tmp_path / "nowhere.json")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelError, match=r"binary\.json is not a text file"):
        load_card(tmp_path / "binary.json")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"treshold": 0.5}, "unknown field 'treshold', did you mean 'threshold'"),
        ({"xyzzy": 1}, "unknown field 'xyzzy'; known are name, title"),
        ({"threshold": "0.5"}, "threshold must be a number, not '0.5'"),
        ({"threshold": True}, "threshold must be a number, not True"),
        ({"size_bytes": 1.5}, "size_bytes must be a whole number"),
        ({"size_bytes": True}, "size_bytes must be a whole number"),
        ({"name": 5}, "name must be a text"),
        ({"output": "probabilities"}, "output must be 'logits' or 'raw'"),
        ({"output": ["logits"]}, "output must be 'logits' or 'raw'"),
        ({"limitations": "none"}, "limitations must be a list, not 'none'"),
        ({"limitations": [1]}, "limitations[0] must be a text, not 1"),
        ({"tiling": []}, "tiling must be a JSON object"),
        ({"tiling": {"stride": 480}}, "unknown field 'tiling.stride', did you mean 'stride_px'"),
        ({"preprocessing": {"median_px": 5}}, "missing field preprocessing.name"),
        ({"preprocessing": {"name": "x", "valid_area": 1}}, "preprocessing.valid_area must be true or false"),
        ({"preprocessing": {"name": "x", "median_px": 4}}, "median_px must be odd or 0"),
        ({"preprocessing": {"name": "x", "median_px": -1}}, "median_px must not be negative"),
        ({"preprocessing": {"name": "x", "opening_radius_px": -1}}, "opening_radius_px must not be negative"),
        ({"tiling": {"stride_px": 0}}, "stride_px must be above 0"),
        ({"tiling": {"stride_px": 513}}, "stride_px must be above 0 and at most tile_px"),
        ({"threshold": 1}, "threshold of a model with logits must lie between 0 and 1"),
        ({"sha256": "C17B"}, "sha256 must be 64 digits"),
        ({"size_bytes": 0}, "size_bytes must be above 0"),
        ({"url": "file:///etc/passwd"}, "url must begin with https://"),
        ({"url": "https:///x"}, "url must begin with https://"),
        ({"weights_file": "x.pt"}, "weights_file must be a .safetensors file"),
        ({"weights_file": "../x.pt"}, "weights_file must be the name of a file"),
        ({"weights_file": "..\\x.pt"}, "weights_file must be the name of a file"),
        ({"weights_file": ""}, "weights_file must be the name of a file"),
        ({"weights_file": ".."}, "weights_file must be the name of a file"),
        ({"name": "Two Words"}, "name must be of a-z"),
        ({"normalisation_sd": 0}, "normalisation_sd must be above 0"),
        ({"input_spacing_mm": -0.07}, "input_spacing_mm must be above 0"),
        ({"resample_tolerance": 1.0}, "resample_tolerance must be at least 0 and below 1"),
        ({"normalisation_mean": float("nan")}, "NaN is not a number"),
        ({"input_spacing_mm": float("inf")}, "Infinity is not a number"),
        ({"parameters": -1}, "parameters must not be negative"),
    ],
)
def test_wrong_field_is_named_in_one_sentence(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError) as caught:
        parse(card_json(**changes))
    assert message in str(caught.value)
    assert str(caught.value).startswith("Model card mine.json")
    assert "\n" not in str(caught.value)


def test_missing_fields_are_named_together() -> None:
    content = card_json()
    del content["sha256"], content["licence"]
    with pytest.raises(ModelError, match=r"missing fields sha256, licence\."):
        parse(content)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not valid JSON"),
        ('{"name": "a",\n "name" "b"}', "in line 2"),
        ('{"name": "a", "name": "b"}', "field 'name' is given twice"),
        ("[]", "must be a JSON object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"size_bytes": 1e400}', "beyond what a number may be"),
    ],
)
def test_what_is_not_a_card_is_refused(text: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        parse_card(text, "mine.json")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(name=st.sampled_from([field.name for field in fields(ModelCard)]), value=json_values)
def test_any_value_in_any_field_gives_a_card_or_a_model_error(name: str, value: object) -> None:
    try:
        card = parse(card_json(**{name: value}))
    except ModelError:
        return
    assert parse(asdict(card)) == card
