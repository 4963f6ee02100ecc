"""The fields of a card that decide after the network: temperature and the rule about candidates."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from shared_core.errors import ModelError
from shared_core.weights.candidate_rule import CandidateRule
from shared_core.weights.card import ModelCard
from shared_core.weights.card_json import parse_card
from shared_core.weights.registry import list_models, load_card


def parsed(**changes: object) -> ModelCard:
    content = {**asdict(load_card("scunet-emory-2021")), **changes}
    return parse_card(json.dumps(content), "mine.json")


def test_a_published_card_decides_by_its_threshold_alone() -> None:
    published = [card for card in list_models() if card.name.startswith("scunet-emory")]
    assert published
    assert {(card.temperature, card.candidates) for card in published} == {(1.0, None)}


def test_a_card_without_the_fields_reads_as_before_there_were_any() -> None:
    content = asdict(load_card("scunet-emory-2021"))
    del content["temperature"], content["candidates"]
    assert parse_card(json.dumps(content), "old.json") == load_card("scunet-emory-2021")


def test_a_rule_survives_the_way_through_json() -> None:
    card = replace(
        load_card("scunet-emory-2021"),
        temperature=1.7,
        candidates=CandidateRule(seed_probability=0.9, least_length_mm=8),
    )
    assert parse_card(json.dumps(asdict(card)), "mine.json") == card


def test_numbers_that_a_rule_does_not_name_switch_nothing_on() -> None:
    assert parsed(candidates={"least_length_mm": 8}).candidates == CandidateRule(least_length_mm=8.0)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"temperature": 0}, "temperature must be above 0"),
        ({"temperature": 2.0, "output": "raw"}, "with raw output it must be 1"),
        ({"candidates": {"least_lenght_mm": 8}}, "did you mean 'least_length_mm'"),
        ({"candidates": {"least_length_mm": -1}}, "candidates.least_length_mm must be"),
        ({"candidates": {"seed_probability": 1}}, "candidates.seed_probability must be below 1"),
        ({"candidates": 3}, "candidates must be a JSON object"),
    ],
)
def test_a_slip_is_named(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        parsed(**changes)
