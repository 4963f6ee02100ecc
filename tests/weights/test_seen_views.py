"""Patients and images that a model has seen are known again, and cannot be read from its card."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

from shared_core.training.evaluation.seen_words import seen_sentences
from shared_core.weights.card_json import card_json, parse_card
from shared_core.weights.registry import DEFAULT_MODEL, load_card
from shared_core.weights.seen_views import seen_before, seen_views
from tests.training.data.small import MadeViews
from tests.training.data.test_data_check import women

SALT = "4f" * 32


def test_who_taught_and_who_chose_is_known_again() -> None:
    record = seen_views(SALT, taught=["anna", "berta"], chose=["clara"], image_sha256=["ab" * 32])
    other = seen_views("0" * 64, taught=["dora"], chose=["anna"], image_sha256=[])
    found = seen_before([record, other], ["anna", "clara", "dora", "eva"], ["ab" * 32, "cd" * 32])
    assert (found.taught, found.chose, found.images) == (("anna", "dora"), ("clara",), 1)
    text = json.dumps([asdict(record), asdict(other)])
    assert not any(name in text for name in ("anna", "berta", "clara", "dora", "abab"))
    assert set(record.taught).isdisjoint(other.chose)


def test_the_card_keeps_them(tmp_path: Path) -> None:
    record = seen_views(SALT, taught=["p1"], chose=["p3"], image_sha256=[])
    card = replace(load_card(DEFAULT_MODEL), seen=(record,))
    assert parse_card(card_json(card, "x").decode(), "x") == card
    (sentence,) = seen_sentences([card, load_card("scunet-emory-2021")], MadeViews())
    assert "learnt from 1 of these 5 patients (p1), and was chosen by 1 of them (p3)" in sentence
    assert seen_sentences([load_card(DEFAULT_MODEL)], MadeViews()) == ()


def test_the_same_image_under_another_name_is_known_again(tmp_path: Path) -> None:
    from shared_core.training.data.input_files import image_prints, keep_inputs
    from shared_core.training.data_specs import view_source

    card = load_card(DEFAULT_MODEL)
    keep_inputs(tmp_path / "inputs.json", view_source([women(tmp_path / "a")], card))
    prints = image_prints(tmp_path / "inputs.json")
    assert len(prints) == 8
    card = replace(card, seen=(seen_views(SALT, taught=[], chose=[], image_sha256=prints),))
    women(tmp_path / "b")
    (tmp_path / "b" / "1004").rename(tmp_path / "b" / "9999")
    (sentence,) = seen_sentences([card], view_source([f"folder:{tmp_path / 'b'}"], card))
    assert "has seen 8 of these 8 image files" in sentence
