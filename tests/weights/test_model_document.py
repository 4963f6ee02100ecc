"""A model card as a document."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared_core.cli.main import main
from shared_core.weights.card import ModelCard
from shared_core.weights.heat_map_rule import HeatMapRule
from shared_core.weights.model_document import model_document
from shared_core.weights.registry import list_models, load_card

USE = "Press Run."


@pytest.mark.parametrize("card", list_models(), ids=lambda card: card.name)
def test_everything_that_decides_on_a_result_stands_in_it(card: ModelCard) -> None:
    text = model_document(card, use=USE)
    for fact in (
        card.sha256,
        f"{card.threshold:g}",
        card.training_data,
        card.intended_use,
        card.licence,
        USE,
    ):
        assert fact in text
    assert all(f"- {limit}" in text for limit in card.limitations)


def test_its_head_is_what_hubs_read() -> None:
    head = model_document(load_card("openbac-1"), use=USE).split("---")[1]
    assert head.splitlines()[1:4] == [
        "license: mit",
        "library_name: openbac",
        "pipeline_tag: image-segmentation",
    ]
    other = replace(load_card("openbac-1"), licence="only for friends")
    assert "license: other" in model_document(other, use=USE)
    assert "only for friends" in model_document(other, use=USE)


def test_a_classifier_of_whole_views_sees_neither_tiles_nor_draws_bands() -> None:
    card = replace(load_card("openbac-1"), mask_style="heat-map", heat_map=HeatMapRule(96, 48, 0.4))
    text = model_document(card, use=USE)
    assert "pipeline_tag: image-classification" in text
    for fact in ("squeezed to 96 x 48 pixels", "from a probability of 0.4", "which is no segmentation"):
        assert fact in text
    assert "tiles" not in text


def test_a_model_of_both_breasts_says_so() -> None:
    assert "side by side" in model_document(replace(load_card("openbac-1"), input="bilateral"), use=USE)


def test_what_a_card_does_not_know_is_not_there() -> None:
    card = replace(load_card("openbac-1"), limitations=(), made_by=(), parameters=0)
    text = model_document(card, use=USE)
    assert "Limitations" not in text
    assert "How it was made" not in text
    assert "parameters" not in text


def test_the_command_line_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "show", "openbac-1", "--markdown"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("---\nlicense: mit\n")
    assert "bac analyze exam_folder/ -o results --model openbac-1" in shown
